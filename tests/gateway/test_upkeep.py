"""Long jobs of a radio: begun, told, journaled, one at a time, and never in the alarm's way."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway import upkeep
from gateway.model.capability import Contact, Smoke
from gateway.model.device import DriverId
from gateway.model.driver import CommandRefused, RadioLost
from gateway.model.event import (
    ArmRequested,
    DriverLost,
    Reported,
)
from gateway.model.upkeep import Job, Task
from gateway.model.upkeep_event import UpkeepBegan, UpkeepEnded
from rules.site import NOBODY
from rules.state import Phase
from tests.gateway.workshop import Hub, hub
from tests.rules.house import DOOR, SMOKE, WINDOW, ZIGBEE
from tests.waiting import until

BOUND = 10.0
KEY = "12345-23456-34567-45678-56789-01234-12345-23456"
ARM = ArmRequested("house", "night", "anna", "cli")


class Line:
    """One client, that takes lines as they come."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self.pushed: list[dict[str, Any]] = []

    async def hear(self) -> dict[str, Any]:
        """Give the next line."""
        async with asyncio.timeout(BOUND):
            return dict(json.loads(await self._reader.readline()))

    async def ask(self, do: str, **fields: object) -> dict[str, Any]:
        """Ask, and give the answer; what is pushed meanwhile is kept."""
        self.writer.write(json.dumps({"id": 1, "do": do, **fields}).encode() + b"\n")
        while "ok" not in (line := await self.hear()):
            self.pushed.append(line["upkeep"])
        return line

    async def job(self, job: str, **fields: object) -> dict[str, Any]:
        """Ask for a job."""
        return await self.ask("upkeep", driver="zigbee", job=job, **fields)

    async def end(self) -> dict[str, Any]:
        """Hear how a job goes, to its end; give that."""
        while not self.pushed or "done" not in self.pushed[-1]:
            self.pushed.append((await self.hear())["upkeep"])
        return self.pushed[-1]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[tuple[Hub, Line]]:
    """Give a hub, and somebody on the line."""
    async with hub(tmp_path) as made, calling(made) as line:
        yield made, line


@contextlib.asynccontextmanager
async def calling(made: Hub) -> AsyncIterator[Line]:
    """Call the hub."""
    line = Line(*await asyncio.open_unix_connection(str(made.path)))
    try:
        yield line
    finally:
        line.writer.close()
        with contextlib.suppress(ConnectionError):
            await line.writer.wait_closed()


def held(made: Hub) -> asyncio.Event:
    """Have jobs go on until the test lets them end."""
    made.workshop.hold = asyncio.Event()
    return made.workshop.hold


async def test_a_job_is_told_as_it_goes_and_written_down(here: tuple[Hub, Line]) -> None:
    made, line = here
    made.workshop.steps = (0.0, "reading"), (0.1234, "reading"), (0.129, "reading"), (7.0, "done")

    assert (await line.job("backup"))["ok"]
    end = await line.end()

    far = [(told["fraction"], told["words"]) for told in line.pushed[:-1]]
    assert far == [(0.0, "reading"), (0.12, "reading"), (1.0, "done")]
    assert (end["driver"], end["job"], end["done"]) == ("zigbee", "backup", True)
    assert end["reason"] == "all is well"
    assert made.events(UpkeepBegan) == [UpkeepBegan(ZIGBEE, Job.BACKUP, NOBODY)]
    assert made.events(UpkeepEnded) == [
        UpkeepEnded(ZIGBEE, Job.BACKUP, done=True, reason="all is well")
    ]


async def test_a_job_does_not_go_back_and_is_whole_at_its_end(here: tuple[Hub, Line]) -> None:
    made, line = here
    steps = [(0.05, "asking"), (0.04, "asking"), (0.22, "asking"), (0.1, "writing")]
    made.workshop.steps = steps

    await line.job("interview", device=DOOR)
    end = await line.end()

    told = [(told["fraction"], told["words"]) for told in line.pushed[:-1]]
    assert told == [(0.05, "asking"), (0.22, "asking"), (0.1, "writing")]
    assert (end["done"], end["fraction"]) == (True, 1.0)


