"""One life of the driver: all cameras side by side, none of which can end it."""

import asyncio
import logging
from typing import Protocol

from drivers.onvif import discovery
from drivers.onvif.camera import Camera
from drivers.onvif.client import preload, quiet
from drivers.onvif.condition import CameraState
from drivers.onvif.discovery import Nearby, Place
from drivers.onvif.faults import Unreachable
from drivers.onvif.names import DRIVER, camera_of, name_of
from drivers.onvif.pauses import by_chance
from drivers.onvif.plain import PlainCamera
from drivers.onvif.push import PostOffice
from drivers.onvif.settings import LONGEST_PERMIT_SECONDS, CameraSettings, OnvifSettings
from gateway.model.command import Command, GiveJoinKey, LearnView, PermitJoin, target_of
from gateway.model.device import DeviceId
from gateway.model.driver import CommandUnsupported, DeviceUnknown, Report
from gateway.model.event import DriverFound, JoiningChanged, Proof

log = logging.getLogger(__name__)

PROBE_SECONDS = 5.0  # between two looks around while joining is open


class Watched(Protocol):
    """What all kinds of cameras have in common."""

    @property
    def state(self) -> CameraState: ...
    @property
    def secret(self) -> str: ...
    def begin(self) -> None: ...
    def learn(self) -> None: ...
    async def run(self) -> None: ...
    async def perform(self, command: Command, device: DeviceId, /) -> Proof: ...
    async def snapshot(self) -> bytes: ...


class Life:
    """From the start to the end of the driver."""

    def __init__(self, settings: OnvifSettings, report: Report) -> None:
        self._settings = settings
        self._report = report
        self._office = PostOffice()
        self._cameras = {one.name: self._camera(one) for one in settings.cameras}
        self._tasks: list[asyncio.Task[None]] = []
        self._looking: asyncio.Task[None] | None = None
        self._nearby: dict[str, Nearby] = {}

    @property
    def states(self) -> tuple[CameraState, ...]:
        """Say how each camera is."""
        return tuple(camera.state for camera in self._cameras.values())

    @property
    def nearby(self) -> tuple[Nearby, ...]:
        """Give the cameras that answered a look around."""
        return tuple(self._nearby.values())

    async def live(self) -> None:
        """Watch all cameras until cancelled."""
        with quiet(lambda: [one.secret for one in self._cameras.values()]):
            self._report(DriverFound(DRIVER))
            for camera in self._cameras.values():
                camera.begin()
            try:
                if any(one.address for one in self._settings.cameras):
                    await preload()
                for camera in self._cameras.values():
                    self._tasks.append(asyncio.create_task(camera.run()))
                await asyncio.Event().wait()
            finally:
                await self._end()

    async def _end(self) -> None:
        tasks = [*self._tasks] if self._looking is None else [*self._tasks, self._looking]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._office.close()

    async def perform(self, command: Command) -> Proof:
        """Have the camera do it."""
        match command:
            case PermitJoin(seconds=seconds):
                self._look_around(seconds)
                return Proof.ACCEPTED
            case GiveJoinKey():
                raise CommandUnsupported("a camera joins without a key")
            case LearnView(device=device) if device == camera_of(name_of(device)):
                self.find(device).learn()
                return Proof.ACCEPTED
            case _:
                device = DeviceId(target_of(command))
                return await self.find(device).perform(command, device)

    def find(self, device: DeviceId) -> Watched:
        """Give the camera that a device belongs to."""
        camera = self._cameras.get(name_of(device))
        if camera is None:
            raise DeviceUnknown(f"there is no {device}: no camera has that name")
        return camera

    def _camera(self, settings: CameraSettings) -> Watched:
        if settings.rtsp:
            return PlainCamera(settings, self._settings.timing.locked, self._report)
        return Camera(
            settings,
            self._settings.timing,
            self._report,
            office=self._office,
            find=self._find,
            jitter=self._settings.jitter or by_chance,
        )

    async def _find(self, urn: str) -> Place:
        """Look where a camera is."""
        for one in await discovery.probe(self._settings.probe):
            if one.urn.lower() == urn.lower():
                return one.host, one.port
        raise Unreachable("nobody answers to its urn")

    def _look_around(self, seconds: int) -> None:
        """Look for cameras; what is found is told in the log, and stays to be asked for."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
            self._report(JoiningChanged(DRIVER, open=False))
        if seconds > 0:
            self._nearby.clear()
            self._report(JoiningChanged(DRIVER, open=True))
            work = self._look(min(seconds, LONGEST_PERMIT_SECONDS))
            self._looking = asyncio.create_task(work)

    async def _look(self, seconds: int) -> None:
        try:
            async with asyncio.timeout(seconds):
                while True:
                    for one in await discovery.probe(self._settings.probe):
                        self._note(one)
                    await asyncio.sleep(PROBE_SECONDS)
        except TimeoutError:
            self._looking = None
            self._report(JoiningChanged(DRIVER, open=False))

    def _note(self, one: Nearby) -> None:
        if self._nearby.get(one.urn) != one:
            self._nearby[one.urn] = one
            log.info(
                "a camera is nearby: %s:%s, %s %s (%s)",
                *(one.host, one.port, one.hardware, one.name, one.urn),
            )
