"""One step of the rules: a contact opens, in a small house and in a large one."""

import time
from datetime import timedelta

from benchmarks.home import Bench
from benchmarks.report import Figure, percentile
from gateway.model.capability import Capability, Contact
from gateway.model.clock import HouseTime
from gateway.model.device import Device, DeviceId, DriverId
from gateway.model.event import ArmRequested, DeviceJoined, DriverFound, Reported
from rules import engine
from rules.site import Area, Mode, Person, Site, Zone, ZoneKind
from rules.state import State

SMALL, LARGE = 10, 1000
ROUNDS = 8
STEPS = 200
TARGET_RATIO = 1.2
NANOSECONDS_PER_MICROSECOND = 1000
ZIGBEE = DriverId("zigbee")
NO_TIME = timedelta()
AT = HouseTime(10_000_000)


async def measure(bench: Bench) -> list[Figure]:
    """Take the houses in turns; in the larger one a step should cost no more."""
    houses = {size: house(size) for size in (SMALL, LARGE)}
    figures = []
    for name, guarded in (("a report while disarmed", False), ("a report that is an alarm", True)):
        bench.say(f"rules-step: {name}")
        taken: dict[int, list[float]] = {size: [] for size in houses}
        for _ in range(ROUNDS):
            for size, (site, state) in houses.items():
                taken[size] += _timed(site, armed(site, state) if guarded else state)
        medians = {size: percentile(samples, 0.5) for size, samples in taken.items()}
        figures += [Figure(f"{name}, {size} zones", us, "us") for size, us in medians.items()]
        ratio = medians[LARGE] / medians[SMALL]
        title = f"{name}, {LARGE} zones against {SMALL}"
        figures.append(Figure(title, ratio, "x", target=TARGET_RATIO))
    return figures


def device(number: int) -> DeviceId:
    """Name a contact."""
    return DeviceId(f"zigbee:{number:016x}/1")


def house(size: int) -> tuple[Site, State]:
    """Give a house with so many contacts, all closed, and its siren."""
    zones = {
        f"zone_{n}": Zone(
            f"zone_{n}",
            "house",
            device(n),
            Capability.CONTACT,
            ZoneKind.INSTANT,
            frozenset({"night"}),
        )
        for n in range(size)
    }
    siren = DeviceId(f"zigbee:{size:016x}/1")
    mode = Mode("night", NO_TIME, NO_TIME)
    area = Area("house", {"night": mode}, timedelta(minutes=3), (siren,))
    site = Site(
        areas={"house": area},
        zones=zones,
        people={"anna": Person("anna", frozenset({"house"}))},
        names={device(n): f"contact {n}" for n in range(size)},
        supervision={},
    )
    alarm = Device(siren, frozenset({Capability.SIREN}))
    state, _ = engine.step(site, engine.initial(site), DriverFound(ZIGBEE), HouseTime(0))
    state, _ = engine.step(site, state, DeviceJoined(alarm), HouseTime(0))
    for n in range(size):
        closed = Reported(device(n), Contact.CLOSED)
        state, _ = engine.step(site, state, closed, HouseTime(n))
    return site, state


def armed(site: Site, state: State) -> State:
    """Give the state with the house armed, or raise RuntimeError: else nothing is measured."""
    asked = ArmRequested("house", "night", "anna", "cli")
    state, said = engine.step(site, state, asked, AT)
    if state.areas["house"].mode is None:
        raise RuntimeError(f"the house could not be armed: {said}")
    return state


def _timed(site: Site, state: State) -> list[float]:
    """Time a contact that opens, in microseconds, each time from the same state."""
    opened, taken = Reported(device(1), Contact.OPEN), []
    for _ in range(STEPS):
        began = time.perf_counter_ns()
        engine.step(site, state, opened, AT)
        taken.append((time.perf_counter_ns() - began) / NANOSECONDS_PER_MICROSECOND)
    return taken
