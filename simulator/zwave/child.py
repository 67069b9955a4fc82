"""The Node.js process in which the stick runs: asked in JSON lines, and asking back."""

import asyncio
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from simulator.request import CannotDo
from simulator.zwave.devices.part import Nanoseconds

SCRIPT = Path(__file__).parent / "node" / "stick.mjs"
LINE_BYTES = 1024 * 1024

type Told = Mapping[str, Any]


class StickEnded(Exception):
    """The stick's process ended by itself. The text is a sentence."""


class Ears(Protocol):
    """Who is told what happens on the stick."""

    def told(self, message: Told) -> None: ...
    def asked(self, message: Told) -> Told:
        """Answer the stick's question at once."""
        ...


class Child:
    """A running stick."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Told]] = {}

    @classmethod
    async def start(cls, node: Path, modules: Path, home_id: str) -> "Child":
        process = await asyncio.create_subprocess_exec(
            *(str(node), str(SCRIPT), str(modules), home_id),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_BYTES,
        )
        return cls(process)

    def ask(self, op: str, **wish: object) -> asyncio.Future[Told]:
        """Ask now; the answer comes later, as CannotDo where it is no."""
        self._number += 1
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting[self._number] = answer
        self._write({"id": self._number, "op": op, **wish})
        return answer

    async def read(self, ears: Ears) -> None:
        """Take in what it says; raise StickEnded when it ends."""
        assert self._process.stdout is not None  # noqa: S101 - it was started with one
        async for line in self._process.stdout:
            self._take(json.loads(line), ears)
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(CannotDo("the stick's process is gone"))
        code = await self._process.wait()
        raise StickEnded(f"the stick's Node.js process ended with code {code}")

    async def end(self) -> None:
        """End it; it does so itself when its stdin closes."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(2):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def _take(self, message: Told, ears: Ears) -> None:
        if "re" in message:
            answer = self._waiting.pop(message["re"], None)
            if answer is None or answer.done():
                return
            if message["ok"]:
                answer.set_result(message)
            else:
                answer.set_exception(CannotDo(message["error"]))
        elif "ask" in message:
            self._write({"to": message["ask"], **ears.asked(message)})
        else:
            ears.told(message)

    def _write(self, message: Told) -> None:
        if self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(json.dumps(message).encode() + b"\n")


def boottime(monotonic_ns: float) -> Nanoseconds:
    """Turn Node's clock (CLOCK_MONOTONIC) into ours; 0 stays "never"."""
    if not monotonic_ns:
        return 0
    asleep = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.clock_gettime_ns(
        time.CLOCK_MONOTONIC
    )
    return int(monotonic_ns) + asleep
