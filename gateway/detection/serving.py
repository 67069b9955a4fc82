"""All cameras at work, and what is said of them: the inside of the detection's process."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from gateway.detection.clip.clerk import Clerk
from gateway.detection.clip.store import Store
from gateway.detection.detector.detector import Detector
from gateway.detection.eye import Eye, Tools
from gateway.detection.looking import Looker
from gateway.detection.plan import Plan
from gateway.detection.walls import Walls
from gateway.detection.wire import Answer, Ask, Beat, Failed, Happened, Ready, line
from gateway.model.credential import Noticed, StreamsFound, ViewChanged
from gateway.model.device import DeviceId
from gateway.model.effect import Inspect, KeepClip
from gateway.model.event import Event, Telemetry

BEAT_SECONDS = 1.0
STEP_SECONDS = 0.1
WATCHED_SECONDS = 5.0
SAID_MOST = 10_000
"""Answers that wait to be written: hours of beats. A hub that does not read is gone for good."""
END_SECONDS = 1.0


@dataclass(slots=True)
class _Regular:
    """What is done every so many seconds."""

    seconds: float
    do: Callable[[], None]
    at: float  # when it was done last

    def do_in_time(self, now: float) -> None:
        """Do it if it is due."""
        if now - self.at >= self.seconds:
            self.at = now
            self.do()


class Server:
    """All cameras, and the two ends of the wire."""

    def __init__(self, plan: Plan, walls: Walls, out: BinaryIO) -> None:
        """Raise ModelRefused or OSError where it cannot look at all."""
        self._walls = walls
        self._out = out
        self._said: queue.Queue[Answer | None] = queue.Queue(SAID_MOST)
        self._writer = threading.Thread(target=self._write, name="writer", daemon=True)
        detector = Detector.open(plan.detector)
        self._looker = Looker(detector, _now)
        self._store = Store(plan.evidence, _wall, self._tell)
        self._over = threading.Event()  # nobody reads what is said, or it must begin anew
        self._tools = Tools(
            self._looker,
            self._store,
            self._tell,
            _now,
            _wall,
            wake=self._wake,
            keep=self._keep,
        )
        self._eyes: dict[DeviceId, Eye] = {
            camera.device: Eye(camera, plan.detector.votes, self._tools) for camera in plan.cameras
        }
        recorders = [eye.recorder for eye in self._eyes.values()]
        self._clerk = Clerk(self._store, recorders, _now)
        self._ready = Ready(detector.provider, detector.words)

    def start(self) -> None:
        """Begin, and say so. Evidence that cannot be kept stops nobody from looking."""
        self._writer.start()
        self.say(self._ready)
        self._walls.watch()
        self._looker.start()
        self._clerk.start()

    def serve(self, asks: "queue.Queue[Ask | None]") -> None:
        """Do what is asked, and what is due, until there is nobody to ask (None) or to tell."""
        begun = _now()
        due = (
            _Regular(STEP_SECONDS, self._step, begun),
            _Regular(BEAT_SECONDS, self._beat, begun),
            _Regular(WATCHED_SECONDS, self._watch, begun),
        )
        while not self._over.is_set():
            with contextlib.suppress(queue.Empty):
                asked = asks.get(timeout=STEP_SECONDS)
                if asked is None:
                    return
                self._do(asked)
            for one in due:
                one.do_in_time(_now())

    def close(self) -> None:
        """End well: what is being recorded is whole, and told. What hangs is left behind."""
        for eye in self._eyes.values():
            eye.close()
        self._clerk.stop(END_SECONDS)
        self._looker.stop(0.0)
        self.say(None)
        self._writer.join(END_SECONDS)

    def say(self, said: Answer | None) -> None:
        """Say something; for any thread, and never waits. None: there is no more."""
        try:
            self._said.put_nowait(said)
        except queue.Full:
            self._over.set()

    def _step(self) -> None:
        for eye in self._eyes.values():
            eye.step()

    def _beat(self) -> None:
        if why := self._looker.trouble() or self._walls.trouble():
            self.say(Failed(why))
            self._over.set()
        else:
            self.say(Beat(*self._looker.counted()))

    def _watch(self) -> None:
        for eye in self._eyes.values():
            self.say(eye.watched())

    def _tell(self, said: Event | Telemetry) -> None:
        self.say(said if isinstance(said, Telemetry) else Happened(said))

    def _wake(self) -> None:
        self._clerk.wake()

    def _keep(self, name: str, jpeg: bytes) -> None:
        self._clerk.keep(name, jpeg)

    def _do(self, asked: Ask) -> None:
        match asked:
            case StreamsFound(device=device) if device in self._eyes:
                self._eyes[device].streams(asked)
            case Noticed(device=device) if device in self._eyes:
                self._eyes[device].nudge()
            case ViewChanged(device=device) if device in self._eyes:
                self._eyes[device].relearn()
            case Inspect(cameras=cameras, seconds=seconds):
                self._each(cameras, lambda eye: eye.inspect(seconds))
            case KeepClip():
                self._record(asked)
            case _:
                pass

    def _record(self, ask: KeepClip) -> None:
        """Have cameras recorded, all from about the key frame that the first begins with."""
        begins: dict[float, float | None] = {}  # by how much is wanted from before

        def keep(eye: Eye) -> None:
            wish = eye.plan.before_seconds
            begin = begins.get(wish)
            began = eye.keep(ask.incident, ask.seconds, pinned=ask.pinned, begin=begin)
            begins[wish] = begin if begin is not None else began

        self._each(ask.cameras, keep)

    def _each(self, cameras: tuple[DeviceId, ...], work: Callable[[Eye], None]) -> None:
        for camera in cameras:
            if camera in self._eyes:
                work(self._eyes[camera])

    def _write(self) -> None:
        while (said := self._said.get()) is not None:
            try:
                self._out.write(line(said))
                self._out.flush()
            except OSError:  # the hub is gone: stdin's end tells it too
                return


def _now() -> float:
    return time.monotonic()  # noqa: TID251  # this process's own clock, handed to all its parts


def _wall() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # names and ages of files
