"""When a person's PIN may be in the locks: the windows that their configuration names."""

from datetime import UTC, datetime, timedelta

from rules.lock_slots import LockCodes
from rules.schedule import Window, is_inside, next_edge
from rules.site import Person, Site

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = timedelta(days=1)
"""The windows are looked at this often, whatever they say of their next edge."""


def has_windows(site: Site) -> bool:
    """Tell whether anybody's PIN depends on the wall clock."""
    return any(person.unlock for person in site.people.values())


def next_wall(site: Site, codes: LockCodes) -> datetime | None:
    """Give when the wall clock should next be told; None for never."""
    if not has_windows(site):
        return None
    return AT_ONCE if codes.edge is None else codes.edge


def open_at(site: Site, wall: datetime) -> tuple[frozenset[str], datetime]:
    """Name the people with windows of which one holds, and say when to look again."""
    people = [person for person in site.people.values() if person.unlock]
    found = frozenset(person.name for person in people if _is_open(site, person, wall))
    named = {name for person in people for name in person.unlock}
    edges = (_edge(site.windows[name], wall) for name in named if name in site.windows)
    return found, min((edge for edge in edges if edge is not None), default=wall + LONGEST)


def _is_open(site: Site, person: Person, wall: datetime) -> bool:
    # A window that is gone or means nothing holds never: who may come in then is not guessed.
    return any(name in site.windows and _holds(site.windows[name], wall) for name in person.unlock)


def _holds(window: Window, wall: datetime) -> bool:
    try:
        return is_inside(window, wall)
    except (ValueError, OverflowError):
        return False


def _edge(window: Window, wall: datetime) -> datetime | None:
    try:
        edge = next_edge(window, wall)
    except (ValueError, OverflowError):
        return None
    return None if edge is None else min(edge, wall + LONGEST)
