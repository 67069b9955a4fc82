"""Keeps the detection's process: fed, listened to, bounded, and started anew when it is lost.

While it is away nothing is seen, and the house is told so at once: each camera reads UNKNOWN, and
whoever asked for a look is answered that nobody could.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec

from gateway.detection.child import PART, Child, Hangs, Lost, started
from gateway.detection.own import is_its_own
from gateway.detection.plan import Plan
from gateway.detection.walls import NEEDED
from gateway.detection.wire import Answer, Ask, Beat, Begin, Failed, Happened, Ready, Watched
from gateway.model.capability import Picture
from gateway.model.credential import Noticed, StreamsFound, ViewChanged
from gateway.model.device import DeviceId
from gateway.model.effect import Inspect, KeepClip
from gateway.model.event import Event, PartFailed, PartWorks, Reported, Telemetry
from gateway.model.sight import ClipFailed, ClipKept, ClipRemoved, Inspected

log = logging.getLogger("nightlatch.detection")

PROGRAM = (sys.executable, "-m", "gateway.detection.process")
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before each new start; the last holds for all that follow."""
READY_SECONDS = 30.0
BEAT_SECONDS = 5.0
"""It beats each second; one that is silent for this long hangs, and is killed."""
LATE_SECONDS = 0.25
"""A look that is not answered so long after its time is answered by the hub: nobody could look."""
HELD_SECONDS = 60.0
"""A process that lived for so long is well again, however often it was lost before."""
RECORDED_MAX = 256
"""Recordings, each of one camera, that are told to a process that is started anew."""

type _Look = tuple[float, asyncio.TimerHandle]  # when it is late, and who says so then
type Say = Callable[[Event | Telemetry], None]
type Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one process may take."""

    memory_bytes: int = 1024 << 20
    camera_bytes: int = 160 << 20  # more for each camera: a ring of 64 MiB, pictures, a decoder
    beat_seconds: float = BEAT_SECONDS
    ready_seconds: float = READY_SECONDS

    def patience(self, *, ready: bool) -> float:
        """Give for how many seconds it may be silent."""
        return self.beat_seconds if ready else self.ready_seconds


@dataclass(slots=True)
class _Recorded:
    """What one camera is recording for one incident."""

    end: float  # on the loop's clock
    pinned: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How the detection stands, for `nightlatch doctor`."""

    ready: Ready | None  # None: it is not there
    lost: str  # why it was lost last, if it is not there
    beat: Beat | None
    cameras: Mapping[str, Watched]  # by the camera's name


