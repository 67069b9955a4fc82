"""A process we started: its log, its last words, and a sure end for it and all it started."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from simulator.play import leash

STOP_SECONDS = 5.0
HUNG_UP_SECONDS = 1.0  # between a dead line and the end of its process
TAIL_LINES = 15
TAIL_BYTES = 64 * 1024
OUTPUT_BYTES = 64 * 1024  # of one line on its standard output


class ProcessEnded(Exception):
    """A process we need ended by itself; the text has its last lines."""


class Process:
    """One child in a process group of its own. It ends at the latest when we do."""

    def __init__(self, name: str, child: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self.log = log
        self._child = child

    @classmethod
    async def start(
        cls, name: str, argv: Sequence[str], log: Path, *, talks: bool = False
    ) -> "Process":
        """Start it, its errors (and its output unless it `talks` to us) added to the log."""
        held = [sys.executable, "-S", "-E", leash.__file__, str(os.getpid()), *argv]
        with log.open("ab") as out:
            child = await asyncio.create_subprocess_exec(
                *held,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if talks else out,
                stderr=out,
                limit=OUTPUT_BYTES,
                start_new_session=True,
            )
        return cls(name, child, log)

    @property
    def pid(self) -> int:
        """Its id, which is its group's too."""
        return self._child.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended, as far as we heard."""
        return self._child.returncode is None

    async def line(self, seconds: float) -> str:
        """Give the next line it says, or raise ProcessEnded."""
        if self._child.stdout is None:
            raise ProcessEnded(f"{self.name} was not started to talk")
        try:
            async with asyncio.timeout(seconds):
                line = await self._child.stdout.readline()
        except TimeoutError:
            raise ProcessEnded(self.story(f"said nothing within {seconds:g} s")) from None
        if not line:
            await self._child.wait()
            raise ProcessEnded(self.story())
        return line.decode(errors="replace")

    def check(self) -> None:
        """Raise ProcessEnded where it ended."""
        if not self.is_running:
            raise ProcessEnded(self.story())

    async def hung_up(self) -> None:
        """Raise ProcessEnded where its line went dead because it did: that may show later."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HUNG_UP_SECONDS):
                await self._child.wait()
        self.check()

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()
        await self._child.wait()
        self._sweep()

    async def stop(self) -> None:
        """SIGTERM; SIGKILL when that was not enough."""
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                self._child.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._child.wait()
        except TimeoutError:
            await self.kill()
        self._sweep()

    def story(self, fate: str = "") -> str:
        """Say what became of it, with the last lines of its log."""
        fate = fate or f"ended with {_ending(self._child.returncode)}"
        lines = "\n".join(f"    {line}" for line in tail(self.log)) or "    (it wrote nothing)"
        return f"{self.name} {fate}; the last lines of {self.log.name}:\n{lines}"

    def _sweep(self) -> None:
        """End what it may have left behind in its group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def python(*arguments: object) -> list[str]:
    """Give the command that runs Python as we are run."""
    return [sys.executable, *map(str, arguments)]


def tail(log: Path) -> list[str]:
    """Give the last lines of a log; nothing where there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    return text.splitlines()[-TAIL_LINES:]


def _ending(code: int | None) -> str:
    if code is None:
        return "no code yet"
    return signal.Signals(-code).name if code < 0 else f"code {code}"
