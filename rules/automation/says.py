"""Triggers and times in plain words."""

from datetime import UTC, datetime, timedelta

from rules.expression.literals import duration_text
from rules.rulebook import (
    AreaBecomes,
    Becomes,
    Called,
    Changes,
    CodeUsed,
    CodeWrong,
    Crosses,
    Loiters,
    Pressed,
    Scheduled,
    Sees,
    Trigger,
    TroubleComes,
)
from rules.sight_words import A
from rules.site import Site
from rules.words import name_of


def said_of(site: Site, trigger: Trigger) -> str:  # noqa: C901 - one line a form: a table
    """Say what a trigger waits for."""
    match trigger:
        case Becomes():
            name = site.names.get(trigger.device, trigger.device)
            return f"{name} {trigger.capability} becomes {trigger.value}{_stays(trigger.stays)}"
        case Changes():
            name = site.names.get(trigger.device, trigger.device)
            return f"{name} {trigger.capability} changes"
        case AreaBecomes():
            what = " ".join(word for word in (trigger.phase, trigger.mode) if word) or "anything"
            return f"area {trigger.area} becomes {what}{_stays(trigger.stays)}"
        case CodeUsed():
            whose = f"the code of {trigger.person}" if trigger.person else "a code"
            return f"{whose} is used" + (f" to {trigger.what}" if trigger.what else "")
        case CodeWrong():
            return "a wrong code is typed" + (f" at {trigger.via}" if trigger.via else "")
        case TroubleComes():
            kind = f"{trigger.kind} trouble" if trigger.kind else "a trouble"
            of = f" of {name_of(site, trigger.subject)}" if trigger.subject else ""
            return f"{kind}{of} {'ends' if trigger.over else 'comes'}"
        case Sees():
            where = f" in {trigger.place}" if trigger.place else ""
            return f"{name_of(site, trigger.device)} sees {A[trigger.seen]}{where}"
        case Crosses():
            what = A[trigger.seen] if trigger.seen else "something"
            ways = {True: " inward", False: " outward", None: ""}
            crosses = f"{what} crosses {trigger.line}{ways[trigger.inward]}"
            return f"{crosses} before {name_of(site, trigger.device)}"
        case Loiters():
            what = A[trigger.seen] if trigger.seen else "something"
            return f"{what} loiters in {trigger.place} of {name_of(site, trigger.device)}"
        case Pressed():
            which = f" button {trigger.button}" if trigger.button is not None else ""
            how = f" {trigger.gesture}" if trigger.gesture else ""
            return f"{name_of(site, trigger.device)}{which} is pressed{how}"
        case Scheduled(said=said):
            return said
        case Called():
            return "it is called"


def moment(site: Site, at: datetime) -> str:
    """Write a moment as the clock on the wall of the house shows it."""
    zone = UTC if site.place is None else site.place.zone
    return at.astimezone(zone).isoformat(sep=" ", timespec="seconds")


def span(time: timedelta) -> str:
    """Write a time as the configuration does: 10m."""
    return duration_text(time)


def _stays(time: timedelta | None) -> str:
    return "" if time is None else f" and stays so for {span(time)}"
