"""When the rules are told what the wall clock shows."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from gateway import walltime
from gateway.house import House
from gateway.model.clock import HouseTime
from gateway.model.event import WallTold
from gateway.virtual_wall import BadWall, VirtualWall
from gateway.walltime import WallWish, tell_wall
from rules import engine
from rules.automation import AT_ONCE, next_wall
from rules.rulebook import Rule
from rules.site import Site
from rules.state import State
from tests.clock import NOON, FakeClock
from tests.rules.automation.home import SAY, home, rule
from tests.rules.automation.test_lasting import daily
from tests.waiting import until

SOON = timedelta(milliseconds=5)


class Wanting:
    """Rules that want the wall clock at some times, one after the other."""

    def __init__(self, *times: datetime) -> None:
        self.times = list(times)
        self.clock = FakeClock()
        self.told: list[WallTold] = []
        self.asked = 0

    def wanted(self) -> datetime | None:
        self.asked += 1
        return self.times[0] if self.times else None

    def report(self, told: WallTold) -> None:
        self.told.append(told)
        self.times.pop(0)

    def start(self) -> asyncio.Task[None]:
        return asyncio.create_task(tell_wall(self.clock, self.wanted, self.report, SOON))


async def test_the_wall_is_told_when_it_is_wanted_and_not_before() -> None:
    rules = Wanting(NOON + timedelta(hours=1))
    telling = rules.start()
    await until(lambda: rules.asked > 2)
    assert rules.told == []

    rules.clock.advance(timedelta(hours=1))
    await until(lambda: rules.told)

    assert rules.told == [WallTold(NOON + timedelta(hours=1))]
    telling.cancel()


async def test_a_wall_that_is_stepped_is_followed() -> None:
    rules = Wanting(NOON + timedelta(hours=1))
    telling = rules.start()
    await until(lambda: rules.asked > 2)

    rules.clock.step(timedelta(hours=2) / timedelta(seconds=1))
    await until(lambda: rules.told)

    assert rules.told == [WallTold(NOON + timedelta(hours=2))]
    telling.cancel()


async def test_rules_that_want_nothing_are_told_nothing() -> None:
    rules = Wanting()
    telling = rules.start()
    rules.clock.advance(timedelta(days=400))

    await until(lambda: rules.asked > 3)

    assert rules.told == []
    telling.cancel()


class Lived:
    """A house as far as a wish looks at it."""

    def __init__(self, *rules: Rule) -> None:
        self.site = home(*rules)
        self.state = engine.initial(self.site)
        self.told = list[WallTold]()

    def take(self, told: WallTold) -> None:
        self.told.append(told)
        self.state, _ = engine.step(self.site, self.state, told, HouseTime(len(self.told)))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[State]:
    """Give the states of which the next time was asked."""
    states = list[State]()

    def counted(site: Site, state: State) -> datetime | None:
        states.append(state)
        return next_wall(site, state)

    monkeypatch.setattr(walltime, "next_wall", counted)
    return states


def test_a_wish_is_worked_out_once_until_the_rules_change(asked: list[State]) -> None:
    house = Lived(rule(daily("13:00"), SAY))
    wish = WallWish(cast("House", house))

    assert [wish() for _ in range(5)] == [AT_ONCE] * 5
    assert len(asked) == 1

    house.take(WallTold(NOON - timedelta(minutes=1)))
    assert [wish() for _ in range(5)] == [NOON] * 5
    assert len(asked) == 2

    house.state = replace(house.state, rules={})
    assert wish() == AT_ONCE
    assert len(asked) == 3


async def test_a_schedule_is_told_its_times_and_nothing_in_between(asked: list[State]) -> None:
    house, clock = Lived(rule(daily("13:00"), SAY)), FakeClock()
    wish = WallWish(cast("House", house))
    telling = asyncio.create_task(tell_wall(clock, wish, house.take, SOON))
    await until(lambda: len(house.told) == 1)
    first = clock.wall()

    while len(house.told) < 4:
        before = len(house.told)
        clock.advance(timedelta(days=1))
        await until(partial(lambda count: len(house.told) > count, before))

    assert house.told == [WallTold(first + timedelta(days=day)) for day in range(4)]
    assert len(asked) == 5
    telling.cancel()


def test_a_virtual_wall_goes_on_from_what_its_file_tells(tmp_path: Path) -> None:
    file = tmp_path / "wall.json"
    uptime = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    file.write_text(json.dumps({"wall": "2026-10-25T02:59:50+02:00", "at": uptime}))
    wall = VirtualWall(file)
    assert (
        timedelta() <= wall() - datetime(2026, 10, 25, 0, 59, 50, tzinfo=UTC) < timedelta(hours=1)
    )

    file.write_text(json.dumps({"wall": "2027-01-01T00:00:00Z", "at": uptime}))
    later = wall()
    assert later.year == 2027

    file.write_text("half a fi")
    assert timedelta() <= wall() - later < timedelta(hours=1)


@pytest.mark.parametrize("text", ["", "[]", '{"wall": 1, "at": 1}', '{"wall": "noon", "at": 1}'])
def test_a_file_that_tells_no_time_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "wall.json"
    file.write_text(text)

    with pytest.raises(BadWall, match="does not tell a wall time"):
        VirtualWall(file)
