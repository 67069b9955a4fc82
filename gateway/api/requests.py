"""What can be asked at the local socket: one function a request (docs/hub-socket.md)."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict

from gateway.api import code_requests, rule_requests, shapes, upkeep_requests
from gateway.api.commands import COMMANDS, must_be_able
from gateway.api.desk import (
    VIA,
    Desk,
    area_now,
    area_of,
    device_of,
    must_be_allowed,
    must_be_disarmed,
    person_of,
    take,
    take_if_allowed,
    zone_of,
)
from gateway.api.errors import Refusal
from gateway.api.fields import Ask, near, number, text, texts
from gateway.api.shapes import Json
from gateway.model.command import GiveJoinKey, PermitJoin
from gateway.model.credential import Code
from gateway.model.device import DriverId
from gateway.model.effect import Order
from gateway.model.event import (
    ArmRequested,
    BypassRequested,
    CommandRequested,
    DisarmRequested,
    Entry,
    ResetRequested,
)
from rules.alarm import why_not_arm
from rules.state import Phase, State

JOIN_SECONDS_MAX = 254
JOIN_KEY_MOST = 100
ADDRESS = r"([0-9a-fA-F]{2}:?){8}"


async def answer(desk: Desk, ask: Ask) -> Json:
    """Answer one request; raise Refusal with a sentence when it cannot be."""
    do = text(ask, "do")
    handler = HANDLERS.get(do)
    if handler is None:
        raise Refusal(f"there is no request '{do}'{near(do, HANDLERS)}")
    return await handler(desk, ask)


async def _state(desk: Desk, _: Ask) -> Json:
    house = desk.house
    now = shapes.state(house.site, house.state, desk.clock.now(), house.number, desk.offset())
    return {
        **now,
        "upkeep": [upkeep_requests.told(house.site, one) for one in desk.upkeeps.under_way],
    }


async def _devices(desk: Desk, _: Ask) -> Json:
    house = desk.house
    return {
        "devices": shapes.devices(house.site, house.state, desk.clock.now()),
        "nearby": [asdict(one) for one in desk.newcomers()],
    }


async def _arm(desk: Desk, ask: Ask) -> Json:
    area, mode = area_of(desk, ask), text(ask, "mode")
    bypass = frozenset(zone_of(desk, zone) for zone in texts(ask, "bypass"))
    by = await person_of(desk, ask)
    asked = ArmRequested(area, mode, by, VIA, force=ask.get("force") is True, bypass=bypass)
    must_be_allowed(desk, asked)
    refused = why_not_arm(desk.house.site, desk.house.state, asked)
    stored = await take(desk, asked)
    if refused:
        held = shapes.area(desk.house.site, desk.house.state, area, desk.clock.now())["blockers"]
        blockers = held.get(mode, []) if isinstance(held, dict) else []
        raise Refusal(f"not armed: {refused}", blockers)
    return {**area_now(desk, area), "stored": stored}


async def _disarm(desk: Desk, ask: Ask) -> Json:
    area = area_of(desk, ask)
    by = await person_of(desk, ask, needed=True)
    was = desk.house.state.areas[area].phase
    stored = await take_if_allowed(desk, DisarmRequested(area, by, VIA))
    return {**area_now(desk, area), "was": was, "stored": stored}


async def _reset(desk: Desk, ask: Ask) -> Json:
    area = area_of(desk, ask)
    by = await person_of(desk, ask, needed=True)
    if desk.house.state.areas[area].phase is not Phase.DISARMED:
        raise Refusal(f"{area} is not disarmed: disarm it first")
    stored = await take_if_allowed(desk, ResetRequested(area, by))
    return {**area_now(desk, area), "stored": stored}


async def _bypass(desk: Desk, ask: Ask) -> Json:
    zone = zone_of(desk, text(ask, "zone"))
    area = desk.house.site.zones[zone].area
    bypassed = ask.get("bypassed") is not False
    by = await person_of(desk, ask)
    stored = await take_if_allowed(desk, BypassRequested(zone, bypassed, by))
    now = area_now(desk, area)
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
    if seconds or code is not None:  # what is expected by its key joins at any later time
        must_be_disarmed(desk, "a network is not opened")
    by = await person_of(desk, ask)
    asked = CommandRequested(PermitJoin(driver, seconds, code, address), by)
    await take_if_allowed(desk, asked)
    return {"open": seconds > 0}


async def _join_key(desk: Desk, ask: Ask) -> Json:
    driver = DriverId(text(ask, "driver"))
    given = ask.get("key")
    if given is not None and (not isinstance(given, str) or not 1 <= len(given) <= JOIN_KEY_MOST):
        raise Refusal(f"a key is a text of 1 to {JOIN_KEY_MOST} characters, as printed")
    key = None if given is None else Code(given)
    asked = CommandRequested(GiveJoinKey(driver, key), await person_of(desk, ask))
    await take_if_allowed(desk, asked)
    return {}


async def _command(desk: Desk, ask: Ask) -> Json:
    device = device_of(desk, text(ask, "device"))
    word = text(ask, "command")
    make = COMMANDS.get(word)
    if make is None:
        raise Refusal(f"there is no command '{word}'{near(word, COMMANDS)}", mistaken=True)
    command = make(device, ask)
    must_be_able(command, device, desk.house.site, desk.house.state)
    asked = CommandRequested(command, await person_of(desk, ask))
    orders: list[str] = []

    def note(entry: Entry, _: State, ordered: Sequence[Order]) -> None:
        if entry.event is asked:
            orders.extend(order.id for order in ordered)

    unwatch = desk.house.watch(note)
    try:
        await take_if_allowed(desk, asked)
    finally:
        unwatch()
    return {"order": orders[0] if orders else ""}


async def _doctor(desk: Desk, _: Ask) -> Json:
    return {"checks": [*await desk.checks(), *upkeep_requests.checks(desk)]}


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
    "join_key": _join_key,
    "command": _command,
    "doctor": _doctor,
    "stop": _stop,
    "reload": rule_requests.reload,
    "plan": rule_requests.plan,
    "call": rule_requests.call,
    "codes": code_requests.codes,
    "code_set": code_requests.code_set,
    "code_clear": code_requests.code_clear,
    "code_once": code_requests.code_once,
    "upkeep": upkeep_requests.upkeep,
    "upkeep_cancel": upkeep_requests.upkeep_cancel,
}
