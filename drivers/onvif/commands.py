"""What the house orders of a camera, put into ONVIF's operations."""

import asyncio
from typing import NoReturn, Protocol

from drivers.onvif.faults import CameraFault, Garbled, Refused
from drivers.onvif.hearing import Hearing
from drivers.onvif.link import Link
from drivers.onvif.senses import Senses
from gateway.model.capability import Switch
from gateway.model.command import (
    AimCamera,
    Command,
    Infrared,
    RebootCamera,
    RefreshDevice,
    SetInfrared,
    TurnSwitch,
)
from gateway.model.credential import ViewChanged
from gateway.model.device import DeviceId
from gateway.model.driver import CommandRefused, CommandUnsupported, DeviceUnreachable
from gateway.model.event import Proof, Reported

ECHO_SECONDS = 2.0  # for the report of a relay that was switched
ANSWER_SECONDS = 5.0  # for a reading that was asked for
PRESETS_MOST = 20  # of those named in a sentence

_FILTERS = {Infrared.AUTO: "AUTO", Infrared.ON: "OFF", Infrared.OFF: "ON"}
"""The filter keeps infrared light out: it is on by day."""


class Synchronizes(Protocol):
    """What can have the camera say again how everything stands."""

    async def synchronize(self) -> bool: ...


class Commands:
    """Of one camera and its contacts."""

    def __init__(self, name: str, senses: Senses, hearing: Hearing, events: Synchronizes) -> None:
        self._name = name
        self._senses = senses
        self._hearing = hearing
        self._events = events
        self._preset = ""  # that the house has it stand at, as the camera calls it; "": not known

    def learn(self, camera: DeviceId) -> None:
        """Take for right what it shows now."""
        self._preset = ""
        self._hearing.tell([ViewChanged(camera)])

    async def perform(self, link: Link, command: Command, device: DeviceId) -> Proof:
        """Return once the camera took it; raise a DriverError that names the situation."""
        try:
            return await self._dispatch(link, command, device)
        except Garbled as lacking:
            raise CommandUnsupported(f"{device}: {lacking}") from None
        except Refused as no:
            raise CommandRefused(f"{device}: {no}") from None
        except CameraFault as gone:
            raise DeviceUnreachable(f"{device}: {gone}") from None

    async def _dispatch(self, link: Link, command: Command, device: DeviceId) -> Proof:
        is_camera = device.endswith("/0")
        match command:
            case TurnSwitch(on=on) if "/relay" in device:
                return await self._switch(link, device, on=on)
            case AimCamera(preset=preset) if is_camera:
                await self._aim(link, preset, device)
            case SetInfrared(mode=mode) if is_camera:
                await self._light(link, mode)
            case RebootCamera() if is_camera:
                await link.ask("devicemgmt", "SystemReboot")
            case RefreshDevice():
                return await self._refresh(link, device)
            case _:
                self._cannot(command, device)
        return Proof.ACCEPTED

    def _cannot(self, command: Command, device: DeviceId) -> NoReturn:
        raise CommandUnsupported(f"{device} has no {type(command).__name__}")

    async def _switch(self, link: Link, device: DeviceId, *, on: bool) -> Proof:
        """Switch a relay, and wait a moment for its own word on it."""
        wished = Reported(device, Switch.ON if on else Switch.OFF)
        echo = self._hearing.expect(lambda told: told == wished)
        try:
            what = {
                "RelayOutputToken": self._senses.token(device),
                "LogicalState": "active" if on else "inactive",
            }
            await link.ask("devicemgmt", "SetRelayOutputState", what)
            return await _echo(echo)
        finally:
            echo.cancel()

    async def _aim(self, link: Link, preset: str, camera: DeviceId) -> None:
        """Go to a position by the name that it has in the camera.

        Where that is no other one, its view is no other: who turned it by hand is found out.
        """
        told = await link.ask("ptz", "GetPresets", {"ProfileToken": link.profile})
        tokens = {str(one.Name or ""): str(one.token or "") for one in told or ()}
        token = next((t for name, t in tokens.items() if name.casefold() == preset.casefold()), "")
        if not token:
            names = ", ".join([*tokens][:PRESETS_MOST]) or "none"
            raise CommandRefused(f"{self._name} has no position '{preset}'; it has {names}")
        await link.ask("ptz", "GotoPreset", {"ProfileToken": link.profile, "PresetToken": token})
        if token != self._preset:
            self.learn(camera)
            self._preset = token

    async def _light(self, link: Link, mode: Infrared) -> None:
        what = {
            "VideoSourceToken": link.source,
            "ImagingSettings": {"IrCutFilter": _FILTERS[mode]},
            "ForcePersistence": True,
        }
        await link.ask("imaging", "SetImagingSettings", what)

    async def _refresh(self, link: Link, device: DeviceId) -> Proof:
        """Have it say how it stands; without events, that it is there must do."""
        self._senses.ask_anew(device)
        told = self._hearing.expect_from(device)
        try:
            if not await self._events.synchronize():
                await link.check()
                return Proof.ACCEPTED
            async with asyncio.timeout(ANSWER_SECONDS):
                await told
        except TimeoutError:
            raise DeviceUnreachable(f"{device} tells no reading") from None
        else:
            return Proof.REPORTED
        finally:
            told.cancel()


async def _echo(echo: "asyncio.Future[None]") -> Proof:
    try:
        async with asyncio.timeout(ECHO_SECONDS):
            await echo
    except TimeoutError:
        return Proof.ACCEPTED
    return Proof.REPORTED
