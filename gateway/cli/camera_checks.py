"""What the detection will miss on this machine: models, labels, and the folder of recordings."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.cli.checking import Check, failed, well

if TYPE_CHECKING:
    from gateway.config import Config
    from gateway.detection.plan import ModelPlan


def camera_checks(config: "Config") -> Iterator[Check]:
    """Say whether the detection finds what it is told of; nothing where there is no camera."""
    if not config.cameras:
        return
    faults = [*camera_faults(config)]
    yield from (failed(path, sentence) for path, sentence in faults)
    if not faults:
        yield well("cameras", "the models and the folder of recordings are as they should be")


def camera_faults(config: "Config") -> Iterator[tuple[str, str]]:
    """Give what cannot work, each with the key that names it."""
    plan = config.plan()
    if plan is None:
        return
    models = {"detector": plan.detector.model, "detector.second": plan.detector.second}
    for section, model in models.items():
        if model is not None:
            yield from _of_model(section, model)
    if sentence := _no_folder(plan.evidence.folder):
        yield "evidence.folder", sentence


def _of_model(section: str, model: "ModelPlan") -> Iterator[tuple[str, str]]:
    for key, file in ("model", model.file), ("labels", model.labels):
        if not file.is_file():
            yield f"{section}.{key}", f"{file} is not there: without it nothing is looked for"
    try:
        with model.file.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except FileNotFoundError:
        return
    except OSError as error:
        yield f"{section}.model", f"{model.file} cannot be read: {error.strerror}"
        return
    if found != model.sha256:
        sentence = f"{model.file} has the sha256 {found}, and is refused: another one is named"
        yield f"{section}.model", sentence


def _no_folder(folder: Path) -> str:
    """Say what stands where a folder is to be; "" where it is there, or can be made."""
    place = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    return "" if place.is_dir() else f"{place} is no folder: nothing can be recorded there"
