"""The server as a child process: fed, listened to, and ended."""

import asyncio
import contextlib
import json
import logging
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

LINE_BYTES_MAX = 1 << 18
LINES_MAX = 100  # for the log, in each LINES_SECONDS
LINES_SECONDS = 60.0
SHOWN_MAX = 300  # characters of a line
GIVE_UP_SECONDS = 10.0

_LAUNCH = (sys.executable, "-I", "-S", "-B", str(Path(__file__).parent / "launch.py"))
# Nothing of ours: variables switch parts of zwave-js on and off.
_ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "NODE_ENV": "production"}
# A PIN has four digits or more, a DSK groups of five, a key is hexadecimal. What follows these
# words is none of them: the number of an error, and a speed.
_SECRET = re.compile(
    r"(?P<known>\bZW\d{4}\b|\bbaud rate of \d+)|\d{4,}|\b[0-9a-f]{8,}\b", re.IGNORECASE
)
_FRAME = re.compile(r"\s+at (?:async )?(?:\S+ (?:\[.*\] )?\(|file:|node:)")
_STAMP = re.compile(r"^(?:\d[\dT:.Z-]*\s+)+")

type Explain = Callable[[str], str]
"""Makes a sentence for people of what the server complained of."""


class Child:
    """One server process, and what it says."""

    def __init__(self, process: Process, explain: Explain) -> None:
        self._process = process
        self._explain = explain
        self._failed = ""
        self._in_trace = False
        self._lines = _Measure()
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[int] = loop.create_future()
        self.ended: asyncio.Future[str] = loop.create_future()
        self._listening = loop.create_task(self._listen())

    async def tell(self, wish: Mapping[str, Any]) -> None:
        """Say what it is to do. stdin stays open: its end would be the child's."""
        assert self._process.stdin is not None  # noqa: S101  # we asked for a pipe
        with contextlib.suppress(ConnectionError):  # it is gone: `ended` says why
            self._process.stdin.write(json.dumps(wish).encode() + b"\n")
            await self._process.stdin.drain()

    async def end(self, seconds: float) -> None:
        """Have it end by itself within a bound, else by force; also when we are cancelled."""
        try:
            self._signal(signal.SIGTERM)
            await asyncio.wait((self.ended,), timeout=seconds)
        finally:
            if not self.ended.done():
                log.warning("the Z-Wave server did not end within %g s and is killed", seconds)
                self._signal(signal.SIGKILL)
            # Should the kernel not end it, nobody waits for that.
            await asyncio.wait((self._listening,), timeout=GIVE_UP_SECONDS)
            self._listening.cancel()

    def kill(self) -> None:
        """End it by force, now: it hangs, and would hear nothing else."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._process.returncode is None:
                self._process.send_signal(number)

    async def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None  # noqa: S101  # we asked for a pipe
        while True:
            try:
                line = await stream.readline()
            except ValueError:  # longer than any of ours: it is let go
                continue
            if not line:
                break
            self._hear(line.decode(errors="replace").rstrip())
        self.ended.set_result(self._why(await self._process.wait()))

    def _hear(self, line: str) -> None:
        match _said(line):
            case {"ready": int(port)} if not self.ready.done():
                self.ready.set_result(port)
            case {"failed": str(why)}:
                self._failed = self._failed or why.strip().partition("\n")[0]
            case _ if line and not self._is_of_trace(line):
                if self._lines.allow(asyncio.get_running_loop().time()):
                    log.warning("Z-Wave server: %s", redacted(line.strip()))

    def _is_of_trace(self, line: str) -> bool:
        """Tell whether a line says where in the program something happened: that is no news.

        What goes on from the line before is indented.
        """
        self._in_trace = line[0].isspace() and (self._in_trace or _FRAME.match(line) is not None)
        return self._in_trace

    def _why(self, status: int) -> str:
        if self._failed:
            return self._explain(redacted(self._failed))
        if status < 0:
            return f"the Z-Wave server was ended by signal {-status}"
        return f"the Z-Wave server ended with status {status}"


@contextlib.asynccontextmanager
async def started(
    line: list[str], held: tuple[int, ...], explain: Explain, end_seconds: float
) -> AsyncIterator[Child]:
    """Give a running child, which keeps some files of ours open; end it, always. Raises OSError."""
    process = await asyncio.create_subprocess_exec(
        *_LAUNCH,
        str(os.getpid()),
        *line,
        stdin=PIPE,
        stdout=PIPE,
        stderr=STDOUT,
        cwd="/",
        env=_ENVIRONMENT,
        limit=LINE_BYTES_MAX,
        pass_fds=held,
        start_new_session=True,  # Ctrl-C is for the hub, which ends it
    )
    child = Child(process, explain)
    try:
        yield child
    finally:
        await child.end(end_seconds)


def redacted(line: str) -> str:
    """Give a line as it may stand in a log: cut, without its time, and without any code or key."""
    hidden = _SECRET.sub(lambda found: found["known"] or "****", _STAMP.sub("", line))
    return "".join(sign if sign.isprintable() else " " for sign in hidden)[:SHOWN_MAX]


def _said(line: str) -> object:
    try:
        return json.loads(line) if line.startswith("{") else None
    except ValueError:
        return None


class _Measure:
    """How much of what the server says is logged: a server that complains all day fills no disk."""

    def __init__(self) -> None:
        self._since = 0.0
        self._count = 0

    def allow(self, now: float) -> bool:
        """Tell whether one more line may be logged."""
        if now - self._since >= LINES_SECONDS:
            if (left_out := self._count - LINES_MAX) > 0:
                log.warning("Z-Wave server: %d more lines", left_out)
            self._since, self._count = now, 0
        self._count += 1
        return self._count <= LINES_MAX
