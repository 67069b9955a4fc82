"""One camera: found, logged in, listened to, lost and found again. Its troubles are its own."""

import asyncio
import logging
from collections.abc import Callable

from drivers.onvif import snapshot
from drivers.onvif.commands import Commands
from drivers.onvif.condition import SKEW_MOST_SECONDS, CameraState, Condition
from drivers.onvif.events import Events, either
from drivers.onvif.faults import CameraFault, Stranger, Unreachable, WrongPassword
from drivers.onvif.hearing import Hearing
from drivers.onvif.link import Link, connected
from drivers.onvif.names import camera_of
from drivers.onvif.pauses import Backoff, Grace
from drivers.onvif.push import PostOffice
from drivers.onvif.redact import hide
from drivers.onvif.senses import Senses
from drivers.onvif.settings import CameraSettings, Timing
from drivers.onvif.whereabouts import Find, Whereabouts
from gateway.model.command import Command
from gateway.model.credential import StreamsFound
from gateway.model.device import DeviceId
from gateway.model.driver import DeviceUnknown, DeviceUnreachable, Report
from gateway.model.event import DeviceFault, Fault, PartFailed, PartWorks, Proof

log = logging.getLogger(__name__)

MOVED_SECONDS = 2.0  # a clock that was set: proofs of identity are made anew


