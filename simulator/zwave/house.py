"""The house file: the stick's network and the Z-Wave devices, read from TOML, refused with reasons.

Tables of the other radio are left to its simulator.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from simulator.table import HouseError, Reader, Table, devices_of, read

HOME_ID = "7e570001"
HIGHEST_NODE = 232
CONTROLLER = 1


class Kind(StrEnum):
    CONTACT = "contact"
    MOTION = "motion"
    GLASS = "glass"
    SMOKE = "smoke"
    CO = "co"
    WATER = "water"
    SIREN = "siren"
    LOCK = "lock"
    PLUG = "plug"
    KEYPAD = "keypad"
    TEMPERATURE = "temperature"
    LIGHT = "light"
    GARAGE = "garage"
    VALVE = "valve"
    THERMOSTAT = "thermostat"
    BUTTON = "button"


class Security(StrEnum):
    """The class of keys that a device asks for."""

    ACCESS = "access"
    AUTHENTICATED = "authenticated"
    UNAUTHENTICATED = "unauthenticated"
    NONE = "none"


class Level(IntEnum):
    """The same as S2 numbers it."""

    UNAUTHENTICATED = 0
    AUTHENTICATED = 1
    ACCESS = 2


SLEEPY = frozenset({
    *(Kind.CONTACT, Kind.MOTION, Kind.GLASS, Kind.SMOKE, Kind.CO, Kind.WATER),
    *(Kind.TEMPERATURE, Kind.BUTTON),
})  # fmt: skip
_OPENS_DOORS = frozenset({Kind.LOCK, Kind.KEYPAD, Kind.GARAGE})


@dataclass(frozen=True, slots=True)
class StickSpec:
    home_id: str  # hex
    keys: Mapping[Level, str]  # hex: of devices that are in the network from the start


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    name: str
    kind: Kind
    node: int  # 0: the next that is free
    security: Security
    joined: bool
    sleepy: bool
    latency_ms: float
    tone_seconds: float
    wake_seconds: float  # until it is given another; 0: only by hand
    secret: str  # hex: what its DSK comes from


@dataclass(frozen=True, slots=True)
class House:
    stick: StickSpec
    devices: tuple[DeviceSpec, ...]


def load(path: Path) -> House:
    """Read a house file, or raise HouseError."""
    table = read(path)
    Reader(path, "", table).only("stick", "device", "zwave", "camera")
    stick = _stick(path, table)
    return House(stick, _devices(path, table, stick.home_id))


def level_of(security: Security) -> Level | None:
    """Give the S2 number of a class; None for the one that is none."""
    return None if security is Security.NONE else Level[security.name]


DEFAULT_KEYS: Mapping[Level, str] = MappingProxyType(
    {level: f"{0x11 * (level + 1):02x}" * 16 for level in Level}
)


def _stick(path: Path, table: Table) -> StickSpec:
    given = table.get("zwave", {})
    if not isinstance(given, dict):
        raise HouseError(path, "zwave", "a table [zwave] was expected")
    reader = Reader(path, "zwave.", given)
    reader.only("home_id", "keys")
    home_id = reader.text("home_id", HOME_ID, r"[0-9a-fA-F]{8}", "eight hex digits")
    return StickSpec(home_id, _keys(path, given))


def _keys(path: Path, stick: Table) -> Mapping[Level, str]:
    given = stick.get("keys", {})
    if not isinstance(given, dict):
        raise HouseError(path, "zwave.keys", "a table was expected")
    reader = Reader(path, "zwave.keys.", given)
    names = {level: level.name.lower() for level in Level}
    reader.only(*names.values())
    return {
        level: reader.text(name, DEFAULT_KEYS[level], r"[0-9a-fA-F]{32}", "32 hex digits")
        for level, name in names.items()
    }


def _devices(path: Path, table: Table, home_id: str) -> tuple[DeviceSpec, ...]:
    devices = []
    nodes: set[int] = set()
    for place, one in devices_of(path, table, "zwave"):
        device = _device(path, place, one, home_id)
        if device.node in nodes:
            raise HouseError(path, f"device[{place}].node", f"{device.node} is there already")
        nodes |= {device.node} - {0}
        devices.append(device)
    return tuple(devices)


def _device(path: Path, place: int, table: Table, home_id: str) -> DeviceSpec:
    reader = Reader(path, f"device[{place}].", table)
    reader.only("radio", *(key for key in DeviceSpec.__dataclass_fields__ if key != "secret"))
    kind = Kind(reader.choice("kind", [*Kind]))
    usual = Security.ACCESS if kind in _OPENS_DOORS else Security.AUTHENTICATED
    name = reader.name()
    return DeviceSpec(
        name=name,
        kind=kind,
        node=_node(reader),
        security=Security(reader.choice("security", [*Security], usual)),
        joined=reader.flag("joined", default=False),
        sleepy=reader.flag("sleepy", default=kind in SLEEPY),
        latency_ms=reader.number("latency_ms", 5.0),
        tone_seconds=reader.number("tone_seconds", 30.0),
        wake_seconds=reader.number("wake_seconds", 14_400.0),
        secret=sha256(f"{home_id} {name}".encode()).hexdigest(),
    )


def _node(reader: Reader) -> int:
    def fits(value: object) -> bool:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and (value == 0 or CONTROLLER < int(str(value)) <= HIGHEST_NODE)

    return int(str(reader.take("node", 0, fits, f"a number from 2 to {HIGHEST_NODE}")))
