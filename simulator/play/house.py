"""What a scenario may name: the devices of a house, and the areas and zones of its hub."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from simulator.camera.house import load as load_cameras
from simulator.table import HouseError
from simulator.zigbee.house import eui64_text
from simulator.zigbee.house import load as load_zigbee
from simulator.zwave.house import load as load_zwave

HOUSES = Path(__file__).parent.parent / "houses"
HUB = ".hub.toml"
STICK = "stick"  # stands for a port in a hub file; the launcher puts the real one


class Radio(StrEnum):
    """What a device speaks: the name of its section in a hub file."""

    ZIGBEE = "zigbee"
    ZWAVE = "zwave"
    CAMERA = "camera"

    @property
    def driver(self) -> str:
        """Name the hub's driver of it."""
        return "onvif" if self is Radio.CAMERA else self.value


STICKS = (Radio.ZIGBEE, Radio.ZWAVE)
"""Those that need a stick; cameras are on the network."""


@dataclass(frozen=True, slots=True)
class Resident:
    """One device of the house."""

    name: str
    radio: Radio
    kind: str
    eui64: str = ""  # "00:12:4b:…", of a Zigbee device
    install_code: str = ""  # hex
    password: str = ""  # of a camera

    @property
    def address(self) -> str:
        """Its Zigbee address as the hub's device ids have it."""
        return self.eui64.replace(":", "")


@dataclass(frozen=True, slots=True)
class Home:
    """A house file and the hub file beside it."""

    file: Path
    devices: Mapping[str, Resident]
    modes: Mapping[str, frozenset[str]]  # of each area
    zones: frozenset[str] = field(default_factory=frozenset)
    rules: frozenset[str] = field(default_factory=frozenset)  # also those of the scenario
    radios: tuple[Radio, ...] = (Radio.ZIGBEE,)  # that the hub has a section for
    cameras_file: Path | None = None  # where its cameras stand, if not in `file`

    @property
    def sticks(self) -> tuple[Radio, ...]:
        """The radios with a stick."""
        return tuple(radio for radio in self.radios if radio in STICKS)

    @property
    def hub_file(self) -> Path:
        """The file beside it."""
        return hub_file(self.file)

    def file_of(self, radio: Radio) -> Path:
        """Name the house file that has the devices of a radio."""
        return (radio is Radio.CAMERA and self.cameras_file) or self.file

    @property
    def hub_text(self) -> str:
        """The hub's configuration, its ports and addresses still to be put in."""
        return _hub_text(self.file, self.cameras_file)

    def of(self, radio: Radio) -> tuple[Resident, ...]:
        """The devices of one radio."""
        return tuple(one for one in self.devices.values() if one.radio is radio)


def hub_file(house: Path) -> Path:
    """Name the hub file of a house file: `home.toml` has `home.hub.toml`."""
    return house.with_name(house.name.removesuffix(".toml") + HUB)


def known_houses() -> tuple[str, ...]:
    """Name the houses that come with the simulator."""
    return tuple(
        sorted(f.name.removesuffix(".toml") for f in HOUSES.glob("*.toml") if hub_file(f).exists())
    )


def house_file(name: str, beside: Path) -> Path:
    """Find a house: by name among ours, or by path from the file that names it."""
    if name.endswith(".toml"):
        return beside / name
    return HOUSES / f"{name}.toml"


def open_home(file: Path, cameras: Path | None = None) -> Home:
    """Read a house and its hub file, or raise HouseError.

    `cameras` is another house file, with cameras alone; what its hub file says is added.
    """
    residents = (*_residents(file), *(() if cameras is None else _cameras(cameras)))
    hub = _hub(file, cameras)
    return Home(
        file,
        devices={resident.name: resident for resident in residents},
        modes={_name(area): frozenset(area.get("modes", {})) for area in hub.get("area", [])},
        zones=frozenset(_name(zone) for zone in hub.get("zone", [])),
        rules=frozenset(str(rule.get("id", "")) for rule in hub.get("rule", [])),
        radios=_radios(hub_file(file), hub, residents),
        cameras_file=cameras,
    )


def _radios(
    file: Path, hub: Mapping[str, object], residents: Iterable[Resident]
) -> tuple[Radio, ...]:
    """Name the radios of a hub; raise HouseError where it has not those of its devices."""
    radios = tuple(radio for radio in Radio if radio in hub)
    for one in residents:
        if one.radio not in radios:
            raise HouseError(file, one.radio, f"is missing: {one.name} speaks {one.radio}")
    if not radios:
        sections = "[zigbee], [zwave] or [[camera]]"
        raise HouseError(file, "", f"has no radio: a section {sections} was expected")
    return radios


def _residents(file: Path) -> Iterator[Resident]:
    for spec in load_zigbee(file).devices:
        code = (spec.install_code or b"").hex().upper()
        yield Resident(spec.name, Radio.ZIGBEE, spec.kind, eui64_text(spec.eui64), code)
    for one in load_zwave(file).devices:
        yield Resident(one.name, Radio.ZWAVE, one.kind)
    yield from _cameras(file)


def _cameras(file: Path) -> Iterator[Resident]:
    for camera in load_cameras(file).cameras:
        yield Resident(camera.name, Radio.CAMERA, camera.kind, password=camera.password)


def _hub(house: Path, cameras: Path | None) -> dict[str, list[dict[str, dict[str, object]]]]:
    file = hub_file(house)
    try:
        return tomllib.loads(_hub_text(house, cameras))
    except OSError as error:
        raise HouseError(file, "", f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HouseError(file, "", f"is not TOML: {error}") from error


def _hub_text(house: Path, cameras: Path | None) -> str:
    """Read the hub file of a house; what belongs to its cameras stands last."""
    houses = [house, *([] if cameras is None else [cameras])]
    return "\n".join(hub_file(one).read_text("utf-8") for one in houses)


def _name(table: Mapping[str, object]) -> str:
    return str(table.get("name", ""))
