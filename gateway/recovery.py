"""From the journal back to the state: snapshot, fold, and what was ordered and never confirmed."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Self

from gateway.codec import CodecError, decode, encode
from gateway.config.errors import ConfigErrors
from gateway.config.load import again
from gateway.config.source import unpack
from gateway.journal.journal import Journal
from gateway.journal.records import Recovered
from gateway.model.clock import HouseTime, between
from gateway.model.command import ClearLockCode, LockDoor, TurnSwitch
from gateway.model.device import DeviceId
from gateway.model.effect import (
    Inspect,
    KeepClip,
    Notify,
    Order,
    OrderId,
    Perform,
    RuleRan,
    RunProgram,
)
from gateway.model.event import (
    ConfigurationLoaded,
    DeviceJoined,
    Entry,
    Event,
    ProgramEnded,
    Started,
    StorageRecovered,
)
from rules import engine
from rules.site import Area, Lockout, Person, Site, Zone
from rules.state import AreaState, State

log = logging.getLogger("nightlatch.recovery")

ORDERS_OF_A_STORM = 10
"""An entry with so many orders takes as long to fold as two, one with twice as many as three."""

SWITCH_WITHIN = timedelta(minutes=1)
"""A switch that nobody confirmed is switched again after a restart for so long."""

SNAPSHOT_EVERY = 1_000
"""Entries between snapshots: what was true at any moment is told by folding so many at most."""


@dataclass(frozen=True, slots=True)
class Configured:
    """A configuration in force: what the rules are told, and (packed) what that was made of."""

    site: Site
    source: bytes = b""


@dataclass(frozen=True, slots=True)
class Guarded:
    """What a site guards, and who may: all of it but the rules."""

    areas: Mapping[str, Area]
    zones: Mapping[str, Zone] = field(default_factory=dict[str, Zone])
    people: Mapping[str, Person] = field(default_factory=dict[str, Person])
    names: Mapping[DeviceId, str] = field(default_factory=dict[DeviceId, str])
    supervision: Mapping[DeviceId, timedelta] = field(default_factory=dict[DeviceId, timedelta])
    lockout: Lockout = field(default_factory=Lockout)
    arm_needs_code: bool = False

    @classmethod
    def of(cls, site: Site) -> Self:
        """Take from a site what is kept of it."""
        return cls(**{each.name: getattr(site, each.name) for each in fields(cls)})

    def site(self) -> Site:
        """Give the site, without rules."""
        return Site(**{each.name: getattr(self, each.name) for each in fields(self)})


@dataclass(frozen=True, slots=True)
class Kept:
    """What a snapshot holds: the state, and the configuration under which it came about.

    Entries are folded with the configuration they were made under: a request that was granted then
    is not judged again by what the file says today. Rules cannot be written down as they run, so
    the site is without them, and `source` is what they are compiled from again.
    """

    site: Guarded
    state: State
    source: bytes = b""


def site_of(kept: Kept, now: Configured | None = None) -> Site:
    """Give the site of a snapshot, with its rules. Raises ConfigErrors or CodecError.

    `now` spares compiling what is in force already.
    """
    if now is not None and kept.source == now.source:
        return now.site
    if not kept.source:
        raise CodecError("no configuration was kept with it")
    return again(unpack(kept.source)).site()


@dataclass(frozen=True, slots=True)
class Folded:
    """Where a restart goes on."""

    state: State  # fitted to the configuration of now
    notes: tuple[str, ...] = ()  # what went wrong, in sentences
    lost: tuple[str, ...] = ()  # areas that were armed and are not configured any more
    changed: bool = False  # another configuration than the last that was in force
    cancelled: tuple[str, ...] = ()  # what rules no longer wait for under it


def folded(now: Configured, recovered: Recovered, whole: Callable[[], Iterable[Entry]]) -> Folded:
    """Give the state the journal says. `whole` gives every entry there is, should it be needed.

    Where the journal does not tell how the areas stood, the second copy does, in its place among
    the entries: nothing that was armed is disarmed by damage.
    """
    notes: list[str] = []
    kept, entries = (
        Kept(Guarded.of(now.site), engine.initial(now.site), now.source),
        recovered.entries,
    )
    has_gap = recovered.has_gap
    if recovered.snapshot is not None:
        try:
            kept = decode(recovered.snapshot[1], Kept)
        except CodecError as wrong:
            notes.append(f"the snapshot cannot be read, so all entries are folded: {wrong}")
            entries, has_gap = whole(), True
    site, has_rules = _site_then(kept, now, notes)
    # Without its rules the entries do not tell what they armed: the second copy does.
    has_gap = has_gap or not has_rules
    copied, gone = _copied(site, recovered.areas, notes) if has_gap else (None, ())
    number = recovered.areas[0] if recovered.areas is not None else 0
    state = kept.state
    for entry in entries:
        if copied is not None and entry.number > number:
            state, copied = replace(state, areas=copied), None
        state = _step(site, state, entry, notes)
    if copied is not None:
        state = replace(state, areas=copied)
    fitted, lost, plan = engine.fitted(now.site, site, state)
    changed = kept.source != now.source
    return Folded(fitted, tuple(notes), (*gone, *lost), changed, plan.cancelled)


def _site_then(kept: Kept, now: Configured, notes: list[str]) -> tuple[Site, bool]:
    """Give the site of a snapshot, and whether it has its rules."""
    try:
        return site_of(kept, now), True
    except (ConfigErrors, CodecError) as wrong:
        log.warning("the rules of the snapshot: %s", wrong)
        notes.append("the rules of before cannot be compiled again: what they did last is left out")
        return kept.site.site(), False


def _step(site: Site, state: State, entry: Entry, notes: list[str]) -> State:
    try:
        return engine.step(site, state, entry.event, entry.at)[0]
    except Exception as bug:  # law 6: a crash over one entry would be a crash at every start
        log.exception("entry %d cannot be folded", entry.number)
        notes.append(f"entry {entry.number} cannot be folded and is left out: {bug!r}")
        return state


def _copied(
    site: Site, areas: tuple[int, bytes] | None, notes: list[str]
) -> tuple[Mapping[str, AreaState] | None, tuple[str, ...]]:
    """Read the second copy, fitted to the areas of `site`; name armed ones that are gone."""
    if areas is None:
        return None, ()
    try:
        kept = decode(areas[1], Kept)
    except CodecError as wrong:
        notes.append(f"the second copy of what is armed cannot be read: {wrong}")
        return None, ()
    fitted, gone, _ = engine.fitted(site, kept.site.site(), kept.state)
    return fitted.areas, gone


def _areas_alone(site: Site, state: State) -> Kept:
    """Give what the second copy holds: how each area stands, and what areas there were."""
    return Kept(Guarded(site.areas), State(areas=state.areas))


class Snapshots:
    """Keeps the state now and then, so that a restart has little to fold."""

    def __init__(self, journal: Journal, now: Configured, every: int = SNAPSHOT_EVERY) -> None:
        self._journal = journal
        self._now = now
        self._every = every
        self._since = 0
        self._areas: Mapping[str, AreaState] | None = None

    def reconfigure(self, now: Configured) -> None:
        """Keep the state with another configuration from here on."""
        self._now = now

    def watch(self, entry: Entry, state: State, orders: Sequence[Order]) -> None:
        """Count entries, and keep a snapshot when it is time: also as the first of each life.

        The second copy of what is armed is made whenever an area stands otherwise.
        """
        self._since += 1 + len(orders) // ORDERS_OF_A_STORM
        # These may be the first under another configuration. A disk that is back may hold a new
        # file, or one with a hole: begin it with all there is.
        begins = isinstance(entry.event, Started | StorageRecovered | ConfigurationLoaded)
        if begins or self._since >= self._every:
            self.take(entry.number, state)
        elif state.areas is not self._areas and state.areas != self._areas:
            self._copy(entry.number, state)
        self._areas = state.areas

    def take(self, number: int, state: State) -> None:
        """Keep a snapshot now."""
        self._since = 0
        kept = Kept(Guarded.of(self._now.site), state, self._now.source)
        self._journal.snapshot(number, encode(kept, Kept))
        self._copy(number, state)

    def _copy(self, number: int, state: State) -> None:
        self._journal.keep_areas(number, encode(_areas_alone(self._now.site, state), Kept))


_RESTARTED = "dropped: the hub was restarted"


class Redelivery:
    """Orders that nobody confirmed before the hub ended.

    Notices are told. A bolt is thrown, and a lock's code cleared, once the lock is found; a switch
    is switched, where that was asked a moment ago. What should sound, shine, show and be recorded
    follows from the state. All else is dropped: whoever asked is not waiting any more, and a door
    that opens now opens late.
    """

    def __init__(
        self,
        orders: Sequence[Order],
        hand_out: Callable[[Order], None],
        settle: Callable[[OrderId, str], None],
        report: Callable[[Event], None],
    ) -> None:
        self._hand_out = hand_out
        self._settle = settle
        self._waiting: dict[DeviceId, list[Order]] = {}
        for order in orders:
            match order.effect:
                case Notify():
                    hand_out(order)
                case RuleRan():
                    pass
                case RunProgram(rule=rule, program=program):
                    # How far it came, nobody knows: it does not run twice.
                    settle(order.id, _RESTARTED)
                    report(ProgramEnded(rule, program, reason="the hub was restarted"))
                case Perform(
                    command=LockDoor(device=device)
                    | ClearLockCode(device=device)
                    | TurnSwitch(device=device)
                ):
                    self._waiting.setdefault(device, []).append(order)
                case Perform() | Inspect() | KeepClip():
                    settle(order.id, _RESTARTED)

    def watch(self, entry: Entry, _: State, __: Sequence[Order]) -> None:
        """Hand out what waited for the device that was found."""
        if isinstance(entry.event, DeviceJoined):
            for order in self._waiting.pop(entry.event.device.id, ()):
                if _is_stale(order, entry.at):
                    self._settle(order.id, "dropped: the hub was away for too long")
                else:
                    self._hand_out(order)


def _is_stale(order: Order, now: HouseTime) -> bool:
    """A plug that somebody wanted on an hour ago is left as it is; a bolt is thrown at any time."""
    match order.effect:
        case Perform(command=TurnSwitch()):
            return between(order.at, now) > SWITCH_WITHIN
        case _:
            return False
