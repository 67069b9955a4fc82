"""One camera's streams come and go: a recording goes on over it, and a loss is told in time."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from av.video.frame import VideoFrame

from gateway.detection.clip.store import Store
from gateway.detection.detector.boxes import Box
from gateway.detection.detector.tensors import Image
from gateway.detection.eye import LARGE_SECONDS, Eye, Tools
from gateway.detection.looking import Job, Looker, Shown, Still
from gateway.detection.plan import CameraPlan, EvidencePlan
from gateway.detection.stream.opening import Patience
from gateway.detection.stream.sample import Sample
from gateway.detection.stream.sub import colours_of, luma_of
from gateway.model.capability import Picture
from gateway.model.credential import Code, StreamsFound
from gateway.model.device import DeviceId
from gateway.model.event import Event, PartFailed, PartWorks, Telemetry
from gateway.model.sight import Inspected
from tests.detection.films import Clock, Paced
from tests.waiting import until

YARD = DeviceId("onvif:yard/0")
QUICK = Patience(first_pause=0.01, longest_pause=0.02, useless_pause=0.02)
PART = "the large stream of yard"
LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


class Blind:
    """A detector that sees nothing."""

    def find(self, image: Image) -> tuple[Box, ...]:
        del image
        return ()

    def sure(self, piece: Image) -> float | None:
        del piece
        return None


class Yard:
    """A camera whose streams the test lays out by their addresses."""

    def __init__(self, folder: Path, plan: CameraPlan) -> None:
        self.clock = Clock()
        self.told: list[Event | Telemetry] = []
        self.paced: dict[str, Paced] = {}
        self.opened: list[Paced] = []
        evidence = EvidencePlan(folder / "evidence", folder / "evidence.key")
        self.eye = Eye(
            plan,
            (2, 3),
            Tools(
                Looker(Blind(), self.clock.now),
                Store(evidence, self.clock.wall, self.told.append),
                self.told.append,
                self.clock.now,
                self.clock.wall,
                opener=self._open,
                patience=QUICK,
            ),
        )

    def _open(self, url: Code, patience: Patience) -> Any:
        del patience
        if (paced := self.paced.pop(url.text, None)) is None:
            raise OSError(111, "refused")
        self.opened.append(paced)
        return paced

    def lay(self, url: str, film: Path, packets: int = 10_000) -> None:
        """Have a stream at an address, for one connection, of which so many packets come."""
        self.paced[url] = Paced(film)
        self.paced[url].let_out(packets)

    def find(self, main: str, sub: str) -> None:
        """Tell the camera's addresses."""
        self.eye.streams(StreamsFound(YARD, Code(main), Code(sub)))

    def samples(self) -> tuple[Sample, ...]:
        """Give what the ring holds."""
        return self.eye._ring.since(0).samples

    @property
    def parts(self) -> list[object]:
        """Give what was told of parts."""
        return [one for one in self.told if isinstance(one, PartFailed | PartWorks)]

    async def stepped(self, holds: Callable[[], object]) -> None:
        """Step until it holds."""

        def step() -> object:
            self.eye.step()
            return holds()

        await until(step)


@contextlib.contextmanager
def yard(folder: Path, plan: CameraPlan | None = None) -> Iterator[Yard]:
    made = Yard(folder, plan or CameraPlan(YARD, "yard"))
    try:
        yield made
    finally:
        made.eye.close()
        for paced in made.opened:
            paced.let_out(10_000)


@pytest.mark.parametrize("masks", [(), (LEFT_HALF,)], ids=["large", "masked"])
async def test_a_camera_with_another_address_goes_on_in_the_same_count(
    tmp_path: Path, film: Path, masks: tuple[Any, ...]
) -> None:
    with yard(tmp_path, CameraPlan(YARD, "yard", masks=masks)) as one:
        wanted = "b" if masks else "a"
        one.lay(wanted, film)
        one.find("a", "b")
        await until(lambda: len(one.samples()) == 120)
        one.clock.seconds += 2.0
        one.lay({"a": "c", "b": "d"}[wanted], film)
        one.find("c", "d")
        await until(lambda: len(one.samples()) == 240)

    times = [sample.decode_us for sample in one.samples()]
    assert times == sorted(times)
    assert times[120] - times[119] >= 1_900_000


async def test_a_large_stream_that_is_lost_is_told_before_it_is_needed(
    tmp_path: Path, film: Path
) -> None:
    with yard(tmp_path) as one:
        one.lay("b", film, packets=20)
        one.find("a", "b")
        await one.stepped(lambda: one.eye._large_lost is not None)
        one.clock.seconds += LARGE_SECONDS - 1
        one.eye.step()
        assert one.parts == []

        one.clock.seconds += 1
        one.eye.step()
        one.eye.step()
        assert one.parts == [PartFailed(PART, "nobody listens there: connection refused")]
        one.lay("a", film, packets=20)
        await one.stepped(lambda: len(one.parts) > 1)

    assert one.parts[1:] == [PartWorks(PART)]


async def test_a_camera_that_is_lost_altogether_is_one_trouble(tmp_path: Path) -> None:
    with yard(tmp_path) as one:
        one.find("a", "b")
        await one.stepped(lambda: one.eye._main is not None)
        one.eye.step()
        one.clock.seconds += 2 * LARGE_SECONDS
        one.eye.step()

    assert one.parts == []


def test_a_picture_that_shows_nothing_yet_is_no_sign_of_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flat = VideoFrame(64, 48, "yuv420p")

    def look(looker: Looker, camera: str, job: Job) -> None:
        del looker, camera
        job.done(Shown(Still(flat), (), job.part, job.at, lambda _: False))

    monkeypatch.setattr(Looker, "show", look)
    with yard(tmp_path) as one:
        one.eye._lost, one.eye._told = "", Picture.SEEING  # as it was before it was aimed
        one.eye.inspect(1.5)
        for _ in range(10):
            one.clock.seconds += 0.1
            one.eye._frame(luma_of(flat), flat, one.clock.now())
        one.clock.seconds += 1.0
        one.eye.step()

    assert one.told == [Inspected(YARD, (), 0, "its picture is not judged yet")]


def test_what_is_masked_never_comes_to_the_detector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs: list[Job] = []
    monkeypatch.setattr(Looker, "show", lambda _, __, job: jobs.append(job))
    grey = VideoFrame.from_ndarray(np.full((48, 64, 3), 120, np.uint8), format="rgb24")
    frame = grey.reformat(format="yuv420p")
    with yard(tmp_path, CameraPlan(YARD, "yard", masks=(LEFT_HALF,))) as one:
        one.eye._lost = ""
        one.eye.nudge()
        one.eye._frame(luma_of(frame), frame, one.clock.now())

    (job,) = jobs
    shown = colours_of(job.frame())
    assert not shown[:, :32].any()
    assert shown[:, 34:].mean() > 100
