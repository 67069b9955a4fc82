"""The index: what is looked at, and that nothing is lost by not looking."""

import pytest

from benchmarks import rules as bench
from benchmarks.rules_step import SMALL, armed, house
from gateway.model.capability import Switch
from gateway.model.event import DriverLost, Event, Reported
from rules.automation.index import Guard, guard_of
from rules.rulebook import Changes, OnUnknown
from tests.rules.automation.home import GARAGE_CLOSED, GARAGE_OPEN, OPENS, SAY, home, play, rule
from tests.rules.house import ARM_HOME, LAMP, ZIGBEE, calm

MODE, PHASE = ("area", "house", "mode"), ("area", "house", "phase")
LAMP_SWITCH, KITCHEN = ("device", "lamp", "switch"), ("zone", "kitchen", "tripped")


@pytest.mark.parametrize(
    ("condition", "guard"),
    [
        ('area.house.mode == "away"', (MODE, frozenset({"away"}))),
        ('"away" == area.house.mode', (MODE, frozenset({"away"}))),
        ('sun.is_up && area.house.mode in ["away", "home"]', (MODE, frozenset({"away", "home"}))),
        ('area.house.phase == "armed" && sun.is_up && trouble.any', (PHASE, frozenset({"armed"}))),
        ('area.house.mode == "away" || sun.is_up', None),
        ('!(area.house.mode == "away")', None),
        ('area.house.mode != "away"', None),
        ("sun.is_up", None),
        ('sun.is_up && device.lamp.switch == "on"', (LAMP_SWITCH, frozenset({"on"}))),
        ('device.lamp.switch == "on" && area.house.mode == "away"', (MODE, frozenset({"away"}))),
        ("zone.kitchen.tripped && sun.is_up", (KITCHEN, frozenset({True}))),
        ("!zone.kitchen.tripped", (KITCHEN, frozenset({False}))),
        ('device.lamp.switch == "on" || zone.kitchen.tripped', None),
    ],
)
def test_a_condition_is_a_key_only_where_it_must_hold(condition: str, guard: Guard | None) -> None:
    assert guard_of(rule(OPENS, SAY, if_=condition)) == guard


@pytest.mark.parametrize("mode", ["home", "away", "night", "disarmed"])
def test_a_rule_is_found_in_its_arming_state_and_in_no_other(mode: str) -> None:
    changes = Changes(OPENS.device, OPENS.capability)
    site = home(
        rule(OPENS, SAY, id="becomes", if_=f'area.house.mode == "{mode}"'),
        rule(changes, SAY, id="changes", if_=f'area.house.mode == "{mode}"'),
    )

    before = play(site, *calm(), (1, GARAGE_CLOSED), (2, GARAGE_OPEN))
    after = play(site, (3, GARAGE_CLOSED), (4, ARM_HOME), (5, GARAGE_OPEN), state=before.state)

    assert before.ran(name="becomes") == ([2] if mode == "disarmed" else [])
    assert after.ran(name="becomes") == ([5] if mode == "home" else [])
    assert after.ran(name="changes")[-1:] == {"home": [5], "disarmed": [3]}.get(mode, [])


LAMP_ON, LAMP_OFF = Reported(LAMP, Switch.ON), Reported(LAMP, Switch.OFF)


@pytest.mark.parametrize("on_unknown", [OnUnknown.FALSE, OnUnknown.TRUE])
@pytest.mark.parametrize("told", [(), (LAMP_ON,), (LAMP_OFF,), (LAMP_ON, DriverLost(ZIGBEE, ""))])
def test_a_rule_is_found_while_another_device_reads_so_and_where_nobody_knows(
    told: tuple[Event, ...], on_unknown: OnUnknown
) -> None:
    site = home(
        rule(OPENS, SAY, id="asks", if_='device.lamp.switch == "on"', on_unknown=on_unknown)
    )
    before = [(1.0, GARAGE_CLOSED), *((2.0 + n, event) for n, event in enumerate(told))]

    played = play(site, *calm(), *before, (9, GARAGE_OPEN))

    holds = told == (LAMP_ON,) or (on_unknown is OnUnknown.TRUE and told != (LAMP_OFF,))
    assert played.ran(name="asks") == ([9] if holds else [])


def test_the_rules_of_the_benchmark_answer_where_they_should() -> None:
    site, state = house(SMALL)

    ready = bench.with_rules(site, bench.here, 5)

    assert bench.step(ready, state) == 1
    assert bench.step(ready, armed(ready, state)) > 5
