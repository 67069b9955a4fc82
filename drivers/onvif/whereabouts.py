"""Where a camera is, and whether who answers there is the one that is known."""

from collections.abc import Awaitable, Callable

from drivers.onvif.discovery import Place
from drivers.onvif.faults import Stranger
from drivers.onvif.link import About
from drivers.onvif.settings import CameraSettings, host_of

type Find = Callable[[str], Awaitable[Place]]


class Whereabouts:
    """Of one camera, for one life of the driver."""

    def __init__(self, settings: CameraSettings, find: Find) -> None:
        self._settings = settings
        self._find = find
        self._at: Place | None = None  # where it let us in last
        self._known: About | None = None  # what it said of itself then
        self.is_guess = False  # it is tried where it was: another device may have that place now

    async def where(self) -> Place:
        """Say where to try next; one that is looked for is tried once more where it was."""
        if not self._settings.is_looked_for:
            return host_of(self._settings.address)
        at, self._at = self._at, None
        self.is_guess = at is not None
        return at or await self._find(self._settings.address)

    def came(self, place: Place, about: About) -> None:
        """Take in who let us in; raise Stranger where that is not the one of before."""
        known = self._known or about
        if self._settings.is_looked_for and not _are_one(known, about):
            raise Stranger(f"at {place[0]}:{place[1]} another device answers in its name")
        self._at, self._known = place, about


def _are_one(one: About, other: About) -> bool:
    """Tell whether two are one device: a new firmware may give it another name, no other number."""
    return one.serial == other.serial if one.serial and other.serial else one == other
