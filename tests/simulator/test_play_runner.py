"""The runner and the virtual house, against a hub that is a script of ours."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from simulator.play import (
    Kind,
    Outcome,
    Progress,
    VirtualHouse,
    VirtualHouseError,
    family,
    open_home,
    runner,
)
from simulator.play import hub as hub_module
from simulator.play.house import HOUSES
from simulator.play.line import Refused
from simulator.play.process import ProcessEnded
from simulator.play.runner import simulate

FAKE = Path(__file__).with_name("fake_hub.py")
HEAD = 'name = "a"\nabout = "b"\nhouse = "home"\n'
PATIENCE_SECONDS = 20.0


def fake(habit: str = "") -> Callable[[Path], Sequence[str]]:
    return lambda config: [sys.executable, str(FAKE), str(config), habit]


async def play(tmp_path: Path, steps: str, habit: str = "") -> tuple[Outcome, list[Progress]]:
    file = tmp_path / "a.toml"
    file.write_text(HEAD + steps)
    told: list[Progress] = []
    return await simulate(file, hub_command=fake(habit), progress=told.append), told


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


async def test_steps_are_played_in_order_and_expectations_judged(tmp_path: Path) -> None:
    outcome, told = await play(
        tmp_path,
        """
[[step]]
hub = "arm"
mode = "away"
as = "asked"
[[step]]
wait_phase = "armed"
[[step]]
expect = "house is armed"
after = "asked"
within_ms = 500
[[step]]
hub = "disarm"
refused = "a code is needed"
[[step]]
wait = "100ms"
[[step]]
expect_not = "hall_siren sounds"
after = "asked"
for = "200ms"
[[step]]
expect = "hub says asked to arm"
after = "asked"
""",
    )

    assert [step.passed for step in outcome.steps] == [True, True, True, True]
    assert outcome.passed
    assert outcome.steps[1].detail == "the hub refused: a code is needed to disarm"
    assert outcome.as_dict()["steps"][1] == {  # type: ignore[index]  # plain data has no types
        "expect": "hub: disarm, refused: a code is needed",
        "within_ms": None,
        "seen_ms": None,
        "passed": True,
        "detail": "the hub refused: a code is needed to disarm",
    }
    assert [p.kind for p in told].count(Kind.PASSED) == 4


RULES = """
rules = '''
[[rule]]
id = "stays"
[[rule]]
id = "goes"
'''
"""
OTHERS = """
[[step]]
reload = '''
[[rule]]
id = "stays"
[[rule]]
id = "comes"
'''
"""


async def test_rules_are_loaded_anew_called_and_told_of(tmp_path: Path) -> None:
    outcome, _ = await play(
        tmp_path,
        f"""{RULES}{OTHERS}
kept = ["stays"]
rebased = []
cancelled = ["goes"]
[[step]]
hub = "call"
rule = "comes"
as = "called"
[[step]]
expect = "hub runs comes"
after = "called"
[[step]]
expect = "hub tells called as comes"
after = "called"
[[step]]
expect = "hub says called as comes"
after = "called"
[[step]]
expect_not = "hub tells nobody calls"
after = "called"
for = "200ms"
[[step]]
expect_not = "hub runs stays"
after = "called"
for = "200ms"
""",
    )

    assert outcome.passed, outcome
    assert [(step.expect, step.detail) for step in outcome.steps[:3]] == [
        ("hub: reload, kept: stays", "kept: stays, which waits"),
        ("hub: reload, rebased: nothing", "rebased: nothing"),
        ("hub: reload, cancelled: goes", "cancelled: goes: the rule is gone"),
    ]


@pytest.mark.parametrize(
    ("expected", "passed"),
    [
        ('cancelled = ["goes"]', True),
        ("cancelled = []", False),  # what was cancelled as well is named
        ('cancelled = ["goes", "comes"]', False),
        ('kept = ["goes"]', False),
        ("", True),
    ],
)
async def test_what_a_reload_does_is_held_against_all_that_it_says(
    tmp_path: Path,
    expected: str,
    passed: bool,  # noqa: FBT001  # a column of the table
) -> None:
    outcome, _ = await play(tmp_path, f"{RULES}{OTHERS}{expected}")

    assert outcome.passed is passed


async def test_a_refused_reload_is_judged_like_any_refusal(tmp_path: Path) -> None:
    steps = "[[step]]\nreload = '[[rule]]\nid = \"bad\"'".replace("'", "'''")

    expected, _ = await play(tmp_path, f'{steps}\nrefused = "does not hold"')
    unexpected, _ = await play(tmp_path, steps)

    assert expected.passed
    assert unexpected.steps[0].detail == "the file does not hold: rule.bad"
    assert not unexpected.passed


async def test_the_wall_clock_is_set_and_the_hub_has_seen_it(tmp_path: Path) -> None:
    outcome, told = await play(
        tmp_path,
        """
