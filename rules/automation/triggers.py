"""From what happened to what it starts: each function answers for one kind of trigger."""

from collections.abc import Iterator, Mapping
from itertools import product

from gateway.model.capability import Lock, capability_of
from gateway.model.clock import HouseTime
from gateway.model.event import (
    ArmRequested,
    CodeRefused,
    DisarmRequested,
    Event,
    LockOperated,
    Reported,
    RuleCalled,
)
from rules.automation import sights
from rules.automation.index import Index, ReadingKey, Shelf, Watch
from rules.automation.program import program
from rules.automation.says import said_of
from rules.automation.view import View
from rules.rulebook import AreaBecomes, CodeUsed, Trigger, TroubleComes
from rules.runs import Start
from rules.site import RULE, Site
from rules.state import AreaState, Phase, State, Trouble, reading_of
from rules.words import name_of
from rules.zones import MOMENTARY, trips

BY_RULE = RULE


def started(site: Site, index: Index, before: State, state: State, event: Event) -> Iterator[Start]:
    """Give what an event starts at once, in the order in which the rules are written."""
    found = [*_of_event(site, index, before, state, event), *_of_change(site, index, before, state)]
    if len(found) > 1:
        found.sort(key=lambda start: index.order[start.rule])
    yield from found


def becomes(trigger: AreaBecomes, was: AreaState, now: AreaState) -> bool:
    """Tell whether an area just became what a trigger waits for."""
    if trigger.phase is None and trigger.mode is None:
        return (was.phase, was.mode) != (now.phase, now.mode)
    return is_so(trigger, now) and not is_so(trigger, was)


def is_so(trigger: AreaBecomes, area: AreaState) -> bool:
    """Tell whether an area is what a trigger waits for."""
    right_phase = trigger.phase is None or area.phase is trigger.phase
    return right_phase and trigger.mode in (None, area.mode)


def changed(before: State, event: Reported) -> bool:
    """Tell whether a reading is news: other than what was last known, before a gap too."""
    capability = capability_of(event.reading)
    if event.reading == "unknown":
        return reading_of(before, event.device, capability) != event.reading
    device = before.devices.get(event.device)
    return device is None or device.last(capability) != event.reading


def fields_of(site: Site, before: State, event: Reported) -> dict[str, str]:
    """Give what conditions and messages may say of a report."""
    capability = capability_of(event.reading)
    known = before.devices.get(event.device)
    last = None if known is None else known.last(capability)
    was = {} if last is None else {"before": str(last)}
    return {"device": name_of(site, event.device), "value": str(event.reading), **was}


def _of_event(
    site: Site, index: Index, before: State, state: State, event: Event
) -> Iterator[Start]:
    match event:
        case Reported():
            yield from _reported(site, index, before, state, event)
        case ArmRequested(by=by, area=area) if by in site.people:
            if before.areas[area].phase is not state.areas[area].phase:
                yield from _used(index, by, "arm", {"area": area, "via": event.via})
        case DisarmRequested(by=by, area=area) if not event.via.startswith(BY_RULE):
            yield from _used(index, by, "disarm", {"area": area, "via": event.via})
        case LockOperated(lock=Lock.UNLOCKED, slot=int()):
            yield from _unlocked(site, index, event)
        case CodeRefused(via=via):
            right = [watch for watch in index.wrong if watch.trigger.via in (None, via)]
            yield from (_start(site, watch, {"via": via}) for watch in right)
        case RuleCalled(rule=rule, by=by) if rule in site.rules.rules:
            # Who calls by name gave their code.
            person = by if by in site.people else ""
            yield Start(rule, f"called by {by}", {"by": by}, person, called=True)
        case _:
            yield from _moment(site, index, state, event)


def _moment(site: Site, index: Index, state: State, event: Event) -> Iterator[Start]:
    """Give what starts by what a camera sees, or a button that is pressed."""
    device = sights.source_of(event)
    shelf = None if device is None else index.moments.get(device)
    if shelf is None:
        return
    fields = sights.fields_of(site, event)
    for watch in _ready(shelf, site, state):
        if sights.fits(watch.trigger, event):
            yield _start(site, watch, fields)


