"""The house file: which stick and which devices there are, read from TOML, refused with reasons.

Tables of the other radio are left to its simulator.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from simulator.table import HouseError, Reader, Table, devices_of, read, unique

__all__ = ["DeviceSpec", "Enrolment", "House", "HouseError", "Kind", "StickSpec", "load"]


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
    table = read(path)
    Reader(path, "", table).only("stick", "device", "zwave", "camera")
    devices = _devices(path, table)
    return House(_stick(path, table, needed=bool(devices)), devices)


def eui64_text(eui64: bytes) -> str:
    return ":".join(f"{byte:02x}" for byte in reversed(eui64))


def _stick(path: Path, table: Table, *, needed: bool) -> StickSpec:
    stick = table.get("stick")
    if stick is None and "zwave" in table and not needed:
        return StickSpec(bytes(8))  # a house of the other radio only: nobody plugs this one
    if not isinstance(stick, dict):
        raise HouseError(path, "stick", "a table [stick] was expected")
    reader = _Reader(path, "stick.", stick)
    reader.only("eui64")
    return StickSpec(reader.eui64())


def _devices(path: Path, table: Table) -> tuple[DeviceSpec, ...]:
    listed = devices_of(path, table, "zigbee")
    devices = tuple(_device(path, place, one) for place, one in listed)
    places = [place for place, _ in listed]
    addresses = [eui64_text(device.eui64) for device in devices]
    unique(path, "eui64", list(zip(places, addresses, strict=True)))
    return devices


def _device(path: Path, number: int, table: Table) -> DeviceSpec:
    reader = _Reader(path, f"device[{number}].", table)
    reader.only("radio", *DeviceSpec.__dataclass_fields__)
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


class _Reader(Reader):
    """Takes what only this radio has."""

    def eui64(self) -> bytes:
        pattern = r"([0-9a-fA-F]{2}:){7}[0-9a-fA-F]{2}"
        text = self.text("eui64", None, pattern, 'eight bytes as "00:12:4b:00:1c:a1:00:01"')
        return bytes.fromhex(text.replace(":", ""))[::-1]

    def install_code(self) -> bytes | None:
        text = self.text("install_code", "", r"([0-9a-fA-F]{36})?", "hex, 16 bytes and CRC")
        return bytes.fromhex(text) or None

    def short_text(self, key: str, default: str) -> str:
        # Basic cluster strings hold at most 32 bytes (ZCL 3.2.2.2.5).
        return self.text(key, default, r"[ -~]{1,32}", "1 to 32 printable ASCII characters")
