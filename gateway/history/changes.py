"""Since when something stands as it does, and what made it so: seeks in the journal's indexes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from gateway.history.links import Changed, Happened
from gateway.history.past import Past
from gateway.journal import about
from gateway.model.capability import READINGS, Capability
from gateway.model.clock import between
from gateway.model.command import LockDoor, SilenceSiren, SoundSiren, TurnSwitch, UnlockDoor
from gateway.model.device import DeviceId
from gateway.model.effect import Notify, Order, Outcome, RuleRan
from gateway.model.event import Entry, LockOperated
from rules.automation.says import said_of
from rules.rulebook import AreaBecomes, Becomes, Changes
from rules.site import Site
from rules.state import AreaState
from rules.words import name_of, sentence

UNKNOWN = "unknown"
COMMANDS = {
    Capability.LOCK: (LockDoor, UnlockDoor),
    Capability.SWITCH: (TurnSwitch,),
    Capability.SIREN: (SoundSiren, SilenceSiren),
}
"""What makes a device report another reading of itself."""
ANSWERS = timedelta(seconds=30)
"""A device that does what it was told says so within this."""
LOOKED_AT = 50
"""Entries of a kind that are looked at for the one that fits."""
_NAME = r'(?:\.(\w+)|\["((?:[^"\\]|\\.)*)"\])'
_PATHS = re.compile(rf"\b(device|zone|area){_NAME}\.(\w+)")


@dataclass(frozen=True, slots=True)
class _Change:
    """A reading that changed, after one entry and with another."""

    device: DeviceId
    capability: Capability
    value: str
    after: int
    at: int

    def is_told_by(self, event: LockOperated) -> bool:
        """Tell whether a bolt that moved is this change."""
        return event.device == self.device and str(event.lock) == self.value


def happened(past: Past, site: Site, number: int | None) -> Happened | None:
    """Tell an entry; None where it is gone."""
    entry = None if number is None else past.entry(number)
    if entry is None:
        return None
    by = str(getattr(entry.event, "by", ""))
    return Happened(entry.number, entry.wall, sentence(site, entry.event), by)


def reading(
    past: Past, site: Site, device: DeviceId, capability: Capability, upto: int
) -> Changed | None:
    """Say since when a device reads what it last told; None where it told nothing."""
    newest = {
        value: number
        for value in map(str, READINGS[capability])
        if value != UNKNOWN
        and (number := about.newest_report(past.db, device, f"{capability}:{value}", upto))
    }
    if not newest:
        return None
    value = max(newest, key=newest.__getitem__)
    before = max((n for other, n in newest.items() if other != value), default=None)
    name = f"{name_of(site, device)} {capability}"
    if before is None:  # it never told anything else: nobody knows since when
        first = about.report_after(past.db, device, f"{capability}:{value}", -1, upto)
        is_all = past.first <= 1
        return Changed(name, value, happened(past, site, first) if is_all else None)
    since = about.report_after(past.db, device, f"{capability}:{value}", before, upto)
    doer = _doer(past, site, _Change(device, capability, value, before, since or upto))
    return Changed(name, value, happened(past, site, since), doer)


def area(past: Past, site: Site, name: str, now: AreaState) -> Changed:
    """Say since when an area is in its phase."""
    began = past.at(now.since) if now.since else None
    mode = f" {now.mode}" if now.mode else ""
    since = None if began is None else happened(past, site, began.number)
    return Changed(f"area {name}", f"{now.phase}{mode}", since, now.by)


def of_run(past: Past, site: Site, ran: RuleRan, number: int) -> tuple[Changed, ...]:
    """Say since when all stood so that a run of a rule looked at."""
    found: dict[str, Changed] = {}
    for what, name in _named(site, ran):
        match what:
            case Capability():
                one = reading(past, site, DeviceId(name), what, number)
            case _:
                one = _area_then(past, site, name, number)
        if one is not None:
            found.setdefault(one.name, one)
    return tuple(found.values())


def owner(orders: tuple[Order, ...], place: int) -> RuleRan | None:
    """Give the run that an order of an entry belongs to: what stands after its record is its."""
    for order in reversed(orders[:place]):
        match order.effect:
            case RuleRan(outcome=Outcome.RAN | Outcome.WENT_ON):
                return order.effect
            case _:
                continue
    return None


def moves(order: Order, area: str) -> bool:
    """Tell whether a notice says that an area was armed or disarmed, or is in alarm."""
    match order.effect:
        case Notify(text=text):
            return text.startswith(tuple(f"{words} " for words in _moved(area)))
        case _:
            return False


def _moved(area: str) -> tuple[str, ...]:
    return (
        f"{area} is being armed",
        f"{area} is armed",
        f"{area} disarmed by",
        f"ALARM in {area}:",
    )


def _area_then(past: Past, site: Site, name: str, number: int) -> Changed | None:
    """Say how an area stood when a rule looked: before that entry, where a rule moved it in it."""
    orders = past.orders(number)
    by_rule = any(moves(o, name) and owner(orders, n) for n, o in enumerate(orders))
    stood = past.stood(number - 1 if by_rule else number)
    now = None if stood is None else stood.state.areas.get(name)
    return None if now is None else area(past, site, name, now)


def _named(site: Site, ran: RuleRan) -> Iterator[tuple[Capability | str, str]]:
    """Give what the trigger and the terms of a run name: readings by device, and areas."""
    yield from _of_trigger(site, ran)
    devices = {name: device for device, name in site.names.items()}
    for root, name, field in _paths(ran.terms):
        match root:
            case "device" if name in devices and field in {*Capability}:
                yield Capability(field), devices[name]
            case "zone" if name in site.zones:
                zone = site.zones[name]
                yield zone.capability, zone.device
            case "area" if name in site.areas:
                yield "area", name
            case _:
                continue


def _of_trigger(site: Site, ran: RuleRan) -> Iterator[tuple[Capability | str, str]]:
    rule = site.rules.rules.get(ran.rule)
    for trigger in rule.when if rule else ():
        if said_of(site, trigger) != ran.trigger:
            continue
        match trigger:
            case Becomes() | Changes():
                yield trigger.capability, trigger.device
            case AreaBecomes():
                yield "area", trigger.area
            case _:
                continue


def _paths(terms: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for term in terms:
        for root, plain, quoted, field in _PATHS.findall(term):
            yield root, plain or re.sub(r"\\(.)", r"\1", quoted), field


def _doer(past: Past, site: Site, change: _Change) -> str:
    """Say who threw a bolt or what switched a device, where the journal shows it."""
    if change.capability is Capability.LOCK:
        for number in about.of_kind(past.db, "LockOperated", change.at + LOOKED_AT, LOOKED_AT):
            entry = past.entry(number)
            if number > change.after and entry is not None:
                event = entry.event
                if isinstance(event, LockOperated) and change.is_told_by(event):
                    return sentence(site, event)
    return _ordered(past, site, change)


def _ordered(past: Past, site: Site, change: _Change) -> str:
    done = past.entry(change.at)
    for kind in COMMANDS.get(change.capability, ()):
        for number, place in about.orders(past.db, change.device, kind.__name__, change.at):
            entry, orders = past.entry(number), past.orders(number)
            if entry is None or done is None or number <= change.after or place >= len(orders):
                continue
            if between(entry.at, done.at) <= ANSWERS:
                return f"ordered by entry {number} ({asked_by(site, entry, orders, place)})"
    return ""


def asked_by(site: Site, entry: Entry, orders: tuple[Order, ...], place: int) -> str:
    """Say who or what an order comes from: a rule, a person, or what happened."""
    run = owner(orders, place)
    asked = str(getattr(entry.event, "by", ""))
    return f"rule:{run.rule}" if run else asked or sentence(site, entry.event)