async def test_devices_are_called_by_their_names(here: tuple[Hub, Line]) -> None:
    made, line = here
    made.workshop.steps = ((None, f"asking {DOOR}"),)
    made.workshop.trouble = CommandRefused(f"{WINDOW}, {ZIGBEE}:0011/7 did not answer")

    await line.job("rebuild")
    end = await line.end()

    site = made.house.site
    assert line.pushed[0]["words"] == f"asking {site.names[DOOR]}"
    assert end["reason"] == f"{site.names[WINDOW]}, zigbee:0011/7 did not answer"


async def test_what_was_asked_reaches_the_driver_whole(here: tuple[Hub, Line]) -> None:
    made, line = here

    about = {"device": "front_door", "file": "/tmp/x", "key": KEY, "seconds": 7}
    assert (await line.job("replace", code="4711", **about))["ok"]
    await line.end()

    (task,) = made.workshop.tasks
    assert (task.job, task.device, task.file, task.seconds) == (
        Job.REPLACE,
        DOOR,
        Path("/tmp/x"),
        7,
    )
    assert task.key is not None
    assert task.key.text == KEY
    assert made.events(UpkeepBegan)[0].by == "anna"
    assert "12345" not in repr(made.entries) + repr(line.pushed) + repr(task)


async def test_only_who_asked_is_told(here: tuple[Hub, Line]) -> None:
    made, line = here
    async with calling(made) as other:
        await line.job("backup")
        await line.end()

        assert (await other.ask("state"))["ok"]
        assert other.pushed == []


async def test_one_job_at_a_time(here: tuple[Hub, Line]) -> None:
    made, line = here
    hold = held(made)
    await line.job("rebuild")
    async with calling(made) as other:
        refused = await other.job("backup")
        assert refused["error"] == "the zigbee radio is busy: rebuild, reading"

        hold.set()
        await line.end()
        assert (await other.job("backup"))["ok"]
        await other.end()
    assert [event.job for event in made.events(UpkeepBegan)] == [Job.REBUILD, Job.BACKUP]


@pytest.mark.parametrize("job", [*Job])
async def test_no_job_begins_while_anything_is_armed(here: tuple[Hub, Line], job: Job) -> None:
    made, line = here
    made.house.take(ARM)

    assert "while house is armed" in (await line.job(job, code="4711"))["error"]
    assert not made.events(UpkeepBegan)


async def test_a_fire_keeps_jobs_away_too(here: tuple[Hub, Line]) -> None:
    made, line = here
    made.house.take(Reported(SMOKE, Smoke.SMOKE))

    assert made.house.state.areas["house"].phase is Phase.ALARM
    assert (await line.job("backup"))["ok"] is False


@pytest.mark.parametrize("armed", [ARM, Reported(SMOKE, Smoke.SMOKE)])
async def test_a_job_gives_way_to_what_is_armed_and_holds_nothing_up(
    here: tuple[Hub, Line], armed: ArmRequested | Reported
) -> None:
    made, line = here
    held(made)
    made.workshop.tidying = asyncio.Event()
    await line.job("rebuild")
    await until(made.workshop.begun.is_set)

    for event in (armed, Reported(WINDOW, Contact.OPEN), Reported(DOOR, Contact.OPEN)):
        made.house.take(event)
        await until(lambda: made.workshop.stopped)
    # While the job still tidies up, the house goes on, and lets it.
    assert made.house.state.areas["house"].phase is Phase.ALARM
    assert not made.workshop.tidied

    made.workshop.tidying.set()
    end = await line.end()
    assert (end["done"], end["reason"]) == (False, "it gave way: house is armed")
    assert made.workshop.tidied


@pytest.mark.parametrize(
    ("job", "device"), [("restore", None), ("firmware", None), ("firmware", "front_door")]
)
async def test_a_stick_is_never_left_with_half_of_it(
    here: tuple[Hub, Line], job: str, device: str | None
) -> None:
    made, line = here
    hold = held(made)
    await line.job(job, file="/tmp/x", device=device, code="4711")
    await until(made.workshop.begun.is_set)

    async with calling(made) as other:
        answer = await other.ask("upkeep_cancel", driver="zigbee")
    made.house.take(ARM)
    hold.set()
    end = await line.end()

    of_stick = device is None
    assert answer["ok"] is not of_stick
    assert end["done"] is of_stick
    assert made.workshop.tidied is not of_stick


