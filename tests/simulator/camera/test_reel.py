"""Files as they are read for the line, and pictures as they are made and taken out again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from simulator.camera.codec import Codec
from simulator.camera.footage import scenery, spoil
from simulator.camera.footage.reel import ReelError, load
from simulator.camera.footage.studio import Format, Rgb, film, jpeg, still

SMALL = (64, 48)


def ramp(count: int = 25) -> Iterator[Rgb]:
    """Give pictures of which each is a little brighter."""
    for number in range(count):
        yield np.full((48, 64, 3), 10 + 8 * number, np.uint8)


@pytest.mark.parametrize("codec", list(Codec))
@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_a_reel_has_every_picture_at_its_time(tmp_path: Path, codec: Codec, container: str) -> None:
    reel = load(film(tmp_path / f"ramp.{container}", ramp(), Format(*SMALL, codec=codec)))

    assert (reel.codec, reel.width, reel.height, reel.rate) == (codec, *SMALL, 10.0)
    assert [round(unit.pts, 2) for unit in reel.units] == [n / 10 for n in range(25)]
    assert [n for n, unit in enumerate(reel.units) if unit.key] == [0, 10, 20]
    assert reel.duration == pytest.approx(2.5)


@pytest.mark.parametrize("codec", list(Codec))
def test_every_key_can_be_decoded_by_itself(tmp_path: Path, codec: Codec) -> None:
    reel = load(film(tmp_path / "ramp.mp4", ramp(), Format(*SMALL, codec=codec)))

    for unit in reel.units:
        kinds = {codec.kind(nal) for nal in unit.nals}
        assert unit.key == ({codec.kind(one) for one in reel.sets} <= kinds)


@pytest.mark.parametrize("codec", list(Codec))
def test_a_still_is_the_picture_of_its_moment(tmp_path: Path, codec: Codec) -> None:
    reel = load(film(tmp_path / "ramp.mp4", ramp(), Format(*SMALL, codec=codec)))

    for number in (0, 9, 10, 17, 24):
        shown = still(reel, number / 10 + 0.01)
        assert shown.mean() == pytest.approx(10 + 8 * number, abs=4)


def test_pictures_that_are_sent_before_their_time_keep_both_times(tmp_path: Path) -> None:
    file = tmp_path / "b.mp4"
    with av.open(str(file), "w") as container:
        options = {"bf": "2", "x264-params": "b-adapt=0:scenecut=0:keyint=30"}
        stream = container.add_stream("libx264", rate=10, options=options)
        stream.width, stream.height, stream.pix_fmt = *SMALL, "yuv420p"
        for picture in ramp(12):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))

    units = load(file).units

    assert [unit.dts for unit in units] == sorted(unit.dts for unit in units)
    assert [unit.pts for unit in units] != sorted(unit.pts for unit in units)
    assert all(unit.pts >= unit.dts for unit in units)


@pytest.mark.parametrize("content", [b"", b"no film at all" * 100])
def test_what_is_no_film_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.mp4").write_bytes(content)

    with pytest.raises(ReelError, match=r"x.mp4 cannot be played: "):
        load(tmp_path / "x.mp4")


def test_another_codec_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "old.mp4"
    with av.open(str(file), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = *SMALL, "yuv420p"
        for picture in ramp(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))

    with pytest.raises(ReelError, match=r"old.mp4 is mpeg4; H.264 and H.265 can be played"):
        load(file)


def test_a_jpeg_is_the_picture(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(jpeg(np.full((48, 64, 3), 99, np.uint8)))

    with av.open(str(tmp_path / "x.jpg")) as container:
        (frame,) = container.decode(video=0)
    assert frame.to_ndarray(format="rgb24").mean() == pytest.approx(99, abs=3)


@pytest.mark.parametrize("crossed", [scenery.person, scenery.cat])
def test_somebody_is_in_one_scene_and_nobody_in_the_other(
    crossed: Callable[[], Iterator[Rgb]],
) -> None:
    empty, walk = list(scenery.rest()), list(crossed())
    yard = scenery.yard().astype(int)

    assert all(np.abs(picture - yard).max() <= 4 for picture in empty)
    there = [np.abs(picture - yard).max() > 50 for picture in walk]
    first, last = there.index(True), len(there) - 1 - there[::-1].index(True)
    assert first == pytest.approx(scenery.ENTERS_AT * scenery.RATE, abs=1)
    assert all(there[first : last + 1])
    assert not there[-1]


def test_every_scene_is_the_same_every_time() -> None:
    assert all((a == b).all() for a, b in zip(scenery.person(), scenery.person(), strict=True))


def test_meddling_leaves_a_picture_that_shows_it() -> None:
    seen = next(scenery.rest())
    spoilt = {name: list(make(seen)) for name, make in spoil.SPOILT.items()}

    assert spoilt["cover"][0].mean() < 15
    assert spoilt["spray"][0].std() < 5 < seen.std()
    assert np.abs(spoilt["turn"][0].astype(int) - seen).mean() > 10
    assert all((picture == seen).all() for picture in spoilt["freeze"])
    assert not (spoilt["cover"][0] == spoilt["cover"][1]).all()
