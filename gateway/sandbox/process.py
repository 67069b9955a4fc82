"""One confined process: fed, listened to as far as is bearable, and ended with all it started."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gateway
from gateway.sandbox.bounds import ENVIRONMENT, OUTPUT_BYTES_MAX

GIVE_UP_SECONDS = 10

_ROOT = str(Path(gateway.__file__).parent.parent)
# Isolated and without site packages: only the standard library and this package are loaded.
_START = (
    "import sys; sys.path.append(sys.argv.pop(1)); from gateway.sandbox.child import main; main()"
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended. What is longer than the bound was cut, and the program ended for it."""

    status: int
    said: bytes
    complained: bytes


def command(program: str, arguments: tuple[str, ...], memory_bytes: int, seconds: int) -> list[str]:
    """Give what starts a program, confined, as a child of this process."""
    bounds = str(os.getpid()), str(memory_bytes), str(seconds)
    return [sys.executable, "-I", "-S", "-B", "-c", _START, _ROOT, *bounds, program, *arguments]


async def converse(line: list[str], given: bytes) -> Ended:
    """Run a program to its end; when this is cancelled, nothing of it is left. Raises OSError."""
    process = await asyncio.create_subprocess_exec(
        *line,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=ENVIRONMENT,
        start_new_session=True,
    )
    try:
        said, complained, _ = await asyncio.gather(
            _hear(process.stdout, lambda: _end(process)),
            _hear(process.stderr, lambda: _end(process)),
            _tell(process.stdin, given),
        )
        await process.wait()  # its pipes may be shut before it is gone
    finally:
        _end(process)
        # What is still in the pipes is let go. Should the kernel not end it, nobody waits for that.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GIVE_UP_SECONDS):
                await process.communicate()
    return Ended(process.returncode or 0, said, complained)


async def _hear(stream: asyncio.StreamReader | None, enough: Callable[[], None]) -> bytes:
    """Read to the end, or to the first byte too many."""
    assert stream is not None  # noqa: S101  # we asked for a pipe
    heard = bytearray()
    while len(heard) <= OUTPUT_BYTES_MAX and (more := await stream.read(OUTPUT_BYTES_MAX)):
        heard += more
    if len(heard) > OUTPUT_BYTES_MAX:
        enough()
    return bytes(heard)


async def _tell(stream: asyncio.StreamWriter | None, given: bytes) -> None:
    """Write all, whether or not anybody reads it."""
    assert stream is not None  # noqa: S101  # we asked for a pipe
    with contextlib.suppress(ConnectionError):
        stream.write(given)
        await stream.drain()
    stream.close()
    with contextlib.suppress(ConnectionError):
        await stream.wait_closed()


def _end(process: Process) -> None:
    """End the child and its group. What left the group ends with the child's own world."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