async def test_somebody_stops_a_job(here: tuple[Hub, Line]) -> None:
    made, line = here
    held(made)
    await line.job("exclude", code="4711")
    await until(made.workshop.begun.is_set)

    assert (await line.ask("upkeep_cancel", driver="zigbee"))["ok"]
    assert (await line.end())["reason"] == "somebody stopped it"
    assert made.events(UpkeepEnded)[0].done is False
    refused = await line.ask("upkeep_cancel", driver="zigbee")
    assert refused["error"] == "the zigbee radio has no job under way"


async def test_a_job_that_is_stopped_at_once_ends_all_the_same(here: tuple[Hub, Line]) -> None:
    made, _ = here
    held(made)
    made.upkeeps.begin(ZIGBEE, Task(Job.REBUILD), "anna", lambda _: None)
    made.upkeeps.stop(ZIGBEE)

    await until(lambda: not made.upkeeps.under_way)
    assert made.events(UpkeepEnded)


async def test_who_hangs_up_ends_no_job(here: tuple[Hub, Line]) -> None:
    made, _ = here
    hold = held(made)
    async with calling(made) as other:
        await other.job("backup")
    await until(made.workshop.begun.is_set)
    hold.set()

    await until(lambda: made.events(UpkeepEnded))
    assert made.events(UpkeepEnded)[0].done


async def test_the_hub_ends_its_jobs(here: tuple[Hub, Line]) -> None:
    made, line = here
    held(made)
    await line.job("rebuild")
    await until(made.workshop.begun.is_set)

    await made.upkeeps.close()
    assert made.workshop.tidied
    assert made.events(UpkeepEnded)[0].reason == "the hub ends"


async def test_a_hub_that_ends_waits_for_a_stick_that_is_being_written(
    here: tuple[Hub, Line],
) -> None:
    made, line = here
    hold = held(made)
    await line.job("restore", code="4711", file="/tmp/x")
    await until(made.workshop.begun.is_set)

    closing = asyncio.create_task(made.upkeeps.close())
    await asyncio.sleep(0)
    hold.set()
    await closing

    assert made.events(UpkeepEnded)[0].done
    assert not made.workshop.stopped


async def test_it_does_not_wait_for_ever(
    here: tuple[Hub, Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "WHOLE_SECONDS", 0.05)
    made, line = here
    held(made)
    await line.job("restore", code="4711", file="/tmp/x")
    await until(made.workshop.begun.is_set)

    await made.upkeeps.close()

    assert made.events(UpkeepEnded)[0].reason == "the hub ends"


async def test_a_job_has_a_bound(here: tuple[Hub, Line], monkeypatch: pytest.MonkeyPatch) -> None:
    made, line = here
    held(made)
    monkeypatch.setitem(upkeep.MINUTES_MOST, Job.REBUILD, 0)
    await line.job("rebuild")

    assert (await line.end())["reason"] == "it was not at its end after 0 min"


def test_every_job_has_a_bound() -> None:
    assert upkeep.MINUTES_MOST.keys() == set(Job)


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (RadioLost("the stick was pulled"), "the stick was pulled"),
        (ValueError("secret 4711"), "the driver failed: ValueError"),
        (TimeoutError(), "the driver failed: TimeoutError"),
    ],
)
async def test_what_goes_wrong_is_told_in_a_sentence(
    here: tuple[Hub, Line], trouble: Exception, reason: str
) -> None:
    made, line = here
    made.workshop.trouble = trouble
    await line.job("backup")

    end = await line.end()
    assert (end["done"], end["reason"]) == (False, reason)
    assert (await line.job("backup"))["ok"]


