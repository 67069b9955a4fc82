"""The detection's process itself: begun, written to, read, bounded, and ended."""

import asyncio
import contextlib
import logging
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from gateway.codec import CodecError
from gateway.detection.hiding import hidden
from gateway.detection.wire import LINE_BYTES_MAX, Answer, Ask, line, read_answer

log = logging.getLogger("nightlatch.detection")

PART = "the detection"
SILENT = {"ORT_DISABLE_TELEMETRY": "1"}
"""What runs the models tells its maker of each start, unless this is set before it is loaded."""
END_SECONDS = 3.0
LINES_MAX = 100
"""Lines of its complaints that are logged in one life."""


class Lost(Exception):
    """This life of the process is over. The message is a sentence."""


class Hangs(Lost):
    """So it is, and it is not worth waiting for its end."""


class Child:
    """One life. For the event loop's thread."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None  # noqa: S101  # we asked for pipes
        assert process.stdout is not None  # noqa: S101
        assert process.stderr is not None  # noqa: S101
        self._process = process
        self._ask, self._answers, self._complaints = process.stdin, process.stdout, process.stderr

    def write(self, said: Ask) -> None:
        """Say something; never waits."""
        with contextlib.suppress(ConnectionError, RuntimeError):  # its end is told elsewhere
            self._ask.write(line(said))

    async def heard(self, seconds: float) -> Answer:
        """Give what it says next; raise Lost where that is not within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                heard = await self._answers.readline()
        except TimeoutError:
            raise Hangs(f"it said nothing for {seconds:g} s") from None
        except ValueError:
            raise Lost("it said more in one line than any of ours is long") from None
        if not heard:
            raise Lost(f"it ended{await self._how()}")
        try:
            return read_answer(heard)
        except CodecError as garbage:
            raise Lost(str(garbage)) from None

    async def log_complaints(self) -> None:
        """Log what it complains of, within a bound."""
        count = 0
        while True:
            try:
                said = await self._complaints.readline()
            except ValueError:  # longer than any of ours: it is let go
                continue
            if not said:
                return
            count += 1
            if count <= LINES_MAX:
                log.warning("%s: %s", PART, hidden(said.decode(errors="replace").strip()))

    def memory_bytes(self) -> int:
        """Give what it takes of the machine's memory (proc_pid_statm(5)); 0 where it is gone."""
        try:
            pages = int(Path(f"/proc/{self._process.pid}/statm").read_text("ascii").split()[1])
        except (OSError, IndexError, ValueError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE")

    async def end(self, hear: Callable[[Answer], None], *, hangs: bool) -> None:
        """Have it end: its stdin's end tells it to; `hear` is told its last words.

        What hangs is killed.
        """
        try:
            if not hangs:
                async with asyncio.timeout(END_SECONDS):
                    await self._end_well(hear)
        except TimeoutError:
            log.warning("%s did not end within %g s and is killed", PART, END_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                if self._process.returncode is None:
                    self._process.send_signal(signal.SIGKILL)
            await self._process.wait()

    async def _end_well(self, hear: Callable[[Answer], None]) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            self._ask.close()
        with contextlib.suppress(ValueError, CodecError):  # garbage is of no use any more
            while heard := await self._answers.readline():
                hear(read_answer(heard))
                await asyncio.sleep(0)
        await self._process.wait()

    async def _how(self) -> str:
        try:
            async with asyncio.timeout(END_SECONDS):
                status = await self._process.wait()
        except TimeoutError:  # it shut its mouth and goes on
            return ""
        return f" by signal {-status}" if status < 0 else f" with status {status}"


@contextlib.asynccontextmanager
async def started(
    program: Sequence[str],
    hear: Callable[[Answer], None],
) -> AsyncIterator[Child]:
    """Run the process; `hear` is told what it still says while it ends."""
    child = Child(
        await asyncio.create_subprocess_exec(
            *program,
            str(os.getpid()),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=os.environ | SILENT,
            limit=LINE_BYTES_MAX,
            start_new_session=True,  # Ctrl-C is for the hub, which ends it
        )
    )
    complaints = asyncio.create_task(child.log_complaints())
    hangs = False
    try:
        yield child
    except Hangs:
        hangs = True
        raise
    finally:
        await child.end(hear, hangs=hangs)
        complaints.cancel()
