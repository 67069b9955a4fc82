"""The simulator as a process: sleepers, its memory over a restart, and its end."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.drivers.air import Air, control, process
from tests.simulator.zwave.observer import Observer, observer, server
from tests.waiting import until, until_async

NOTIFICATION, WAKE_UP = 0x71, 0x84
GATE = '[[device]]\nradio = "zwave"\nname = "gate"\nkind = "contact"\nnode = 9\n'
REPORTS = 50
CONFIRMED = "6c02"  # a Supervision report


@contextlib.asynccontextmanager
async def _network(folder: Path, house: str) -> AsyncIterator[tuple[Air, Observer]]:
    (folder / "house.toml").write_text(house)
    arguments = ["--house", str(folder / "house.toml"), "--control", str(folder / "control")]
    arguments += ["--state", str(folder / "state"), "--listen", "tcp:0"]
    async with (
        process("simulator.zwave", arguments) as ready,
        control(ready["control"]) as air,
        server(ready["port"], folder) as address,
        observer(address) as seen,
    ):
        yield air, seen


async def test_a_sleeper_joins_sleeps_and_is_known_after_a_restart(tmp_path: Path) -> None:
    async with _network(tmp_path, GATE) as (air, seen):
        await _include(air, seen, "gate")
        await seen.heard("ready", node=9)
        await seen.heard("sleep", node=9)
        await air.do("battery", device="gate", percent=40)

    async with _network(tmp_path, GATE) as (air, seen):
        state = (await air.do("state", device="gate"))["device"]
        assert (state["node"], state["granted"], state["battery"]) == (9, ["authenticated"], 40)
        await air.do("open", device="gate")
        await seen.value(9, NOTIFICATION, "Door state (simple)", 22)
        interval = {"commandClass": WAKE_UP, "property": "wakeUpInterval", "endpoint": 0}
        setting = asyncio.create_task(
            seen.ask("node.set_value", nodeId=9, valueId=interval, value=3600)
        )
        assert (await air.do("state", device="gate"))["device"]["wake_seconds"] == 14400
        await air.do("wake", device="gate")
        await setting
        await seen.heard("wake up", node=9)
        assert (await air.do("state", device="gate"))["device"]["wake_seconds"] == 3600


async def test_a_server_that_is_started_anew_is_understood_at_once(tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text(GATE + "joined = true\nsleepy = false\n")
    arguments = ["--house", str(tmp_path / "house.toml"), "--control", str(tmp_path / "control")]
    async with (
        process("simulator.zwave", [*arguments, "--listen", "tcp:0"]) as ready,
        control(ready["control"]) as air,
    ):
        async with server(ready["port"], tmp_path) as address, observer(address) as seen:
            if not seen.state["nodes"][-1]["ready"]:
                await seen.heard("ready", node=9)
            await air.do("open", device="gate")
            await until_async(lambda: _heard(air), lambda heard: heard[-1]["hex"][:4] == CONFIRMED)

        async with server(ready["port"], tmp_path) as address, observer(address) as seen:
            written = (await air.do("close", device="gate"))["at_ns"]

            await seen.value(9, NOTIFICATION, "Door state (simple)", 23)
            since = [one["hex"][:4] for one in await _heard(air) if one["at_ns"] > written]
            assert set(since) <= {CONFIRMED}  # understood, and not said twice


async def test_fifty_reports_in_a_burst_all_arrive_in_their_order(tmp_path: Path) -> None:
    plain = 'joined = true\nsecurity = "none"\nsleepy = false\n'
    async with _network(tmp_path, GATE + plain) as (air, seen):
        if not seen.state["nodes"][-1]["ready"]:
            await seen.heard("ready", node=9)
        since = len(seen.events)
        doors = ["open" if number % 2 == 0 else "close" for number in range(REPORTS)]

        told = await asyncio.gather(*(air.do(door, device="gate") for door in doors))

        await until(lambda: len(_doors(seen, since)) >= REPORTS)
        assert _doors(seen, since) == [22 if door == "open" else 23 for door in doors]
        times = [answer["at_ns"] for answer in told]
        assert sorted(set(times)) == times


async def test_the_simulator_ends_with_a_sentence_when_its_stick_does(tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text(GATE)
    running = await _started(tmp_path)
    assert running.stdout is not None
    await running.stdout.readline()
    (stick,) = await asyncio.to_thread(_children, running.pid)

    os.kill(stick, signal.SIGKILL)

    _, errors = await running.communicate()
    assert b"the stick's Node.js process ended with code -9" in errors
    assert running.returncode == 1


async def test_the_stick_ends_with_the_simulator_even_if_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text(GATE)
    running = await _started(tmp_path)
    assert running.stdout is not None
    await running.stdout.readline()
    (stick,) = await asyncio.to_thread(_children, running.pid)

    running.kill()
    await running.communicate()

    await until(lambda: not _is_running(stick))


async def test_it_ends_when_its_standard_input_closes(tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text(GATE)
    running = await _started(tmp_path, "--follow-stdin")
    assert running.stdout is not None
    assert running.stdin is not None
    await running.stdout.readline()

    running.stdin.close()

    await running.wait()
    assert running.returncode == 0


async def test_what_is_missing_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text(GATE)

    running = await _started(tmp_path, "--node-modules", str(tmp_path))

    _, errors = await running.communicate()
    assert errors.decode() == f"there is no zwave-js in {tmp_path}: 'npm ci' puts it there\n"


async def _include(air: Air, seen: Observer, name: str) -> None:
    await seen.ask("controller.begin_inclusion", options={"strategy": 0})
    await seen.heard("inclusion started")
    await air.do("join", device=name)
    asked = await seen.heard("grant security classes")
    grant = {"securityClasses": asked["requested"]["securityClasses"], "clientSideAuth": False}
    await seen.ask("controller.grant_security_classes", inclusionGrant=grant)
    await seen.heard("validate dsk and enter pin")
    pin = (await air.do("state", device=name))["device"]["pin"]
    await seen.ask("controller.validate_dsk_and_enter_pin", pin=pin)


async def _heard(air: Air) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = (await air.do("state", device="gate"))["device"]["rx"]
    return told


async def _started(folder: Path, *more: str) -> asyncio.subprocess.Process:
    house, socket = str(folder / "house.toml"), str(folder / "control")
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator.zwave", "--house", house, "--control", socket),
        *("--listen", "tcp:0", *more),
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
    )


def _doors(seen: Observer, since: int) -> list[Any]:
    return [
        event["args"]["newValue"]
        for event in seen.events[since:]
        if event["event"] in ("value updated", "value added")
        and event["args"].get("propertyKey") == "Door state (simple)"
    ]


def _children(parent: int) -> list[int]:
    listing = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=True
    )
    return [int(line) for line in listing.stdout.split()]


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return _state(process_id) != "Z"


def _state(process_id: int) -> str:
    try:
        return Path(f"/proc/{process_id}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"