async def test_a_radio_that_is_lost_ends_its_job(here: tuple[Hub, Line]) -> None:
    made, line = here
    held(made)
    await line.job("rebuild")
    await until(made.workshop.begun.is_set)
    made.house.take(DriverLost(DriverId("other"), "not this one"))
    made.house.take(DriverLost(ZIGBEE, "the stick was pulled"))

    assert (await line.end())["reason"] == "the stick was pulled"


@pytest.mark.parametrize("job", ["exclude", "replace", "forget", "restore", "firmware"])
async def test_what_takes_a_device_from_the_house_takes_a_code(
    here: tuple[Hub, Line], job: str
) -> None:
    made, line = here

    without, wrong, guest = [
        await line.job(job, **code) for code in ({}, {"code": "0000"}, {"code": "1234"})
    ]
    assert (without["ok"], without["code_needed"]) == (False, True)
    assert wrong["error"] == "that code is nobody's"
    assert guest["error"] == "guest may not disarm"
    assert not made.events(UpkeepBegan)

    assert (await line.job(job, code="4711"))["ok"]
    await line.end()


@pytest.mark.parametrize("job", ["interview", "rebuild", "backup", "smart start"])
async def test_what_only_looks_after_the_radio_takes_none(here: tuple[Hub, Line], job: str) -> None:
    _, line = here

    assert (await line.job(job))["ok"]
    await line.end()


async def test_to_expect_a_device_takes_a_code(here: tuple[Hub, Line]) -> None:
    made, line = here

    refused = await line.job("smart start", key=KEY)
    assert (refused["ok"], refused["code_needed"]) == (False, True)
    assert not made.events(UpkeepBegan)
    assert (await line.job("smart start", key=KEY, code="4711"))["ok"]
    await line.end()


async def test_a_job_under_way_shows_in_the_state_and_for_the_doctor(
    here: tuple[Hub, Line],
) -> None:
    made, line = here
    hold = held(made)
    await line.job("rebuild")
    await until(made.workshop.begun.is_set)
    async with calling(made) as other:
        state, doctor = await other.ask("state"), await other.ask("doctor")
        hold.set()
        await line.end()
        after = await other.ask("state"), await other.ask("doctor")

    (shown,) = state["upkeep"]
    assert (shown["job"], shown["fraction"], shown["words"]) == ("rebuild", 0.25, "reading")
    assert doctor["checks"] == [
        {"name": "zigbee job", "ok": True, "sentence": "rebuild is under way: reading"}
    ]
    assert (after[0]["upkeep"], after[1]["checks"]) == ([], [])


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"job": "rebild"}, "did you mean 'rebuild'?"),
        ({"job": "backup", "driver": "zwave"}, "there is no zwave radio"),
        ({"job": "backup", "driver": "bare"}, "the bare radio has no job 'backup'"),
        ({"job": "backup", "file": "x.nvm"}, "by its whole path"),
        ({"job": "backup", "file": "/x\0y"}, "by its whole path"),
        ({"job": "backup", "device": "nobody"}, "there is no device 'nobody'"),
        ({"job": "backup", "seconds": 0}, "1 to 600 seconds"),
        ({"job": "smart start", "key": ""}, "1 to 100 characters"),
        ({"job": "smart start", "key": "1" * 101}, "1 to 100 characters"),
        ({"job": 5}, "'job' is needed, as text"),
    ],
)
async def test_a_slip_is_met_with_a_sentence(
    here: tuple[Hub, Line], fields: dict[str, object], error: str
) -> None:
    made, line = here

    assert error in (await line.ask("upkeep", **{"driver": "zigbee", **fields}))["error"]
    assert not made.events(UpkeepBegan)


async def test_a_radio_may_have_some_jobs_only(here: tuple[Hub, Line]) -> None:
    made, line = here
    made.workshop.jobs = frozenset({Job.BACKUP})

    assert (await line.job("rebuild"))["error"] == "the zigbee radio has no job 'rebuild'"
    assert (await line.job("backup"))["ok"]
    await line.end()


def test_a_task_hides_its_key() -> None:
    from gateway.model.credential import Code  # noqa: PLC0415 # only here

    assert KEY not in repr(replace(Task(Job.SMART_START), key=Code(KEY)))
