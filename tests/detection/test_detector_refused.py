"""A model that is no use is refused when it is opened, with a sentence that says why."""

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gateway.detection.detector import model as models
from gateway.detection.detector import session
from gateway.detection.detector.detector import Detector
from gateway.detection.detector.labels import MOST_LABELS, read_labels
from gateway.detection.detector.session import Session
from gateway.detection.detector.shipped import DATA, FIRST, SECOND
from gateway.detection.detector.tensors import ModelRefused
from gateway.detection.plan import DetectorPlan, ModelPlan
from gateway.model.sight import Seen

# By its name: before the detector's package was loaded, onnxruntime would tell its maker.
AVAILABLE = "onnxruntime.get_available_providers"


def refused(plan: DetectorPlan) -> str:
    """Give the sentence with which a plan is refused."""
    with pytest.raises(ModelRefused) as caught:
        Detector.open(plan)
    return str(caught.value)


def written(folder: Path, content: bytes) -> ModelPlan:
    """Give the plan of a model file with a content, and with its right hash."""
    file = folder / "model.onnx"
    file.write_bytes(content)
    return replace(FIRST, file=file, sha256=hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("shipped", [FIRST, SECOND])
def test_what_comes_with_nightlatch_is_what_its_provenance_says(shipped: ModelPlan) -> None:
    page = (DATA / "PROVENANCE.md").read_text("utf-8")

    assert hashlib.sha256(shipped.file.read_bytes()).hexdigest() == shipped.sha256
    assert f"`{shipped.file.name}`" in page
    assert shipped.sha256 in page


def test_a_model_of_ones_own_stands_alone_unless_a_second_is_named() -> None:
    alone = Detector.open(DetectorPlan(model=FIRST))
    both = Detector.open(DetectorPlan(model=FIRST, second=SECOND))
    grey = np.full((64, 64, 3), 90, np.uint8)

    assert alone.sure(grey) is None
    assert both.sure(grey) == 0
    assert both.provider == "CPUExecutionProvider"


def test_a_second_model_is_refused_like_the_first() -> None:
    plan = DetectorPlan(second=replace(SECOND, sha256="0" * 64))

    assert f"has the sha256 {SECOND.sha256}, and not 000" in refused(plan)


def test_another_hash_is_refused() -> None:
    sentence = refused(DetectorPlan(model=replace(FIRST, sha256="ab" * 32)))

    assert sentence == (
        f"the model {FIRST.file} has the sha256 {FIRST.sha256}, and not {'ab' * 32}"
    )


def test_a_hash_may_be_written_large() -> None:
    Detector.open(DetectorPlan(model=replace(FIRST, sha256=FIRST.sha256.upper())))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    plan = replace(FIRST, file=tmp_path / "gone.onnx")

    assert refused(DetectorPlan(model=plan)) == (
        f"the model {plan.file} cannot be read: No such file or directory"
    )
    assert "cannot be read" in refused(DetectorPlan(model=replace(plan, file=tmp_path)))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    plan = written(tmp_path, b"")

    assert refused(DetectorPlan(model=plan)) == f"the model {plan.file} is empty"


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LARGEST_BYTES", 1024**2)
    plan = written(tmp_path, bytes(1024**2 + 1))

    assert "is larger than 1 MiB" in refused(DetectorPlan(model=plan))


@pytest.mark.parametrize("cut", [1000, 1_000_000])
def test_half_a_model_is_refused(tmp_path: Path, cut: int) -> None:
    plan = written(tmp_path, FIRST.file.read_bytes()[:-cut])

    assert f"the model {plan.file} cannot be opened: " in refused(DetectorPlan(model=plan))


@pytest.mark.parametrize("content", [b"\n", b"this is not a model", bytes(range(256)) * 40])
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    sentence = refused(DetectorPlan(model=written(tmp_path, content)))

    assert "cannot be opened: " in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda plan: replace(plan, decoder="yolo"), "none of its outputs|its outputs are"),
        (lambda plan: replace(plan, decoder="nanodet"), "the nanodet decoder reads"),
        (lambda plan: replace(plan, decoder="tf"), "the decoder gives uint8"),
        (lambda plan: replace(plan, decoder="best"), "there is no decoder 'best'"),
        (lambda plan: replace(plan, labels=SECOND.labels), r"is the scores, \[1x1917x2\]"),
        (lambda plan: replace(plan, score=0.99), "finds no person in a portrait"),
        (lambda plan: replace(plan, score=0.0001), "it finds everything"),
    ],
)
def test_what_does_not_fit_is_refused(
    change: Callable[[ModelPlan], ModelPlan], sentence: str
) -> None:
    with pytest.raises(ModelRefused, match=sentence):
        Detector.open(DetectorPlan(model=change(FIRST)))


