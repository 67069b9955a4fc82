"""Who may ask for what, and what happens to those who guess codes.

Codes arrive already checked: the doorman turned each into a person's name, or into CodeRefused.
"""

from dataclasses import replace

from gateway.model.clock import HouseTime, after
from gateway.model.device import DeviceId
from gateway.model.effect import Level, Notify
from gateway.model.event import ArmRequested, CodeRefused, DisarmRequested, Event, ResetRequested
from rules.site import Site
from rules.state import Failures, State, put, without


def refusal(site: Site, state: State, event: Event, at: HouseTime) -> str:
    """Say why a request is not heard; "" when it is."""
    match event:
        case ArmRequested():
            return _locked(state, event.via, at) or _may(site, event, "arm")
        case DisarmRequested():
            return _locked(state, event.via, at) or _may(site, event, "disarm")
        case ResetRequested():
            return _may(site, event, "disarm")
        case _:
            return ""


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


def _locked(state: State, via: str, at: HouseTime) -> str:
    return "too many wrong codes there" if locked_until(state, via, at) is not None else ""


def _may(site: Site, event: ArmRequested | DisarmRequested | ResetRequested, what: str) -> str:
    person = site.people.get(event.by)
    if person is None:
        # Somebody at the command line without a code: may arm where the site says so, no more.
        free = isinstance(event, ArmRequested) and not site.arm_needs_code
        return "" if free else f"a code is needed to {what}"
    allowed = person.may_arm if what == "arm" else person.may_disarm
    if not allowed:
        return f"{person.name} may not {what}"
    return "" if event.area in person.areas else f"{person.name} has no say in {event.area}"


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
