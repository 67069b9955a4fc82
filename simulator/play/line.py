"""JSON lines over a Unix socket: ask, be answered by number, and be told what comes unasked.

LineError
├── LineLost     the other side is not there, or went away meanwhile
├── LineSilent   it is there and did not answer in time
└── Refused      it answered, and the answer was no
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

type Message = Mapping[str, Any]
type Told = Callable[[Message], None]
"""Takes a message that came unasked. Must not wait: the answers come over the same line."""

ANSWER_SECONDS = 10.0
LINE_BYTES = 4 * 1024 * 1024
QUESTIONS = 256  # outstanding at once


class LineError(Exception):
    """A question came to nothing. The text is a sentence."""


class LineLost(LineError):
    """Nobody is at the other end."""


class LineSilent(LineError):
    """Somebody is at the other end and says nothing."""


class Refused(LineError):
    """The answer was no, for the reason in the text."""


class Line:
    """One connection. Made by `Line.open`; ends with `close`, or when the other side ends it."""

    def __init__(
        self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told
    ) -> None:
        self._name = name
        self._writer = writer
        self._told = told
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Message]] = {}
        self._broken: Exception | None = None
        self._reading = asyncio.create_task(self._read(reader), name=f"reads {name}")

    @classmethod
    async def open(cls, path: Path, told: Told = lambda _: None) -> "Line":
        """Connect, or raise LineLost."""
        try:
            reader, writer = await asyncio.open_unix_connection(path, limit=LINE_BYTES)
        except OSError as error:
            raise LineLost(f"nobody answers on {path}: {error.strerror}") from error
        return cls(path.name, reader, writer, told)

    @property
    def is_open(self) -> bool:
        """Whether the other side is still there, as far as we heard."""
        return not self._reading.done()

    async def ask(
        self, do: str, *, answer_within: float = ANSWER_SECONDS, **fields: object
    ) -> Message:
        """Ask, and give the answer; raise a LineError where there is none, or a no."""
        self._check_usable()
        self._number += 1
        number = self._number
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(json.dumps({"id": number, "do": do, **fields}).encode() + b"\n")
            async with asyncio.timeout(answer_within):
                reply: Message = await answer
        except TimeoutError:
            raise LineSilent(
                f"{self._name}: no answer to {do!r} within {answer_within:g} s"
            ) from None
        finally:
            del self._waiting[number]
        if reply.get("ok") is not True:
            raise Refused(str(reply.get("error", f"{do} was refused, and no reason was given")))
        return reply

    async def close(self) -> None:
        """Hang up. Harmless when it was done already."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    def _check_usable(self) -> None:
        if self._broken is not None:
            raise self._broken
        if not self.is_open:
            raise LineLost(f"{self._name} hung up")
        if len(self._waiting) >= QUESTIONS:
            raise LineSilent(f"{self._name}: {QUESTIONS} questions are without an answer already")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while raw := await reader.readline():
                self._take(_decode(raw))
        except LineLost as error:
            self._broken = error
        except (OSError, ValueError) as error:  # ValueError: a line without an end
            self._broken = LineLost(f"{self._name} hung up: {error}")
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(self._broken or LineLost(f"{self._name} hung up"))

    def _take(self, message: Message) -> None:
        answer = self._waiting.get(message.get("id", 0))
        if answer is None:
            if "id" not in message:  # with one: an answer that nobody waits for any more
                self._told(message)
        elif not answer.done():
            answer.set_result(message)


def _decode(raw: bytes) -> Message:
    try:
        message = json.loads(raw)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise LineLost(f"a JSON object was expected, found {raw[:80]!r}")
    return message
