"""Who joined while `pair` looked on: known already or not, and what a person is told of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import typer

from gateway.cli.hub import ask
from gateway.cli.naming import (
    Newcomer,
    append_device,
    device_block,
    suggested_name,
    zone_advice,
    zone_blocks,
)
from gateway.cli.nearby import CAMERAS
from gateway.cli.output import BAD_INPUT, Problem, emit, listed

ZIGBEE, ZWAVE = "zigbee", "zwave"


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked of `pair`."""

    radio: str
    seconds: int
    install_code: str | None
    address: str | None
    name: str | None
    key: str | None  # as printed on the device
    as_json: bool


@dataclass(frozen=True, slots=True)
class Here:
    """The devices that the hub knew when the network was opened, as its socket names them."""

    devices: Mapping[str, Mapping[str, Any]]

    def name_of(self, device: str) -> str | None:
        """Give the name of a device that the configuration has."""
        for name, known in self.devices.items():
            if known["id"] == device and known["configured"]:
                return name
        return None

    def nameless(self, device: str) -> Newcomer | None:
        """Give a device that is in the network and not in the configuration."""
        for known in self.devices.values():
            if known["id"] == device and not known["configured"]:
                return newcomer_of(known)
        return None


def radio_of(folder: Path, *, is_coded: bool, is_keyed: bool) -> str:
    """Find the radio that is meant where none is named: the only one, or that of the key."""
    radios = [name for name in ask(folder, "state")["drivers"] if name != CAMERAS]
    meant = ZWAVE if is_keyed else ZIGBEE if is_coded else None
    if meant in radios:
        return str(meant)
    if len(radios) > 1:
        options = listed([f"--radio {radio}" for radio in sorted(radios)], "or")
        raise Problem(f"the hub has {listed(sorted(radios))}: say {options}", BAD_INPUT)
    return str(radios[0]) if radios else meant or ZIGBEE


def newcomer_of(device: Mapping[str, Any]) -> Newcomer:
    """Read a device as the hub tells it."""
    return Newcomer(
        id=device["id"],
        capabilities=tuple(sorted(device["capabilities"])),
        manufacturer=device.get("manufacturer", ""),
        model=device.get("model", ""),
    )


@dataclass(slots=True)
class Told:
    """Tells of each device once, each by a name of its own."""

    config: Path
    wish: Wish
    _names: dict[str, str] = field(default_factory=dict[str, str])
    _met: dict[str, None] = field(default_factory=dict[str, None])  # names of old, in their order
    _insecure: bool = False

    def judge(self) -> None:
        """Raise a Problem where nothing came of it, or nothing good."""
        if self._insecure:
            raise Problem("a device joined without security: it guards nothing before it is mended")
        if self._names or (self._met and self.wish.name is None):
            return
        if self._met:
            known = f"{listed(list(self._met))} joined, and has its name already"
            raise Problem(f"{known}; no device without one came, so none is {self.wish.name} now")
        raise Problem(
            f"no device joined within {self.wish.seconds} s: bring it close, reset it as its "
            "leaflet says, and try again"
        )

    def greet(self, name: str) -> None:
        """Say that a device is here that the configuration names already."""
        if name not in self._met and not self.wish.as_json:
            typer.echo(f"{name} is here, and has its name already.")
        self._met[name] = None

    def doubt(self, newcomer: Newcomer) -> bool:
        """Tell of a device that joined without security; it is not written down."""
        if newcomer.id not in self._names:
            self._names[newcomer.id] = newcomer.id
            tell_joined(newcomer, newcomer.id, self.config, as_json=self.wish.as_json)
        self.warn_insecure()
        return self.wish.name is not None

    def warn_insecure(self) -> None:
        """Say once that a device joined without security, and what to do."""
        if self._insecure:
            return
        self._insecure = True
        if self.wish.as_json:
            emit({"insecure": True})
            return
        typer.secho(
            "It joined without security: nothing it says counts. Was the key right? "
            "Take it out with `nightlatch remove`, and pair it anew.",
            fg=typer.colors.RED,
        )

    def tell(self, newcomer: Newcomer) -> bool:
        """Tell of a device, and write it down where that was asked; tell whether that is all."""
        if newcomer.id in self._names:
            return False
        taken = set(self._names.values())
        name = self.wish.name or suggested_name(newcomer, self.config, taken)
        self._names[newcomer.id] = name
        tell_joined(newcomer, name, self.config, as_json=self.wish.as_json)
        if self.wish.name is None:
            self._suggest(newcomer, name)
            return False
        write_down(newcomer, name, self.config, as_json=self.wish.as_json)
        return True

    def _suggest(self, newcomer: Newcomer, name: str) -> None:
        if self.wish.as_json:
            return
        advice = zone_advice(newcomer, name, self.config)
        blocks = "\n".join(filter(None, (device_block(newcomer, name), advice)))
        typer.echo(f"\nFor {self.config}, by a name of your own:\n\n{blocks}")


def tell_joined(newcomer: Newcomer, name: str, config: Path, *, as_json: bool) -> None:
    """Say who joined, and what it can do."""
    if as_json:
        device, zones = device_block(newcomer, name), zone_blocks(newcomer, name, config)
        facts = asdict(newcomer)
        emit({"joined": facts.pop("id"), **facts, "device_toml": device, "zone_toml": zones})
        return
    who = " ".join(filter(None, (newcomer.manufacturer, newcomer.model))) or "a device"
    what = listed(list(newcomer.capabilities))
    typer.secho(f"\n{who} is here ({newcomer.id}): {what}.", fg=typer.colors.GREEN)


def write_down(newcomer: Newcomer, name: str, config: Path, *, as_json: bool) -> None:
    """Write the block of a device into the configuration, and say what is left to do."""
    append_device(config, newcomer, name)
    if as_json:
        emit({"written": name, "config": str(config)})
        return
    typer.secho(f"{name} stands in {config} now.", fg=typer.colors.GREEN)
    advice = zone_advice(newcomer, name, config)
    if advice:
        what = "zone" if advice.startswith("[[zone]]") else "siren"
        typer.echo(f"\nAdd this {what} yourself:\n\n{advice}")
    typer.echo("Then `nightlatch reload`.")
