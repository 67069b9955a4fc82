"""The tables of a house file that are about cameras, and their defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from simulator.table import HouseError, Reader, Table, devices_of, near, read

RADIO = "camera"
DISCOVERY_PORT = 3702


class Kind(StrEnum):
    CAMERA = "camera"
    DOORBELL = "doorbell"


class Proof(StrEnum):
    """How a client proves who it is."""

    DIGEST = "digest"
    BASIC = "basic"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class CameraSpec:
    name: str
    kind: Kind
    user: str
    password: str
    port: int  # of ONVIF; 0: any
    rtsp_port: int
    onvif: bool  # False: it speaks RTSP only
    sub: bool  # has a second, small stream
    rtsp_auth: Proof
    snapshot_auth: Proof
    inputs: int
    relays: int
    presets: tuple[str, ...]  # none: it cannot be turned
    infrared: bool
    scenes: Mapping[str, tuple[Path, Path]]  # the files of its main and of its sub stream

    @property
    def serial(self) -> str:
        """Twelve hex digits, the same every time."""
        return sha256(f"camera {self.name}".encode()).hexdigest()[:12]

    @property
    def urn(self) -> str:
        return f"urn:uuid:7e570000-0000-4000-8000-{self.serial}"


@dataclass(frozen=True, slots=True)
class House:
    address: str  # where all of them listen
    discovery_port: int  # of WS-Discovery; 0: any
    cameras: tuple[CameraSpec, ...]

    def listening(self, port: int) -> "House":
        """Give the same, the first camera's ONVIF at a port; 0: as the file has it."""
        if not port or not self.cameras:
            return self
        first, *others = self.cameras
        return replace(self, cameras=(replace(first, port=port), *others))


def load(path: Path) -> House:
    """Read a house file, or raise HouseError."""
    table = read(path)
    Reader(path, "", table).only("stick", "device", "zwave", "camera")
    given = table.get("camera", {})
    if not isinstance(given, dict):
        raise HouseError(path, "camera", "a table [camera] was expected")
    reader = Reader(path, "camera.", given)
    reader.only("address", "discovery_port")
    return House(
        reader.text("address", "127.0.0.1", r"\d+(\.\d+){3}", "an IPv4 address"),
        _whole(reader, "discovery_port", DISCOVERY_PORT, 0xFFFF),
        tuple(_camera(path, place, one) for place, one in devices_of(path, table, RADIO)),
    )


def _camera(path: Path, place: int, table: Table) -> CameraSpec:
    reader = Reader(path, f"device[{place}].", table)
    reader.only("radio", *CameraSpec.__dataclass_fields__)
    kind = Kind(reader.choice("kind", [*Kind], Kind.CAMERA))
    proofs = [*Proof]
    return CameraSpec(
        name=reader.name(),
        kind=kind,
        user=reader.text("user", "nightlatch", r"[ -~]+", "a name"),
        password=reader.text("password", "nightlatch", r"[ -~]+", "a password"),
        port=_whole(reader, "port", 0, 0xFFFF),
        rtsp_port=_whole(reader, "rtsp_port", 0, 0xFFFF),
        onvif=reader.flag("onvif", default=True),
        sub=reader.flag("sub", default=True),
        rtsp_auth=Proof(reader.choice("rtsp_auth", proofs, Proof.DIGEST)),
        snapshot_auth=Proof(reader.choice("snapshot_auth", proofs, Proof.DIGEST)),
        inputs=_whole(reader, "inputs", 1, 16),
        relays=_whole(reader, "relays", 1, 16),
        presets=_presets(reader),
        infrared=reader.flag("infrared", default=True),
        scenes=_scenes(path, place, table),
    )


def _whole(reader: Reader, key: str, default: int, most: int) -> int:
    def fits(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most

    return int(str(reader.take(key, default, fits, f"a whole number from 0 to {most}")))


def _presets(reader: Reader) -> tuple[str, ...]:
    def fits(value: object) -> bool:
        return isinstance(value, list) and all(isinstance(one, str) and one for one in value)

    given = reader.take("presets", [], fits, "a list of names")
    return tuple(given) if isinstance(given, list) else ()


def _scenes(path: Path, place: int, table: Table) -> Mapping[str, tuple[Path, Path]]:
    """Read `scenes = { rest = "file" }`, or a file for each of the two streams."""
    key, given = f"device[{place}].scenes", table.get("scenes", {})
    if not isinstance(given, dict):
        raise HouseError(path, key, "a table was expected")
    return {str(name): _files(path, f"{key}.{name}", value) for name, value in given.items()}


def _files(path: Path, key: str, value: object) -> tuple[Path, Path]:
    named = [value, value] if isinstance(value, str) else value
    if not isinstance(named, list) or len(named) != 2:
        raise HouseError(path, key, 'expected "file" or ["of the main", "of the sub stream"]')
    main, sub = (path.parent / str(name) for name in named)
    for file in (main, sub):
        if not file.is_file():
            beside = [one.name for one in file.parent.glob("*")]
            raise HouseError(path, key, f"no file {file.name!r}{near(file.name, beside)}")
    return main, sub
