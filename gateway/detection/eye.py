"""One camera: its streams, what is watched in them, and what is recorded of them."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from av.video.frame import VideoFrame

from gateway.detection.asked import Inspections
from gateway.detection.clip.keep import Recorder
from gateway.detection.clip.masked import MaskedStream
from gateway.detection.clip.picture import jpeg_of
from gateway.detection.clip.store import Store
from gateway.detection.counting import Counting
from gateway.detection.detector.boxes import Box
from gateway.detection.looking import Job, Looker, Shown
from gateway.detection.plan import CameraPlan
from gateway.detection.stream.line import Now
from gateway.detection.stream.main import MainStream
from gateway.detection.stream.news import StreamBack, StreamLost, StreamNews
from gateway.detection.stream.opening import PATIENCE, Opener, Patience, open_rtsp
from gateway.detection.stream.ring import Ring
from gateway.detection.stream.sub import Grey, OnPicture, SubStream, colours_of
from gateway.detection.stream.timeline import Timeline
from gateway.detection.watch.health import SHOWS_NOTHING
from gateway.detection.watch.telling import Told
from gateway.detection.watch.watcher import Watcher
from gateway.detection.wire import Watched
from gateway.model.capability import Picture
from gateway.model.credential import StreamsFound
from gateway.model.event import Event, PartFailed, PartWorks, Reported, Telemetry
from gateway.model.sight import AnimalSeen, Inspected, PersonSeen, Sighting, VehicleSeen

log = logging.getLogger("nightlatch.detection")

TELEMETRY_SECONDS = 30.0
LARGE_SECONDS = 30.0
"""A large stream that is lost for so long, while the small one is there, is a trouble by itself."""

type Say = Callable[[Event | Telemetry], None]
"""Is told on any thread. Never waits."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What all cameras share."""

    looker: Looker
    store: Store
    say: Say
    now: Now
    wall: Callable[[], datetime]
    wake: Callable[[], None] = lambda: None  # there is something to record
    keep: Callable[[str, bytes], None] = lambda *_: None  # a picture, by its name
    opener: Opener = open_rtsp
    patience: Patience = PATIENCE


