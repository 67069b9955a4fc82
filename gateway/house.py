"""The one place where an event becomes state and effects. The only writer; synchronous.

For each event: stamp it, fold it, hand out what may leave at once, write everything down, arm one
timer. Nothing here waits, and whatever an effect brings about returns as an event.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from gateway.model.clock import Clock, HouseTime, after
from gateway.model.effect import EXPIRES, Effect, Order, OrderId, Repeat, repeat_of
from gateway.model.event import Entry, Event, PartFailed, Ticked
from rules import engine
from rules.site import Site
from rules.state import State

log = logging.getLogger("nightlatch.house")

type Write = Callable[[Entry, Sequence[Order]], None]
type HandOut = Callable[[Order], None]
type Watch = Callable[[Entry, State, Sequence[Order]], None]

RETRY = timedelta(seconds=1)
KEPT_MAX = 10_000
"""Things that wait for their commit at most; beyond it the oldest is done undurable."""


class House:
    """The state of the house, and the only way to change it. For the event loop's thread."""

    def __init__(  # noqa: PLR0913  # what flows through the house comes in here, by name
        self,
        *,
        site: Site,
        clock: Clock,
        state: State,
        number: int,
        write: Write,
        hand_out: HandOut,
    ) -> None:
        self.site = site
        self.state = state
        self.number = number
        self.on_disk = number
        """The newest entry that is known to be on disk, with all before it."""
        self._clock = clock
        self._write = write
        self._hand_out = hand_out
        self._watchers: list[Watch] = []
        self._inbox: deque[Event] = deque()
        self._draining = False
        self._armed: HouseTime | None = None
        self._again = HouseTime(0)  # no tick before: the last one failed
        self._at = HouseTime(0)
        self._kept: deque[tuple[int, Callable[[], None]]] = deque()

    def watch(self, watcher: Watch) -> Callable[[], None]:
        """Show every entry from now on to a watcher; give what ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def take(self, event: Event) -> None:
        """Take in an event, and those that its effects hand in meanwhile, in order."""
        self._inbox.append(event)
        if self._draining:
            return
        self._draining = True
        try:
            while self._inbox:
                self._fold(self._inbox.popleft())
        finally:
            self._draining = False

    def committed(self, number: int, *, durable: bool = True) -> None:
        """Do what waited for the entries up to `number`: for the disk, or for it too long."""
        if durable:
            self.on_disk = number
        while self._kept and self._kept[0][0] <= number:
            self._kept.popleft()[1]()

    def after_commit(self, then: Callable[[], None]) -> None:
        """Have something done once all entries up to now are on disk."""
        self._kept.append((self.number, then))
        if len(self._kept) > KEPT_MAX:
            self._kept.popleft()[1]()

    def reconfigure(self, site: Site, state: State, event: Event) -> None:
        """Put another configuration in force, with the state fitted to it, and write that down."""
        self.site, self.state = site, state
        self.take(event)

    def wake(self) -> None:
        """Arm the timer anew, as after a start."""
        self._armed = None
        self._arm()

    def _fold(self, event: Event) -> None:
        # House time never goes back, even should the clock be wrong.
        self._at = at = HouseTime(max(self._at, self._clock.now()))
        effects = self._step(event, at)
        self.number += 1
        orders = tuple(self._order(index, effect, at) for index, effect in enumerate(effects))
        for order in orders:
            match repeat_of(order.effect):
                case Repeat.SET:  # leaves now: the siren never waits for a disk
                    self._hand_out(order)
                case Repeat.RECORD:
                    pass
                case Repeat.ONCE | Repeat.NEVER_LATE:
                    self.after_commit(partial(self._hand_out, order))
        entry = Entry(self.number, at, self._clock.wall(), event)
        self._write(entry, orders)
        self._arm()
        for watcher in tuple(self._watchers):
            self._show(watcher, entry, orders)

    def _step(self, event: Event, at: HouseTime) -> tuple[Effect, ...]:
        """Fold; an event that the rules cannot bear is journaled all the same, and told."""
        try:
            self.state, effects = engine.step(self.site, self.state, event, at)
        except Exception as bug:  # law 6: what one event broke must not stop the next
            log.exception("the rules failed over a %s", type(event).__name__)
            if isinstance(event, Ticked):
                self._again = after(at, RETRY)  # not at once, or nothing else would run
            if not isinstance(event, PartFailed):
                self._inbox.append(PartFailed("the rules", f"{type(event).__name__}: {bug!r}"))
            return ()
        return effects

    def _show(self, watcher: Watch, entry: Entry, orders: Sequence[Order]) -> None:
        try:
            watcher(entry, self.state, orders)
        except Exception:  # law 6: who only looks on breaks nothing
            log.exception("a watcher failed over entry %d", entry.number)

    def _order(self, index: int, effect: Effect, at: HouseTime) -> Order:
        late = after(at, EXPIRES) if repeat_of(effect) is Repeat.NEVER_LATE else None
        return Order(OrderId(f"{self.number}.{index}"), effect, at, late)

    def _arm(self) -> None:
        # A tick that comes late or twice does no harm, so only a changed deadline is armed.
        deadline = engine.next_deadline(self.state)
        if deadline is not None:
            deadline = max(deadline, self._again)
        if deadline != self._armed:
            self._armed = deadline
            if deadline is not None:
                self._clock.call_at(deadline, self._tick)

    def _tick(self) -> None:
        self._armed = None
        self.take(Ticked())
