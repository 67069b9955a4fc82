"""One break-in whose hub is killed at a given moment, and what must hold after its restart."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile
from typing import Any

from gateway.cli.hub_command import hub_command
from gateway.config import load
from gateway.journal.journal import entries
from gateway.journal.verify import verify
from rules import engine
from rules.state import Phase
from simulator.play.house import HOUSES, open_home
from simulator.play.virtual import VirtualHouse
from tests.waiting import until, until_async

CODE = "4711"
ENTRY_SECONDS = 1.0
SLACK_SECONDS = 1.5
"""Of a busy machine with two cores; the delays themselves are judged by the scenarios."""
LATE_SECONDS = 10.0
NANO = 1e-9


def quick_home(folder: Path) -> Path:
    """Write the virtual home with a short entry delay; give its house file."""
    copyfile(HOUSES / "home.toml", folder / "home.toml")
    hub = (HOUSES / "home.hub.toml").read_text("utf-8")
    quick = hub.replace('entry_delay = "3s"', f'entry_delay = "{ENTRY_SECONDS:g}s"')
    (folder / "home.hub.toml").write_text(quick, "utf-8")
    return folder / "home.toml"


@dataclass
class Burglary:
    """The house of the crime, used again for each break-in."""

    house: VirtualHouse
    seen: list[Mapping[str, Any]] = field(default_factory=list)
    asked: float = 0.0  # when the unlocking was asked for; all three on CLOCK_BOOTTIME
    opened: float = 0.0  # when the door opened
    up: float = 0.0  # when the hub was back

    async def calm(self) -> None:
        """Lock the front door, close what is open, be quiet and disarmed."""
        await self.house.far.act("close", "front_door")
        await self.house.far.act("turn", "front_lock", to="locked", slot=0)
        await self.house.hub.ask("disarm", code=CODE)
        # A hub that is back asks every device anew; until all have answered nothing can be armed.
        await self._wait(lambda s: not s["areas"]["house"]["blockers"]["home"])
        await self._wait(lambda s: s["areas"]["house"]["phase"] == "disarmed")
        self.seen.clear()

    async def break_in(self, kill_after: float, *, unlock: bool) -> None:
        """Arm, open the door, kill the hub that long after the arming began; start it again."""
        await self.house.hub.ask("arm", mode="home")
        story = asyncio.create_task(self._open_door())
        await asyncio.sleep(kill_after)  # the moment is the experiment: it is drawn, not waited for
        asked = self._now()
        if unlock:
            asking = self.house.hub.ask("command", device="front_lock", command="unlock", code=CODE)
            request = asyncio.create_task(asking)
            await asyncio.sleep(0.03)  # about when the code was checked and the order is under way
            await self.house.hub.kill()
            await asyncio.gather(request, return_exceptions=True)
        else:
            await self.house.hub.kill()
        opened = await story
        await self.house.hub.start()
        self.asked, self.opened, self.up = asked, opened, self._now()

    async def _open_door(self) -> float:
        await asyncio.sleep(0.3)
        await self.house.far.act("open", "front_door")
        return self._now()

    async def must_sound(self) -> None:
        """Wait for the siren; it must come in time, whenever the hub died."""
        latest = max(self.opened, self.up) + ENTRY_SECONDS + SLACK_SECONDS
        await until(lambda: self._sounding() is not None, bound=max(0.1, latest - self._now()))
        await self._wait(lambda s: s["areas"]["house"]["phase"] == "alarm")

    async def state_is_what_the_journal_says(self) -> None:
        """Fold the journal from its first entry; compare with what the hub says it is."""
        said = await self.house.hub.state()
        folder = self.house.work / "state"
        await until(lambda: _last_number(folder) >= said["entry"])
        site = load(self.house.config).site()
        state = engine.initial(site)
        for entry in entries(folder):
            if entry.number <= said["entry"]:
                state, _ = engine.step(site, state, entry.event, entry.at)
        area, shown = state.areas["house"], said["areas"]["house"]
        assert (area.phase, area.mode) == (Phase(shown["phase"]), shown["mode"])
        assert area.deadline == shown["deadline_us"]
        assert sorted(area.bypassed) == shown["bypassed"]

    def no_unlock_came_late(self) -> None:
        """Look what the lock did: at most one unlocking, and none long after it was asked."""
        unlocked = [
            h["at_ns"] * NANO
            for h in self.seen
            if h.get("happening") == "lock" and h.get("state") == "unlocked"
        ]
        assert len(unlocked) <= 1, f"unlocked {len(unlocked)} times"
        assert all(moment < self.asked + LATE_SECONDS for moment in unlocked)

    def journal_is_whole(self) -> None:
        """Verify the chain, as `nightlatch log verify` does."""
        found = verify(self.house.work / "state")
        assert found.ok, found.sentence

    def _sounding(self) -> object:
        return next((h for h in self.seen if h.get("sounding") is True), None)

    async def _wait(self, holds: Callable[[Mapping[str, Any]], bool]) -> None:
        await until_async(self.house.hub.state, holds)

    def _now(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)


def _last_number(folder: Path) -> int:
    return max((entry.number for entry in entries(folder)), default=0)


async def commit(tmp: Path, moments: list[tuple[float, bool]]) -> None:
    """Play a break-in for each (moment of the kill, whether a door is being unlocked)."""
    seen: list[Mapping[str, Any]] = []
    home = open_home(quick_home(tmp))
    async with VirtualHouse(
        home, hub_command=hub_command, work=tmp / "w", happened=seen.append
    ) as house:
        crime = Burglary(house, seen)
        for kill_after, unlock in moments:
            await crime.calm()
            await crime.break_in(kill_after, unlock=unlock)
            await crime.must_sound()
            await crime.state_is_what_the_journal_says()
            crime.no_unlock_came_late()
            crime.journal_is_whole()
