"""The nouns of the journal, and the errors of opening it.

JournalError
├── StateFolderBusy   another hub holds the folder: this one must not run
└── JournalTooNew     a later version wrote this journal: this one would misread it
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gateway.clock import Last
from gateway.model.effect import Order, OrderId
from gateway.model.event import Entry, StorageFailed, StorageRecovered

type Report = Callable[[StorageFailed | StorageRecovered], None]
type Committed = Callable[[int, bool], None]
"""Told `(number, durable)`: orders of entries up to `number` may leave."""


class JournalError(Exception):
    """The journal must not be opened. The message is a sentence for people."""


class StateFolderBusy(JournalError):
    """Another hub runs on this state folder."""


class JournalTooNew(JournalError):
    """The journal was written by a later version."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: the last entry's number and hash."""

    number: int = 0
    hash: bytes = bytes(32)


@dataclass(frozen=True, slots=True)
class Posted:
    """An order, ready to be written."""

    id: OrderId
    at_us: int
    repeat: str
    expires_us: int | None
    effect: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """An entry with its orders, chained and ready to be written."""

    number: int
    at_us: int
    wall: str
    era: str
    kind: str
    body: bytes
    orders: bytes
    hash: bytes
    outbox: tuple[Posted, ...] = ()

    @property
    def head(self) -> Head:
        """Give the chain's end after this row."""
        return Head(self.number, self.hash)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an order."""

    id: OrderId
    outcome: str


type Item = Row | Settled


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state after entry `number`, in the words of one version of the rules."""

    number: int
    at_us: int
    wall: str
    era: str
    version: str
    chain: bytes
    body: bytes
    hash: bytes = b""

    @property
    def head(self) -> Head:
        """Give the chain's end at this snapshot."""
        return Head(self.number, self.chain)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a restart has to go on from: fold `entries` over `snapshot`."""

    snapshot: tuple[int, bytes] | None = None
    entries: Iterable[Entry] = ()
    unconfirmed: list[Order] = field(default_factory=list)
    last: Last | None = None
    number: int = 0  # of the last entry; the next is to be one more
    areas: tuple[int, bytes] | None = None  # the second copy: how they stood after that entry
    has_gap: bool = False  # the entries do not tell how the areas stand: the second copy does
    notes: list[str] = field(default_factory=list)  # what went wrong, in sentences


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the journal on disk is whole."""

    ok: bool
    entries: int
    first_bad: int | None
    sentence: str
    head: str = ""  # the last entry's hash: whoever keeps it elsewhere can prove the journal
