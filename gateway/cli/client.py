"""JSON lines over a Unix socket: how a command speaks to the hub, and to the simulated stick.

SocketTrouble
├── NobodyThere   nothing answers on the socket
├── HungUp        the other side went away meanwhile
├── NoAnswer      the other side is there and stays silent
└── Refused       it answered, and the answer was no
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Self

ANSWER_SECONDS = 10.0
LINE_BYTES = 4 * 1024 * 1024  # a state with a thousand devices fits many times over
PUSHES = 4096  # beyond that we stop reading, and the sender's own bound holds


class SocketTrouble(Exception):
    """A sentence for people."""


class NobodyThere(SocketTrouble):
    """Nothing answers on the socket."""


class HungUp(SocketTrouble):
    """The other side went away."""


class NoAnswer(SocketTrouble):
    """The other side is there, and stays silent."""


class Refused(SocketTrouble):
    """The answer was no."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__(str(answer.get("error", "refused, and no reason was given")))
        self.answer = answer


class LineClient:
    """Asks and is answered; what comes unasked waits in `pushes()`."""

    def __init__(self, path: Path, missing: str = "") -> None:
        self._path = path
        self._missing = missing or f"nobody answers on {path}"
        self._number = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._pushed: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(PUSHES)
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Connect."""
        try:
            reader, self._writer = await asyncio.open_unix_connection(self._path, limit=LINE_BYTES)
        except OSError as error:
            raise NobodyThere(self._missing) from error
        self._reading = asyncio.create_task(self._read(reader))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    async def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        """Ask and give the answer; fields that are None are left out."""
        self._number += 1
        number = self._number
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        given = {key: value for key, value in fields.items() if value is not None}
        try:
            await self._send({"id": number, "do": do, **given})
            async with asyncio.timeout(ANSWER_SECONDS):
                reply: dict[str, Any] = await answer
        except TimeoutError:
            raise NoAnswer(f"no answer to `{do}` within {ANSWER_SECONDS:g} s") from None
        finally:
            del self._waiting[number]
        if not reply.get("ok"):
            raise Refused(reply)
        return reply

    async def pushes(self) -> AsyncIterator[dict[str, Any]]:
        """Give what comes unasked, until the other side hangs up."""
        while (line := await self._pushed.get()) is not None:
            yield line

    async def _send(self, request: Mapping[str, object]) -> None:
        if self._writer is None or self._reading is None or self._reading.done():
            raise HungUp(f"{self._path.name} hung up")
        try:
            self._writer.write(json.dumps(request).encode() + b"\n")
            await self._writer.drain()
        except OSError as error:
            raise HungUp(f"{self._path.name} hung up: {error.strerror}") from error

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            with contextlib.suppress(OSError, ValueError):  # ValueError: a line without an end
                while raw := await reader.readline():
                    await self._take(json.loads(raw))
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(HungUp(f"{self._path.name} hung up"))
            if self._pushed.full():  # nobody listens: the last line gives way to the end
                self._pushed.get_nowait()
            self._pushed.put_nowait(None)

    async def _take(self, line: dict[str, Any]) -> None:
        if "id" not in line:
            await self._pushed.put(line)
            return
        waiting = self._waiting.get(line["id"])  # None: the answer came after we gave up
        if waiting is not None and not waiting.done():
            waiting.set_result(line)
