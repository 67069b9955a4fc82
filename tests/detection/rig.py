"""The whole detection as the hub runs it: the keeper, its real process, and simulated cameras."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from gateway.detection.keeper import Bounds, Detection
from gateway.detection.plan import CameraPlan, DetectorPlan, EvidencePlan, Plan
from gateway.model.capability import Picture
from gateway.model.credential import Code, StreamsFound
from gateway.model.device import DeviceId
from gateway.model.event import Event, Reported, Telemetry
from tests.simulator.camera.cameras import Cameras, cameras
from tests.waiting import until

YARD, HALL = DeviceId("onvif:yard/0"), DeviceId("onvif:hall/0")
DEVICES = {"yard": YARD, "hall": HALL}
BOTH = """
[camera]
discovery_port = 0

[[device]]
radio = "camera"
name = "yard"

[[device]]
radio = "camera"
name = "hall"
"""
PASSWORD = "nightlatch"  # the simulator's own


@dataclass
class Lived:
    """A detection at work, and what it said, each with when."""

    plan: Plan
    house: Cameras
    detection: Detection
    said: list[tuple[float, Event | Telemetry]] = field(
        default_factory=list[tuple[float, Event | Telemetry]]
    )
    losses: int = 0

    def hear(self, said: Event | Telemetry) -> None:
        """Note what it said."""
        self.said.append((asyncio.get_running_loop().time(), said))

    @property
    def events(self) -> list[Event | Telemetry]:
        """Give what it said."""
        return [one for _, one in self.said]

    def of[T](self, kind: type[T]) -> list[T]:
        """Give what it said of one kind."""
        return [one for one in self.events if isinstance(one, kind)]

    async def heard[T](
        self, kind: type[T], holds: Callable[[T], object] = lambda _: True, after: int = 0
    ) -> T:
        """Wait for something that it says, after it said so many things; give the first."""

        def found() -> T | None:
            later = (one for _, one in self.said[after:])
            return next((one for one in later if isinstance(one, kind) and holds(one)), None)

        await until(found)
        result = found()
        assert result is not None
        return result

    async def picture(self, camera: str, *wanted: Picture, after: int = 0) -> Picture:
        """Wait until a camera's picture is told to be one of these; give which."""
        told = await self.heard(
            Reported, lambda one: one.device == DEVICES[camera] and one.reading in wanted, after
        )
        assert isinstance(told.reading, Picture)
        return told.reading

    async def act(self, act: str, camera: str = "yard", **fields: object) -> None:
        """Have a camera do something."""
        await self.house.air.do(act, device=camera, **fields)

    def find(self, camera: str, *, login: str = f"nightlatch:{PASSWORD}", sub: bool = True) -> None:
        """Tell the detection where a camera's streams are."""
        names = ("main", "sub") if sub else ("main",)
        urls = [Code(self.house.url(camera, name, login)) for name in names]
        self.detection.streams(StreamsFound(DEVICES[camera], *urls))

    def pid(self) -> int:
        """Give the process."""
        (found,) = children("gateway.detection.process")
        return found

    def kill(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        os.kill(self.pid(), number)


def children(module: str) -> list[int]:
    """Give the living children of this process that run a module."""
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):  # it ended meanwhile
            parent = (process / "stat").read_text("ascii").rpartition(")")[2].split()[1]
            words = (process / "cmdline").read_bytes().split(b"\0")
            if int(parent) == os.getpid() and module.encode() in words:
                found.append(int(process.name))
    return found


def plan_of(folder: Path, *cameras: CameraPlan) -> Plan:
    """Give the plan of these cameras; of a yard that sees everything, with none."""
    return Plan(
        cameras=cameras or (CameraPlan(YARD, "yard"), CameraPlan(HALL, "hall")),
        evidence=EvidencePlan(folder / "evidence", folder / "evidence.key", disk_share=0.9),
    )


BOUNDS = Bounds()


@contextlib.asynccontextmanager
async def detecting(
    folder: Path,
    *,
    plan: Plan | None = None,
    detector: DetectorPlan | None = None,
    bounds: Bounds = BOUNDS,
    house: str = BOTH,
) -> AsyncIterator[Lived]:
    """Run it; no stream is known yet."""
    whole = plan or plan_of(folder)
    if detector is not None:
        whole = replace(whole, detector=detector)
    async with cameras(folder, house) as far:
        said: list[Event | Telemetry] = []
        detection = Detection(whole, said.append, bounds=bounds)
        lived = Lived(whole, far, detection)
        detection._say = lived.hear  # it is what it was made with, with the time
        running = asyncio.create_task(detection.run())
        try:
            yield lived
        finally:
            running.cancel()
            await asyncio.wait((running,))


@contextlib.asynccontextmanager
async def seeing(folder: Path, *names: str, **how: object) -> AsyncIterator[Lived]:
    """Run it until these cameras see."""
    async with detecting(folder, **how) as lived:  # type: ignore[arg-type]  # passed on as it is
        for name in names:
            lived.find(name)
        for name in names:
            await lived.picture(name, Picture.SEEING)
        yield lived
