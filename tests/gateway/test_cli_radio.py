"""`nightlatch radio`: a job is begun, told to people and programs, stopped by Ctrl-C."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli.client import Refused
from gateway.cli.hub import hub
from gateway.cli.root import app
from gateway.model.driver import CommandRefused
from gateway.model.event import ArmRequested
from gateway.model.upkeep import Job
from gateway.model.upkeep_event import UpkeepBegan, UpkeepEnded
from tests.gateway.lone_hub import lone_hub
from tests.gateway.workshop import Hub, hub_aside
from tests.waiting import until_async

type Here = tuple[Hub, asyncio.AbstractEventLoop, Path]
WAIT_SECONDS = 30.0
DSK = "12345-23456-34567-45678-56789-01234-12345-23456"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    with hub_aside(tmp_path) as (made, loop):
        yield made, loop, tmp_path


def call(folder: Path, *words: str, typed: str = "") -> Any:
    at = ["--state", str(folder), "--radio", "zigbee"]
    return CliRunner().invoke(app, ["radio", *words, *at], input=typed)


def lines(result: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_people_read_what_is_done_and_what_came_of_it(here: Here) -> None:
    made, _, folder = here
    made.workshop.steps = (0.25, "reading"), (0.5, "reading"), (0.75, "writing")

    result = call(folder, "backup")

    assert result.exit_code == 0
    assert result.stdout == "reading\nwriting\nbackup: all is well\n"
    assert "no device is heard" in result.stderr


def test_programs_read_a_line_of_json_each(here: Here) -> None:
    _, _, folder = here

    result = call(folder, "rebuild", "--json")

    went, end = lines(result)
    assert result.exit_code == 0
    assert (went["upkeep"]["fraction"], went["upkeep"]["words"]) == (0.25, "reading")
    assert (end["ok"], end["upkeep"]["reason"]) == (True, "all is well")
    assert result.stderr == ""


def test_a_job_that_fails_says_why(here: Here) -> None:
    made, _, folder = here
    made.workshop.trouble = CommandRefused("the stick said no")

    plain, told = call(folder, "backup"), call(folder, "backup", "--json")

    assert plain.exit_code == told.exit_code == 1
    assert "backup: the stick said no" in plain.stderr
    assert lines(told)[-1]["ok"] is False


def test_a_device_a_file_and_a_code_go_with_it(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _, folder = here
    monkeypatch.chdir(folder)

    words = ("firmware", "front_door", "--file", "new.gbl", "--code-stdin", "--seconds", "5")
    result = call(folder, *words, typed="4711\n")

    assert result.exit_code == 0
    (task,) = made.workshop.tasks
    assert (task.job, task.file, task.seconds) == (Job.FIRMWARE, folder / "new.gbl", 5)
    assert made.events(UpkeepBegan)[0].by == "anna"


def test_a_key_is_read_before_the_code_and_shown_by_nobody(here: Here) -> None:
    made, _, folder = here

    words = ("replace", "front_door", "--key-stdin", "--code-stdin", "--json")
    result = call(folder, *words, typed="12345\n4711\n")

    (task,) = made.workshop.tasks
    assert task.key is not None
    assert task.key.text == "12345"
    assert "12345" not in result.output


def test_what_is_expected_is_listed_without_a_key(here: Here) -> None:
    made, _, folder = here

    assert call(folder, "smart start").exit_code == 0
    words = ("smart-start", "--key-stdin", "--code-stdin")
    assert call(folder, *words, typed=f"{DSK}\n4711\n").exit_code == 0
    assert [task.key is None for task in made.workshop.tasks] == [True, False]


def test_where_a_code_is_needed_it_is_asked_for(here: Here) -> None:
    made, _, folder = here

    result = call(folder, "forget", "front_door")

    assert result.exit_code == 2
    assert "a code is needed: pipe it in with --code-stdin" in result.stderr
    assert not made.events(UpkeepBegan)


def test_a_wrong_code_begins_nothing(here: Here) -> None:
    made, _, folder = here

    result = call(folder, "exclude", "--code-stdin", "--json", typed="0000\n")

    assert result.exit_code == 1
    assert lines(result) == [{"ok": False, "error": "that code is nobody's"}]
    assert not made.events(UpkeepBegan)


def test_the_whole_network_is_warned_of(here: Here) -> None:
    _, _, folder = here

    assert "takes minutes" in call(folder, "rebuild").stderr
    assert "takes minutes" not in call(folder, "rebuild", "front_door").stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("rebild",), "there is no job 'rebild'"),
        (("forget",), "say which device"),
        (("restore",), "say which file"),
        (("firmware", "front_door"), "say which file"),
        (("backup", "--key-stdin"), "backup takes no key"),
    ],
)
def test_a_slip_is_told_before_the_hub_is_asked(
    here: Here, words: tuple[str, ...], sentence: str
) -> None:
    made, _, folder = here

    result = call(folder, *words)

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not made.workshop.tasks


def test_while_armed_it_says_so(here: Here) -> None:
    made, loop, folder = here
    armed = ArmRequested("house", "night", "anna", "cli")
    loop.call_soon_threadsafe(made.house.take, armed)

    result = call(folder, "backup")

    assert result.exit_code == 1
    assert "no job while house is armed" in result.stderr


async def test_a_whole_hub_knows_what_its_radios_can_do(tmp_path: Path) -> None:
    async def asked(radio: str) -> str:
        async with hub(tmp_path / "state") as client:
            with pytest.raises(Refused) as refused:
                await client.ask("upkeep", driver=radio, job="rebuild")
            return str(refused.value)

    async with lone_hub(tmp_path, ""):
        # It has its radios a moment after its rules.
        await until_async(
            lambda: asked("zigbee"), lambda no: no == "the zigbee radio has no job 'rebuild'"
        )
        assert await asked("zwave") == "there is no zwave radio"


def begun(here: Here, *words: str, typed: str = "") -> "subprocess.Popen[str]":
    """Run the command as a process; give it once the job is under way."""
    made, loop, folder = here

    async def hold() -> None:
        made.workshop.hold = asyncio.Event()

    asyncio.run_coroutine_threadsafe(hold(), loop).result(WAIT_SECONDS)
    line = [sys.executable, "-m", "gateway", "radio", *words]
    line += ["--state", str(folder), "--radio", "zigbee", "--json"]
    process = subprocess.Popen(
        line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    process.stdin.write(typed)
    process.stdin.close()
    assert made.workshop.begun.wait(WAIT_SECONDS)
    assert process.stdout is not None
    assert "reading" in process.stdout.readline()  # it follows: Ctrl-C finds it there
    return process


def end_of(process: "subprocess.Popen[str]") -> tuple[int, list[dict[str, Any]]]:
    """Give how a command ended, and what it said since."""
    process.stdin = None  # it was closed when the job began
    try:
        said, _ = process.communicate(timeout=WAIT_SECONDS)
    finally:
        process.kill()
    return process.returncode, [json.loads(line) for line in said.splitlines()]


def test_a_job_under_way_shows_in_the_state(here: Here) -> None:
    _, _, folder = here
    process = begun(here, "rebuild")

    shown = CliRunner().invoke(app, ["state", "--state", str(folder)])

    assert "zigbee: rebuild is under way: reading (25 %)" in shown.stdout
    process.send_signal(signal.SIGINT)
    end_of(process)


def test_ctrl_c_stops_a_job_and_hears_its_end(here: Here) -> None:
    made, _, _ = here
    process = begun(here, "rebuild")

    process.send_signal(signal.SIGINT)
    code, (end,) = end_of(process)

    assert code == 130
    assert (end["ok"], end["upkeep"]["reason"]) == (False, "somebody stopped it")
    assert made.workshop.tidied


def test_ctrl_c_leaves_a_restore_to_itself(here: Here) -> None:
    made, _, _ = here
    process = begun(here, "restore", "--file", "/tmp/x", "--code-stdin", typed="4711\n")

    process.send_signal(signal.SIGINT)
    code, (said,) = end_of(process)

    assert code == 130
    assert "not stopped half-way" in said["error"]
    assert not made.events(UpkeepEnded)
    assert [one.task.job for one in made.upkeeps.under_way] == [Job.RESTORE]


def test_a_hub_that_ends_is_told(tmp_path: Path) -> None:
    with hub_aside(tmp_path) as (made, loop):
        process = begun((made, loop, tmp_path), "rebuild")
    code, said = end_of(process)

    assert code == 1
    assert said[-1]["upkeep"]["reason"] == "the hub ends"