def test_labels_in_another_order_are_found_out(tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    names = FIRST.labels.read_text("utf-8").splitlines()
    labels.write_text("\n".join(reversed(names)), "utf-8")

    sentence = refused(DetectorPlan(model=replace(FIRST, labels=labels)))

    assert "finds no person in a portrait" in sentence


def test_labels_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    broken, many, nobody = (tmp_path / name for name in ("broken", "many", "nobody"))
    broken.write_bytes(b"person\n\xff\n")
    many.write_text("person\n" * (MOST_LABELS + 1), "utf-8")
    nobody.write_text("cup\nspoon\n", "utf-8")

    for file, words in (
        (tmp_path / "none", "cannot be read: No such file or directory"),
        (broken, "cannot be read: it is not UTF-8"),
        (many, f"are {MOST_LABELS + 1} lines, more than {MOST_LABELS}"),
        (nobody, "name no person"),
    ):
        with pytest.raises(ModelRefused, match=f"^the labels {file} {words}"):
            read_labels(file)


def test_labels_mean_what_is_looked_for() -> None:
    labels = read_labels(FIRST.labels)

    meant = {labels.names[number]: seen for number, seen in labels.meaning.items()}
    assert meant == {
        "Person": Seen.PERSON,
        "Bicycle": Seen.VEHICLE,
        "Vehicle": Seen.VEHICLE,
        "Car": Seen.VEHICLE,
        "Cattle": Seen.ANIMAL,
        "Cat": Seen.ANIMAL,
        "Dog": Seen.ANIMAL,
    }


@pytest.mark.parametrize(
    ("provider", "sentence"),
    [
        ("cuda", "the provider 'cuda' is not installed: put onnxruntime-gpu in the place of"),
        ("openvino", "'openvino' is not installed: put onnxruntime-openvino in the place of"),
        ("tpu", "there is no provider 'tpu'; there are cpu, cuda, openvino"),
    ],
)
def test_a_provider_that_is_not_there_is_refused(
    provider: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AVAILABLE, lambda: ["CPUExecutionProvider"])

    assert sentence in refused(DetectorPlan(provider=provider))


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_provider_that_gives_way_to_the_cpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with contextlib.suppress(ModelRefused):
        session.asked_for("cuda")
        pytest.skip("here it would start")
    monkeypatch.setattr(AVAILABLE, lambda: ["CUDAExecutionProvider"])

    assert "CUDAExecutionProvider does not start here" in refused(DetectorPlan(provider="cuda"))


def test_a_model_that_breaks_down_says_so() -> None:
    opened = Session(FIRST.file, FIRST.sha256, "cpu", 1)

    with pytest.raises(ModelRefused, match=r"^the model breaks down: "):
        opened.run(np.zeros((1, 20, 20, 3), np.float32))


def test_a_trial_is_a_picture_of_one_person() -> None:
    rgb = models.picture(models.TRIAL)

    assert rgb.shape == (320, 320, 3)
    assert rgb.dtype == np.uint8
