"""What must stay so for a while: begun and ended by news, over at a deadline.

No news ends nothing: a door whose radio was lost in the tenth minute has not closed. Where the time
is over and nobody knows, the rule's `on_unknown` says whether it starts now; else it starts as soon
as the reading is known again and is still the same.
"""

from collections.abc import Mapping
from dataclasses import replace

from gateway.model.capability import capability_of
from gateway.model.clock import HouseTime, after
from gateway.model.event import Event, Reported
from rules.automation.index import Watch, watches
from rules.automation.says import said_of
from rules.automation.triggers import changed, fields_of, is_so
from rules.automation.values import counts_unknown
from rules.automation.work import Work
from rules.rulebook import AreaBecomes, Becomes, Trigger
from rules.runs import Start, Stay
from rules.state import State, put, reading_of, without


def over(work: Work, before: State) -> None:
    """Start what stayed so for its time. `before` is the state until now: it was so till then."""
    for rule in work.due():
        kept = work.of(rule).stays
        over_now = {key for key, stay in kept.items() if _is_over(stay, work.at)}
        for watch in watches(work.rule(rule)) if over_now else ():
            if watch.key in over_now:
                _over(work, before, watch, kept[watch.key])


def noticed(work: Work, before: State, event: Event) -> None:
    """Begin and end what must stay so, by what just happened."""
    index = work.program.index
    if isinstance(event, Reported):
        key = event.device, capability_of(event.reading)
        for watch in index.stays.get(key, ()):
            _reported(work, before, watch, event)
    if index.area_stays and before.areas is not work.state.areas:
        for area, waiting in index.area_stays.items():
            if before.areas.get(area) is not work.state.areas[area]:
                for narrow in waiting:
                    _moved(work, before, narrow)


def _reported(work: Work, before: State, watch: Watch[Becomes], event: Reported) -> None:
    stay = work.of(watch.rule).stays.get(watch.key)
    if event.reading == watch.trigger.value:
        if stay is not None and stay.deadline is None:
            _fire(work, watch, stay)
        elif stay is None and changed(before, event):
            _begin(work, watch, fields_of(work.site, before, event))
    elif stay is not None and event.reading != "unknown":
        _drop(work, watch)


def _moved(work: Work, before: State, watch: Watch[AreaBecomes]) -> None:
    area = watch.trigger.area
    now, was = work.state.areas[area], before.areas.get(area)
    stay = work.of(watch.rule).stays.get(watch.key)
    if not is_so(watch.trigger, now):
        if stay is not None:
            _drop(work, watch)
    elif stay is None and was is not None and not is_so(watch.trigger, was):
        _begin(work, watch, {"area": area, "value": str(now.phase), "before": str(was.phase)})


def _is_over(stay: Stay, at: HouseTime) -> bool:
    return stay.deadline is not None and stay.deadline <= at


def _over(work: Work, before: State, watch: Watch[Trigger], stay: Stay) -> None:
    match watch.trigger:
        case Becomes(device=device, capability=capability, value=value):
            reading = reading_of(before, device, capability)
            unknown = reading != value and reading == "unknown"
            if unknown and not counts_unknown(work.rule(watch.rule)):
                _keep(work, watch, replace(stay, deadline=None))
            elif unknown or reading == value:
                _fire(work, watch, stay)
            else:
                _drop(work, watch)
        case AreaBecomes():
            _fire(work, watch, stay)
        case _:
            _drop(work, watch)


def _begin[T: Becomes | AreaBecomes](work: Work, watch: Watch[T], event: Mapping[str, str]) -> None:
    if watch.trigger.stays is not None:
        _keep(work, watch, Stay(work.at, after(work.at, watch.trigger.stays), event))


def _fire[T: Trigger](work: Work, watch: Watch[T], stay: Stay) -> None:
    _drop(work, watch)
    work.start([Start(watch.rule, said_of(work.site, watch.trigger), stay.event)])


def _keep[T: Trigger](work: Work, watch: Watch[T], stay: Stay) -> None:
    remembered = work.of(watch.rule)
    work.put(watch.rule, replace(remembered, stays=put(remembered.stays, watch.key, stay)))


def _drop[T: Trigger](work: Work, watch: Watch[T]) -> None:
    remembered = work.of(watch.rule)
    work.put(watch.rule, replace(remembered, stays=without(remembered.stays, watch.key)))
