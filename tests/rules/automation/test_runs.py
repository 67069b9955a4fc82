"""Stories of runs: what starts them, what they wait for, what they may do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.capability import Capability, Lock, Motion, Switch
from gateway.model.command import LockDoor, SilenceSiren, TurnSwitch, UnlockDoor
from gateway.model.device import DeviceId
from gateway.model.effect import Notify, Outcome, Perform, RunProgram
from gateway.model.event import (
    CodeRefused,
    DriverFound,
    DriverLost,
    LockOperated,
    ProgramEnded,
    Reported,
    RuleCalled,
    Started,
    WallTold,
)
from rules import engine
from rules.rulebook import (
    Act,
    AreaBecomes,
    ArmArea,
    Becomes,
    Called,
    CallRule,
    Choose,
    CodeUsed,
    CodeWrong,
    DisarmArea,
    OnUnknown,
    Overlap,
    Repeat,
    RestoreScene,
    RunScript,
    SetScene,
    Tell,
    TroubleComes,
    Wait,
)
from rules.site import NOBODY
from rules.state import Phase
from tests.rules.automation.home import (
    BOLT,
    DARK,
    GARAGE_CLOSED,
    GARAGE_OPEN,
    LIGHT,
    MINUTE,
    NOON,
    OPENS,
    SAY,
    cond,
    home,
    opens_for,
    play,
    rule,
)
from tests.rules.house import ARM, ARM_HOME, DISARM, HALL, LAMP, TICK, ZIGBEE, calm

CALL = RuleCalled("rule", NOBODY)
CLOSED_THEN = (0, GARAGE_CLOSED)
IS_CLOSED = 'device.garage.contact == "closed"'


# -- garage left open ------------------------------------------------------------------------------


def test_a_garage_left_open_is_told_after_its_time() -> None:
    site = home(rule(opens_for(10), Tell("{device.garage.contact} since {event.device}")))

    played = play(site, CLOSED_THEN, (60, GARAGE_OPEN), (3600, TICK))

    assert played.said("open since garage") == [660]


def test_a_garage_closed_in_time_is_not_told() -> None:
    site = home(rule(opens_for(10), SAY))

    played = play(site, CLOSED_THEN, (60, GARAGE_OPEN), (659, GARAGE_CLOSED), (3600, TICK))

    assert played.said() == []
    assert played.state.rules_due == {}


def test_a_late_tick_still_tells_though_it_is_closed_by_now() -> None:
    site = home(rule(opens_for(10), SAY))
    state = play(site, CLOSED_THEN, (0, GARAGE_OPEN)).state

    state, effects = engine.step(site, state, GARAGE_CLOSED, 601_000_000)  # type: ignore[arg-type]

    assert any(isinstance(effect, Notify) for effect in effects)


@pytest.mark.parametrize(
    ("policy", "told"),
    [(OnUnknown.FALSE, [700]), (OnUnknown.TRUE, [600]), (OnUnknown.FAIL_SAFE, [600])],
)
def test_a_radio_lost_at_the_deadline_hides_no_open_garage(
    policy: OnUnknown, told: list[float]
) -> None:
    site = home(rule(opens_for(10), SAY, on_unknown=policy))

    played = play(
        site, (0, GARAGE_OPEN), (599, DriverLost(ZIGBEE, "pulled")), (650, TICK), (700, GARAGE_OPEN)
    )

    assert played.said("hello") == told


# -- waits -----------------------------------------------------------------------------------------


def test_a_wait_goes_on_at_its_time() -> None:
    site = home(rule(OPENS, LIGHT, Wait(5 * MINUTE), DARK))

    played = play(site, (0, GARAGE_OPEN), (3600, TICK))

    assert played.switched() == [(0, True), (300, False)]
    assert played.ran(Outcome.WENT_ON) == [300]


def test_a_wait_ends_at_once_when_its_cancel_if_comes_true() -> None:
    site = home(rule(OPENS, Wait(5 * MINUTE, cond(IS_CLOSED)), LIGHT))

    played = play(site, (0, GARAGE_OPEN), (100, GARAGE_CLOSED), (3600, TICK))

    assert played.switched() == []
    assert played.ran(Outcome.CANCELLED) == [100]


def test_an_unknown_cancels_nothing() -> None:
    site = home(rule(OPENS, Wait(5 * MINUTE, cond(IS_CLOSED)), LIGHT))

    played = play(site, (0, GARAGE_OPEN), (100, DriverLost(ZIGBEE, "pulled")), (3600, TICK))

    assert played.switched() == [(300, True)]


def test_a_wait_is_cancelled_by_what_another_rule_does() -> None:
    waits = rule(Called(), Wait(MINUTE, cond('area.house.mode == "home"')), LIGHT, id="rule")
    arms = rule(OPENS, ArmArea("house", "home", force=True), id="arms")

    played = play(home(waits, arms), *calm(), (1, CALL), (2, GARAGE_OPEN), (90, TICK))

    assert played.ran(Outcome.CANCELLED, "rule") == [2]


# -- overlap ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overlap", "ends", "dropped"),
    [
        (Overlap.SINGLE, [60], [20, 30, 40]),
        (Overlap.RESTART, [100], []),
        (Overlap.QUEUED, [60, 120, 180], [40]),
        (Overlap.PARALLEL, [60, 80], [30, 40]),
    ],
)
def test_a_trigger_while_the_rule_runs(
    overlap: Overlap, ends: list[float], dropped: list[float]
) -> None:
    site = home(rule(Called(), Wait(MINUTE), SAY, overlap=overlap, at_most=2))

    played = play(site, *((at, CALL) for at in (0, 20, 30, 40)), (900, TICK))

    assert played.said("hello") == ends
    assert played.ran(Outcome.DROPPED) == dropped
    assert played.state.rules["rule"].runs == ()
    assert played.state.rules["rule"].queue == ()


def test_a_long_queue_is_emptied_at_once() -> None:
    waits = Wait(MINUTE, cond('area.house.mode == "disarmed" && device.garage.contact == "open"'))
    site = home(rule(Called(), waits, SAY, overlap=Overlap.QUEUED, at_most=1_000))

    played = play(
        site, CLOSED_THEN, *((1, CALL) for _ in range(1_001)), (2, GARAGE_OPEN), (2, TICK)
    )

    assert len(played.ran(Outcome.CANCELLED)) == 1_001
    assert played.state.rules["rule"].queue == ()


def test_unless_within_is_a_rate_limit_and_says_so() -> None:
    site = home(rule(Called(), SAY, unless_within=MINUTE))

    played = play(site, (0, CALL), (59.9, CALL), (60, CALL))

    assert played.said("hello") == [0, 60]
    assert [one.why for one in played.records() if one.why] == ["it ran within 1m"]


# -- flow ------------------------------------------------------------------------------------------


def test_the_first_branch_that_holds_is_done() -> None:
    branches = ((cond(IS_CLOSED), (Tell("one"),)), (None, (Tell("two"),)))
    site = home(rule(Called(), Choose(branches), Tell("after")))

    played = play(site, (0, GARAGE_OPEN), (1, CALL), (2, GARAGE_CLOSED), (3, CALL))

    assert [e.text for _, e in played.done if isinstance(e, Notify)] == [
        "two", "after", "one", "after",
    ]  # fmt: skip


def test_loops_nest_and_wait() -> None:
    inner = Repeat(2, (SAY, Wait(MINUTE)))
    site = home(rule(Called(), Repeat(3, (inner,)), Tell("end")))

    played = play(site, (0, CALL), (3600, TICK))

    assert played.said("hello") == [0, 60, 120, 180, 240, 300]
    assert played.said("end") == [360]


def test_a_loop_ends_when_its_until_holds() -> None:
    site = home(rule(Called(), Repeat(100, (SAY, Wait(MINUTE)), cond(IS_CLOSED))))

    played = play(site, (0, CALL), (150, GARAGE_CLOSED), (3600, TICK))

    assert played.said("hello") == [0, 60, 120]


def test_a_scene_is_restored_to_how_it_was() -> None:
    scene = SetScene((TurnSwitch(LAMP, on=True),))
    site = home(rule(Called(), scene, scene, Wait(MINUTE), RestoreScene()))

    played = play(site, (0, Reported(LAMP, Switch.OFF)), (1, CALL), (99, TICK))

    assert played.switched() == [(1, True), (1, True), (61, False)]
    assert played.state.rules["rule"].scene == ()


# -- triggers --------------------------------------------------------------------------------------


def test_each_movement_counts_and_a_restart_makes_none() -> None:
    moves = Becomes(HALL, Capability.MOTION, Motion.MOVING)
    site = home(rule(moves, Tell("moved"), id="m"), rule(OPENS, Tell("opened"), id="o"))
    moved = Reported(HALL, Motion.MOVING)

    played = play(
        site, (0, moved), (1, moved), (2, GARAGE_OPEN), (3, Started(1, trusted=True)),
        (4, GARAGE_OPEN),
    )  # fmt: skip

    assert played.said("moved") == [0, 1]
    assert played.said("opened") == [2]


def test_a_door_opened_while_the_hub_was_away_is_noticed() -> None:
    site = home(rule(OPENS, SAY))

    played = play(site, CLOSED_THEN, (1, Started(1, trusted=True)), (2, GARAGE_OPEN))

    assert played.said("hello") == [2]


def test_areas_codes_and_troubles_start_rules() -> None:
    site = home(
        rule(AreaBecomes("house", Phase.ARMED, "away"), Tell("is away"), id="a"),
        rule(AreaBecomes("house", Phase.ARMED, stays=MINUTE), Tell("stays armed"), id="b"),
        rule(CodeUsed("anna", "disarm"), Tell("bye {event.person}"), id="c"),
        rule(CodeWrong(), Tell("wrong at {event.via}"), id="d"),
        rule(TroubleComes(), Tell("trouble {event.trouble}"), id="e"),
        rule(TroubleComes(over=True), Tell("well again"), id="f"),
    )
    played = play(
        site, *calm(), (1, ARM), (150, CodeRefused("cli")), (160, DISARM),
        (200, DriverLost(ZIGBEE, "pulled")), (201, DriverFound(ZIGBEE)),
    )  # fmt: skip

    assert played.said("is away") == [61]
    assert played.said("stays armed") == [121]
    assert played.said("bye anna") == [160]
    assert played.said("wrong at cli") == [150]
    assert played.said("trouble radio lost") == [200]
    assert played.said("well again") == [201]


# -- rights ----------------------------------------------------------------------------------------


def test_a_rule_arms_as_somebody_without_a_code() -> None:
    site = home(rule(OPENS, ArmArea("house", "home", force=True)))

    played = play(site, *calm(), (1, GARAGE_OPEN))

    area = played.state.areas["house"]
    assert (area.mode, area.by) == ("home", "rule:rule")


def test_a_rule_does_not_disarm_without_a_code() -> None:
    site = home(rule(OPENS, DisarmArea("house")))

    played = play(site, *calm(), (1, ARM_HOME), (2, GARAGE_OPEN), (3, CALL))

    assert played.state.areas["house"].mode == "home"
    assert played.said("rule rule refused: a code is needed") == [2, 3]


@pytest.mark.parametrize(("by", "mode"), [("anna", None), (NOBODY, "home"), ("guest", "home")])
def test_who_calls_a_rule_with_a_code_has_their_rights_and_no_more(
    by: str, mode: str | None
) -> None:
    site = home(rule(CodeUsed(what="unlock"), DisarmArea("house")))

    played = play(site, *calm(), (1, ARM_HOME), (2, RuleCalled("rule", by)))

    assert played.state.areas["house"].mode == mode


def test_a_rule_disarms_in_the_name_of_whose_code_it_was() -> None:
    site = home(rule(CodeUsed(what="unlock"), DisarmArea("house")))
    anna = replace(site.people["anna"], lock_slots={BOLT: 1})
    guest = replace(site.people["guest"], lock_slots={BOLT: 2})
    site = replace(site, people={"anna": anna, "guest": guest})
    by_guest = LockOperated(BOLT, Lock.UNLOCKED, "keypad", 2)
    by_anna = LockOperated(BOLT, Lock.UNLOCKED, "keypad", 1)

    armed = play(site, *calm(), (1, ARM_HOME), (2, by_guest))
    played = play(site, (3, by_anna), state=armed.state)

    assert armed.state.areas["house"].mode == "home"
    assert played.state.areas["house"].by == "anna"
    assert played.state.areas["house"].mode is None


def test_a_code_lapses_when_its_run_goes_on_late() -> None:
    site = home(rule(CodeUsed(what="arm"), Wait(MINUTE), DisarmArea("house")))
    state = play(site, *calm(), (1, ARM_HOME)).state

    state, _ = engine.step(site, state, TICK, 72_000_000)  # type: ignore[arg-type]

    assert state.areas["house"].mode == "home"


@pytest.mark.parametrize("command", [UnlockDoor(BOLT), UnlockDoor(DeviceId("zigbee:1/1"))])
def test_a_rule_unlocks_nothing_by_itself(command: UnlockDoor) -> None:
    played = play(home(rule(OPENS, Act(command))), (0, GARAGE_OPEN))

    assert not [e for _, e in played.done if isinstance(e, Perform)]


def test_a_called_rule_does_not_inherit_the_code() -> None:
    site = home(
        rule(CodeUsed(what="arm"), CallRule("b"), id="a"),
        rule(Called(), DisarmArea("house"), id="b"),
    )

    played = play(site, *calm(), (1, ARM_HOME))

    assert played.state.areas["house"].mode == "home"


# -- programs and unknown --------------------------------------------------------------------------


def test_a_program_may_do_what_its_rule_allows_and_nothing_else() -> None:
    may = (TurnSwitch(LAMP, on=True),)
    script = RunScript("./x", ("-v",), timedelta(seconds=5), 1 << 20, may)
    site = home(rule(OPENS, script))
    asks = ProgramEnded("rule", "./x", (*may, LockDoor(BOLT), SilenceSiren(BOLT)))

    played = play(site, (0, GARAGE_OPEN), (1, asks), (2, ProgramEnded("rule", "./other", may)))

    assert [at for at, e in played.done if isinstance(e, RunProgram)] == [0]
    assert played.switched() == [(1, True)]
    assert played.said("may not do this") == [1, 1, 2]


@pytest.mark.parametrize(
    ("policy", "do", "told"),
    [
        (OnUnknown.FALSE, LIGHT, 0),
        (OnUnknown.TRUE, LIGHT, 1),
        (OnUnknown.FAIL_SAFE, LIGHT, 0),
        (OnUnknown.FAIL_SAFE, Act(LockDoor(BOLT)), 1),
        (OnUnknown.FAIL_SAFE, SAY, 1),
        (OnUnknown.FAIL_SAFE, Choose(((None, (SAY, Act(UnlockDoor(BOLT)))),)), 0),
    ],
)
def test_what_nobody_can_decide_counts_as_the_rule_says(
    policy: OnUnknown, do: Act | Choose, told: int
) -> None:
    site = home(rule(OPENS, do, if_='device.bolt.lock == "locked"', on_unknown=policy))

    assert len(play(site, (0, GARAGE_OPEN)).ran()) == told


def test_the_sun_and_the_clock_are_known_once_they_are_told() -> None:
    condition = 'sun.is_up && now < timestamp("2026-11-21T12:02:00Z")'
    site = home(rule(Called(), SAY, if_=condition))

    played = play(
        site, (0, CALL), (1, WallTold(NOON)), (2, CALL), (200, CALL),
        (201, Started(1, trusted=True)), (202, CALL),
    )  # fmt: skip

    assert played.said("hello") == [2]
