"""What the rules remember of the PINs in locks: data only, and never a PIN."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.model.clock import HouseTime
from gateway.model.device import DeviceId
from gateway.model.lock_event import Found

_BEGINNING = HouseTime(0)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A place for a PIN in a lock."""

    lock: DeviceId
    number: int


@dataclass(frozen=True, slots=True)
class SlotState:
    """One slot, as it was ordered and as it was found."""

    holds: bool | None = None  # whether a PIN was ordered into it; None: it is left as it is
    whose: str = ""  # for whom that was: a person; "" for a one-time PIN, and for nobody
    done: bool = False  # the lock took that order
    given: bool = False  # that order is with the lock's driver, which will tell what became of it
    waits: bool = False  # it is not, as those for other slots of the lock come first
    again: HouseTime | None = None  # when an order that failed is given again
    failures: int = 0  # of that order, one after the other
    found: Found | None = None  # None: nobody looked since the order changed
    since: HouseTime = _BEGINNING  # it was first found so
    drifted: bool = False  # it is not as ordered, though the lock took the order
    rewritten: HouseTime | None = None  # when that was last put right

    @property
    def is_leaving(self) -> bool:
        """Tell whether a PIN is, or may be, in it that the hub ordered there."""
        return self.holds is True or (self.holds is False and not self.done)

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing of it is worth remembering."""
        return self.holds is None and self.found is not Found.OTHER and self.rewritten is None


UNLABELLED = "one-time"
"""The label of a one-time PIN that nobody gave one."""


@dataclass(frozen=True, slots=True)
class OneTime:
    """A PIN that opens one lock once. It is remembered until the lock says that it is gone."""

    label: str
    until: HouseTime
    over: bool = False  # used, or ended

    @property
    def words(self) -> str:
        """Name it in a sentence."""
        return called(self.label)


def called(label: str) -> str:
    """Name a one-time PIN in a sentence."""
    return "one-time PIN" if label == UNLABELLED else f"one-time PIN {label}"


@dataclass(frozen=True, slots=True)
class LockCodes:
    """Everything about the PINs in locks."""

    kept: frozenset[str] = frozenset()  # people whose PIN the hub keeps
    slots: Mapping[Slot, SlotState] = field(default_factory=dict[Slot, SlotState])
    once: Mapping[Slot, OneTime] = field(default_factory=dict[Slot, OneTime])
    open: frozenset[str] = frozenset()  # people with windows, one of which holds
    edge: datetime | None = None  # when to look at the windows again; None: at once
    looked: Mapping[DeviceId, HouseTime] = field(default_factory=dict[DeviceId, HouseTime])
    """When each lock was last read through."""
    walks: Mapping[DeviceId, tuple[int, ...]] = field(
        default_factory=dict[DeviceId, tuple[int, ...]]
    )
    """Slots that are still to be read, the one that is being read first."""


NO_SLOT = SlotState()
