"""Who is pinged, asked again, told when to wake, and what a flood of that may not push aside."""

import asyncio
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from drivers.zwave import reading, tasks
from drivers.zwave.retries import FIRST_SECONDS, LONGEST_SECONDS, Retries
from gateway.model.command import SoundSiren
from gateway.model.event import DeviceHeard
from tests.drivers.zwave.bench import INVOKE, Bench, device, put_to_sleep, running
from tests.drivers.zwave.cast import LOCK, SIREN, value
from tests.drivers.zwave.scripted import DEAD, PLUG, SLEEPER, Message, Refuse, Server
from tests.waiting import until

NODE_TIMEOUT = 201  # of Z-Wave JS


def on_batteries(server: Server) -> None:
    """Make the lock one that listens now and then."""
    about(server, LOCK).update(isListening=False, isFrequentListening="1000ms")


def about(server: Server, number: int) -> Message:
    """Give what the server tells of a node."""
    node: Message = next(one for one in server.state["nodes"] if one["nodeId"] == number)
    return node


def pinged(bench: Bench) -> list[int]:
    """Name who was pinged, in its order."""
    return [one["nodeId"] for one in bench.server.asked if one["command"] == "node.ping"]


async def test_a_lock_on_batteries_is_pinged_when_its_time_has_come_among_however_many() -> None:
    wishes = {"round_seconds": 0.01, "sleepy_round_seconds": 0.1}
    async with running({}, on_batteries, **wishes) as bench:
        await until(lambda: pinged(bench).count(LOCK) >= 5)

        assert {PLUG, DEAD, SIREN, SLEEPER} <= set(pinged(bench))
        # About ten a lock. At its turn among all, it were fifty.
        assert len(pinged(bench)) < 5 * 20


async def test_a_lock_that_is_dead_is_pinged_at_its_turn() -> None:
    def dead(server: Server) -> None:
        on_batteries(server)
        about(server, LOCK)["status"] = 3

    async with running({}, dead, round_seconds=0.005) as bench:
        await until(lambda: pinged(bench).count(LOCK) >= 3)
        others = [pinged(bench).count(one) for one in (PLUG, DEAD, SIREN)]
        assert min(others) >= 2


# Those who wake up now and then


async def test_a_device_that_wakes_as_seldom_as_it_likes_is_told_once() -> None:
    def knows_an_hour(server: Server) -> None:
        put_to_sleep(server)
        value(about(server, SLEEPER), 0x84, "wakeUpInterval", 86400)

    answers = {"getInterval": {"wakeUpInterval": 43200, "controllerNodeId": 1}}
    async with running(answers, knows_an_hour, wake_up_seconds=3600) as bench:
        await bench.wake()
        await until(lambda: bench.asked("getInterval"))  # or Z-Wave JS would remember the old one
        await bench.server.tell("node", "statistics updated", nodeId=PLUG, statistics=SEEN)
        for _ in range(3):
            await bench.wake()
        await bench.server.tell("node", "statistics updated", nodeId=SIREN, statistics=SEEN)
        await bench.house.heard(DeviceHeard(device(SIREN)))

        assert [one["args"] for one in bench.asked("setInterval")] == [[3600, 1]]


async def test_who_fell_asleep_again_before_it_was_told_is_told_when_it_wakes() -> None:
    async with running({}, put_to_sleep) as bench:
        bench.server.refuse(INVOKE, 204)
        await bench.wake()
        await until(lambda: bench.asked("setInterval"))
        await bench.wake()
        await until(lambda: len(bench.asked("setInterval")) == 2)


# What is not told however often it is asked for