class Eye:
    """Watches and records one camera. `streams`, `nudge`, `inspect`, `keep` and `step` are for one
    thread; what streams and the looker bring comes on theirs.
    """

    def __init__(self, plan: CameraPlan, votes: tuple[int, int], tools: Tools) -> None:
        self.plan = plan
        self._tools = tools
        self._watcher = Watcher(plan, votes)
        self._asked = Inspections(plan.device, self._watcher.present, enough=votes[1])
        self._ring = Ring(plan.before_seconds)
        self.recorder = Recorder(
            plan,
            self._ring,
            tools.store,
            tools.say,
            now=tools.now,
            wall=tools.wall,
            why_nothing=self._why_nothing,
        )
        self._lock = threading.Lock()  # around the watcher, who asked, and what was told
        self._told: Picture | None = None
        self._judged = Picture.UNKNOWN  # as it is now, told or not
        self._found: StreamsFound | None = None
        self._lost = "its stream is not known yet"
        self._main: StreamNews | None = None
        self._large_lost: float | None = None  # since when
        self._large_failed: bool | None = None  # as it was told; None: a life before may have
        self._lines: list[SubStream | MainStream] = []
        self._timeline = Timeline()  # of the large stream, whichever connection it comes by
        self._life = 0
        self._counting = Counting(plan.device, tools.now)
        self._slowest = 0.0  # seconds from a picture to what was found in it
        self._reported = tools.now()

    # What it is told

    def streams(self, found: StreamsFound) -> None:
        """Connect; where the addresses are other ones, anew."""
        if found == self._found:
            return
        self._found = found
        self.close()
        if found.main is None:
            self._gone("its stream is not known")
            return
        self._connect(found)

    def nudge(self) -> None:
        """Look hard for some seconds: the camera, or a sensor, says that there is something."""
        with self._lock:
            self._watcher.nudge(self._tools.now())

    def relearn(self) -> None:
        """Take what it shows next for what it should show: it was turned on purpose."""
        with self._lock:
            self._watcher.relearn()
        if self._told in SHOWS_NOTHING:
            log.warning("%s: no view to be learnt: its picture is %s", self.plan.name, self._told)

    def inspect(self, seconds: float) -> None:
        """Look hard for so long, and answer: at once where nobody can, or somebody is there."""
        now = self._tools.now()
        with self._lock:
            if self._told is not Picture.SEEING:
                why = self._why_blind(self._told)
                answers: tuple[Inspected, ...] = (Inspected(self.plan.device, (), 0, why),)
            else:
                self._watcher.nudge(now)
                answers = self._asked.ask(now, seconds)
        self._say_all(answers)

    def keep(
        self, incident: str, seconds: float, *, pinned: bool, begin: float | None = None
    ) -> float | None:
        """Record for so long from now, from about where another camera's recording begins."""
        if not self.plan.record:
            return None
        began = self.recorder.keep(incident, seconds, pinned=pinned, begin=begin)
        self._tools.wake()
        return began

    def step(self) -> None:
        """Once in a while: answer what is due, tell how fast it looks."""
        now = self._tools.now()
        with self._lock:
            if self._asked:
                self._watcher.nudge(now)
            sees = self._judged is Picture.SEEING and not self._lost
            answers = self._asked.due(now, "" if sees else self._why_blind(self._judged))
        self._say_all(answers)
        self._judge_large(now)
        if now - self._reported >= TELEMETRY_SECONDS:
            self._reported, slowest, self._slowest = now, self._slowest, 0.0
            milliseconds = round(1000 * slowest, 1)
            self._tools.say(Telemetry(self.plan.device, "detection_milliseconds", milliseconds))

    def watched(self) -> Watched:
        """Give how its streams are, and how many pictures came, since the last time."""
        return self._counting.take(self._lost, self._main)

    def close(self) -> None:
        """Let go of the streams, without waiting for them."""
        self._life += 1
        lines, self._lines = self._lines, []
        for line in lines:
            line.stop()

    def _why_blind(self, picture: Picture | None) -> str:
        judged = "not judged yet" if picture in (None, Picture.UNKNOWN) else picture
        return self._lost or f"its picture is {judged}"

    def _say_all(self, said: Iterable[Event]) -> None:
        for one in said:
            self._tools.say(one)

    # Its streams

    def _connect(self, found: StreamsFound) -> None:
        assert found.main is not None  # noqa: S101  # the only caller looked
        life, tools, plan = self._life, self._tools, self.plan
        self._main = None

        def news(told: StreamNews) -> None:
            if life == self._life:
                self._news(told)

        def main_news(told: StreamNews) -> None:
            if life == self._life:
                self._main_news(told)

        self._lines = [
            SubStream(
                found.sub or found.main,
                self._frame,
                news,
                tools.now,
                on_picture=self._masked(),
                opener=tools.opener,
                patience=tools.patience,
                name=f"{plan.name} sub",
            )
        ]
        if plan.record and not plan.masks:
            self._timeline = self._timeline.successor()  # the old one's thread may still count
            self._lines.append(
                MainStream(
                    found.main,
                    self._ring,
                    main_news,
                    tools.now,
                    opener=tools.opener,
                    patience=tools.patience,
                    timeline=self._timeline,
                    name=f"{plan.name} main",
                )
            )
        for line in self._lines:
            line.start()

    def _masked(self) -> OnPicture | None:
        """Give what records a camera with masks: its small stream, encoded anew."""
        if not self.plan.masks or not self.plan.record:
            return None
        return MaskedStream(self.plan.masks, self._ring).take

    def _news(self, told: StreamNews) -> None:
        match told:
            case StreamBack(sparse=sparse):
                self._lost = ""
                self._counting.back(told)
                if sparse:
                    size = f"{told.width}x{told.height}"
                    log.warning("%s: %s is too large to be looked at whole", self.plan.name, size)
            case StreamLost(reason=reason):
                self._gone(reason)

    def _main_news(self, told: StreamNews) -> None:
        self._main = told  # the picture's loss is the small stream's; this one's `step` tells
        if isinstance(told, StreamLost):
            log.warning("%s: its large stream: %s", self.plan.name, told.reason)

    def _judge_large(self, now: float) -> None:
        """Tell that nothing can be recorded before anything is to be, and that it can be again."""
        main, part = self._main, self.plan.large_stream
        if self._lost or not isinstance(main, StreamLost):
            self._large_lost = None  # where all is lost, the picture says so
        elif self._large_lost is None:
            self._large_lost = now
        elif now - self._large_lost >= LARGE_SECONDS and not self._large_failed:
            self._large_failed = True
            self._tools.say(PartFailed(part, main.reason))
        if isinstance(main, StreamBack) and self._large_failed is not False:
            self._large_failed = False
            self._tools.say(PartWorks(part))

    def _gone(self, reason: str) -> None:
        self._lost = reason
        log.warning("%s: %s", self.plan.name, reason)
        self._picture(Picture.LOST)
        with self._lock:
            self._watcher.lost()
            self._judged = Picture.UNKNOWN
            answers = self._asked.all(reason)
        self._say_all(answers)

    def _why_nothing(self) -> str:
        main = self._main
        return self._lost or (main.reason if isinstance(main, StreamLost) else "no picture came")

    def _picture(self, picture: Picture) -> None:
        with self._lock:
            known, self._told = self._told, picture
        if picture is not known:
            self._tools.say(Reported(self.plan.device, picture))

    # What it sees

    def _frame(self, luma: Grey, frame: VideoFrame, at: float) -> None:
        self._counting.picture()
        with self._lock:
            look = self._watcher.look(luma, at)
            self._judged = look.picture
        if self._lost:
            return  # before its stream is told to be back
        if look.picture is not Picture.UNKNOWN:
            self._picture(look.picture)
        if look.open:
            job = Job(lambda: self._masked_frame(frame), look.part, at, self._shown)
            self._tools.looker.show(self.plan.name, job)

    def _masked_frame(self, frame: VideoFrame) -> VideoFrame:
        if not self.plan.masks:
            return frame
        return VideoFrame.from_ndarray(self._watcher.hide(colours_of(frame)), format="rgb24")

    def _shown(self, shown: Shown) -> None:
        """Hear from the looker, on its thread."""
        sightings = [*map(self._tell, self._news_of(shown))]
        with self._lock:
            answers = self._asked.looked(shown.at, clear=self._judged is Picture.SEEING)
        self._say_all(answers)
        self._slowest = max(self._slowest, self._tools.now() - shown.at)
        for sighting in sightings:
            if sighting is not None:
                self._keep_picture(sighting, shown)

    def _news_of(self, shown: Shown) -> Iterator[Told]:
        with self._lock:
            told, questions = self._watcher.take(shown.boxes, shown.at, shown.part)
        yield from told
        for question in questions:
            yes = shown.sure(question.box)  # takes its time, and the stream goes on meanwhile
            with self._lock:
                told = self._watcher.heard(question, yes, shown.at)
            yield from told

    def _tell(self, one: Told) -> Sighting | None:
        """Tell of it, with the name of its picture, which is kept afterwards: disks are slow."""
        if not isinstance(one, PersonSeen | VehicleSeen | AnimalSeen):
            self._tools.say(one)
            return None
        tools, plan = self._tools, self.plan
        named = replace(one, picture=tools.store.name_picture(plan.name) if plan.record else "")
        tools.say(named)
        return named

    def _keep_picture(self, sighting: Sighting, shown: Shown) -> None:
        if sighting.picture:
            box = self._box(sighting.track)
            self._tools.keep(
                sighting.picture, jpeg_of(shown.picture.colours, () if box is None else (box,))
            )

    def _box(self, track: int) -> Box | None:
        with self._lock:
            return self._watcher.box(track)
