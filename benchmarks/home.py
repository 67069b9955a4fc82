"""The virtual house of the benchmarks, paired once and copied for each run."""

import asyncio
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from gateway.cli.hub_command import hub_command
from simulator.play import VirtualHouse, open_home
from simulator.play.line import Message

HOUSE = Path(__file__).parent / "house.toml"
CODE = "4711"
CONTACTS = tuple(f"window_{number}" for number in range(4))
SIREN_SECONDS = 10.0


@dataclass(slots=True)
class Witness:
    """Sees what happens on the air, and counts what the hub wrote down."""

    sounded_ns: int = 0
    sounding: asyncio.Event = field(default_factory=asyncio.Event)
    quiet: asyncio.Event = field(default_factory=asyncio.Event)
    traffic_lost: int = 0
    entries: Counter[str] = field(default_factory=Counter[str])

    def happened(self, message: Message) -> None:
        """Take a happening on the air."""
        match message:
            case {"happening": "siren", "sounding": True}:
                self.sounded_ns = self.sounded_ns or int(message["at_ns"])
                self.sounding.set()
            case {"happening": "siren"}:
                self.quiet.set()
            case {"happening": "traffic"}:
                self.traffic_lost += int(message["lost"])
            case _:
                pass

    def entered(self, message: Message) -> None:
        """Take a journal entry."""
        event = message["event"]
        self.entries[str(event.get("reading", event["is"])).partition(":")[0]] += 1

    def forget_siren(self) -> None:
        """Get ready for the next alarm."""
        self.sounded_ns = 0
        self.sounding.clear()
        self.quiet.clear()


class Bench:
    """What the parts share: a paired house to copy, and a line of progress."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="nightlatch-"))
        self._prepared: Path | None = None
        self._began = time.perf_counter()

    async def house(self, witness: Witness, *, fresh: bool = False) -> VirtualHouse:
        """Give a house to enter with `async with`. A fresh one is not paired before."""
        return VirtualHouse(
            open_home(HOUSE),
            hub_command=hub_command,
            prepared=None if fresh else await self._paired(),
            happened=witness.happened,
            entered=witness.entered,
        )

    async def _paired(self) -> Path:
        if self._prepared is None:
            self.say("pairing the house of the benchmarks")
            work = self._folder / "house"
            async with VirtualHouse(open_home(HOUSE), hub_command=hub_command, work=work):
                pass
            self._prepared = work
        return self._prepared

    def say(self, text: str) -> None:
        """Tell how far it is."""
        elapsed = time.perf_counter() - self._began
        print(f"{elapsed:6.1f} s  {text}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Remove what was only for these runs."""
        shutil.rmtree(self._folder, ignore_errors=True)