def test_what_is_never_told_is_asked_for_ever_more_seldom() -> None:
    retries, day = Retries(), 24 * 3600
    asked = [at for at in range(0, 30 * day, 10) if retries.is_due(1, at)]

    assert asked[:2] == [0, FIRST_SECONDS]
    assert len(asked) < 45  # in a month
    pauses = [b - a for a, b in pairwise(asked)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_SECONDS
    assert retries.is_due(2, 30 * day)
    retries.forget(1)
    assert retries.is_due(1, 30 * day)


async def test_a_device_that_lacks_a_reading_is_not_read_whole_at_every_ping(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "AGAIN_SECONDS", 0.0)
    async with running({"getPlaying": None}, round_seconds=0.005) as bench:
        await until(lambda: len(bench.asked("getPlaying")) == 3)
        before = pinged(bench).count(SIREN)
        await until(lambda: pinged(bench).count(SIREN) > before + 20)

        # At the start, soon after that, and at the first ping.
        assert len(bench.asked("getPlaying")) == 3


async def test_what_was_lost_on_the_air_is_asked_for_again_without_a_sign_of_life(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "AGAIN_SECONDS", 0.0)
    async with running({"getPlaying": None}) as bench:
        await until(lambda: len(bench.asked("getPlaying")) == 2)

        assert not pinged(bench)


async def test_a_question_that_fails_does_not_keep_the_others_from_being_asked() -> None:
    async with running({"get": Refuse(NODE_TIMEOUT)}) as bench:
        await until(lambda: bench.asked("get") and bench.asked("getPlaying"))


# A flood


async def test_a_flood_of_chores_pushes_neither_the_siren_nor_the_pings_aside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "TASKS_MOST", 12)
    monkeypatch.setattr("drivers.zwave.siren.OVERLAP_SECONDS", 29.0)  # a tone of a second
    async with running({"getPlaying": {"toneId": 1}}, put_to_sleep, round_seconds=0.05) as bench:
        answer = bench.server._handlers[INVOKE]

        async def never(message: Message) -> Message:
            if message["methodName"] in ("setInterval", "get"):
                await asyncio.Future()
            return await answer(message)

        bench.server.on(INVOKE, never)
        await bench.driver.perform(SoundSiren(device(SIREN), 60))
        for _ in range(100):
            await bench.wake()
            await jam_over(bench)
        plays = len(bench.asked("play"))
        pings = len(pinged(bench))

        await until(lambda: len(bench.asked("play")) > plays)
        await until(lambda: len(pinged(bench)) > pings)
        assert len(bench.asked("setInterval")) == 1
        assert len([one for one in bench.asked("get") if one["nodeId"] == LOCK]) <= 2


async def jam_over(bench: Bench) -> None:
    """Have the lock tell that its bolt is stuck no more."""
    what: dict[str, Any] = {"property": "Access Control", "propertyKey": "Lock state"}
    args = {"commandClass": 0x71, "endpoint": 0, **what, "prevValue": 11, "newValue": 0}
    await bench.server.tell("node", "value updated", nodeId=LOCK, args=args)


async def test_what_comes_while_the_same_is_done_is_done_once_more() -> None:
    many, gate = tasks.Tasks(), asyncio.Event()
    began: list[int] = []

    async def work() -> None:
        began.append(len(began))
        await gate.wait()

    for _ in range(5):
        many.chore(1, "look", work)
    many.chore(2, "look", work)
    await until(lambda: len(began) == 2)
    gate.set()
    await until(lambda: len(began) == 3)
    many.chore(1, "look", work)
    await until(lambda: len(began) == 4)
    await many.end()


async def test_with_too_many_under_way_no_chore_is_begun_and_nothing_else_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "TASKS_MOST", 2)
    many, gate, began = tasks.Tasks(), asyncio.Event(), set[int]()

    async def work(node: int) -> None:
        began.add(node)
        await gate.wait()

    for node in range(1, 5):
        many.chore(node, "look", partial(work, node))
    siren = many.spawn(work(9))
    await until(lambda: 9 in began)
    assert began == {1, 2, 9}
    gate.set()
    await siren
    many.chore(3, "look", partial(work, 3))
    await until(lambda: 3 in began)
    await many.end()


# How long a siren sounds


async def test_a_siren_that_answers_slowly_sounds_no_longer_than_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("drivers.zwave.siren.OVERLAP_SECONDS", 29.9)
    monkeypatch.setattr("drivers.zwave.siren.SHORTEST_SECONDS", 0.1)
    async with running({"getPlaying": {"toneId": 1}}) as bench:
        answer, ended = bench.server._handlers[INVOKE], asyncio.Event()

        async def slowly(message: Message) -> Message:
            if message["methodName"] == "stopPlaying":
                ended.set()
            elif message["methodName"] == "play" and len(bench.asked("play")) > 1:
                await asyncio.sleep(0.4)
            return await answer(message)

        bench.server.on(INVOKE, slowly)
        await bench.driver.perform(SoundSiren(device(SIREN), 1))
        await asyncio.wait_for(ended.wait(), 30)

        # Each tone takes 0.1 s, and 0.4 s to be asked for. Counted by tones alone, it were ten.
        assert 1 < len(bench.asked("play")) <= 4


SEEN: Message = {
    **dict.fromkeys(
        ("commandsTX", "commandsRX", "commandsDroppedTX", "commandsDroppedRX", "timeoutResponse"), 1
    ),
    "lastSeen": "2026-01-01T00:00:00.000Z",
}
