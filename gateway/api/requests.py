"""What can be asked at the local socket: one function a request (docs/hub-socket.md)."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from gateway.api import shapes
from gateway.api.commands import COMMANDS
from gateway.api.errors import Refusal
from gateway.api.fields import Ask, near, number, text, texts
from gateway.api.shapes import Json
from gateway.doorman import Doorman
from gateway.house import House
from gateway.model.clock import Clock
from gateway.model.command import PermitJoin
from gateway.model.credential import Code
from gateway.model.device import DeviceId, DriverId
from gateway.model.effect import Order
from gateway.model.event import (
    ArmRequested,
    BypassRequested,
    CommandRequested,
    DisarmRequested,
    Entry,
    Event,
    ResetRequested,
)
from rules import access
from rules.alarm import why_not_arm
from rules.site import NOBODY
from rules.state import Phase, State

COMMIT_SECONDS = 5.0
VIA = "cli"
"""Where wrong codes at the local socket are counted."""
JOIN_SECONDS_MAX = 254
ADDRESS = r"([0-9a-fA-F]{2}:?){8}"


@dataclass(frozen=True, slots=True)
class Desk:
    """What answering takes."""

    house: House
    clock: Clock
    doorman: Doorman
    offset: Callable[[], int]
    entries: Callable[[int, int], Iterable[tuple[Entry, Sequence[Order]]]]
    checks: Callable[[], list[Json]]
    stop: Callable[[], None]


async def answer(desk: Desk, ask: Ask) -> Json:
    """Answer one request; raise Refusal with a sentence when it cannot be."""
    do = text(ask, "do")
    handler = HANDLERS.get(do)
    if handler is None:
        raise Refusal(f"there is no request '{do}'{near(do, HANDLERS)}")
    return await handler(desk, ask)


async def _state(desk: Desk, _: Ask) -> Json:
    house = desk.house
    return shapes.state(house.site, house.state, desk.clock.now(), house.number, desk.offset())


async def _devices(desk: Desk, _: Ask) -> Json:
    house = desk.house
    return {"devices": shapes.devices(house.site, house.state, desk.clock.now())}


async def _arm(desk: Desk, ask: Ask) -> Json:
    area, mode = _area(desk, ask), text(ask, "mode")
    bypass = frozenset(_zone(desk, zone) for zone in texts(ask, "bypass"))
    by = await _person(desk, ask)
    asked = ArmRequested(area, mode, by, VIA, force=ask.get("force") is True, bypass=bypass)
    _must_be_allowed(desk, asked)
    refused = why_not_arm(desk.house.site, desk.house.state, asked)
    stored = await _take(desk, asked)
    if refused:
        held = shapes.area(desk.house.site, desk.house.state, area, desk.clock.now())["blockers"]
        blockers = held.get(mode, []) if isinstance(held, dict) else []
        raise Refusal(f"not armed: {refused}", blockers)
    return {**_area_now(desk, area), "stored": stored}


async def _disarm(desk: Desk, ask: Ask) -> Json:
    area = _area(desk, ask)
    by = await _person(desk, ask, needed=True)
    stored = await _take_if_allowed(desk, DisarmRequested(area, by, VIA))
    return {**_area_now(desk, area), "stored": stored}


async def _reset(desk: Desk, ask: Ask) -> Json:
    area = _area(desk, ask)
    by = await _person(desk, ask, needed=True)
    if desk.house.state.areas[area].phase is not Phase.DISARMED:
        raise Refusal(f"{area} is not disarmed: disarm it first")
    stored = await _take_if_allowed(desk, ResetRequested(area, by))
    return {**_area_now(desk, area), "stored": stored}


async def _bypass(desk: Desk, ask: Ask) -> Json:
    zone = _zone(desk, text(ask, "zone"))
    area = desk.house.site.zones[zone].area
    bypassed = ask.get("bypassed") is not False
    by = await _person(desk, ask)
    stored = await _take_if_allowed(desk, BypassRequested(zone, bypassed, by))
    now = _area_now(desk, area)
    return {**now, "zone": zone, "bypassed": bypassed, "stored": stored}


async def _pair(desk: Desk, ask: Ask) -> Json:
    driver = DriverId(str(ask.get("driver", "zigbee")))
    if driver not in desk.house.state.drivers:
        raise Refusal(f"there is no {driver} radio{near(driver, desk.house.state.drivers)}")
    seconds = number(ask, "seconds", 60)
    if not 0 <= seconds <= JOIN_SECONDS_MAX:
        raise Refusal(f"joining opens for 0 to {JOIN_SECONDS_MAX} seconds, not {seconds}")
    printed, address = str(ask.get("install_code") or ""), str(ask.get("address") or "")
    if address and re.fullmatch(ADDRESS, address) is None:
        # Not shown: whoever mixes the two up has typed the install code here.
        raise Refusal("an address is 16 hexadecimal digits, as printed on the device")
    code = Code(printed) if printed else None
    if seconds:
        _must_be_disarmed(desk, "a network is not opened")
    by = await _person(desk, ask)
    asked = CommandRequested(PermitJoin(driver, seconds, code, address), by)
    await _take_if_allowed(desk, asked)
    return {"open": seconds > 0}


async def _command(desk: Desk, ask: Ask) -> Json:
    device = _device(desk, text(ask, "device"))
    word = text(ask, "command")
    make = COMMANDS.get(word)
    if make is None:
        raise Refusal(f"there is no command '{word}'{near(word, COMMANDS)}")
    asked = CommandRequested(make(device, ask), await _person(desk, ask))
    orders: list[str] = []

    def note(entry: Entry, _: State, ordered: Sequence[Order]) -> None:
        if entry.event is asked:
            orders.extend(order.id for order in ordered)

    unwatch = desk.house.watch(note)
    try:
        await _take_if_allowed(desk, asked)
    finally:
        unwatch()
    return {"order": orders[0] if orders else ""}


async def _doctor(desk: Desk, _: Ask) -> Json:
    return {"checks": desk.checks()}


async def _stop(desk: Desk, _: Ask) -> Json:
    desk.stop()
    return {}


HANDLERS: dict[str, Callable[[Desk, Ask], Awaitable[Json]]] = {
    "state": _state,
    "devices": _devices,
    "arm": _arm,
    "disarm": _disarm,
    "reset": _reset,
    "bypass": _bypass,
    "pair": _pair,
    "command": _command,
    "doctor": _doctor,
    "stop": _stop,
}

# -- who and what --------------------------------------------------------------------------------


async def _person(desk: Desk, ask: Ask, *, needed: bool = False) -> str:
    """Name who asks. Without a code it is nobody in particular, where that will do."""
    if needed or "code" in ask:
        _must_be_open(desk)
    if not isinstance(ask.get("code"), str):
        if needed:
            raise Refusal("a code is needed", code_needed=True)
        return NOBODY
    person = await desk.doorman.who(Code(str(ask["code"])), VIA)
    if person is None:
        raise Refusal("that code is nobody's")
    _must_be_open(desk)  # others may have typed wrong codes while this one was checked
    return person


def _must_be_open(desk: Desk) -> None:
    now = desk.clock.now()
    until = access.locked_until(desk.house.state, VIA, now)
    if until is not None:
        raise Refusal(f"too many wrong codes: wait {-(-(until - now) // shapes.SECOND)} s")


async def _take_if_allowed(desk: Desk, event: Event) -> bool:
    _must_be_allowed(desk, event)
    return await _take(desk, event)


async def _take(desk: Desk, event: Event) -> bool:
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


def _must_be_allowed(desk: Desk, event: Event) -> None:
    why = access.refusal(desk.house.site, desk.house.state, event, desk.clock.now())
    if why:
        desk.house.take(event)  # the journal keeps who was refused
        raise Refusal(why, code_needed=why.startswith("a code is needed"))


def _must_be_disarmed(desk: Desk, what: str) -> None:
    armed = [n for n, a in desk.house.state.areas.items() if a.phase is not Phase.DISARMED]
    if armed:
        raise Refusal(f"{what} while {', '.join(armed)} is armed")


def _area_now(desk: Desk, area: str) -> Json:
    house = desk.house
    return {"area": shapes.area(house.site, house.state, area, desk.clock.now())}


def _area(desk: Desk, ask: Ask) -> str:
    areas = desk.house.site.areas
    if "area" not in ask:
        if len(areas) == 1:
            return next(iter(areas))
        raise Refusal(f"say which area: {', '.join(areas)}")
    area = text(ask, "area")
    if area not in areas:
        raise Refusal(f"there is no area '{area}'{near(area, areas)}")
    return area


def _zone(desk: Desk, zone: str) -> str:
    if zone not in desk.house.site.zones:
        raise Refusal(f"there is no zone '{zone}'{near(zone, desk.house.site.zones)}")
    return zone


def _device(desk: Desk, name: str) -> DeviceId:
    by_name = {name: device for device, name in desk.house.site.names.items()}
    if name in by_name:
        return by_name[name]
    if name in desk.house.state.devices:
        return DeviceId(name)
    raise Refusal(f"there is no device '{name}'{near(name, by_name)}")
