"""The blocks that name a device in the configuration, and how one is written there."""

import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.cli.output import BAD_INPUT, Problem
from gateway.durable import sync_folder

if TYPE_CHECKING:
    from gateway.config import ConfigErrors

GUARDED = {"contact": "entry", "motion": "follower", "smoke": "24h", "water": "24h"}
"""What may be guarded, and the kind of zone that suits it most often."""
KINDS = ("entry", "follower", "instant", "24h")
SIREN = "siren"
OF_ITSELF = ("tamper", "battery", "power")
"""Nearly every device has these: they say nothing about what it is."""
KNOWN_BY = ("siren", "lock", "keypad", "gate", "valve", "smoke", "carbon_monoxide", "contact")
"""What people know a device by that can do several things: what comes first."""
STAND_INS = {"zigbee": "zigbee:00000000000000ff/1", "zwave": "zwave:00000000/1/0"}
"""Ids that no device has, to try a name with before anybody joined."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A device that joined."""

    id: str
    capabilities: tuple[str, ...]
    manufacturer: str = ""
    model: str = ""


def device_block(newcomer: Newcomer, name: str) -> str:
    """Give the block that names a device."""
    return f"[[device]]\nname = {_quoted(name)}\nid = {_quoted(newcomer.id)}\n"


def zone_advice(newcomer: Newcomer, name: str, config: Path) -> str:
    """Give what a person is to add: the zones it guards, or the area that it is the siren of."""
    if SIREN not in newcomer.capabilities:
        return zone_blocks(newcomer, name, config)
    area, _ = _first_area(config)
    where = f"# in the [[area]] {_quoted(area)}, beside the sirens that stand there:"
    return f"{where}\nsirens = [{_quoted(name)}]\n"


def suggested_name(newcomer: Newcomer, config: Path, taken: set[str]) -> str:
    """Give a name that no other device has: by what it can do, and counted."""
    names = taken | {str(device.get("name")) for device in _section(config, "device")}
    what = _known_by(newcomer.capabilities)
    return next(name for n in count(1) if (name := f"{what}_{n}") not in names)


def _known_by(capabilities: tuple[str, ...]) -> str:
    telling = [name for name in capabilities if name not in OF_ITSELF]
    known = [name for name in KNOWN_BY if name in telling]
    return next(iter([*known, *telling]), "device")


def zone_blocks(newcomer: Newcomer, name: str, config: Path) -> str:
    """Give the blocks that make it guard something, in the words of this configuration."""
    area, modes = _first_area(config)
    blocks = []
    for reading, kind in GUARDED.items():
        if reading in newcomer.capabilities:
            lines = [
                f"name = {_quoted(name)}",
                f"area = {_quoted(area)}",
                f"device = {_quoted(name)}",
                f'reading = "{reading}"',
                f'kind = "{kind}"  # or: {", ".join(other for other in KINDS if other != kind)}',
            ]
            if kind != "24h":
                lines.append(f"modes = [{', '.join(map(_quoted, modes))}]")
            blocks.append("\n".join(["[[zone]]", *lines]) + "\n")
    return "\n".join(blocks)


def append_device(config: Path, newcomer: Newcomer, name: str) -> None:
    """Add the block at the end of the file, all or nothing; what stands there stays as it is."""
    config = config.resolve()  # a link to it stays a link
    text = config.read_text("utf-8")
    gap = "\n" if text.endswith("\n") else "\n\n"
    with _beside(config, text + gap + device_block(newcomer, name)) as new:
        _check(new, config)
        new.replace(config)
    sync_folder(config.parent)


def check_name(config: Path, name: str, radio: str | None) -> None:
    """Refuse a name before anybody presses a button: taken already, or no name at all."""
    config = config.resolve()
    try:
        text = config.read_text("utf-8")
    except OSError as error:
        raise Problem(f"{config} cannot be read: {error.strerror}", BAD_INPUT) from error
    radios = [radio] if radio else [each for each in STAND_INS if _has_section(text, each)]
    newcomer = Newcomer(STAND_INS.get((radios or ["zigbee"])[0], STAND_INS["zigbee"]), ())
    with _beside(config, f"{text}\n{device_block(newcomer, name)}") as trial:
        _check(trial, config)


@contextmanager
def _beside(config: Path, text: str) -> Iterator[Path]:
    """Keep a text in a file beside the configuration, so that a rename can take its place."""
    try:
        handle, path = tempfile.mkstemp(prefix=f".{config.name}.", dir=config.parent)
    except OSError as error:
        raise Problem(
            f"nothing can be written beside {config} ({error.strerror}): paste the block yourself"
        ) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        shutil.copymode(config, path)
        yield Path(path)
    finally:
        with suppress(FileNotFoundError):  # renamed: all went well
            os.unlink(path)  # noqa: PTH108 - a name of tempfile's, not a path of ours


def _check(new: Path, config: Path) -> None:
    # pydantic is heavy, and `--help` loads every command.
    from gateway.config import ConfigErrors, load  # noqa: PLC0415 - see above

    try:
        load(new)
    except ConfigErrors as wrong:
        raise Problem(f"nothing was written: {_first(wrong, new, config)}", BAD_INPUT) from None


def _first(wrong: "ConfigErrors", new: Path, config: Path) -> str:
    """Say the first mistake; one that stands in our own lines is at no line of the file."""
    first = wrong.errors[0]
    lines = len(config.read_text("utf-8").splitlines())
    if first.line > lines:
        first = replace(first, line=0, path="")
    return first.sentence().replace(str(new), str(config))


def _first_area(config: Path) -> tuple[str, list[str]]:
    for area in _section(config, "area"):
        return str(area.get("name", "house")), list(area.get("modes", {}))
    return "house", ["away"]


def _has_section(text: str, name: str) -> bool:
    with suppress(ValueError):
        return name in tomllib.loads(text)
    return False


def _section(config: Path, name: str) -> list[dict[str, Any]]:
    with suppress(OSError, ValueError):  # a file that is not there yet has none
        return list(tomllib.loads(config.read_text("utf-8-sig")).get(name, []))
    return []


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON text is a TOML text
