"""Doubles of the stick's face, so that the air can be tried without a stick."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from simulator.zigbee.seams import ApsFrame, Join, Joiner, Nanoseconds
from simulator.zigbee.world import World
from tests.waiting import BOUND_SECONDS

HOME = Path(__file__).parents[2] / "simulator" / "houses" / "home.toml"


class Stick:
    """A coordinator that permits joining or not, and writes down what it hears."""

    def __init__(self) -> None:
        self.verdict = Join.ACCEPTED
        self.heard: list[ApsFrame] = []
        self.joiners: list[Joiner] = []
        self.gone: list[bytes] = []
        self._clock = 1_000

    def join(self, joiner: Joiner) -> tuple[Join, int]:
        self.joiners.append(joiner)
        if self.verdict is not Join.ACCEPTED:
            return self.verdict, 0
        return Join.ACCEPTED, joiner.rejoin_nwk or 0x1000 + len(self.joiners)

    def hear(
        self, source: int, frame: ApsFrame, *, broadcast: bool = False, lqi: int = 200
    ) -> Nanoseconds:
        assert source >= 0x1000
        assert lqi == 200
        assert broadcast == (frame.cluster == 0x0013)
        self.heard.append(frame)
        self._clock += 1
        return self._clock

    def leave(self, eui64: bytes, nwk: int) -> None:
        assert nwk >= 0x1000
        self.gone.append(eui64)


class Line:
    """A serial line that writes down its faults."""

    def __init__(self) -> None:
        self.done: list[object] = []

    def unplug(self) -> None:
        self.done.append("unplug")

    def plug(self) -> None:
        self.done.append("plug")

    def reset(self, code: int) -> None:
        self.done.append(("reset", code))

    def fault(self, **settings: float) -> None:
        self.done.append(settings)

    def jam(self, *, on: bool) -> None:
        self.done.append(("jam", on))

    def babble(self, count: int, seed: int) -> int:
        self.done.append(("babble", count, seed))
        return count

    def statistics(self) -> Mapping[str, int]:
        return {"resets": 0}


def house(folder: Path, *devices: str) -> Path:
    """Write a house of devices, each given as `kind name [more TOML]`."""
    text = '[stick]\neui64 = "00:12:4b:00:00:00:00:01"\n'
    for number, device in enumerate(devices, 1):
        kind, name, *more = device.split(" ", 2)
        text += f'\n[[device]]\nname = "{name}"\nkind = "{kind}"\nlatency_ms = 0\n'
        text += f'eui64 = "00:12:4b:00:1c:a1:00:{number:02x}"\n' + "".join(more) + "\n"
    path = folder / "house.toml"
    path.write_text(text)
    return path


class Scene:
    """A world above a double of the stick, and the host's side of a conversation with it."""

    def __init__(self, house_path: Path, state: Path | None = None) -> None:
        self.stick = Stick()
        self.line = Line()
        self.happened: list[dict[str, Any]] = []
        self.world = World(house_path, state, self.stick, self.line)
        self._sequence = 0
        self._at = 5_000

    def do(self, do: str, device: str | None = None, **fields: object) -> dict[str, Any]:
        """Ask as over the control socket."""
        request = {"id": 1, "do": do, **({"device": device} if device else {}), **fields}
        return self.ask(json.dumps(request).encode())

    def ask(self, line: bytes) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.world.control.answer(line, lambda: None))
        return answer

    def watch(self) -> None:
        """Collect what happens from now on."""
        self.world.listen(lambda told: self.happened.append(dict(told)))

    async def join(self, device: str) -> int:
        """Let a device join, and give its short address."""
        assert self.do("join", device)["ok"]
        await turn()
        nwk: int = self.do("state", device)["device"]["nwk"]
        return nwk

    async def send(
        self, nwk: int, cluster: int, payload: str, *, endpoint: int = 1, profile: int = 0x0104
    ) -> list[bytes]:
        """Send hex to a device; give the payloads of what it sent then."""
        mark = len(self.stick.heard)
        self._sequence = (self._sequence + 1) & 0xFF
        self._at += 1
        source = 1 if endpoint else 0
        data = bytes.fromhex(payload)
        frame = ApsFrame(profile, cluster, source, endpoint, self._sequence, data)
        assert await self.world.unicast(nwk, frame, self._at)
        await turn()
        return [frame.payload for frame in self.stick.heard[mark:]]

    async def zdo(self, nwk: int, cluster: int, payload: str) -> list[bytes]:
        return await self.send(nwk, cluster, payload, endpoint=0, profile=0)

    async def bind(self, nwk: int, device: str, cluster: int) -> None:
        """Bind a cluster of a device to the coordinator (Bind_req, destination mode 3)."""
        source = bytes.fromhex(self.do("state", device)["device"]["eui64"].replace(":", ""))[::-1]
        hub = bytes.fromhex("01000000004b1200")
        row = source + b"\x01" + cluster.to_bytes(2, "little") + b"\x03" + hub + b"\x01"
        assert await self.zdo(nwk, 0x0021, "07" + row.hex()) == [bytes((7, 0))]

    async def enrol(self, nwk: int, zone_id: int = 1) -> None:
        """Write the CIE address, and answer the enroll request."""
        await self.send(nwk, 0x0500, "10 01 02 1000 f0 01000000004b1200")
        await self.send(nwk, 0x0500, f"11 02 00 00 {zone_id:02x}")


async def turn() -> None:
    """Let the loop run what is due now."""
    for _ in range(3):
        await asyncio.sleep(0)


class Watcher:
    """A client of the control socket: asks, and collects happenings."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self.happened: list[dict[str, Any]] = []
        self._number = 0

    async def do(self, do: str, device: str | None = None, **fields: object) -> dict[str, Any]:
        self._number += 1
        request = {"id": self._number, "do": do, **fields}
        if device is not None:
            request["device"] = device
        return await self.ask(json.dumps(request).encode())

    async def ask(self, line: bytes) -> dict[str, Any]:
        self.writer.write(line + b"\n")
        while True:
            told = await self.next()
            if "happening" not in told:
                return told
            self.happened.append(told)

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(BOUND_SECONDS):
            line = await self._reader.readline()
        assert line, "the socket was closed"
        told: dict[str, Any] = json.loads(line)
        return told

    async def happening(self, what: str) -> dict[str, Any]:
        """Wait for the next happening of this name; take it out."""
        while True:
            for told in self.happened:
                if told["happening"] == what:
                    self.happened.remove(told)
                    return told
            self.happened.append(await self.next())


@asynccontextmanager
async def client(path: Path) -> AsyncIterator[Watcher]:
    reader, writer = await asyncio.open_unix_connection(path, limit=1 << 22)
    try:
        yield Watcher(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()
