"""A walk over the zones of the world: no firing twice, none missing, none at another time."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo, available_timezones

import pytest

from rules.schedule import Place, Schedule, compile_schedule, date_list, firings
from tests.rules.schedule.brute import counted, expected, reached, turns, wall

FIRST, LAST = 2000, 2039
AROUND = timedelta(hours=26)  # no gap and no repeated hour is longer than a day
OFTEN, SELDOM = timedelta(hours=36), timedelta(days=9)
SAMPLE = (
    *("Africa/Cairo", "Africa/Casablanca", "America/Caracas", "America/New_York"),
    *("America/Nuuk", "America/Sao_Paulo", "America/St_Johns", "Antarctica/Casey"),
    *("Antarctica/Troll", "Asia/Gaza", "Asia/Kathmandu", "Asia/Pyongyang", "Asia/Tehran"),
    *("Australia/Lord_Howe", "Europe/Dublin", "Europe/Istanbul", "Europe/Prague"),
    *("Pacific/Apia", "Pacific/Chatham", "Pacific/Fakaofo", "UTC"),
)
OFF = date_list("off", frozenset({date(2011, 12, 30), date(2020, 3, 29), date(2024, 10, 27)}))
YEARLY = {(3, 29), (10, 25), (12, 30), (2, 29)}


def last_of_month(label: datetime) -> bool:
    return (label + timedelta(days=1)).day == 1


SHAPES: dict[str, tuple[dict[str, object], Callable[[datetime], bool]]] = {
    "nightly": (
        {"cron": "30 2 * * *"},
        lambda t: (t.hour, t.minute) == (2, 30),
    ),
    "through the night": (
        {"cron": "0,30 0-3 * * *"},
        lambda t: t.hour <= 3 and t.minute in {0, 30},
    ),
    "sundays": (
        {"cron": "15 1 * * 0"},
        lambda t: t.isoweekday() == 7 and (t.hour, t.minute) == (1, 15),
    ),
    "monthly": (
        {"cron": "0 0 1 * *"},
        lambda t: (t.day, t.hour, t.minute) == (1, 0, 0),
    ),
    "month's end": (
        {"cron": "59 23 last * *"},
        lambda t: last_of_month(t) and (t.hour, t.minute) == (23, 59),
    ),
    "twice a day": (
        {"at": ["07:30", "22:00"]},
        lambda t: (t.hour, t.minute) in {(7, 30), (22, 0)},
    ),
    "weekends": (
        {"at": "02:00", "days": ["sat-mon"]},
        lambda t: t.isoweekday() in {6, 7, 1} and (t.hour, t.minute) == (2, 0),
    ),
    "but": (
        {"at": "00:00", "except": "off"},
        lambda t: (t.hour, t.minute) == (0, 0) and t.date() not in OFF.dates,
    ),
    "yearly": (
        {"dates": ["03-29", "10-25", "12-30", "02-29"], "at": "01:30"},
        lambda t: (t.month, t.day) in YEARLY and (t.hour, t.minute) == (1, 30),
    ),
    "every other day": (
        {"every": "2d", "start": "1999-12-31", "at": "03:00"},
        lambda t: (t.date() - date(1999, 12, 31)).days % 2 == 0 and (t.hour, t.minute) == (3, 0),
    ),
    "every 100 minutes": ({"every": "100m", "from": "00:10"}, bool),  # see COUNTED
    "every 3 hours": ({"every": "3h", "from": "01:00"}, bool),
}
COUNTED = {"every 100 minutes": (time(0, 10), 100), "every 3 hours": (time(1), 180)}


def compiled(name: str, zone: ZoneInfo) -> Schedule:
    return compile_schedule(SHAPES[name][0], Place(zone), {"off": OFF})


def check_turn(zone: ZoneInfo, turn: datetime) -> int:
    """Compare each shape with the brute definition, minute by minute, around a turn."""
    reach = list(reached(zone, turn - AROUND, turn + AROUND))
    seen = 0
    for name, (_, fires) in SHAPES.items():
        due = counted(reach, *COUNTED[name]) if name in COUNTED else expected(reach, fires)
        start = due[0] if name in COUNTED else turn - AROUND
        after = start - timedelta(minutes=1)
        found = takewhile(lambda at: at <= turn + AROUND, firings(compiled(name, zone), after))
        assert list(found) == due, f"{zone.key} {turn:%Y-%m-%d %H:%M}Z {name}"
        seen += len(due)
    return seen


@cache
def labels(name: str) -> list[datetime]:
    """Give all labels of a shape, without a zone."""
    fires = SHAPES[name][1]
    day, end = datetime(FIRST, 1, 1, tzinfo=UTC).replace(tzinfo=None), LAST + 1
    if name in COUNTED:
        anchor, period = COUNTED[name]
        counts = [timedelta(minutes=n) for n in range(0, 1440, period)]
        start = timedelta(hours=anchor.hour, minutes=anchor.minute)
        return [d + start + count for d in days(day, end) for count in counts]
    times = {h * 60 + m for h in range(24) for m in (0, 15, 30, 59)}
    offsets = [timedelta(minutes=m) for m in sorted(times)]
    return [d + at for d in days(day, end) for at in offsets if fires(d + at)]


def days(day: datetime, end: int) -> Iterator[datetime]:
    while day.year < end:
        yield day
        day += timedelta(days=1)


def check_steady(zone: ZoneInfo, name: str, turned: list[datetime]) -> int:
    """Compare 40 years of firings with the labels, wherever the offset stands still."""
    start, end = datetime(FIRST, 1, 3, tzinfo=UTC), datetime(LAST, 12, 29, tzinfo=UTC)
    found = list(takewhile(lambda at: at <= end, firings(compiled(name, zone), start)))
    assert all(before < after for before, after in pairwise(found))
    seen = 0
    for left, right in pairwise([start - AROUND, *turned, end + AROUND]):
        begin, until = max(left + AROUND, start), min(right - AROUND, end)
        if begin >= until:
            continue
        shift = wall(zone, begin) - begin.replace(tzinfo=None)
        low, high = (at.replace(tzinfo=None) + shift for at in (begin, until))
        named = labels(name)[bisect_right(labels(name), low) : bisect_right(labels(name), high)]
        due = [(label - shift).replace(tzinfo=UTC) for label in named]
        assert found[bisect_right(found, begin) : bisect_right(found, until)] == due
        seen += len(due)
    return seen


def kind(zone: ZoneInfo, turn: datetime) -> tuple[object, ...]:
    before, after = wall(zone, turn - timedelta(minutes=1)), wall(zone, turn)
    return after - before, before.time()


def test_there_are_twelve_shapes_and_the_sample_zones_exist() -> None:
    assert len(SHAPES) == 12
    assert set(SAMPLE) <= available_timezones()


@pytest.mark.parametrize("name", SAMPLE)
def test_around_each_kind_of_turn_of_a_zone_firings_are_those_of_the_clock(name: str) -> None:
    zone = ZoneInfo(name)
    kinds = {kind(zone, turn): turn for turn in turns(zone, FIRST, LAST, SELDOM)}

    for turn in kinds.values():
        assert check_turn(zone, turn) > 0


def test_every_kind_of_turn_in_the_world_is_passed_right() -> None:
    kinds = {
        kind(zone, turn): (zone, turn)
        for zone in map(ZoneInfo, sorted(available_timezones()))
        for turn in turns(zone, FIRST, LAST, SELDOM * 3)
    }

    assert len(kinds) > 40
    assert all(check_turn(zone, turn) > 0 for zone, turn in kinds.values())


def test_between_turns_forty_years_are_right() -> None:
    zone = ZoneInfo("Europe/Prague")
    turned = turns(zone, FIRST, LAST, SELDOM)

    assert sum(check_steady(zone, name, turned) for name in SHAPES) > 100_000


@pytest.mark.soak
def test_forty_years_in_every_zone_of_the_world() -> None:
    """Zones that turn alike (links, mostly) are walked once."""
    alike: dict[tuple[object, ...], tuple[ZoneInfo, list[datetime]]] = {}
    for zone in map(ZoneInfo, sorted(available_timezones())):
        turned = turns(zone, FIRST, LAST, OFTEN)
        start = datetime(FIRST, 1, 1, tzinfo=UTC)
        history = tuple((turn, wall(zone, turn)) for turn in (start, *turned))
        alike.setdefault(history, (zone, turned))

    passed = sum(check_turn(zone, turn) for zone, turned in alike.values() for turn in turned)
    steady = sum(check_steady(zone, n, turned) for zone, turned in alike.values() for n in SHAPES)

    total = sum(len(turned) for _, turned in alike.values())
    print(f"{len(alike)} histories, {total} turns, {passed} + {steady} firings")  # noqa: T201  # a long run tells its figures
    assert len(alike) > 150
