"""The plays of the demo: what is seen to before a house is armed."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from gateway.cli.demo import plays
from gateway.cli.demo.stage import Stage, StageError
from gateway.cli.demo.story import Story
from simulator.play import VirtualHouse
from simulator.play.house import Radio, Resident

DOOR, SMOKE = "zwave:7e570001/2/0", "zigbee:0015bc0031004207/1"
HEARD_AFTER = 3


class House:
    """A house whose door is heard when it has checked in a few times."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.deaf = deaf
        self.acts: list[tuple[str, str]] = []
        self.asked: list[str] = []
        self.story = Story(ready_ns=1)
        self.far = self.hub = self
        door = Resident("terrace_door", Radio.ZWAVE, "contact")
        self.home = SimpleNamespace(devices={door.name: door})
        self.story.see(self.state())

    def state(self) -> Any:
        heard = len(self.acts) >= HEARD_AFTER and not self.deaf
        zones = {
            "terrace": {"device": DOOR, "reading": "closed" if heard else "unknown"},
            "smoke": {"device": SMOKE, "reading": "clear"},
        }
        devices = {
            "terrace_door": {"id": DOOR, "readings": {}, "heard_seconds": None},
            "kitchen_smoke": {"id": SMOKE, "readings": {}, "heard_seconds": 1.0},
        }
        drivers = {"zwave": {"found": True}}
        areas: Mapping[str, Any] = {}
        return {
            "boottime_offset_us": 0,
            "areas": areas,
            "zones": zones,
            "devices": devices,
            "drivers": drivers,
        }

    async def act(self, do: str, device: str, **_: object) -> int:
        self.acts.append((do, device))
        self.story.see(self.state())
        return 1

    async def ask(self, do: str, **_: object) -> Mapping[str, object]:
        self.asked.append(do)
        return {}


@pytest.fixture(autouse=True)
def haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plays, "WAKING_SECONDS", 0.0)


def stage(house: House) -> Stage:
    return Stage(cast("VirtualHouse", house), house.story, "4711")


async def test_sleepers_are_woken_until_the_hub_has_heard_them() -> None:
    house = House()

    await plays.arm(stage(house))

    assert house.acts == [("check_in", "terrace_door")] * HEARD_AFTER
    assert house.asked == ["arm"]
    assert any("wake up" in line.text for line in house.story.lines)


async def test_a_hub_that_hears_nobody_is_not_waited_for_without_end() -> None:
    house = House(deaf=True)

    with pytest.raises(StageError, match="does not hear"):
        await plays.arm(stage(house))

    assert len(house.acts) == plays.WAKINGS
    assert house.asked == []


async def test_with_the_stick_out_the_hub_says_why_it_cannot_be_armed() -> None:
    house = House(deaf=True)
    there = stage(house)
    there.unplugged = True

    await plays.arm(there)

    assert house.asked == ["arm"]
    assert house.acts == []
