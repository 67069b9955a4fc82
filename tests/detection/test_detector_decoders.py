"""Each decoder gives back the boxes that its model's outputs mean, and refuses another model's."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gateway.detection.detector.decoders import decoder
from gateway.detection.detector.nanodet import BINS
from gateway.detection.detector.ssd import anchors
from gateway.detection.detector.tensors import (
    Array,
    Found,
    ModelRefused,
    Pixels,
    Tensor,
    above,
)

CLASSES = 5
COLUMNS = np.array([1, 3], np.intp)
FLOOR = 0.3
WIDE, SQUARE = (np.zeros((150, 300, 3), np.uint8), np.zeros((64, 64, 3), np.uint8))

PLANES = (Tensor("images", (1, 3, 320, 320), "float"),)
SSD = (
    (Tensor("image", (1, 300, 300, 3), "float"),),
    (Tensor("offsets", (1, 1917, 4), "float"), Tensor("logits", (1, 1917, CLASSES), "float")),
)
YOLO8 = (PLANES, (Tensor("out", (1, 4 + CLASSES, 2100), "float"),))
YOLO5 = (PLANES, (Tensor("out", (1, 6300, 5 + CLASSES), "float"),))
NANODET = (PLANES, (Tensor("out", (1, 2100, CLASSES + 4 * BINS), "float"),))
PLUS = (PLANES, (Tensor("out", (1, 2125, CLASSES + 4 * BINS), "float"),))
TF = (
    (Tensor("image_tensor:0", (None, None, None, 3), "uint8"),),
    (
        Tensor("detection_boxes:0", (None, 100, 4), "float"),
        Tensor("detection_scores:0", (None, 100), "float"),
        Tensor("detection_classes:0", (None, 100), "float"),
        Tensor("num_detections:0", (None,), "float"),
    ),
)
KINDS: dict[str, tuple[tuple[Tensor, ...], tuple[Tensor, ...]]] = {
    "ssd": SSD,
    "yolo": YOLO8,
    "nanodet": NANODET,
    "tf": TF,
}

ANCHORS = {
    0: (0.0263, 0.0263, 0.1000, 0.1000),
    1: (0.0263, 0.0263, 0.1414, 0.2828),
    2: (0.0263, 0.0263, 0.2828, 0.1414),
    700: (0.6579, 0.2895, 0.1414, 0.2828),
    1083: (0.0500, 0.0500, 0.3500, 0.3500),
    1086: (0.0500, 0.0500, 0.2021, 0.6062),
    1087: (0.0500, 0.0500, 0.6062, 0.2021),
    1088: (0.0500, 0.0500, 0.4183, 0.4183),
    1500: (0.6500, 0.9500, 0.2021, 0.6062),
    1688: (0.1000, 0.1000, 0.5701, 0.5701),
    1833: (0.1667, 0.1667, 0.6500, 0.6500),
    1836: (0.1667, 0.1667, 0.3753, 1.1258),
    1887: (0.2500, 0.2500, 0.8000, 0.8000),
    1910: (0.7500, 0.7500, 0.8718, 0.8718),
    1911: (0.5000, 0.5000, 0.9500, 0.9500),
    1912: (0.5000, 0.5000, 0.6718, 1.3435),
    1915: (0.5000, 0.5000, 1.6455, 0.5485),
    1916: (0.5000, 0.5000, 0.9747, 0.9747),
}
"""Centre y, x, height, width: as the frozen graph of ped_ssdlite computes them (1.x, 300 x 300)."""

type Model = tuple[Sequence[Tensor], Sequence[Tensor]]


def read(kind: str, model: Model, answer: Sequence[Array], rgb: Pixels = SQUARE) -> Found:
    """Give what a decoder makes of an answer about a picture."""
    reader = decoder(kind, *model, CLASSES, COLUMNS)
    shown, placed = reader.feed(rgb)
    wanted = model[0][0].shape
    assert all(size in (None, has) for size, has in zip(wanted, shown.shape, strict=True))
    return above(reader, answer, COLUMNS, FLOOR, placed)


def logit(score: float) -> float:
    return float(np.log(score / (1 - score)))


sides = st.tuples(st.floats(0.0, 0.6), st.floats(0.1, 0.4))
scores = st.integers(350, 990).map(lambda thousandths: thousandths / 1000)


@st.composite
def boxes(draw: st.DrawFn) -> NDArray[np.float64]:
    """Give left, top, right, bottom, inside the picture."""
    (left, width), (top, height) = draw(sides), draw(sides)
    return np.array([left, top, left + width, top + height])


def test_anchors_are_those_of_tensorflow() -> None:
    made = anchors(300, 300)

    assert made.shape == (1917, 4)
    for number, golden in ANCHORS.items():
        np.testing.assert_allclose(made[number], golden, atol=1e-4)


@settings(deadline=None, max_examples=50)
@given(box=boxes(), score=scores, anchor=st.integers(0, 1916))
def test_ssd_gives_back_what_was_encoded(
    box: NDArray[np.float64], score: float, anchor: int
) -> None:
    y, x, height, width = anchors(300, 300)[anchor].astype(float)
    offsets = np.zeros((1, 1917, 4), np.float32)
    logits = np.full((1, 1917, CLASSES), -20, np.float32)
    offsets[0, anchor] = (
        ((box[1] + box[3]) / 2 - y) / height * 10,
        ((box[0] + box[2]) / 2 - x) / width * 10,
        np.log((box[3] - box[1]) / height) * 5,
        np.log((box[2] - box[0]) / width) * 5,
    )
    logits[0, anchor, 3] = logit(score)

    found = read("ssd", SSD, [offsets, logits])

    assert found.classes.tolist() == [3]
    np.testing.assert_allclose(found.boxes[0], box, atol=1e-4)
    np.testing.assert_allclose(found.scores, [score], atol=1e-4)


@settings(deadline=None, max_examples=50)
@given(box=boxes(), score=scores, row=st.integers(0, 2099), wide=st.booleans())
def test_yolo_8_gives_back_what_was_encoded(
    box: NDArray[np.float64], score: float, row: int, *, wide: bool
) -> None:
    out = np.zeros((1, 4 + CLASSES, 2100), np.float32)
    out[0, :4, row] = letterboxed(box, 320, wide=wide)
    out[0, 4 + 1, row] = score

    found = read("yolo", YOLO8, [out], WIDE if wide else SQUARE)

    assert found.classes.tolist() == [1]
    np.testing.assert_allclose(found.boxes[0], box, atol=1e-4)
    np.testing.assert_allclose(found.scores, [score], atol=1e-5)


@settings(deadline=None, max_examples=50)
@given(box=boxes(), score=scores, row=st.integers(0, 6299), wide=st.booleans())
def test_yolo_5_counts_what_the_box_is_worth(
    box: NDArray[np.float64], score: float, row: int, *, wide: bool
) -> None:
    out = np.zeros((1, 6300, 5 + CLASSES), np.float32)
    out[0, row, :4] = letterboxed(box, 320, wide=wide)
    out[0, row, 4], out[0, row, 5 + 3] = 0.98, score

    found = read("yolo", YOLO5, [out], WIDE if wide else SQUARE)

    assert found.classes.tolist() == [3]
    np.testing.assert_allclose(found.boxes[0], box, atol=1e-4)
    np.testing.assert_allclose(found.scores, [0.98 * score], atol=1e-5)


def letterboxed(box: NDArray[np.float64], side: int, *, wide: bool) -> tuple[float, ...]:
    """Give centre and size in pixels of a square that a picture, twice as wide as tall, fills."""
    width, height, top = side, side // 2 if wide else side, side // 4 if wide else 0
    left, upper, right, lower = box * [width, height, width, height]
    return ((left + right) / 2, (upper + lower) / 2 + top, right - left, lower - upper)


@settings(deadline=None, max_examples=50)
@given(
    away=st.tuples(*[st.floats(0.5, 6.5)] * 4),
    score=scores,
    cell=st.tuples(st.integers(8, 30), st.integers(8, 30)),
    plus=st.booleans(),
)
def test_nanodet_gives_back_what_was_encoded(
    away: tuple[float, ...], score: float, cell: tuple[int, int], *, plus: bool
) -> None:
    model, points, offset = (PLUS, 2125, 0.0) if plus else (NANODET, 2100, 0.5)
    column, line = cell
    out = np.zeros((1, points, CLASSES + 4 * BINS), np.float32)
    row = line * 40 + column  # of stride 8, which comes first
    out[0, row, 3] = score
    out[0, row, CLASSES:] = np.concatenate([distribution(side) for side in away])
    x, y = (column + offset) * 8, (line + offset) * 8
    box = np.array([x - 8 * away[0], y - 8 * away[1], x + 8 * away[2], y + 8 * away[3]]) / 320

    found = read("nanodet", model, [out])

    assert found.classes.tolist() == [3]
    np.testing.assert_allclose(found.boxes[0], np.clip(box, 0, 1), atol=1e-4)


def distribution(side: float) -> NDArray[np.float64]:
    """Give logits whose mean bin is a number: all weight on the two bins beside it."""
    low = int(side)
    logits = np.full(BINS, -40.0)
    logits[low] = np.log(max(1 - (side - low), 1e-12))
    logits[low + 1] = np.log(max(side - low, 1e-12))
    return logits


def test_nanodet_reads_outputs_that_come_apart_in_any_order() -> None:
    counts = (1600, 400, 100)
    outputs = [
        Tensor(f"{what}{count}", (1, count, size), "float")
        for what, size in (("distance", 4 * BINS), ("score", CLASSES))
        for count in counts
    ]
    answer = [np.zeros([size or 0 for size in output.shape], np.float32) for output in outputs]
    answer[4][0, 21 * 10, 1] = 0.9

    found = read("nanodet", (PLANES, outputs), answer)

    assert found.classes.tolist() == [1]
    centre = (found.boxes[0, :2] + found.boxes[0, 2:]) / 2 * 320
    np.testing.assert_allclose(centre, [10.5 * 16, 10.5 * 16], atol=0.01)


@settings(deadline=None, max_examples=50)
@given(found=st.lists(st.tuples(boxes(), scores, st.sampled_from([1, 3])), max_size=8))
def test_tf_gives_what_the_graph_kept(
    found: list[tuple[NDArray[np.float64], float, int]],
) -> None:
    out, best, classes = np.zeros((1, 100, 4)), np.zeros((1, 100)), np.ones((1, 100))
    best[0, len(found) :], out[0, len(found) :, 2:] = 0.99, 0.5  # beyond the count is nothing
    for row, (box, score, number) in enumerate(found):
        out[0, row], best[0, row], classes[0, row] = box[[1, 0, 3, 2]], score, number

    read_back = read("tf", TF, [out, best, classes, np.array([len(found)])])

    wanted = sorted(found, key=lambda each: -each[1])
    assert read_back.classes.tolist() == [number for _, _, number in wanted]
    np.testing.assert_allclose(read_back.scores, [score for _, score, _ in wanted], atol=1e-5)
    for box, (drawn, _, _) in zip(read_back.boxes, wanted, strict=True):
        np.testing.assert_allclose(box, drawn, atol=1e-5)


def test_what_is_no_number_is_no_box() -> None:
    out = np.zeros((1, 4 + CLASSES, 2100), np.float32)
    out[0, 4 + 1] = 0.9
    out[0, :4, 0], out[0, :4, 1] = np.nan, np.inf
    out[0, :4, 2] = (160, 160, -20, 20)  # of a width below nothing
    out[0, :4, 3] = (160, 160, 32, 32)

    found = read("yolo", YOLO8, [out])

    np.testing.assert_allclose(found.boxes, [[0.45, 0.45, 0.55, 0.55]], atol=1e-5)


def test_ssd_is_shown_minus_one_to_one_and_nanodet_blue_first() -> None:
    red = np.zeros((64, 64, 3), np.uint8)
    red[..., 0] = 255

    ssd, yolo, nanodet = (
        decoder(kind, *KINDS[kind], CLASSES, COLUMNS).feed(red)[0].astype(np.float32)
        for kind in ("ssd", "yolo", "nanodet")
    )

    np.testing.assert_allclose(ssd[0, 150, 150], [1, -1, -1], atol=0.03)
    np.testing.assert_allclose(yolo[0, :, 160, 160], [1, 0, 0], atol=0.02)
    blue, _, last = nanodet[0, :, 160, 160]
    np.testing.assert_allclose([blue, last], [-103.53 / 57.375, 131.325 / 58.395], atol=0.1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_a_model_of_another_kind_is_refused(kind: str, other: str) -> None:
    if kind == other:
        decoder(kind, *KINDS[other], CLASSES, COLUMNS)
        return

    with pytest.raises(ModelRefused, match=r"its (in|out)put"):
        decoder(kind, *KINDS[other], CLASSES, COLUMNS)


@pytest.mark.parametrize("kind", ["ssd", "yolo", "nanodet"])
def test_labels_that_are_too_few_are_refused(kind: str) -> None:
    with pytest.raises(ModelRefused, match="outputs"):
        decoder(kind, *KINDS[kind], CLASSES - 1, COLUMNS)


@pytest.mark.parametrize(
    ("taken", "sentence"),
    [
        ((), "it takes 0 inputs, not one picture: none"),
        ((Tensor("x", (1, 300, 300, 3), "double"),), r"its input is x double\[1x300x300x3\], and"),
        ((Tensor("x", (4, 300, 300, 3), "float"),), "not one picture"),
        ((Tensor("x", (1, 300, 300, 1), "float"),), "no axis of 3 colours"),
        ((Tensor("x", (1, None, None, 3), "float"),), "the decoder needs a size"),
        ((Tensor("x", (1, 99999, 300, 3), "float"),), "the decoder needs a size"),
        ((Tensor("x", (1, 512, 512, 3), "float"),), r"is the boxes, \[1x5118x4\]"),
    ],
)
def test_an_input_that_does_not_fit_is_named(taken: tuple[Tensor, ...], sentence: str) -> None:
    with pytest.raises(ModelRefused, match=sentence):
        decoder("ssd", taken, SSD[1], CLASSES, COLUMNS)


def test_a_decoder_that_there_is_not_is_named() -> None:
    with pytest.raises(ModelRefused, match="no decoder 'yolox'; there are ssd, yolo, nanodet, tf"):
        decoder("yolox", *SSD, CLASSES, COLUMNS)
