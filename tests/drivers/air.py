"""The far side of a driver: a simulator as a process, spoken to over its control socket."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

START_SECONDS = 30.0
ANSWER_SECONDS = 40.0  # a join with its whole interview, on a machine that is busy
END_SECONDS = 10.0


class AirError(Exception):
    """The simulator answered no."""


class Air:
    """A client of a simulator's control socket: one JSON object a line, both ways."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._number = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._news = asyncio.Event()
        self.happened: list[dict[str, Any]] = []

    async def do(self, what: str, **fields: Any) -> dict[str, Any]:
        """Ask for something and give the answer; AirError when it is no."""
        self._number += 1
        answer = asyncio.get_running_loop().create_future()
        self._waiting[self._number] = answer
        request = {"id": self._number, "do": what, **fields}
        self._writer.write(json.dumps(request).encode() + b"\n")
        async with asyncio.timeout(ANSWER_SECONDS):
            given: dict[str, Any] = await answer
        if not given["ok"]:
            raise AirError(given.get("error", "no"))
        return given

    async def happening(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Wait until something happened on the air; it may have happened already."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                for one in self.happened:
                    if one["happening"] == kind and fields.items() <= one.items():
                        return one
                self._news.clear()
                await self._news.wait()

    async def read(self) -> None:
        """Take in what the simulator says, until it hangs up."""
        async for line in self._reader:
            told = json.loads(line)
            if "happening" in told:
                self.happened.append(told)
                self._news.set()
            elif (waiting := self._waiting.pop(told["id"], None)) and not waiting.done():
                waiting.set_result(told)


@contextlib.asynccontextmanager
async def process(module: str, arguments: Sequence[str]) -> AsyncIterator[dict[str, Any]]:
    """Run a simulator; give the line with which it said that it is ready."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert running.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            line = await running.stdout.readline()
        assert line, f"{module} ended before it was ready"
        yield json.loads(line)
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.terminate()
        async with asyncio.timeout(END_SECONDS):
            await running.wait()


@contextlib.asynccontextmanager
async def control(socket: Path | str) -> AsyncIterator[Air]:
    """Connect to a control socket and watch what happens."""
    reader, writer = await asyncio.open_unix_connection(str(socket))
    air = Air(reader, writer)
    reading = asyncio.create_task(air.read())
    try:
        await air.do("watch")
        yield air
    finally:
        reading.cancel()
        await asyncio.wait((reading,))
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
