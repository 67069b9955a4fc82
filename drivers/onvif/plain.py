"""A camera without ONVIF: a stream, and nothing else. Whether it lives, the detection sees."""

import asyncio

from drivers.onvif.condition import CameraState, Condition
from drivers.onvif.names import camera_of
from drivers.onvif.redact import with_login
from drivers.onvif.settings import CameraSettings
from drivers.onvif.subscription import Way
from gateway.model.capability import Capability
from gateway.model.command import Command, RefreshDevice
from gateway.model.credential import Code, StreamsFound, ViewChanged
from gateway.model.device import Device, DeviceId
from gateway.model.driver import CommandUnsupported, DeviceUnknown, Report
from gateway.model.event import DeviceJoined, Proof


class PlainCamera:
    """It is told of once, and again with each other password that its file has."""

    def __init__(self, settings: CameraSettings, pause: float, report: Report) -> None:
        """Look at the password again after each `pause`, in seconds."""
        self._settings = settings
        self._login = settings.now()
        self._pause = pause
        self._report = report
        self._id = camera_of(settings.name)

    @property
    def state(self) -> CameraState:
        """Say how it is: nobody here knows."""
        streams = 1 + bool(self._settings.rtsp_sub)
        name, address = self._settings.name, self._settings.rtsp
        return CameraState(name, address, Condition.WELL, events=Way.NONE, streams=streams)

    @property
    def secret(self) -> str:
        """Give its password, for who must hide it."""
        return self._login.password.text

    def begin(self) -> None:
        """Tell that there is such a camera, and where its pictures are."""
        self._report(DeviceJoined(Device(self._id, frozenset({Capability.CAMERA}), mains=True)))
        self._tell_streams()

    def _tell_streams(self) -> None:
        main, sub = self._settings.rtsp, self._settings.rtsp_sub
        self._report(StreamsFound(self._id, self._code(main), self._code(sub) if sub else None))

    def learn(self) -> None:
        """Have what it shows now be its view."""
        self._report(ViewChanged(self._id))

    async def run(self) -> None:
        """Live until cancelled."""
        while True:
            await asyncio.sleep(self._pause)
            login = await asyncio.to_thread(self._settings.now)
            if login.password != self._login.password:
                self._login = login
                self._tell_streams()

    async def perform(self, command: Command, device: DeviceId) -> Proof:
        """Say that it cannot be done."""
        if device != self._id:
            raise DeviceUnknown(f"there is no {device} at the camera")
        if isinstance(command, RefreshDevice):
            self.begin()
            return Proof.ACCEPTED
        raise CommandUnsupported(f"{device} is a stream only: it has no {type(command).__name__}")

    async def snapshot(self) -> bytes:
        """Say that there is none."""
        raise CommandUnsupported(f"{self._id} is a stream only: it gives no pictures")

    def _code(self, url: str) -> Code:
        return Code(with_login(url, self._login.user, self.secret))
