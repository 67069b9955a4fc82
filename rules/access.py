"""Who may ask for what, and what happens to those who guess codes.

Codes arrive already checked: the doorman turned each into a person's name, or into CodeRefused.
"""

from dataclasses import replace

from gateway.model.clock import HouseTime, after
from gateway.model.command import (
    AimCamera,
    ClearLockCode,
    Command,
    LearnView,
    MoveGate,
    PermitJoin,
    RebootCamera,
    RemoveDevice,
    SetInfrared,
    SetLockCode,
    SilenceSiren,
    UnlockDoor,
)
from gateway.model.device import DeviceId
from gateway.model.effect import Level, Notify
from gateway.model.event import (
    ArmRequested,
    BypassRequested,
    CodeRefused,
    CommandRequested,
    DisarmRequested,
    Event,
    ResetRequested,
)
from rules.site import RULE, Site
from rules.state import Failures, Phase, State, put, without


def refusal(site: Site, state: State, event: Event, at: HouseTime) -> str:
    """Say why a request is not heard; "" when it is."""
    match event:
        case ArmRequested():
            with_code = event.by in site.people  # without one there is nothing to be guessed
            return (with_code and _locked(site, state, event.via, at)) or _may_arm(site, event)
        case DisarmRequested():
            locked = _locked(site, state, event.via, at)
            return locked or _may_disarm(site, event.by, event.area)
        case ResetRequested():
            return _may_disarm(site, event.by, event.area)
        case BypassRequested():
            return _may_bypass(site, state, event)
        case CommandRequested():
            return _may_command(site, state, event)
        case _:
            return ""


def needs_code(state: State, site: Site, command: Command) -> bool:
    """Tell whether a command takes somebody's code: it opens a door, or weakens the alarm."""
    match command:
        case MoveGate(up=up):
            return up
        case UnlockDoor() | SetLockCode() | ClearLockCode() | RemoveDevice():
            return True
        case SilenceSiren(device=device):
            return any(device in site.areas[name].sirens for name in _sounding(site, state))
        case AimCamera() | SetInfrared() | RebootCamera() | LearnView():
            device = command.device
            return any(_relies_on(site, name, device) for name in _armed(site, state))
        case PermitJoin(seconds=seconds):
            return seconds > 0 and bool(_armed(site, state))
        case _:
            return False


def step(site: Site, state: State, event: Event, at: HouseTime) -> tuple[State, tuple[Notify, ...]]:
    """Count wrong codes, and forget them when a right one came."""
    match event:
        case CodeRefused():
            return _count(site, state, event, at)
        case DisarmRequested(via=via):
            return replace(state, failures=without(state.failures, via)), ()
        case _:
            return state, ()


def locked_until(state: State, via: str, at: HouseTime) -> HouseTime | None:
    """Give when a place that is locked out opens again; None when it is not locked out."""
    failures = state.failures.get(via)
    if failures is None or failures.until is None or failures.until <= at:
        return None
    return failures.until


def _locked(site: Site, state: State, via: str, at: HouseTime) -> str:
    until = locked_until(state, via, at)
    if until is None:
        return ""
    name = site.names.get(DeviceId(via), via)
    return f"too many wrong codes at {name}: wait {-(-(until - at) // 1_000_000)} s"


def _may_arm(site: Site, event: ArmRequested) -> str:
    person = site.people.get(event.by)
    if person is None:
        # Somebody at the command line without a code: may arm where the site says so, no more.
        return "a code is needed to arm" if site.arm_needs_code else ""
    if not person.may_arm:
        return f"{person.name} may not arm"
    return "" if event.area in person.areas else f"{person.name} has no say in {event.area}"


def _may_disarm(site: Site, by: str, *areas: str) -> str:
    """Weakening an alarm is like disarming it: the same people may."""
    person = site.people.get(by)
    if person is None:
        return "a code is needed for that"
    if not person.may_disarm:
        return f"{person.name} may not disarm"
    foreign = [area for area in areas if area not in person.areas]
    return f"{person.name} has no say in {', '.join(foreign)}" if foreign else ""


def _may_bypass(site: Site, state: State, event: BypassRequested) -> str:
    zone = site.zones.get(event.zone)
    if zone is None or state.areas[zone.area].phase is Phase.DISARMED:
        return ""
    return _may_disarm(site, event.by, zone.area)


def _may_command(site: Site, state: State, event: CommandRequested) -> str:
    if not needs_code(state, site, event.command):
        return ""
    if isinstance(event.command, AimCamera | SetInfrared) and event.by.startswith(RULE):
        return ""  # whoever wrote the rule wanted the camera to follow what happens
    return _may_disarm(site, event.by, *_armed(site, state))


def _relies_on(site: Site, area: str, camera: DeviceId) -> bool:
    """Tell whether an area is looked at, or guarded, by a camera."""
    guarded = any(zone.device == camera for zone in site.zones.values() if zone.area == area)
    return guarded or camera in site.areas[area].cameras


def _armed(site: Site, state: State) -> list[str]:
    return [name for name in site.areas if state.areas[name].phase is not Phase.DISARMED]


def _sounding(site: Site, state: State) -> list[str]:
    return [name for name in site.areas if state.areas[name].phase is Phase.ALARM]


def _count(
    site: Site, state: State, event: CodeRefused, at: HouseTime
) -> tuple[State, tuple[Notify, ...]]:
    if locked_until(state, event.via, at) is not None:
        return state, ()
    old = state.failures.get(event.via)
    count = 1 if old is None else old.count + 1
    if count < site.lockout.tries:
        return replace(state, failures=put(state.failures, event.via, Failures(count))), ()
    # Each further wrong code locks out again: EN 50131-3, 10 tries then 90 s for every one.
    failures = Failures(count, after(at, site.lockout.time))
    name = site.names.get(DeviceId(event.via), event.via)
    said = Notify(f"{count} wrong codes at {name}", Level.TROUBLE)
    return replace(state, failures=put(state.failures, event.via, failures)), (said,)