class Detection:
    """The hub's side. For the event loop's thread; nothing here waits but `run`."""

    def __init__(
        self,
        plan: Plan,
        say: Say,
        *,
        program: Sequence[str] = PROGRAM,
        bounds: Bounds = Bounds(),  # frozen
    ) -> None:
        self._plan = plan
        self._say = say
        self._program = tuple(program)
        self._bounds = bounds
        self._streams: dict[DeviceId, StreamsFound] = {}
        self._looks: dict[DeviceId, list[_Look]] = {}  # that are not answered yet
        self._recorded: dict[tuple[str, DeviceId], _Recorded] = {}
        self._pictures: dict[DeviceId, Picture] = {}  # as the house was told
        self._watched: dict[DeviceId, Watched] = {}
        self._child: Child | None = None
        self._ready: Ready | None = None
        self._ready_at = 0.0
        self._beat: Beat | None = None
        self._why = ""
        self._failed: set[str] = set()  # the parts that the house was told of, this one too
        self._losses = 0  # in a row, each after too short a life

    # What it is told

    def streams(self, found: StreamsFound) -> None:
        """Learn where a camera's pictures are; each new process is told again."""
        self._streams[found.device] = found
        self._tell(found)

    def noticed(self, notice: Noticed | ViewChanged) -> None:
        """Have it look hard, or learn a view anew: the camera saw something, or was turned."""
        self._tell(notice)

    def see(self, effect: Inspect | KeepClip) -> None:
        """Have cameras looked at, or recorded; one that is in no plan is answered at once."""
        own = [camera.device for camera in self._plan.cameras]
        for camera in effect.cameras:
            if camera not in own:
                self._say(_unwatched(camera, effect))
        watched = replace(effect, cameras=tuple(one for one in effect.cameras if one in own))
        match watched:
            case Inspect():
                self._inspect(watched)
            case KeepClip():
                self._keep(watched)

    @property
    def standing(self) -> Standing:
        """Say how it stands."""
        named = {one.device: one.name for one in self._plan.cameras}
        cameras = {named[device]: told for device, told in self._watched.items()}
        return Standing(self._ready, self._why, self._beat, cameras)

    def _inspect(self, ask: Inspect) -> None:
        if not self._ready:
            for camera in ask.cameras:
                self._say(Inspected(camera, (), 0, f"{PART} is not there"))
            return
        loop = asyncio.get_running_loop()
        due = loop.time() + ask.seconds + LATE_SECONDS
        for camera in ask.cameras:
            late = loop.call_at(due, self._late, camera, due)
            self._looks.setdefault(camera, []).append((due, late))
        self._tell(ask)

    def _late(self, camera: DeviceId, due: float) -> None:
        """Answer in the process's place: whoever asked does not wait for one that hangs."""
        self._looks[camera] = [look for look in self._looks[camera] if look[0] != due]
        self._say(Inspected(camera, (), 0, f"{PART} did not answer in time"))

    def _answered(self, camera: DeviceId) -> None:
        """Wait no longer for the answer that was due first."""
        looks = self._looks.get(camera)
        if looks:
            first = min(looks, key=lambda look: look[0])
            first[1].cancel()
            looks.remove(first)

    def _keep(self, ask: KeepClip) -> None:
        now = asyncio.get_running_loop().time()
        self._recorded = {key: one for key, one in self._recorded.items() if one.end > now}
        for camera in ask.cameras:
            key = ask.incident, camera
            known = self._recorded.get(key, _Recorded(now, pinned=False))
            end = max(known.end, now + ask.seconds)
            if key in self._recorded or len(self._recorded) < RECORDED_MAX:
                self._recorded[key] = _Recorded(end, known.pinned or ask.pinned)
        self._tell(ask)

    def _tell(self, said: Ask) -> None:
        if self._child is not None and self._ready is not None:
            self._child.write(said)

    # Its lives

    async def run(self, sleep: Sleep = asyncio.sleep) -> None:
        """Keep the process running until cancelled, however often it is lost."""
        while True:
            self._ready_at = float("inf")
            try:
                await self._live()
            except Lost:
                pass  # and told
            except OSError as error:
                self._lost(f"it cannot be started: {error.strerror}")
            except Exception as bug:  # law 6: nothing of this ends the hub
                log.exception("%s failed on the hub's side", PART)
                self._lost(f"the hub's side of it failed: {type(bug).__name__}")
            self._losses = 1 if self._held() >= HELD_SECONDS else self._losses + 1
            await sleep(PAUSES[min(self._losses, len(PAUSES)) - 1])

    def _held(self) -> float:
        """Give for how many seconds this process has been there, or was."""
        return asyncio.get_running_loop().time() - self._ready_at

    def _lost(self, why: str) -> None:
        log.warning("%s is lost: %s", PART, why)
        self._ready, self._why, self._watched, self._beat = None, why, {}, None
        if PART not in self._failed:
            self._failed.add(PART)
            self._say(PartFailed(PART, why))
        for camera in self._plan.cameras:
            if self._pictures.get(camera.device) is not Picture.UNKNOWN:
                self._pictures[camera.device] = Picture.UNKNOWN
                self._say(Reported(camera.device, Picture.UNKNOWN))
        looks, self._looks = self._looks, {}
        for device, waiting in looks.items():
            for _, late in waiting:
                late.cancel()
                self._say(Inspected(device, (), 0, f"{PART} is lost: {why}"))

    async def _live(self) -> None:
        """Live one life of the process. Raises Lost, told, or OSError where it cannot begin."""
        try:
            self._must_be_installed()
            async with started(self._program, self._hear_last) as child:
                await self._listen(child)
        finally:
            self._child = None

    def _must_be_installed(self) -> None:
        if self._program != PROGRAM:
            return
        if absent := ", ".join(name for name in NEEDED if not find_spec(name)):
            self._lost(f"{absent} is not installed: pip install 'nightlatch[cameras]'")
            raise Lost

    async def _listen(self, child: Child) -> None:
        self._child = child
        child.write(Begin(self._plan))
        try:
            while True:
                ready = self._ready is not None
                self._hear(child, await child.heard(self._bounds.patience(ready=ready)))
                await asyncio.sleep(0)  # a flood of lines gives way to everything else
        except Lost as lost:
            self._lost(str(lost))  # now: whoever waits for it does not wait for its end
            raise

    def _hear_last(self, said: Answer) -> None:
        """Hear what it still has to say, while it ends, of what it recorded."""
        match said:
            case Happened(event=ClipKept() | ClipFailed() | ClipRemoved() as event):
                self._say(event)
            case _:
                pass

    def _hear(self, child: Child, said: Answer) -> None:
        match said:
            case Ready():
                self._begun(said)
            case Beat():
                self._beat = said
                self._bounded(child)
                self._works_again()
            case Failed(why=why):
                raise Lost(why)
            case Watched():
                self._must_be_its_own(said)
                self._watched[said.device] = said
            case Telemetry():
                self._must_be_its_own(said)
                self._say(said)
            case Happened(event=event):
                self._must_be_its_own(event)
                self._pass_on(event)

    def _must_be_its_own(self, said: Event | Telemetry | Watched) -> None:
        if not is_its_own(said, self._plan):
            raise Lost(f"it said what is not its to say: {type(said).__name__}")

    def _pass_on(self, event: Event) -> None:
        match event:
            case PartFailed(part=part):
                self._failed.add(part)
            case PartWorks(part=part):  # each life says so of what a life before may have told
                if part not in self._failed:
                    return
                self._failed.discard(part)
            case Inspected(device=device):
                self._answered(device)
            case Reported(device=device, reading=Picture() as picture):
                self._pictures[device] = picture
            case _:
                pass
        self._say(event)

    def _works_again(self) -> None:
        """Tell that it is back; of one that is lost again and again, only once that holds."""
        patience = 0.0 if self._losses <= 1 else HELD_SECONDS
        if PART in self._failed and self._held() >= patience:
            self._failed.discard(PART)
            self._say(PartWorks(PART))

    def _begun(self, ready: Ready) -> None:
        log.info("%s looks with %s (%s)", PART, ready.words, ready.provider)
        now = asyncio.get_running_loop().time()
        self._ready, self._ready_at, self._why = ready, now, ""
        self._works_again()
        for found in self._streams.values():
            self._tell(found)
        for (incident, camera), one in self._recorded.items():  # what it was recording goes on
            if one.end > now:
                self._tell(KeepClip((camera,), incident, one.end - now, one.pinned))

    def _bounded(self, child: Child) -> None:
        used = child.memory_bytes()
        bounds = self._bounds
        if used > bounds.memory_bytes + bounds.camera_bytes * len(self._plan.cameras):
            raise Hangs(f"it took {used >> 20} MiB of memory")


def _unwatched(camera: DeviceId, effect: Inspect | KeepClip) -> Event:
    why = "it is not watched"
    match effect:
        case Inspect():
            return Inspected(camera, (), 0, why)
        case KeepClip(incident=incident):
            return ClipFailed(camera, incident, why)
