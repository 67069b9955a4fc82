"""Windows of time and the clock on the wall, as conditions and triggers name them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.effect import Outcome
from gateway.model.event import ClockStepped, RuleCalled, Started, WallTold
from rules import engine
from rules.automation import AT_ONCE, next_wall, openings, scope
from rules.automation.openings import Openings
from rules.expression import compile_text
from rules.rulebook import Called, Rule, Scheduled, Wait
from rules.schedule import AtEdges, CatchUp, Keep, Window, compile_window, is_inside, next_after
from rules.site import Site
from tests.rules.automation.home import (
    LIGHT,
    MINUTE,
    NOON,
    PRAGUE,
    SAY,
    Played,
    bare,
    home,
    play,
    rule,
)
from tests.rules.automation.test_lasting import LATEST, NONE, schedule, walk

CALL = RuleCalled("rule", "anna")
HOUR = timedelta(hours=1)
EVENING = datetime(2026, 11, 21, 20, 50, tzinfo=UTC)  # 21:50 in Prague, a Saturday


def window(**keys: object) -> Window:
    return compile_window(keys, PRAGUE)


NIGHT = window(**{"from": "22:00", "to": "06:00"})
DARK = window(**{"from": "sunset", "to": "sunrise"})
WINDOWS = {"night": NIGHT, "dark": DARK}


def nightly(*rules: Rule) -> Site:
    """Give the house with two windows."""
    return replace(home(*rules), windows=WINDOWS)


def when(condition: str) -> Rule:
    """Give a rule that tells when it is called and its condition holds."""
    compiled = compile_text(condition, scope(nightly()))
    return replace(rule(Called(), SAY), if_=compiled)


def waits(condition: str, time: timedelta = 10 * HOUR) -> Rule:
    """Give a rule that waits unless its condition comes true."""
    return rule(Called(), Wait(time, compile_text(condition, scope(nightly()))), LIGHT)


def turns(opens: bool, policy: CatchUp = NONE) -> Scheduled:  # noqa: FBT001 - to open, or to close
    return Scheduled(AtEdges(NIGHT, opens), policy, "window night turns")


def walked(site: Site, begin: datetime, hours: float, first: RuleCalled | None = CALL) -> Played:
    """Live for some hours from a call on, told the clock whenever it is asked for."""
    played = play(site, (0, WallTold(begin)), *([(0, first)] if first else []))
    went = begin
    while (due := next_wall(site, played.state)) is not None and due < begin + hours * HOUR:
        assert due > went, "asked for again and again"
        went = due
        more = play(site, ((due - begin).total_seconds(), WallTold(due)), state=played.state)
        played.state, played.done = more.state, [*played.done, *more.done]
    return played


# -- conditions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "wall"),
    [
        ("window.night.open", EVENING + HOUR),
        ("!window.night.open && window.dark.open", EVENING),
        ("time.hour == 21 && time.minute == 50", EVENING),
        ('time.weekday == "sat"', EVENING),
        ('time.weekday in ["sun", "mon"]', EVENING + 3 * HOUR),
        ('time.of_day >= duration("21h50m") && time.of_day < duration("21h51m")', EVENING),
    ],
)
def test_a_condition_knows_the_clock_on_the_wall(condition: str, wall: datetime) -> None:
    site = nightly(when(condition))

    played = play(
        site, (0, CALL), (1, WallTold(wall)), (2, CALL), (3, Started(1, trusted=True)), (4, CALL),
    )  # fmt: skip

    assert played.said("hello") == [2]


def test_a_time_that_is_shown_twice_is_that_time_of_day_twice() -> None:
    site = nightly(when('time.of_day == duration("2h30m")'))
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    played = play(site, (0, WallTold(first)), (0, CALL), (1, CALL), (3600, CALL), (7200, CALL))

    assert played.said("hello") == [0, 3600]


def test_a_house_without_a_place_knows_no_local_time() -> None:
    site = replace(nightly(when("time.hour >= 0")), place=None)

    assert play(site, (0, WallTold(NOON)), (1, CALL)).said("hello") == []


def test_an_hour_that_does_not_exist_has_no_of_day() -> None:
    night = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)
    site = nightly(when('time.of_day >= duration("2h") && time.of_day < duration("3h")'))

    story = ((n, event) for n in range(3) for event in (CALL,))
    assert play(site, (0, WallTold(night)), *story).said("hello") == []


@given(st.lists(st.tuples(st.sampled_from(["night", "dark"]), st.integers(-10_000, 10_000))))
def test_a_remembered_answer_is_the_answer(asked: list[tuple[str, int]]) -> None:
    known = Openings(WINDOWS)
    for name, minutes in asked:
        now = NOON + minutes * MINUTE
        assert known.is_open(name, now) is is_inside(WINDOWS[name], now)
        assert known.next_change(("window", name, "open"), now) > now


def test_a_window_is_worked_out_once_an_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[datetime] = []

    def counted(window: Window, instant: datetime) -> bool:
        looks.append(instant)
        return is_inside(window, instant)

    monkeypatch.setattr(openings, "is_inside", counted)
    site = nightly(when("window.night.open"))

    played = play(site, (0, WallTold(EVENING)), *((n, CALL) for n in range(1_000)))

    assert played.said("hello") == [float(n) for n in range(600, 1_000)]
    assert len(looks) == 2


# -- waits -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "ends"),
    [
        ("window.night.open", 600),
        ("time.hour == 22", 600),
        ('time.weekday == "sun"', 600 + 7200),
        ('time.of_day >= duration("21h55m")', 300),
        ('now > timestamp("2026-11-21T20:53:30Z")', 240),
        ("time.minute == 55", 300),
    ],
)
def test_a_wait_ends_at_the_edge_that_its_cancel_if_names(condition: str, ends: int) -> None:
    played = walked(nightly(waits(condition)), EVENING, 9)

    assert played.ran(Outcome.CANCELLED) == [ends]
    assert played.state.rules_due == {}


def test_a_wait_for_the_sun_ends_when_it_rises() -> None:
    played = walked(nightly(waits("sun.is_up")), EVENING, 10)

    (seconds,) = played.ran(Outcome.CANCELLED)
    sunrise = next_after(schedule(sun="sunrise"), EVENING)
    assert sunrise is not None
    assert timedelta() <= EVENING + timedelta(seconds=seconds) - sunrise <= 2 * MINUTE


def test_the_clock_is_asked_for_only_while_somebody_waits_for_it() -> None:
    site = nightly(waits("window.night.open", 5 * MINUTE))
    told = play(site, (0, WallTold(EVENING)))
    waiting = play(site, (0, CALL), state=told.state)
    unknown = play(site, (1, Started(1.0, trusted=True)), state=waiting.state)

    assert next_wall(site, told.state) is None
    assert next_wall(site, waiting.state) == EVENING + 10 * MINUTE
    assert next_wall(site, unknown.state) == AT_ONCE
    assert next_wall(site, play(site, (300, WallTold(EVENING)), state=waiting.state).state) is None


# -- triggers --------------------------------------------------------------------------------------


def test_a_window_starts_a_rule_as_it_opens_and_another_as_it_closes() -> None:
    site = nightly(
        rule(turns(opens=True), SAY, id="opens"), rule(turns(opens=False), LIGHT, id="closes")
    )

    played = walk(site, EVENING, 2)

    assert played.said("hello") == [600, 600 + 86_400]
    assert [at for at, _ in played.switched()] == [600 + 8 * 3600, 600 + 32 * 3600]
    assert played.records()[0].trigger == "window night turns: 2026-11-21 22:00:00+01:00"


def test_a_window_across_the_night_that_is_longer_opens_and_closes_once() -> None:
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)
    site = nightly(
        rule(turns(opens=True), SAY, id="opens"), rule(turns(opens=False), LIGHT, id="closes")
    )

    played = walk(site, before, 1)

    assert played.said("hello") == [8 * 3600]
    assert [at for at, _ in played.switched()] == [17 * 3600]  # nine hours, by the true clock


def test_a_window_that_opened_while_the_hub_was_away_is_made_up_for_as_asked() -> None:
    latest = rule(turns(opens=True, policy=LATEST), SAY, id="latest")
    site = nightly(latest, rule(turns(opens=True, policy=CatchUp(Keep.NONE)), LIGHT, id="none"))

    played = play(
        site, (0, WallTold(EVENING)), (9, ClockStepped(7200)), (9, WallTold(EVENING + 2 * HOUR))
    )

    assert (played.said("hello"), played.switched()) == ([9], [])


def test_the_windows_of_the_rules_are_those_of_the_site() -> None:
    book = replace(home().rules, windows=WINDOWS)

    assert replace(bare(), rules=book).windows == WINDOWS
    assert engine.initial(replace(bare(), rules=book)) == engine.initial(bare())