class Camera:
    """From the start of the driver to its end."""

    def __init__(  # noqa: PLR0913  # each is another's
        self,
        settings: CameraSettings,
        timing: Timing,
        report: Report,
        *,
        office: PostOffice,
        find: Find,
        jitter: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._login = settings  # of the last try
        self._timing = timing
        self._whereabouts = Whereabouts(settings, find)
        self._jitter = jitter
        self._loop = asyncio.get_running_loop()
        self._id = camera_of(settings.name)
        self._senses = Senses(settings.name, timing.repeat, timing.heard)
        self._hearing = Hearing(settings.name, self._senses, report)
        self._events = Events(settings, timing, self._senses, self._hearing, office)
        self._commands = Commands(settings.name, self._senses, self._hearing, self._events)
        self._pauses = Backoff(timing.retry, timing.retry_most, jitter)
        self._dead = Grace(timing.grace, self._declare_dead)
        self._link: Link | None = None
        self._place = ""
        self._condition = Condition.NEW
        self._reason = ""
        self._streams: StreamsFound | None = None
        self._is_asked = False  # for its streams, in this connection, and it told them
        self._faults: dict[Fault, bool] = {}  # as they were told
        self._failed: set[str] = set()  # parts of it, as they were told
        self._skew: float | None = None

    @property
    def state(self) -> CameraState:
        """Say how it is."""
        about = self._senses.about
        told = self._streams
        return CameraState(
            name=self._settings.name,
            address=self._place or self._settings.address,
            condition=self._condition,
            configured=self._settings.address,
            reason="" if self._condition is Condition.WELL else self._reason,
            events=self._events.way if self._link else None,
            why_not_pulled=self._events.why_not_pulled if self._link else "",
            skew_seconds=self._skew,
            manufacturer=about.manufacturer,
            model=about.model,
            streams=0 if told is None else (told.main is not None) + (told.sub is not None),
        )

    @property
    def secret(self) -> str:
        """Give the password of the last try, for who must hide it."""
        return self._login.password.text

    async def run(self) -> None:
        """Live until cancelled."""
        try:
            while True:
                pause = await self._life()
                await asyncio.sleep(pause)
        finally:
            self._dead.over()
            self._events.close()

    def begin(self) -> None:
        """Tell that there is such a camera."""
        self._hearing.tell(self._senses.announce())

    def learn(self) -> None:
        """Have what it shows now be its view, whatever becomes of it: its stream may be well."""
        self._commands.learn(self._id)

    async def perform(self, command: Command, device: DeviceId) -> Proof:
        """Do what the house orders; raise a DriverError that names the situation."""
        if self._senses.token(device) is None:
            raise DeviceUnknown(f"there is no {device} at the camera")
        return await self._commands.perform(self._ready(device), command, device)

    async def snapshot(self) -> bytes:
        """Give a picture of now, as JPEG; raise DeviceUnreachable or CommandRefused."""
        return await snapshot.taken(self._ready(self._id), self._timing.answer)

    def _ready(self, device: DeviceId) -> Link:
        if self._link is None:
            raise DeviceUnreachable(f"{device}: {self._reason or self._condition}")
        return self._link

    # One connection after the other

    async def _life(self) -> float:
        """Connect and live until that is lost; give how long to wait before the next try."""
        begun, known = self._loop.time(), False
        try:
            place = await self._whereabouts.where()
            self._place = f"{place[0]}:{place[1]}"
            self._login = await asyncio.to_thread(self._settings.now)
            async with connected(self._login, place, self._timing, self._hearing.hear) as link:
                known = True
                self._whereabouts.came(place, link.about)
                await self._live(link)
        except WrongPassword as no:
            if not known and not self._whereabouts.is_guess:
                self._locked(str(no))
                return self._timing.locked
            self._gone(str(no))  # it knew us a moment ago: its clock was set, or it is elsewhere
        except Stranger as other:
            self._tell_part("address", str(other))
            self._gone(str(other))
        except CameraFault as lost:
            self._gone(str(lost))
        except Exception as bug:  # noqa: BLE001  # one camera stops no other (law 6)
            text = hide(repr(bug), (self.secret,))
            log.error("camera %s: the driver failed: %s", self._settings.name, text)  # noqa: TRY400  # a trace may quote a password
            self._gone(f"the driver failed: {type(bug).__name__}")
        if self._loop.time() - begun > self._timing.retry_most:
            self._pauses.reset()
        return self._pauses.next()

    async def _live(self, link: Link) -> None:
        self._link, self._is_asked = link, False
        try:
            self._came(link)
            await self._look(link)
            await self._list(link)
            follow = asyncio.create_task(self._events.follow(link, self._jitter))
            await either(follow, asyncio.create_task(self._watch(link)))
        finally:
            self._link = None

    async def _look(self, link: Link) -> None:
        """Tell where its pictures are, at once: whatever else fails, they are wanted."""
        try:
            main, sub = await link.streams()
        except (Unreachable, WrongPassword):
            raise
        except CameraFault as fault:
            log.warning("camera %s tells no stream: %s", self._settings.name, fault)
            self._no_streams()
        else:
            self._is_asked = True
            self._tell_streams(StreamsFound(self._id, main, sub))

    async def _list(self, link: Link) -> None:
        try:
            for token in await link.relays():
                self._hearing.tell(self._senses.announce_relay(token))
        except (Unreachable, WrongPassword):
            raise
        except CameraFault as fault:
            log.debug("camera %s lists no relays: %s", self._settings.name, fault)

    async def _watch(self, link: Link) -> None:
        """Look after its streams and its clock while it is there."""
        clock_at = self._loop.time() + self._timing.clock
        while True:
            await asyncio.sleep(min(self._timing.events_retry, self._timing.clock))
            if not self._is_asked:
                await self._look(link)
            if self._loop.time() >= clock_at:
                clock_at = self._loop.time() + self._timing.clock
                await self._check_clock(link)

    async def _check_clock(self, link: Link) -> None:
        now, then = await link.skew_now(), link.skew_seconds
        if now is None or then is None:
            return
        if abs(now - then) > MOVED_SECONDS:
            raise Unreachable("its clock was set: a new login")
        self._note_clock(now)

    # What is told of it

    def _came(self, link: Link) -> None:
        self._condition, self._reason = Condition.WELL, ""
        about = link.about
        self._hearing.tell(self._senses.announce(about.manufacturer, about.model))
        self._dead.over()
        self._tell_fault(Fault.DEAD, present=False)
        self._tell_fault(Fault.NOT_READY, present=False)
        self._tell_part("address", "")
        self._note_clock(link.skew_seconds)
        log.info("camera %s is there: %s %s", self._settings.name, about.manufacturer, about.model)

    def _gone(self, reason: str) -> None:
        if self._condition is not Condition.LOCKED:
            self._condition = Condition.GONE
        self._reason = reason
        self._dead.begin()

    def _declare_dead(self) -> None:
        log.warning("camera %s does not answer: %s", self._settings.name, self._reason)
        self._condition = Condition.GONE
        self._tell_fault(Fault.DEAD, present=True)
        self._no_streams()
        self._events.lost()

    def _locked(self, reason: str) -> None:
        """A wrong password is told at once, and tried again rarely: cameras lock accounts."""
        if self._condition is not Condition.LOCKED:
            log.warning(
                "camera %s: %s; it is asked again every %g s",
                *(self._settings.name, reason, self._timing.locked),
            )
        self._condition, self._reason = Condition.LOCKED, reason
        self._dead.over()
        self._tell_fault(Fault.DEAD, present=False)
        self._tell_fault(Fault.NOT_READY, present=True)
        self._no_streams()
        self._events.lost()

    def _tell_fault(self, fault: Fault, *, present: bool) -> None:
        if self._faults.get(fault) is not present:
            self._faults[fault] = present
            self._hearing.tell([DeviceFault(self._id, fault, present)])

    def _tell_streams(self, streams: StreamsFound) -> None:
        self._streams = streams
        self._hearing.tell([streams])

    def _no_streams(self) -> None:
        """Tell that no stream is known; one that is known stays.

        Its video may run on without its services: the detection sees by itself whether it does.
        """
        if self._streams is None:
            self._tell_streams(StreamsFound(self._id, None))

    def _note_clock(self, skew: float | None) -> None:
        self._skew = skew
        if skew is None:
            return
        is_off = abs(skew) > SKEW_MOST_SECONDS
        side = "ahead" if skew > 0 else "behind"
        sentence = f"it is {abs(skew):.0f} s {side}"
        self._tell_part("clock", sentence if is_off else "")

    def _tell_part(self, name: str, wrong: str) -> None:
        """Tell what is wrong with a part of it; "": nothing is any more."""
        part = f"the {name} of camera {self._settings.name}"
        if bool(wrong) is (part in self._failed):
            return
        self._failed ^= {part}
        self._hearing.tell([PartFailed(part, wrong) if wrong else PartWorks(part)])
