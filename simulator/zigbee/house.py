"""The house file: which stick and which devices there are, read from TOML, refused with reasons.

HouseError
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

type Table = Mapping[str, object]


class HouseError(Exception):
    """The house file cannot be used: which file, which key, and what was expected there."""

    def __init__(self, file: Path, key: str, expected: str) -> None:
        super().__init__(f"{file}: {key}: {expected}" if key else f"{file}: {expected}")
        self.file = file
        self.key = key
        self.expected = expected


class Kind(StrEnum):
    CONTACT = "contact"
    MOTION = "motion"
    SMOKE = "smoke"
    WATER = "water"
    SIREN = "siren"
    LOCK = "lock"
    PLUG = "plug"
    KEYPAD = "keypad"
    TEMPERATURE = "temperature"


class Enrolment(StrEnum):
    """The three ways of the field to become an enrolled IAS zone (ZCL 8.2.2.2.1)."""

    AFTER_WRITE = "after_write"  # asks once its CIE address was written
    REQUEST_FIRST = "request_first"  # asks as soon as it has joined
    AUTO_RESPONSE = "auto_response"  # never asks


SLEEPY = frozenset(
    {Kind.CONTACT, Kind.MOTION, Kind.SMOKE, Kind.WATER, Kind.KEYPAD, Kind.TEMPERATURE}
)


@dataclass(frozen=True, slots=True)
class StickSpec:
    eui64: bytes  # little endian, as on the air


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    name: str
    kind: Kind
    eui64: bytes  # little endian, as on the air
    sleepy: bool
    enrolment: Enrolment
    install_code: bytes | None
    latency_ms: float
    poll_ms: float
    check_in_seconds: float
    model: str
    manufacturer: str


@dataclass(frozen=True, slots=True)
class House:
    stick: StickSpec
    devices: tuple[DeviceSpec, ...]


def load(path: Path) -> House:
    """Read a house file, or raise HouseError."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise HouseError(path, "", f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HouseError(path, "", f"is not TOML: {error}") from error
    _Reader(path, "", table).only("stick", "device")
    return House(_stick(path, table), _devices(path, table))


def near(word: str, known: Collection[str]) -> str:
    """The tail of an error that names what was perhaps meant."""
    close = get_close_matches(word, known, n=1)
    if close:
        return f"; did you mean {str(close[0])!r}?"
    return f"; known: {', '.join(sorted(known))}"


def eui64_text(eui64: bytes) -> str:
    return ":".join(f"{byte:02x}" for byte in reversed(eui64))


def _stick(path: Path, table: Table) -> StickSpec:
    stick = table.get("stick")
    if not isinstance(stick, dict):
        raise HouseError(path, "stick", "a table [stick] was expected")
    reader = _Reader(path, "stick.", stick)
    reader.only("eui64")
    return StickSpec(reader.eui64())


def _devices(path: Path, table: Table) -> tuple[DeviceSpec, ...]:
    listed = table.get("device", [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise HouseError(path, "device", "tables [[device]] were expected")
    devices = tuple(_device(path, number, one) for number, one in enumerate(listed))
    _unique(path, "name", [device.name for device in devices])
    _unique(path, "eui64", [eui64_text(device.eui64) for device in devices])
    return devices


def _device(path: Path, number: int, table: Table) -> DeviceSpec:
    reader = _Reader(path, f"device[{number}].", table)
    reader.only(*DeviceSpec.__dataclass_fields__)
    kind = Kind(reader.choice("kind", [*Kind]))
    return DeviceSpec(
        name=reader.name(),
        kind=kind,
        eui64=reader.eui64(),
        sleepy=reader.flag("sleepy", default=kind in SLEEPY),
        enrolment=Enrolment(reader.choice("enrolment", [*Enrolment], Enrolment.AFTER_WRITE)),
        install_code=reader.install_code(),
        latency_ms=reader.number("latency_ms", 4.0),
        poll_ms=reader.number("poll_ms", 0.0),
        check_in_seconds=reader.number("check_in_seconds", 0.0),
        model=reader.short_text("model", f"NL-{kind.upper()}"),
        manufacturer=reader.short_text("manufacturer", "Nightlatch"),
    )


def _unique(path: Path, key: str, values: list[str]) -> None:
    for number, value in enumerate(values):
        if value in values[:number]:
            raise HouseError(path, f"device[{number}].{key}", f"{value!r} is there already")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes values out of one table and refuses, by key, what does not fit."""

    path: Path
    prefix: str
    table: Table

    def only(self, *keys: str) -> None:
        for key in self.table:
            if key not in keys:
                raise self._error(key, f"no such key{near(key, keys)}")

    def name(self) -> str:
        return self._text("name", None, r"[a-z0-9_]+", "small letters, digits and _")

    def eui64(self) -> bytes:
        pattern = r"([0-9a-fA-F]{2}:){7}[0-9a-fA-F]{2}"
        text = self._text("eui64", None, pattern, 'eight bytes as "00:12:4b:00:1c:a1:00:01"')
        return bytes.fromhex(text.replace(":", ""))[::-1]

    def install_code(self) -> bytes | None:
        text = self._text("install_code", "", r"([0-9a-fA-F]{36})?", "hex, 16 bytes and CRC")
        return bytes.fromhex(text) or None

    def short_text(self, key: str, default: str) -> str:
        # Basic cluster strings hold at most 32 bytes (ZCL 3.2.2.2.5).
        return self._text(key, default, r"[ -~]{1,32}", "1 to 32 printable ASCII characters")

    def choice(self, key: str, choices: list[str], default: str | None = None) -> str:
        value = self._take(key, default, lambda value: isinstance(value, str), "a word")
        if value not in choices:
            raise self._error(key, f"no {key} {value!r}{near(str(value), choices)}")
        return str(value)

    def flag(self, key: str, *, default: bool) -> bool:
        return bool(
            self._take(key, default, lambda value: isinstance(value, bool), "true or false")
        )

    def number(self, key: str, default: float) -> float:
        value = self._take(key, default, _countable, "a number, 0 or more")
        return float(str(value))

    def _text(self, key: str, default: str | None, pattern: str, expected: str) -> str:
        def fits(value: object) -> bool:
            return isinstance(value, str) and re.fullmatch(pattern, value) is not None

        return str(self._take(key, default, fits, expected))

    def _take(
        self, key: str, default: object, fits: Callable[[object], bool], expected: str
    ) -> object:
        value = self.table.get(key, default)
        if value is None:
            raise self._error(key, f"is missing: expected {expected}")
        if not fits(value):
            raise self._error(key, f"expected {expected}, found {value!r}")
        return value

    def _error(self, key: str, expected: str) -> HouseError:
        return HouseError(self.path, self.prefix + key, expected)


def _countable(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
