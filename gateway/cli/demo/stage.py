"""The stage: the virtual house, what can be done to it, and somebody who keeps looking at it."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from gateway.cli.demo.story import Kind, Story
from gateway.cli.shapes import Area, State
from simulator.play.house import Radio
from simulator.play.line import LineError
from simulator.play.process import ProcessEnded
from simulator.play.recorder import boottime_ns
from simulator.play.virtual import VirtualHouse

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 60.0  # no phase of the virtual home lasts longer


class StageError(Exception):
    """The play cannot go on. A sentence."""


class Stage:
    """Acts in the house, asks its hub, and writes into the story."""

    def __init__(self, house: VirtualHouse, story: Story, code: str) -> None:
        self.house = house
        self.story = story
        self.code = code
        self.unplugged = False
        self.capped = False  # the yard's camera
        self._looked = asyncio.Event()

    async def look(self) -> None:
        """Keep asking how the hub stands, until cancelled."""
        while True:
            self.story.see(await self._state())
            self._looked.set()
            await asyncio.sleep(LOOK_SECONDS)

    def open(self) -> None:
        """The house is built: what happens from now on is the play."""
        self.story.ready_ns = boottime_ns()

    def those_of(self, *devices: str) -> list[str]:
        """Give those of these devices that the home has."""
        return [device for device in devices if device in self.house.home.devices]

    def say(self, text: str) -> None:
        """Tell the onlooker what is played."""
        self.story.add(Kind.STAGE, text, boottime_ns())

    @property
    def cameras(self) -> list[str]:
        """Name the home's cameras."""
        return [name for name, one in self.house.home.devices.items() if one.radio is Radio.CAMERA]

    async def act(self, do: str, device: str, *, cause: bool = False, **fields: str) -> None:
        """Have something happen at the far side, perhaps as the cause of an alarm."""
        with self.story.acting():
            at_ns = await self.house.far.act(do, device, radio=None, **fields)
            self.story.acted(device, at_ns, cause=cause)

    async def ask(self, do: str, **fields: object) -> dict[str, Any] | None:
        """Ask the hub; None, and a line in the story, where it says no."""
        try:
            return dict(await self.house.hub.ask(do, **fields))
        except (LineError, ProcessEnded) as error:
            self.story.add(Kind.HUB, f"no: {error}", boottime_ns())
            return None

    async def until(self, wanted: Callable[[Area], bool], what: str) -> None:
        """Wait until one area is as wanted."""
        await self.until_seen(lambda: any(wanted(area) for area in self._areas()), what)

    async def until_seen(self, seen: Callable[[], bool], what: str) -> None:
        """Wait until something was seen."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not seen():
                    self._looked.clear()
                    await self._looked.wait()
        except TimeoutError:
            raise StageError(f"{what} did not come within {PATIENCE_SECONDS:g} s") from None

    def phase(self) -> str:
        """Give where the (first) area stands; "" while no hub answers."""
        return next((area["phase"] for area in self._areas()), "")

    def unknown(self) -> list[str]:
        """Name the devices of zones of which the hub does not know how they stand."""
        state = self.story.state
        if state is None:
            return []
        ids = {zone["device"] for zone in state["zones"].values() if zone["reading"] == "unknown"}
        return [name for name, device in state["devices"].items() if device["id"] in ids]

    def _areas(self) -> list[Area]:
        return list(self.story.state["areas"].values()) if self.story.state else []

    async def _state(self) -> State | None:
        try:
            return cast("State", await self.house.hub.state())
        except (LineError, ProcessEnded):
            return None
