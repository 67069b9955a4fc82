"""The ONVIF driver: all cameras of the house."""

from drivers.onvif.condition import CameraState, check_of
from drivers.onvif.discovery import Nearby
from drivers.onvif.life import Life
from drivers.onvif.names import DRIVER
from drivers.onvif.settings import OnvifSettings
from gateway.model import answers
from gateway.model.answers import Check
from gateway.model.command import Command
from gateway.model.device import DeviceId, DriverId
from gateway.model.driver import RadioLost, Report
from gateway.model.event import Proof


class OnvifDriver:
    """Speaks to each camera for itself: there is no radio that could be lost."""

    def __init__(self, settings: OnvifSettings) -> None:
        self._settings = settings
        self._life: Life | None = None

    @property
    def id(self) -> DriverId:
        """Name the driver."""
        return DRIVER

    async def run(self, report: Report) -> None:
        """Watch the cameras until cancelled."""
        self._life = Life(self._settings, report)
        try:
            await self._life.live()
        finally:
            self._life = None

    async def perform(self, command: Command) -> Proof:
        """Return once the camera took the command; raise a DriverError that names the situation."""
        return await self._living().perform(command)

    async def snapshot(self, device: DeviceId) -> bytes:
        """Give a picture of now, as JPEG, for who has no stream; raise a DriverError."""
        return await self._living().find(device).snapshot()

    @property
    def cameras(self) -> tuple[CameraState, ...]:
        """Say how each camera is. Nothing secret."""
        return () if self._life is None else self._life.states

    @property
    def checks(self) -> tuple[Check, ...]:
        """Say how each camera's services are; one that is a stream only has none."""
        asked = {one.name for one in self._settings.cameras if one.address}
        return tuple(check_of(one) for one in self.cameras if one.name in asked)

    @property
    def newcomers(self) -> tuple[answers.Nearby, ...]:
        """Name the cameras that answered since joining was opened last, and are not configured."""
        here = {place for one in self.cameras for place in (one.address, one.configured)}
        return tuple(
            answers.Nearby(one.place, one.urn, f"{one.hardware} {one.name}".strip())
            for one in self.nearby
            if here.isdisjoint((one.place, one.urn))
        )

    @property
    def nearby(self) -> tuple[Nearby, ...]:
        """Give all cameras that answered since joining was opened last."""
        return () if self._life is None else self._life.nearby

    def _living(self) -> Life:
        if self._life is None:
            raise RadioLost("no camera is being watched")
        return self._life
