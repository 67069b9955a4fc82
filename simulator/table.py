"""A TOML file of tables, read key by key and refused with reasons.

HouseError
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

type Table = Mapping[str, object]

RADIOS = ("zigbee", "zwave", "camera")


class HouseError(Exception):
    """The house file cannot be used: which file, which key, and what was expected there."""

    def __init__(self, file: Path, key: str, expected: str) -> None:
        super().__init__(f"{file}: {key}: {expected}" if key else f"{file}: {expected}")
        self.file = file
        self.key = key
        self.expected = expected


def read(path: Path) -> Table:
    """Read a TOML file, or raise HouseError."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise HouseError(path, "", f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HouseError(path, "", f"is not TOML: {error}") from error


def near(word: str, known: Collection[str]) -> str:
    """The tail of an error that names what was perhaps meant."""
    close = get_close_matches(word, known, n=1)
    if close:
        return f"; did you mean {str(close[0])!r}?"
    return f"; known: {', '.join(sorted(known))}"


def unique(path: Path, key: str, values: Sequence[tuple[int, str]]) -> None:
    """Refuse a value that two devices have; each comes with the place of its table."""
    seen: set[str] = set()
    for place, value in values:
        if value in seen:
            raise HouseError(path, f"device[{place}].{key}", f"{value!r} is there already")
        seen.add(value)


def devices_of(path: Path, table: Table, radio: str) -> list[tuple[int, Table]]:
    """Give the [[device]] tables of one radio (left out: zigbee), each with its place."""
    listed = table.get("device", [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise HouseError(path, "device", "tables [[device]] were expected")
    for place, one in enumerate(listed):
        Reader(path, f"device[{place}].", one).choice("radio", [*RADIOS], RADIOS[0])
    unique(path, "name", [(place, str(one.get("name"))) for place, one in enumerate(listed)])
    return [
        (place, one) for place, one in enumerate(listed) if one.get("radio", RADIOS[0]) == radio
    ]


@dataclass(frozen=True, slots=True)
class Reader:
    """Takes values out of one table and refuses, by key, what does not fit."""

    path: Path
    prefix: str
    table: Table

    def only(self, *keys: str) -> None:
        for key in self.table:
            if key not in keys:
                raise self.error(key, f"no such key{near(key, keys)}")

    def name(self) -> str:
        return self.text("name", None, r"[a-z0-9_]+", "small letters, digits and _")

    def choice(self, key: str, choices: list[str], default: str | None = None) -> str:
        value = self.take(key, default, lambda value: isinstance(value, str), "a word")
        if value not in choices:
            raise self.error(key, f"no {key} {value!r}{near(str(value), choices)}")
        return str(value)

    def flag(self, key: str, *, default: bool) -> bool:
        return bool(self.take(key, default, lambda value: isinstance(value, bool), "true or false"))

    def number(self, key: str, default: float) -> float:
        value = self.take(key, default, _countable, "a number, 0 or more")
        return float(str(value))

    def text(self, key: str, default: str | None, pattern: str, expected: str) -> str:
        def fits(value: object) -> bool:
            return isinstance(value, str) and re.fullmatch(pattern, value) is not None

        return str(self.take(key, default, fits, expected))

    def take(
        self, key: str, default: object, fits: Callable[[object], bool], expected: str
    ) -> object:
        value = self.table.get(key, default)
        if value is None:
            raise self.error(key, f"is missing: expected {expected}")
        if not fits(value):
            raise self.error(key, f"expected {expected}, found {value!r}")
        return value

    def error(self, key: str, expected: str) -> HouseError:
        return HouseError(self.path, self.prefix + key, expected)


def _countable(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