def _reported(
    site: Site, index: Index, before: State, state: State, event: Reported
) -> Iterator[Start]:
    fields: dict[str, str] | None = None
    for key in _keys(before, event):
        shelf = index.readings.get(key)
        for watch in _ready(shelf, site, state) if shelf is not None else ():
            fields = fields or fields_of(site, before, event)
            yield _start(site, watch, fields)


def _keys(before: State, event: Reported) -> Iterator[ReadingKey]:
    """Give what a report is entered under. A detector tells each movement anew: all count."""
    capability = capability_of(event.reading)
    is_news = changed(before, event)
    if is_news or (capability in MOMENTARY and trips(before, event)):
        yield event.device, capability, event.reading
    if is_news and event.reading != "unknown":
        yield event.device, capability, None


def _ready(shelf: Shelf, site: Site, state: State) -> Iterator[Watch[Trigger]]:
    """Give what is entered always, and under what the names of guards read now."""
    yield from shelf.always
    view = View(site, state, _NEVER, {})
    for path, values in shelf.guarded.items():
        name = program(site).names.find(path)
        reads = None if name is None else name.read(view)
        # Of what nobody knows, the condition itself must decide.
        if isinstance(reads, str | bool):
            yield from values.get(reads, ())
        else:
            yield from shelf.under(path)


_NEVER = HouseTime(0)  # no guard asks for the time


def _unlocked(site: Site, index: Index, event: LockOperated) -> Iterator[Start]:
    person = site.owner_of(event.device, event.slot)
    if person is not None:
        at = {"via": event.device, "device": name_of(site, event.device)}
        yield from _used(index, person.name, "unlock", at)


def _used(index: Index, person: str, what: str, more: Mapping[str, str]) -> Iterator[Start]:
    for watch in index.used:
        right: CodeUsed = watch.trigger
        if right.person in (None, person) and right.what in (None, what):
            fields = {"person": person, "what": what, **more}
            yield Start(watch.rule, f"the code of {person} was used to {what}", fields, person)


# -- what changed by whatever event ---------------------------------------------------------------


def _of_change(site: Site, index: Index, before: State, state: State) -> Iterator[Start]:
    if before.areas is not state.areas and index.areas:
        yield from _areas(site, index, before, state)
    if before.troubles is not state.troubles and index.troubles:
        for trouble in sorted(before.troubles.keys() ^ state.troubles.keys()):
            yield from _trouble(site, index, trouble, over=trouble not in state.troubles)


def _areas(site: Site, index: Index, before: State, state: State) -> Iterator[Start]:
    for name, now in state.areas.items():
        was = before.areas.get(name)
        if was is None or was is now:
            continue
        fields = {"area": name, "value": str(now.phase), "before": str(was.phase)}
        for watch in watches_of(index, name, now):
            if watch.trigger.stays is None and becomes(watch.trigger, was, now):
                yield _start(site, watch, fields)


def watches_of(index: Index, area: str, now: AreaState) -> Iterator[Watch[AreaBecomes]]:
    """Give the triggers that wait for an area to be as it is now."""
    phases: tuple[Phase | None, ...] = (now.phase, None)
    modes = (now.mode, None) if now.mode is not None else (None,)
    for phase, mode in product(phases, modes):
        yield from index.areas.get((area, phase, mode), ())


def _trouble(site: Site, index: Index, trouble: Trouble, *, over: bool) -> Iterator[Start]:
    fields = {"trouble": str(trouble.kind), "subject": name_of(site, trouble.subject)}
    for watch in index.troubles:
        if watch.trigger.over is over and _concerns(watch.trigger, trouble):
            yield _start(site, watch, fields)


def _concerns(trigger: TroubleComes, trouble: Trouble) -> bool:
    return trigger.kind in (None, trouble.kind) and trigger.subject in (None, trouble.subject)


def _start[T: Trigger](site: Site, watch: Watch[T], fields: Mapping[str, str]) -> Start:
    return Start(watch.rule, said_of(site, watch.trigger), fields)
