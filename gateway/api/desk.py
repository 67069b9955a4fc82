"""What answering takes, and what every request asks: who, whether they may, and what it names."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.api import shapes
from gateway.api.errors import Refusal
from gateway.api.fields import Ask, near, text
from gateway.api.shapes import Json
from gateway.doorman import Doorman
from gateway.house import House
from gateway.lock_codes import LockCodes
from gateway.model.answers import Nearby
from gateway.model.clock import Clock
from gateway.model.credential import Code
from gateway.model.device import DeviceId
from gateway.model.effect import Order
from gateway.model.event import Entry, Event
from gateway.reload import Change
from gateway.upkeep import Upkeeps
from rules import access
from rules.site import NOBODY
from rules.state import Phase

COMMIT_SECONDS = 5.0
VIA = "cli"
"""Where wrong codes at the local socket are counted."""


class Reload(Protocol):
    """Puts the configuration of now in force. Raises ConfigErrors or NotNow."""

    def __call__(self, *, dry: bool) -> Awaitable[Change]:
        """Do it, or (`dry`) only say what it would do."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What answering takes."""

    house: House
    clock: Clock
    doorman: Doorman
    offset: Callable[[], int]
    entries: Callable[[int, int], Iterable[tuple[Entry, Sequence[Order]]]]
    checks: Callable[[], Awaitable[list[Json]]]
    reload: Reload
    stop: Callable[[], None]
    upkeeps: Upkeeps
    lock_codes: LockCodes
    newcomers: Callable[[], Sequence[Nearby]] = tuple  # who answered, and is not configured
    push: Callable[[Json], None] = lambda _: None  # a line unasked, to who asked this


async def person_of(desk: Desk, ask: Ask, *, needed: bool = False) -> str:
    """Name who asks. Without a code it is nobody in particular, where that will do."""
    if needed or "code" in ask:
        must_be_open(desk)
    if not isinstance(ask.get("code"), str):
        if needed:
            raise Refusal("a code is needed", code_needed=True)
        return NOBODY
    person = await desk.doorman.who(Code(str(ask["code"])), VIA)
    if person is None:
        raise Refusal("that code is nobody's")
    must_be_open(desk)  # others may have typed wrong codes while this one was checked
    return person


def must_be_open(desk: Desk) -> None:
    now = desk.clock.now()
    until = access.locked_until(desk.house.state, VIA, now)
    if until is not None:
        raise Refusal(f"too many wrong codes: wait {-(-(until - now) // shapes.SECOND)} s")


async def take_if_allowed(desk: Desk, event: Event) -> bool:
    must_be_allowed(desk, event)
    return await take(desk, event)


async def take(desk: Desk, event: Event) -> bool:
    """Have the house take an event; return when it is on disk, so that "armed" stays armed.

    False: it is not, and a restart may forget it.
    """
    on_disk = asyncio.Event()
    desk.house.take(event)
    number = desk.house.number
    desk.house.after_commit(on_disk.set)
    # The journal lets go after two seconds without a disk; what was asked is done in any case.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(COMMIT_SECONDS):
            await on_disk.wait()
    return desk.house.on_disk >= number


def must_be_allowed(desk: Desk, event: Event) -> None:
    why = access.refusal(desk.house.site, desk.house.state, event, desk.clock.now())
    if why:
        desk.house.take(event)  # the journal keeps who was refused
        raise Refusal(why, code_needed=why.startswith("a code is needed"))


def must_be_disarmed(desk: Desk, what: str) -> None:
    armed = [n for n, a in desk.house.state.areas.items() if a.phase is not Phase.DISARMED]
    if armed:
        raise Refusal(f"{what} while {', '.join(armed)} is armed")


def area_now(desk: Desk, area: str) -> Json:
    house = desk.house
    now = shapes.area(house.site, house.state, area, desk.clock.now())
    return {"name": area, "area": now}


def area_of(desk: Desk, ask: Ask) -> str:
    areas = desk.house.site.areas
    if "area" not in ask:
        if len(areas) == 1:
            return next(iter(areas))
        raise Refusal(f"say which area: {', '.join(areas)}")
    area = text(ask, "area")
    if area not in areas:
        raise Refusal(f"there is no area '{area}'{near(area, areas)}")
    return area


def zone_of(desk: Desk, zone: str) -> str:
    if zone not in desk.house.site.zones:
        raise Refusal(f"there is no zone '{zone}'{near(zone, desk.house.site.zones)}")
    return zone


def device_of(desk: Desk, name: str) -> DeviceId:
    by_name = {name: device for device, name in desk.house.site.names.items()}
    if name in by_name:
        return by_name[name]
    if name in desk.house.state.devices:
        return DeviceId(name)
    raise Refusal(f"there is no device '{name}'{near(name, by_name)}", mistaken=True)
