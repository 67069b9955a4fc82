"""What an expression can be of (its types), and the values those types admit."""

import math
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import cast

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
DURATION_MAX = timedelta(microseconds=INT_MAX // 1000)  # 292 years: CEL counts in nanoseconds

type Path = tuple[str, ...]
"""`area.house.mode`, as its names."""

type Value = bool | int | float | str | timedelta | datetime | Collection[Value] | Fields
type Fields = Mapping[str, Value | Unknown]
"""One item of a list of records; a field that is missing is unknown."""

type Values = Mapping[Path, Value | Unknown]
"""What is known of the house now; a path that is missing is unknown."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No news. The reason is for people: two unknowns are as unknown as each other."""

    reason: str = "not known"


class Plain(Enum):
    """A type that needs no more than its name."""

    BOOL = "a bool"
    TEXT = "text"
    DURATION = "a duration"
    INSTANT = "an instant"
    ANY = "anything"  # what an empty list holds, and what a wrong term is: it fits everywhere


BOOL, TEXT, DURATION, INSTANT, ANY = Plain


@dataclass(frozen=True, slots=True)
class Number:
    """An int or a float. A constant has no unit of its own (None): it takes that of its partner."""

    whole: bool
    unit: str | None = ""  # "" is a plain count
    low: float | None = None
    high: float | None = None


INT = Number(whole=True)
FLOAT = Number(whole=False)


@dataclass(frozen=True, slots=True)
class OneOf:
    """An enum: one of a few words. `unknown` is not among them: it is the lack of one."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """Some of a kind; a set of zones is one too, for no operator asks for the order."""

    item: "Type"


@dataclass(frozen=True, slots=True)
class Record:
    """What `exists` and `all` may look into: named fields."""

    name: str
    fields: tuple[tuple[str, "Type"], ...]


type Type = Plain | Number | OneOf | ListOf | Record


def named(kind: Type) -> str:
    """Name a type as errors do: `a float in °C`, `one of "open", "closed"`."""
    match kind:
        case Plain():
            return kind.value
        case Number(whole=whole, unit=unit):
            return ("an int" if whole else "a float") + (f" in {unit}" if unit else "")
        case OneOf(words=words):
            return "one of " + ", ".join(f'"{word}"' for word in words)
        case ListOf(item=item):
            return "a list" if item is ANY else f"a list, each {named(item)}"
        case Record(name=name):
            return name


def fits(found: Type, expected: Type) -> bool:
    """Say whether a value of the one type will do where the other is expected."""
    match found, expected:
        case (Plain.ANY, _) | (_, Plain.ANY):
            return True
        case Number(), Number():
            same_unit = found.unit is None or expected.unit is None or found.unit == expected.unit
            return same_unit and (found.whole or not expected.whole)
        case ListOf(), ListOf():
            return fits(found.item, expected.item)
        case _:
            return found == expected


def admitted(kind: Type, value: object) -> Value | None:
    """Give the value as its type wants it, None if it is no value of it.

    What is told of the house comes from radios: a word or a number that cannot be is unknown.
    """
    match kind, value:
        case Plain.ANY, _:
            return cast("Value", value)
        case Plain.BOOL, bool():
            return value
        case Plain.TEXT, str():
            return value
        case Plain.DURATION, timedelta():
            return value if abs(value) <= DURATION_MAX else None
        case Plain.INSTANT, datetime() if value.tzinfo is not None:
            return _instant(value)
        case OneOf(words=words), str():
            return value if value in words else None
        case Number(), int() | float() if not isinstance(value, bool):
            return _number(kind, value)
        case ListOf(item=item), list() | tuple() | AbstractSet():
            return _items(item, cast("Collection[object]", value))
        case Record(), Mapping():
            return cast("Value", value)  # each field is read by itself
        case _:
            return None


def _number(kind: Number, value: float) -> Value | None:
    if kind.whole:
        return value if isinstance(value, int) and INT_MIN <= value <= INT_MAX else None
    return float(value) if math.isfinite(value) else None


def _instant(when: datetime) -> Value | None:
    # Python counts by the wall clock within a zone; in UTC an hour is an hour.
    try:
        return when.astimezone(UTC)
    except OverflowError:
        return None


def _items(item: Type, values: Collection[object]) -> Value | None:
    read = [admitted(item, value) for value in values]
    known = [value for value in read if value is not None]
    if len(known) < len(read):
        return None
    # The order of a set differs from run to run: a replay must walk it alike.
    return tuple(sorted(known, key=str)) if isinstance(values, AbstractSet) else tuple(known)
