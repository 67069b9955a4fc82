"""Drivers that are lost and come back."""

import asyncio
from collections.abc import Callable

import pytest

from gateway.model.command import Command
from gateway.model.device import DriverId
from gateway.model.driver import RadioLost, Report, Told
from gateway.model.event import DriverFound, DriverLost, Event, JamChanged, Proof
from gateway.supervisor import PAUSES, keep

ZIGBEE = DriverId("zigbee")


class Enough(Exception):  # ends the story, nothing else
    """The story is told."""


class Stick:
    """A driver that lives as a list of lives says."""

    def __init__(self, lives: list[Callable[[Report], Exception]]) -> None:
        self._lives = lives

    @property
    def id(self) -> DriverId:
        return ZIGBEE

    async def run(self, report: Report) -> None:
        raise self._lives.pop(0)(report)

    async def perform(self, command: Command) -> Proof:
        raise NotImplementedError


def never_there(_: Report) -> Exception:
    return RadioLost("there is no such port")


def lost_again(report: Report) -> Exception:
    report(DriverFound(ZIGBEE))
    return RadioLost("it was pulled")


def buggy(_: Report) -> Exception:
    return ZeroDivisionError("a bug")


async def told(*lives: Callable[[Report], Exception]) -> tuple[list[object], list[float]]:
    """Let a stick live its lives; give what was reported, and the pauses between."""
    reported: list[Told] = []
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == len(lives):
            raise Enough
        await asyncio.sleep(0)

    with pytest.raises(Enough):
        await keep(Stick(list(lives)), reported.append, sleep)
    return list(reported), pauses


async def test_a_stick_that_is_pulled_is_lost_at_once_and_told_once() -> None:
    reported, _ = await told(lost_again, never_there, never_there)

    assert reported == [DriverFound(ZIGBEE), DriverLost(ZIGBEE, "it was pulled")]


async def test_the_pauses_grow_and_begin_anew_once_it_was_found() -> None:
    _, pauses = await told(*[never_there] * 6, lost_again, never_there)

    assert pauses == [1.0, 2.0, 5.0, 10.0, 30.0, 30.0, 1.0, 2.0]
    assert PAUSES == (1.0, 2.0, 5.0, 10.0, 30.0)


async def test_a_stick_that_was_never_there_is_said_to_be_lost() -> None:
    reported, _ = await told(never_there)

    assert reported == [DriverLost(ZIGBEE, "there is no such port")]


async def test_a_driver_with_a_bug_is_a_trouble_and_stops_nothing_else() -> None:
    reported, pauses = await told(buggy, lost_again)

    assert reported[0] == DriverLost(ZIGBEE, "the driver failed: ZeroDivisionError")
    assert DriverFound(ZIGBEE) in reported
    assert len(pauses) == 2


def told_and_lost(*said: Event) -> Callable[[Report], Exception]:
    """Give a life in which a stick says things and is pulled."""

    def live(report: Report) -> Exception:
        for event in said:
            report(event)
        return RadioLost("it was pulled")

    return live


async def test_a_loss_after_each_return_is_told_each_time() -> None:
    reported, _ = await told(lost_again, lost_again)

    assert reported == [DriverFound(ZIGBEE), DriverLost(ZIGBEE, "it was pulled")] * 2


async def test_all_that_a_stick_says_is_passed_on_and_only_being_found_ends_a_loss() -> None:
    jam = JamChanged(ZIGBEE, jammed=True)

    reported, pauses = await told(never_there, told_and_lost(jam), told_and_lost(jam))

    assert reported == [DriverLost(ZIGBEE, "there is no such port"), jam, jam]
    assert pauses == [1.0, 2.0, 5.0]


class Quitter(Stick):
    """A driver whose run ends as if all were well."""

    async def run(self, report: Report) -> None:
        report(DriverFound(ZIGBEE))


async def test_a_driver_that_ends_by_itself_is_lost_too() -> None:
    reported: list[object] = []

    async def enough(_: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        await keep(Quitter([]), reported.append, enough)

    assert reported == [DriverFound(ZIGBEE), DriverLost(ZIGBEE, "it ended by itself")]