[[step]]
wall = "2027-10-31T02:29:57+02:00"
[[step]]
expect = "hub says stepped"
[[step]]
kill = "hub"
[[step]]
wall = "2027-10-31T02:29:57+01:00" # nobody can see it now, and nobody is waited for
[[step]]
start = "hub"
[[step]]
hub = "arm"
mode = "away"
[[step]]
wait_phase = "armed"
""",
    )

    assert outcome.passed, outcome
    assert "the wall clock shows 2027-10-31T02:29:57+02:00" in [p.text for p in told]


async def test_a_hub_that_sees_no_step_of_its_clock_ends_the_play(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "WALL_SECONDS", 0.3)
    step = '[[step]]\nwall = "2027-10-31T02:29:57+02:00"'

    outcome, _ = await play(tmp_path, step, "timeless")

    assert outcome.steps[0].detail == "the hub saw no step of its wall clock in 0.3 s"


async def test_a_failed_expectation_names_what_was_seen_and_the_play_goes_on(
    tmp_path: Path,
) -> None:
    outcome, _ = await play(
        tmp_path,
        """
[[step]]
hub = "arm"
mode = "away"
[[step]]
expect = "house is entry"
within_ms = 200
[[step]]
expect = "house is armed"
""",
    )

    assert [step.passed for step in outcome.steps] == [False, True]
    assert not outcome.passed
    assert "not seen within 200 ms after hub: arm mode=away; seen instead: house is armed (+" in (
        outcome.steps[0].detail
    )


async def test_a_step_that_cannot_be_played_ends_the_play(tmp_path: Path) -> None:
    steps = '[[step]]\nhub = "disarm"\n[[step]]\nexpect = "hub is disarmed"'

    outcome, _ = await play(tmp_path, steps)

    assert [(s.expect, s.detail) for s in outcome.steps] == [
        ("hub: disarm", "a code is needed to disarm")
    ]
    assert not outcome.passed


async def test_waiting_for_a_phase_in_vain_says_which_phase_there_is(tmp_path: Path) -> None:
    outcome, _ = await play(tmp_path, '[[step]]\nwait_phase = "alarm"\nwithin = "300ms"')

    assert outcome.steps[0].detail == "not so within 300 ms: house is disarmed"


async def test_a_hub_that_crashes_in_the_play_is_named_with_its_last_words(tmp_path: Path) -> None:
    outcome, _ = await play(tmp_path, '[[step]]\nhub = "reset"', "dies")

    assert "the hub ended with code 3" in outcome.steps[0].detail
    assert "the roof falls in" in outcome.steps[0].detail


async def test_a_hub_that_ends_at_once_is_named_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(VirtualHouseError, match=r"the hub ended with code 1.*\n.*no hope"):
        await play(tmp_path, '[[step]]\nwait = "1s"', "broken")


async def test_a_hub_that_never_protects_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "PROTECTING_SECONDS", 1.0)

    with pytest.raises(VirtualHouseError, match="the hub did not protect within 1 s"):
        await play(tmp_path, '[[step]]\nwait = "1s"', "mute")


async def test_a_killed_hub_is_dead_and_a_started_one_has_its_folder_again() -> None:
    home = open_home(HOUSES / "home.toml")
    async with VirtualHouse(home, hub_command=fake()) as house:
        await house.hub.ask("arm", mode="away")
        first = house.hub.pid
        await house.hub.kill()
        assert first is not None
        assert not is_alive(first)
        assert house.hub.pid is None

        await house.hub.start()

        assert (await house.hub.state())["areas"]["house"]["phase"] == "armed"
        with pytest.raises(Refused, match="a code is needed"):
            await house.hub.ask("disarm")
        second, work = house.hub.pid, house.work

    assert second is not None
    assert not is_alive(second)
    assert not work.exists()


async def test_a_house_without_zwave_starts_no_node() -> None:
    async with VirtualHouse(open_home(HOUSES / "home.toml"), hub_command=fake()) as house:
        (stick,) = house.far.pids
        assert family.programs_below(stick, "node") == []
        with pytest.raises(ProcessEnded, match="runs no Z-Wave server that one could kill"):
            await house.hub.signal_server("kill")


async def test_a_work_folder_of_the_callers_is_kept_and_can_be_used_again(tmp_path: Path) -> None:
    home = open_home(HOUSES / "home.toml")
    async with VirtualHouse(home, hub_command=fake(), work=tmp_path / "one") as house:
        await house.hub.ask("arm", mode="away")

    async with VirtualHouse(
        home, hub_command=fake(), work=tmp_path / "two", prepared=tmp_path / "one"
    ) as house:
        assert (await house.hub.state())["areas"]["house"]["phase"] == "armed"

    assert (tmp_path / "one" / "hub.log").exists()
    assert (tmp_path / "two" / "nightlatch.toml").stat().st_mode & 0o777 == 0o600


async def test_what_it_started_ends_with_it_even_when_it_is_killed(tmp_path: Path) -> None:
    # A process that builds a house, tells the hub's id and waits; killed, it can tidy nothing.
    script = f"""
import asyncio, sys
from pathlib import Path
from simulator.play import VirtualHouse, open_home
async def main():
    home = open_home(Path({str(HOUSES / "home.toml")!r}))
    command = lambda config: [sys.executable, {str(FAKE)!r}, str(config)]
    async with VirtualHouse(home, hub_command=command, work=Path({str(tmp_path)!r})) as house:
        print(house.hub.pid, *house.far.pids, flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        pids = [int(pid) for pid in (await parent.stdout.readline()).split()]
    assert len(pids) == 2

    os.kill(parent.pid, signal.SIGKILL)
    await parent.wait()

    async with asyncio.timeout(PATIENCE_SECONDS):
        for pid in pids:
            while is_alive(pid):  # noqa: ASYNC110  # a process of nobody's can only be looked at
                await asyncio.sleep(0.01)
