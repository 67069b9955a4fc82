"""A small house for the language: what paths there are, and values they may have."""

from datetime import UTC, datetime, timedelta
from random import Random

from rules.expression import (
    BOOL,
    DURATION,
    FLOAT,
    INSTANT,
    INT,
    TEXT,
    ListOf,
    Number,
    OneOf,
    Path,
    Record,
    Type,
    Value,
    Values,
)

MODE = OneOf("a mode", ("away", "home", "night"))
CONTACT = OneOf("a contact", ("closed", "open"))
PERCENT = Number(whole=True, unit="%", low=0, high=100)
CELSIUS = Number(whole=False, unit="°C", low=-273.15)
WATT = Number(whole=False, unit="W")
ZONE = Record("a zone", (("tripped", BOOL), ("bypassed", BOOL)))

PATHS: dict[Path, Type] = {
    ("area", "house", "mode"): MODE,
    ("area", "garage", "mode"): MODE,
    ("device", "door", "contact"): CONTACT,
    ("device", "door", "battery"): PERCENT,
    ("device", "door", "open_for"): DURATION,
    ("device", "thermometer", "temperature"): CELSIUS,
    ("device", "freezer", "temperature"): CELSIUS,
    ("device", "washer", "power"): WATT,
    ("house", "people"): INT,
    ("house", "visits"): INT,
    ("house", "factor"): FLOAT,
    ("house", "name"): TEXT,
    ("house", "open"): ListOf(TEXT),
    ("house", "zones"): ListOf(ZONE),
    ("sun", "is_day"): BOOL,
    ("house", "empty"): BOOL,
    ("house", "now"): INSTANT,
    ("house", "armed_at"): INSTANT,
}


class SmallHouse:
    """The scope of the tests."""

    def type_of(self, path: Path) -> Type | None:
        return PATHS.get(path)

    def near(self, path: Path) -> list[str]:
        return [".".join(known) for known in PATHS if known[0] == path[0]]


SCOPE = SmallHouse()
WORDS = ("", "front", "back door", "Küche", "a", "aa")
EPOCH = datetime(2026, 12, 1, 22, tzinfo=UTC)
# Not the first day there is: the judge's Python face takes that for the infinite past.
EDGES = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))


def value(random: Random, kind: Type) -> Value:
    """Draw a value of a type; the edges often enough."""
    match kind:
        case OneOf(words=words):
            return random.choice(words)
        case Number():
            return number(random, kind)
        case ListOf(item=item):
            return tuple(value(random, item) for _ in range(random.randrange(4)))
        case Record(fields=fields):
            return {name: value(random, of) for name, of in fields if random.random() < 0.8}
        case _:
            return _plain(random, kind)


def _plain(random: Random, kind: Type) -> Value:
    if kind is BOOL:
        return random.random() < 0.5
    if kind is TEXT:
        return random.choice(WORDS)
    if kind is DURATION:
        return timedelta(days=106_000) if random.random() < 0.05 else duration(random)
    return random.choice(EDGES) if random.random() < 0.05 else EPOCH + duration(random)


def duration(random: Random) -> timedelta:
    """Draw one that people would write."""
    return timedelta(
        microseconds=random.choice((1, 1000, 10**6, 60 * 10**6)) * random.randint(-9, 9)
    )


def number(random: Random, kind: Number) -> int | float:
    """Draw a number, within the range of its type."""
    if kind.low is not None and kind.high is not None:
        return random.randint(int(kind.low), int(kind.high))
    if kind.whole:
        edges = random.randint(-(2**63), 2**63 - 1), 2**63 - 1, -(2**63)
        return random.choice(edges) if random.random() < 0.1 else random.randint(-3, 9)
    return random.choice((random.randint(-3, 9) / 2, random.uniform(-200, 200), 0.0))


def values(random: Random, unknown: float = 0.06) -> Values:
    """Draw what is known of the house: each path is unknown now and then."""
    return {path: value(random, kind) for path, kind in PATHS.items() if random.random() >= unknown}
