"""The house as one run sees it at one moment: what the names of conditions are read from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.model.capability import Capability, Picture, Reading
from gateway.model.clock import HouseTime, between
from gateway.model.device import DeviceId
from rules.expression import Unknown
from rules.site import Site, Zone
from rules.state import State, reading_of
from rules.zones import tripped

RIM = -32 / 120  # degrees: the sun is up while its upper rim is, as rules.schedule.sun has it


@dataclass(frozen=True, slots=True)
class View:
    """A state at a moment, and what triggered the run that asks."""

    site: Site
    state: State
    at: HouseTime
    event: Mapping[str, str]

    def reading(self, device: DeviceId, capability: Capability) -> str | Unknown:
        """Give what a device reads, as the word of expressions."""
        reading: Reading = reading_of(self.state, device, capability)
        if reading == "unknown":
            name = self.site.names.get(device, device)
            return Unknown(f"{name} does not tell its {capability}")
        return str(reading)

    def tripped(self, zone: Zone) -> bool | Unknown:
        """Tell whether a zone stands tripped."""
        reading = reading_of(self.state, zone.device, zone.capability)
        if reading == "unknown":
            return Unknown(f"nobody knows how {zone.name} stands")
        if isinstance(reading, Picture) and reading is not Picture.SEEING:
            return Unknown(f"{zone.name} does not see")
        return tripped(self.state, zone)

    def now(self) -> datetime | Unknown:
        """Give wall time: as it was last told, and what house time has passed since."""
        told = self.state.wall
        if told is None:
            return Unknown("the wall clock was not told since the start")
        return told.wall.astimezone(UTC) + between(told.at, self.at)

    def local(self) -> datetime | Unknown:
        """Give what the clock on the wall of the house shows."""
        now, place = self.now(), self.site.place
        if isinstance(now, Unknown):
            return now
        if place is None:
            return Unknown("where the house stands is not configured")
        return now.astimezone(place.zone)

    def sun_is_up(self) -> bool | Unknown:
        """Tell whether the sun is up where the house stands."""
        from astral import Observer  # noqa: PLC0415 - by need: most hubs never ask
        from astral.sun import elevation  # noqa: PLC0415 - by need

        now, place = self.now(), self.site.place
        if isinstance(now, Unknown):
            return now
        if place is None or place.latitude is None or place.longitude is None:
            return Unknown("where the house stands is not configured")
        return elevation(Observer(place.latitude, place.longitude), now) > RIM
