"""Rules that start far too often: two that switch each other, through the devices, for ever.

Within one event the bounds of `work` hold. What goes by way of a radio is a new event each time, so
each rule has a bound in time besides.
"""

from dataclasses import replace
from datetime import timedelta

from gateway.model.clock import after
from gateway.model.effect import Level, Notify, Outcome
from rules.automation.says import span
from rules.automation.work import Work
from rules.runs import Burst, Start

STARTS = 60
WITHIN = timedelta(seconds=10)
"""A rule starts so often within so long at most, but for schedules and calls."""


def is_too_often(work: Work, start: Start) -> bool:
    """Count a start; tell whether its rule started too often. One record a time, one notice in all
    until it is calm again.
    """
    if start.called or start.scheduled:
        return False
    kept = work.of(start.rule)
    burst = kept.burst
    if burst is None or work.at >= after(burst.since, WITHIN):
        burst = Burst(work.at, 0, told=burst is not None and burst.count > STARTS)
    burst = replace(burst, count=burst.count + 1)
    work.put(start.rule, replace(kept, burst=burst))
    if burst.count == STARTS + 1:
        why = f"it started {STARTS} times within {span(WITHIN)}: it waits until they are over"
        work.note(start, Outcome.DROPPED, why)
        if not burst.told:
            work.effects.append(Notify(f"trouble: rule {start.rule}: {why}", Level.TROUBLE))
    return burst.count > STARTS
