"""From the journal back to the state: snapshot, fold, and what was ordered and never confirmed."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.codec import CodecError, decode, encode
from gateway.journal.journal import Journal
from gateway.journal.records import Recovered
from gateway.model.command import ClearLockCode, LockDoor
from gateway.model.device import DeviceId
from gateway.model.effect import Notify, Order, OrderId, Perform
from gateway.model.event import DeviceJoined, Entry, Started, StorageRecovered
from rules import engine
from rules.site import Site
from rules.state import AreaState, State

log = logging.getLogger("nightlatch.recovery")

SNAPSHOT_EVERY = 5_000
"""Entries between snapshots: folding them takes a fraction of a second."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a snapshot holds: the state, and the configuration under which it came about.

    Entries are folded with the configuration they were made under: a request that was granted then
    is not judged again by what the file says today.
    """

    site: Site
    state: State


@dataclass(frozen=True, slots=True)
class Folded:
    """Where a restart goes on."""

    state: State  # fitted to the configuration of now
    notes: tuple[str, ...] = ()  # what went wrong, in sentences
    lost: tuple[str, ...] = ()  # areas that were armed and are not configured any more


def folded(site: Site, recovered: Recovered, whole: Callable[[], Iterable[Entry]]) -> Folded:
    """Give the state the journal says. `whole` gives every entry there is, should it be needed.

    Where the journal does not tell how the areas stood, the second copy does, in its place among
    the entries: nothing that was armed is disarmed by damage.
    """
    notes: list[str] = []
    kept, entries = Kept(site, engine.initial(site)), recovered.entries
    has_gap = recovered.has_gap
    if recovered.snapshot is not None:
        try:
            kept = decode(recovered.snapshot[1], Kept)
        except CodecError as wrong:
            notes.append(f"the snapshot cannot be read, so all entries are folded: {wrong}")
            entries, has_gap = whole(), True
    copied, gone = _copied(kept.site, recovered.areas, notes) if has_gap else (None, ())
    number = recovered.areas[0] if recovered.areas is not None else 0
    state = kept.state
    for entry in entries:
        if copied is not None and entry.number > number:
            state, copied = replace(state, areas=copied), None
        state = _step(kept.site, state, entry, notes)
    if copied is not None:
        state = replace(state, areas=copied)
    fitted, lost = engine.fitted(site, kept.site, state)
    return Folded(fitted, tuple(notes), (*gone, *lost))


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
    fitted, gone = engine.fitted(site, kept.site, kept.state)
    return fitted.areas, gone


def _areas_alone(site: Site, state: State) -> Kept:
    """Give what the second copy holds: how each area stands, and what areas there were."""
    bare = replace(site, zones={}, people={}, names={}, supervision={})
    return Kept(bare, State(areas=state.areas))


class Snapshots:
    """Keeps the state now and then, so that a restart has little to fold."""

    def __init__(self, journal: Journal, site: Site, every: int = SNAPSHOT_EVERY) -> None:
        self._journal = journal
        self._site = site
        self._every = every
        self._since = 0
        self._areas: Mapping[str, AreaState] | None = None

    def watch(self, entry: Entry, state: State, _: Sequence[Order]) -> None:
        """Count entries, and keep a snapshot when it is time: also as the first of each life.

        The second copy of what is armed is made whenever an area stands otherwise.
        """
        self._since += 1
        # The first entry of a life may be the first under this configuration. A disk that is back
        # may hold a new file, or one with a hole: begin it with all there is.
        begins = isinstance(entry.event, Started | StorageRecovered)
        if begins or self._since >= self._every:
            self.take(entry.number, state)
        elif state.areas is not self._areas and state.areas != self._areas:
            self._copy(entry.number, state)
        self._areas = state.areas

    def take(self, number: int, state: State) -> None:
        """Keep a snapshot now."""
        self._since = 0
        self._journal.snapshot(number, encode(Kept(self._site, state), Kept))
        self._copy(number, state)

    def _copy(self, number: int, state: State) -> None:
        self._journal.keep_areas(number, encode(_areas_alone(self._site, state), Kept))


class Redelivery:
    """Orders that nobody confirmed before the hub ended.

    Notices are told. A bolt is thrown, and a lock's code cleared, once the lock is found. What
    should sound, shine and show follows from the state. All else is dropped: whoever asked is not
    waiting any more, and a door that opens now opens late.
    """

    def __init__(
        self,
        orders: Sequence[Order],
        hand_out: Callable[[Order], None],
        settle: Callable[[OrderId, str], None],
    ) -> None:
        self._hand_out = hand_out
        self._waiting: dict[DeviceId, list[Order]] = {}
        for order in orders:
            match order.effect:
                case Notify():
                    hand_out(order)
                case Perform(command=LockDoor(device=lock) | ClearLockCode(device=lock)):
                    self._waiting.setdefault(lock, []).append(order)
                case Perform():
                    settle(order.id, "dropped: the hub was restarted")

    def watch(self, entry: Entry, _: State, __: Sequence[Order]) -> None:
        """Hand out what waited for the device that was found."""
        if isinstance(entry.event, DeviceJoined):
            for order in self._waiting.pop(entry.event.device.id, ()):
                self._hand_out(order)
