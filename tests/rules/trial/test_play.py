"""How a test begins, and what happens in it by itself."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.capability import Battery, Capability, Contact, Switch
from gateway.model.command import TurnSwitch
from gateway.model.event import DriverLost, Reported
from rules.expression import Path, Value
from rules.rulebook import (
    Act,
    AreaBecomes,
    ArmArea,
    Becomes,
    Changes,
    CodeUsed,
    DisarmArea,
    Scheduled,
    Tell,
    TroubleComes,
    Wait,
)
from rules.schedule import Place
from rules.state import Phase, Trouble, TroubleKind
from rules.trial import CallAsked
from rules.trial.opening import empty_house, opened
from rules.trial.play import play
from rules.trial.sunlight import is_up, place_where
from tests.rules.automation.home import (
    GARAGE,
    GARAGE_OPEN,
    LIGHT,
    MINUTE,
    OPENS,
    SAY,
    bare,
    home,
    opens_for,
    rule,
)
from tests.rules.automation.test_lasting import NONE, schedule
from tests.rules.house import ARM, ARM_HOME, DISARM, DOOR, LAMP, OPENED, ZIGBEE
from tests.rules.trial.stage import a_test, at, tried

PRAGUE = Place(ZoneInfo("Europe/Prague"), 50.08, 14.42)
LIT = Becomes(LAMP, Capability.SWITCH, Switch.ON)
UNLIT = Becomes(LAMP, Capability.SWITCH, Switch.OFF)


def began(given_: dict[Path, Value | None], *, at_rest: bool = False, time: str = ""):  # type: ignore[no-untyped-def]  # noqa: ANN201 - an opening
    site = bare()
    test = a_test(given=given_, at_rest=at_rest, time=time)
    return opened(site, site.rules, empty_house(site), test)


def test_what_is_given_is_so_and_the_rest_is_unknown() -> None:
    found = began(
        {
            ("device", "front_door", "contact"): "open",
            ("device", "front_door", "battery"): "low",
            ("device", "back_door", "contact"): None,
            ("area", "house", "mode"): "night",
            ("zone", "kitchen", "bypassed"): True,
        }
    ).state

    assert found.devices[DOOR].readings == {
        Capability.CONTACT: Contact.OPEN,
        Capability.BATTERY: Battery.LOW,
    }
    assert all(not one.readings for name, one in found.devices.items() if name != DOOR)
    assert Trouble(TroubleKind.BATTERY, DOOR) in found.troubles
    house = found.areas["house"]
    assert (house.phase, house.mode) == (Phase.ARMED, "night")
    assert house.bypassed == {"kitchen"}
    assert not house.alarmed
    assert found.drivers[ZIGBEE].found


@pytest.mark.parametrize(
    ("mode", "phase", "found", "waits"),
    [
        ("away", None, (Phase.ARMED, "away"), False),
        (None, "armed", (Phase.ARMED, "away"), False),
        ("disarmed", None, (Phase.DISARMED, None), False),
        ("home", "entry", (Phase.ENTRY, "home"), True),
        ("away", "exit", (Phase.EXIT, "away"), True),
        (None, "alarm", (Phase.ALARM, None), True),
        ("disarmed", "alarm", (Phase.ALARM, None), True),
    ],
)
def test_an_area_is_as_given_with_the_deadline_of_its_phase(
    mode: str | None, phase: str | None, found: tuple[Phase, str | None], *, waits: bool
) -> None:
    names = {("area", "house", "mode"): mode, ("area", "house", "phase"): phase}
    area = began({key: word for key, word in names.items() if word}).state.areas["house"]

    assert (area.phase, area.mode) == found
    assert (area.deadline is not None) is waits
    assert area.alarmed is (found[0] is Phase.ALARM)


def test_at_rest_an_area_can_be_armed_and_else_it_cannot() -> None:
    armed = rule(AreaBecomes("house", Phase.ARMED), SAY)
    story = (0, ARM), (61, None)

    assert tried(a_test(*story, expect=(at(60, "notify"),), at_rest=True), armed).ok
    assert not tried(a_test(*story, expect=(at(60, "notify"),)), armed).ok
    opened_door = {("device", "kitchen_window", "contact"): "open"}
    door = a_test(*story, expect=(at(60, "notify"),), at_rest=True, given=opened_door)
    assert not tried(door, armed).ok


@settings(max_examples=150, deadline=None)
@given(
    begin=st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1)),  # noqa: DTZ001 - made aware below
    up=st.booleans(),
    time=st.timedeltas(timedelta(), timedelta(hours=11)),
)
def test_the_sun_is_as_given_for_half_a_day_on_every_day_of_the_year(
    *, begin: datetime, up: bool, time: timedelta
) -> None:
    from_ = begin.replace(tzinfo=UTC)
    place = place_where(up, PRAGUE, from_, time)

    assert [is_up(place, from_ + time * n / 60) for n in range(61)] == [up] * 61


@pytest.mark.parametrize("up", [True, False])
@pytest.mark.parametrize("month", [1, 5, 7, 11])
def test_the_sun_stays_as_given_for_a_month_away_from_the_equinoxes(
    *, month: int, up: bool
) -> None:
    begin = datetime(2026, month, 1, tzinfo=UTC)
    place = place_where(up, PRAGUE, begin, timedelta(days=30))

    assert {is_up(place, begin + timedelta(hours=n)) for n in range(30 * 24)} == {up}


def test_an_unknown_sun_is_unknown() -> None:
    shines = rule(OPENS, SAY, if_="sun.is_up")
    dark = rule(OPENS, SAY, if_="!sun.is_up")
    story = a_test(
        (0, GARAGE_OPEN), expect_not=(at(None, "notify"),), given={("sun", "is_up"): None}
    )

    assert tried(story, shines).ok
    assert tried(story, dark).ok


@pytest.mark.parametrize("up", [True, False])
def test_the_given_sun_is_what_the_rules_see_also_beside_a_time(*, up: bool) -> None:
    night_and_day = ("2026-12-24T23:00", "2026-06-24T12:00", "")
    right = rule(OPENS, SAY, if_="sun.is_up" if up else "!sun.is_up")

    for time in night_and_day:
        story = a_test(
            (3600, GARAGE_OPEN),
            expect=(at(3600, "notify"),),
            given={("sun", "is_up"): up},
            time=time,
        )
        assert tried(story, right).ok


def test_schedules_fire_at_their_time_and_without_a_time_not_at_all() -> None:
    evening = rule(Scheduled(schedule(at=["18:00", "19:30"]), NONE), SAY)
    expect = at(60, "notify"), at(5460, "notify")

    assert tried(a_test((7200, None), expect=expect, time="2026-12-01T17:59"), evening).ok
    silent = tried(a_test((7200, None), expect=expect), evening)
    assert "the test gives no time" in str(silent.failures)


def test_a_night_that_skips_an_hour_is_played_as_it_is() -> None:
    night = rule(Scheduled(schedule(at=["02:30"]), NONE), SAY)
    story = a_test((7200, None), expect=(at(3600, "notify"),), time="2026-03-29T01:00")

    assert tried(story, night).ok


def test_devices_do_what_they_are_told_and_say_so() -> None:
    lit = rule(OPENS, LIGHT)
    follows = rule(LIT, SAY, id="follows")
    story = a_test((1, GARAGE_OPEN), expect=(at(1, "notify"),), rule="follows")

    assert tried(story, lit, follows).ok


def test_devices_of_a_lost_radio_do_nothing() -> None:
    follows = rule(LIT, SAY, id="follows")
    lit = rule(OPENS, LIGHT)
    lost = (0, DriverLost(ZIGBEE, "a test")), (1, CallAsked("rule"))
    story = a_test(*lost, expect_not=(at(None, "notify"),), rule="follows")

    assert tried(story, lit, follows).ok


def test_a_story_that_goes_round_for_ever_ends_and_fails() -> None:
    on = rule(UNLIT, LIGHT, id="on")
    off = rule(LIT, Act(TurnSwitch(LAMP, on=False)))
    story = a_test((0, Reported(LAMP, Switch.ON)), expect=(at(0, "off"),))

    result = tried(story, on, off)

    assert "round and round" in str(result.failures)
    assert tried(story, off).ok


def test_what_is_expected_late_is_waited_for() -> None:
    late = rule(opens_for(10), SAY)

    assert tried(a_test((0, GARAGE_OPEN), expect=(at(600, "notify"),)), late).ok
    assert not tried(a_test((0, GARAGE_OPEN), expect=(at(None, "notify"),)), late).ok


def test_a_rule_arms_and_disarms_by_the_panels_own_doors() -> None:
    arms = rule(OPENS, ArmArea("house", "home"))
    pin = rule(CodeUsed(what="disarm"), DisarmArea("house"), id="disarms")
    armed = a_test((0, GARAGE_OPEN), expect=(at(0, "arm", "house", "home"),), at_rest=True)
    story = a_test((0, DISARM), expect=(at(0, "disarm", "house"),), rule="disarms")

    assert tried(armed, arms).ok
    assert tried(story, arms, pin).ok
    twice = a_test((0, ARM_HOME), (1, GARAGE_OPEN), expect_not=(at(None, "arm"),), at_rest=True)
    assert tried(twice, arms).ok


def test_time_goes_on_for_waits_and_alarms() -> None:
    waits = rule(AreaBecomes("house", Phase.ALARM), Wait(MINUTE), Tell("a minute later"))
    given_ = {("area", "house", "mode"): "home", ("device", "front_door", "contact"): "closed"}
    story = a_test((10, OPENED), expect=(at(100, "notify", "later"),), given=given_)

    assert tried(story, waits).ok


def test_what_is_given_triggers_nothing() -> None:
    comes = rule((OPENS, Changes(GARAGE, Capability.CONTACT), TroubleComes()), SAY)
    given_: dict[Path, Value | None] = {
        ("device", "garage", "contact"): "open",
        ("device", "garage", "battery"): "low",
    }
    story = a_test((60, None), expect_not=(at(None, "notify"),), given=given_)

    assert tried(story, comes).ok


def test_the_same_story_is_played_the_same() -> None:
    site = home(rule(opens_for(1), LIGHT, Wait(MINUTE), SAY))
    test = a_test((0, GARAGE_OPEN), (600, None), time="2026-12-01T17:59")
    opening = opened(site, site.rules, empty_house(site), test)

    assert play(opening, test) == play(opening, test)
