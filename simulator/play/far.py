"""The far side of a house: a stick for each of its radios, its cameras; each device by its own."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from simulator.play.far_side import Addresses, FarSide, Listen
from simulator.play.house import Home, Radio
from simulator.play.line import Message, Told


class Far:
    """The running sticks and cameras of a house."""

    def __init__(self, home: Home, sides: Mapping[Radio, FarSide]) -> None:
        self.sides = sides
        self._home = home

    @property
    def ports(self) -> Mapping[Radio, str]:
        """Where the hub finds each stick."""
        return {radio: self.sides[radio].port for radio in self._home.sticks}

    @property
    def cameras(self) -> Addresses:
        """Where the hub finds each camera; nothing in a house without any."""
        side = self.sides.get(Radio.CAMERA)
        return {} if side is None else side.addresses

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the sticks and the cameras."""
        return tuple(side.pid for side in self.sides.values())

    def side(self, radio: Radio | None = None) -> FarSide:
        """Give the stick of a radio; of none that is named, the first of the house."""
        return self.sides[radio] if radio else next(iter(self.sides.values()))

    async def act(
        self, do: str, device: str = "", *, radio: Radio | None = None, **fields: object
    ) -> int:
        """Have something happen; give when its bytes were on the wire, in ns (0: none were)."""
        return await self._side_of(device, radio).act(do, device, **fields)

    async def ask(self, do: str, *, radio: Radio | None = None, **fields: object) -> Message:
        """Ask a control socket; raise a LineError, or ProcessEnded where the stick has."""
        return await self._side_of(str(fields.get("device", "")), radio).ask(do, **fields)

    def check(self) -> None:
        """Raise ProcessEnded where a stick ended by itself."""
        for side in self.sides.values():
            side.check()

    def _side_of(self, device: str, radio: Radio | None) -> FarSide:
        resident = self._home.devices.get(device)
        return self.side(radio or (resident.radio if resident else None))


@contextlib.asynccontextmanager
async def far_of(  # noqa: PLR0913  # each is a wish of its own; all but two are named
    home: Home,
    work: Path,
    *,
    listen: Listen,
    ezsp: int,
    happened: Told,
    node_tree: Path | None = None,
) -> AsyncIterator[Far]:
    """Run the sticks and cameras of a house; raise ProcessEnded where one does not start."""
    sides: dict[Radio, FarSide] = {}
    async with contextlib.AsyncExitStack() as closing:
        for radio in home.radios:
            sides[radio] = await FarSide.start(
                home,
                work,
                listen=listen,
                ezsp=ezsp,
                happened=happened,
                radio=radio,
                node_tree=node_tree,
            )
            closing.push_async_callback(sides[radio].end)
        yield Far(home, sides)
