"""The stick's processor: host line below, parts in the middle, air above."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from simulator.zigbee.ash import SOFTWARE, Ash, Delivered, HostReset
from simulator.zigbee.ezsp.frames import (
    Codec,
    Command,
    MalformedError,
    legacy_answer,
    legacy_version,
)
from simulator.zigbee.ezsp.layout import Fields
from simulator.zigbee.ezsp.status import Status
from simulator.zigbee.ezsp.tables import lines
from simulator.zigbee.seams import Air, ApsFrame, Happening, Join, Joiner, Nanoseconds, Tell
from simulator.zigbee.stick.config import Configuration, library_version
from simulator.zigbee.stick.host import Handlers
from simulator.zigbee.stick.memory import Store
from simulator.zigbee.stick.messaging import Messaging
from simulator.zigbee.stick.network import Networking
from simulator.zigbee.stick.security import Security
from simulator.zigbee.stick.tables import JOIN_INDICATION, Counters, Tables
from simulator.zigbee.tally import Tally

DETACHED_MESSAGE = "the stick was not attached to an air and a wire"


class Output(Protocol):
    """The line to the host, as the stick writes it."""

    def write(self, frame: bytes) -> Nanoseconds:
        """Write one ASH frame; when its last byte is on the wire."""
        ...


@dataclass(frozen=True, slots=True)
class Model:
    """What stick this is."""

    version: int  # of EZSP
    eui64: bytes  # little endian


class Ncp:
    """The stick. Implements seams.Coordinator for the air and stick.host.Host for its parts."""

    def __init__(
        self,
        model: Model,
        state_folder: Path | None,
        tally: Tally,
        clock: Callable[[], Nanoseconds],
        tell: Tell,
    ) -> None:
        """Build the parts over what the state folder kept."""
        self._version = model.version
        self._codec = Codec(model.version)
        self._tally = tally
        self._clock = clock
        self._tell_watchers = tell
        self._ash = Ash(tally)
        self._air: Air | None = None
        self._line: Output | None = None
        self._afterwards: list[Callable[[], None]] = []
        self._last_sequence = 0
        self._agreed = False  # on the version, so that the extended header holds
        self._time: Nanoseconds = 0
        self._handlers = self._build(Store(state_folder), model.eui64)

    def _build(self, store: Store, eui64: bytes) -> Handlers:
        memory, counters = store.load(eui64), Counters()
        self._memory, self._store, self._counters = memory, store, counters
        self._configuration = Configuration(self._version, memory, store)
        self._security = Security(self, memory, store, self._configuration)
        self._networking = Networking(self, memory, store, self._security, self._reach_air)
        self._tables = Tables(memory, self._configuration, counters)
        self._messaging = Messaging(
            host=self,
            memory=memory,
            store=store,
            configuration=self._configuration,
            networking=self._networking,
            counters=counters,
            tally=self._tally,
            air=self._reach_air,
        )
        own: Handlers = {"version": self._tell_version, "resetNode": self._reset_node}
        parts = self._configuration, self._security, self._networking, self._tables
        return own | _merged([part.handlers() for part in (*parts, self._messaging)])

    def attach(self, air: Air, line: Output) -> None:
        """Give the stick its air and its line; nothing works before."""
        self._air = air
        self._line = line

    @property
    def answered(self) -> frozenset[str]:
        """The commands this stick has an answer to."""
        return frozenset(self._handlers)

    # --- seams.Coordinator -----------------------------------------------------------------

    def join(self, joiner: Joiner) -> tuple[Join, int]:
        """Admit a device, or say why not."""
        if self._messaging.jammed:
            return Join.NO_NETWORK, 0
        verdict = self._networking.join(joiner)
        if verdict[0] is Join.ACCEPTED:
            self._counters.add(JOIN_INDICATION)
        return verdict

    def hear(
        self, source: int, frame: ApsFrame, *, broadcast: bool = False, lqi: int = 200
    ) -> Nanoseconds:
        """Take a frame off the air and write it to the host before returning."""
        return self._messaging.hear(source, frame, broadcast=broadcast, lqi=lqi)

    def leave(self, eui64: bytes, nwk: int) -> None:
        """Tell the host that a device said goodbye."""
        if not self._messaging.jammed and self._networking.up:
            self._networking.left(eui64, nwk)

    # --- stick.host.Host -------------------------------------------------------------------

    def callback(self, name: str, fields: Fields) -> Nanoseconds:
        """Tell the host something of our own accord (UG100 2.3)."""
        if not self._agreed:
            return 0
        if not self._ash.send(self._codec.callback(self._last_sequence, name, fields)):
            return 0
        return self.flush() or self._clock()

    def afterwards(self, action: Callable[[], None]) -> None:
        """Do this once the command at hand is answered."""
        self._afterwards.append(action)

    def now(self) -> Nanoseconds:
        """Give when the host's bytes at hand were read, or else the time."""
        return self._time or self._clock()

    # --- link.Stick ------------------------------------------------------------------------

    @property
    def deadline(self) -> Nanoseconds | None:
        """When to tick."""
        return self._ash.deadline

    def receive(self, data: bytes, now: Nanoseconds) -> None:
        """Take bytes the host wrote, read at `now`; answer before returning."""
        self._time = now
        try:
            for event in self._ash.receive(data, now):
                match event:
                    case HostReset():
                        self._forget_host()
                        self.flush()
                    case Delivered(payload):
                        self._take(payload)
            self.flush()
        finally:
            self._time = 0

    def tick(self, now: Nanoseconds) -> None:
        """Send again what is overdue."""
        self._ash.tick(now)
        self.flush()

    def flush(self) -> Nanoseconds:
        """Write what may go out; when the last frame did, or 0 when none did."""
        line, at = self._line, 0
        if line is None:
            raise RuntimeError(DETACHED_MESSAGE)
        for frame in self._ash.drain(self._clock()):
            at = line.write(frame)
        return at

    def reset(self, code: int) -> None:
        """Reset the processor: what is volatile is gone, and the host is told why."""
        self._forget_host()
        self._ash.restart(code)
        self.flush()

    def host_connected(self) -> None:
        """Meet a host; the stick itself just runs on."""
        self._tell_watchers(self._happening("host_connected"))

    def host_gone(self) -> None:
        """Forget the host; the network stays up, as on a stick that keeps its power."""
        self._ash.go_down()
        self._agreed = False
        self._tell_watchers(self._happening("host_gone"))

    def power_off(self) -> None:
        """Lose everything volatile."""
        self._forget_host()
        self._ash.go_down()

    def say(self, payload: bytes) -> bool:
        """Send an EZSP payload as it is, if there is room for it."""
        taken = self._ash.send(payload)
        self.flush()
        return taken

    def jam(self, *, on: bool) -> None:
        """Fill the channel with noise, or stop."""
        self._messaging.jammed = on

    def save(self) -> None:
        """Keep the frame counter as it is; called when the process ends in order."""
        self._store.save(self._memory)

    # ---------------------------------------------------------------------------------------

    def _reach_air(self) -> Air:
        if self._air is None:
            raise RuntimeError(DETACHED_MESSAGE)
        return self._air

    def _forget_host(self) -> None:
        self._agreed = False
        self._last_sequence = 0
        self._afterwards.clear()
        for part in (self._configuration, self._security, self._networking, self._tables):
            part.reset()
        self._messaging.reset()

    def _take(self, payload: bytes) -> None:
        greeting = legacy_version(payload)
        if greeting is not None:
            self._greet(*greeting)
            return
        try:
            command = self._codec.decode(payload)
        except MalformedError as malformed:
            self._tally.malformed_commands += 1
            self._refuse(malformed.sequence, Status.TRUNCATED)
            return
        self._perform(command)

    def _greet(self, sequence: int, desired: int) -> None:
        """Tell our version. A host that wanted another asks again, in the extended header."""
        self._agreed = self._agreed or desired == self._version
        self._last_sequence = sequence
        self._ash.send(legacy_answer(sequence, self._version, self._stack_version))
        self.flush()

    def _perform(self, command: Command) -> None:
        if not self._agreed and command.name != "version":
            self._refuse(command.sequence, Status.VERSION_NOT_SET)
            return
        handler = self._handlers.get(command.name)
        if handler is None:
            self._tally.unknown_commands += 1
            self._refuse(command.sequence, Status.INVALID_FRAME_ID)
            return
        before = self._memory.network
        answer = handler(command.fields)
        self._answer(command.sequence, command.name, answer)
        self._run_afterwards()
        if before is None and self._memory.network is not None:
            self._tell_watchers(self._happening("formed"))

    def _answer(self, sequence: int, name: str, fields: Fields) -> None:
        self._ash.send(self._codec.answer(sequence, name, fields))
        self._last_sequence = sequence
        self.flush()

    def _refuse(self, sequence: int, reason: Status) -> None:
        self._answer(sequence, "invalidCommand", {"reason": reason})

    def _run_afterwards(self) -> None:
        actions, self._afterwards = self._afterwards, []
        for action in actions:
            action()

    def _tell_version(self, asked: Fields) -> Fields:
        self._agreed = asked["desired"] == self._version
        return {
            "protocol": self._version,
            "stack_type": 2,
            "stack_version": self._stack_version,
        }

    def _reset_node(self, _: Fields) -> Fields:
        self.afterwards(lambda: self.reset(SOFTWARE))
        return {}

    @property
    def _stack_version(self) -> int:
        """A digit of the release in each half byte: 7.4.4.0 is 0x7440."""
        major, minor, patch, special = library_version(self._version)
        return major << 12 | minor << 8 | patch << 4 | special

    def _happening(self, what: str) -> Happening:
        return {"happening": "stick", "what": what, "at_ns": self._clock()}


def _merged(parts: list[Handlers]) -> Handlers:
    merged: Handlers = {}
    for part in parts:
        merged |= part
    return merged


def unanswered(version: int) -> frozenset[str]:
    """Name the commands in a version's tables that no part answers; a test wants none."""
    tabled = Codec(version).commands & lines(version).keys()
    silent = Ncp(Model(version, bytes(8)), None, Tally(), lambda: 1, lambda _: None)
    return tabled - silent.answered
