"""From the journal back to the state: snapshot, fold, and what was ordered and never confirmed."""

from collections.abc import Callable, Sequence

from gateway.codec import CodecError, decode, encode
from gateway.journal.journal import Journal
from gateway.journal.records import Recovered
from gateway.model.command import (
    PermitJoin,
    SetLockCode,
    ShowPanel,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    driver_for,
)
from gateway.model.device import DriverId
from gateway.model.effect import Order, OrderId, Perform
from gateway.model.event import DriverFound, Entry, StorageRecovered
from rules import engine
from rules.site import Site
from rules.state import State

SNAPSHOT_EVERY = 5_000
"""Entries between snapshots: folding them takes a fraction of a second."""


def folded(site: Site, recovered: Recovered) -> tuple[State, list[str]]:
    """Give the state the journal says, fitted to the configuration of now; and what went wrong."""
    notes: list[str] = []
    state = engine.initial(site)
    if recovered.snapshot is not None:
        try:
            state = decode(recovered.snapshot[1], State)
        except CodecError as wrong:
            notes.append(f"the snapshot cannot be read, so its state is lost: {wrong}")
    state = engine.fitted(site, state)
    for entry in recovered.entries:
        state, _ = engine.step(site, state, entry.event, entry.at)
    return state, notes


class Snapshots:
    """Keeps the state now and then, so that a restart has little to fold."""

    def __init__(self, journal: Journal, every: int = SNAPSHOT_EVERY) -> None:
        self._journal = journal
        self._every = every
        self._since = 0

    def watch(self, entry: Entry, state: State, _: Sequence[Order]) -> None:
        """Count entries, and keep a snapshot when it is time."""
        self._since += 1
        # A disk that is back may hold a new file, or one with a hole: begin it with all there is.
        if self._since >= self._every or isinstance(entry.event, StorageRecovered):
            self.take(entry.number, state)

    def take(self, number: int, state: State) -> None:
        """Keep a snapshot now."""
        self._since = 0
        self._journal.snapshot(number, encode(state, State))


class Redelivery:
    """Orders that nobody confirmed before the hub ended; each waits for its driver to answer."""

    def __init__(
        self,
        orders: Sequence[Order],
        hand_out: Callable[[Order], None],
        settle: Callable[[OrderId, str], None],
    ) -> None:
        self._hand_out = hand_out
        self._waiting: dict[DriverId, list[Order]] = {}
        for order in orders:
            match order.effect:
                case Perform(command=SoundSiren() | SilenceSiren() | ShowPanel() | TurnSwitch()):
                    # What should sound, shine and show now follows from the state.
                    settle(order.id, "left to the state")
                case Perform(command=PermitJoin() | SetLockCode()):
                    # Its code was never written down, and whoever asked is not waiting any more.
                    settle(order.id, "dropped: the hub was restarted")
                case Perform(command=command):
                    self._waiting.setdefault(driver_for(command), []).append(order)
                case _:
                    hand_out(order)

    def watch(self, entry: Entry, _: State, __: Sequence[Order]) -> None:
        """Hand out what waited for the driver that was found."""
        if isinstance(entry.event, DriverFound):
            for order in self._waiting.pop(entry.event.driver, ()):
                self._hand_out(order)
