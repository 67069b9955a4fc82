"""The processes that a process started, as Linux tells of them, and signals to one of them."""

import asyncio
import contextlib
import os
import signal as signals
from collections.abc import Mapping
from pathlib import Path

PROC = Path("/proc")
POLL_SECONDS = 0.01
GONE_SECONDS = 5.0
_SIGNALS: Mapping[str, signals.Signals] = {
    "kill": signals.SIGKILL,
    "hang": signals.SIGSTOP,
    "resume": signals.SIGCONT,
}


def programs_below(pid: int, program: str) -> list[int]:
    """Give the ids of the descendants of a process that run a program of this name."""
    parents = {child: parent for child, parent, _ in _processes()}
    running = {child for child, _, name in _processes() if name == program}
    return sorted(child for child in running if pid in _ancestors(child, parents))


def modules_below(pid: int, module: str) -> list[int]:
    """Give the ids of the descendants of a process that run `python -m` this module."""
    parents = {child: parent for child, parent, _ in _processes()}
    running = [child for child in parents if module in _command(PROC / str(child))]
    return sorted(child for child in running if pid in _ancestors(child, parents))


async def signal(pid: int, word: str) -> None:
    """Signal a process; a kill is waited for."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, _SIGNALS[word])
    if word == "kill":
        async with asyncio.timeout(GONE_SECONDS):
            while is_alive(pid):  # noqa: ASYNC110  # another's child can only be looked at
                await asyncio.sleep(POLL_SECONDS)


def is_alive(pid: int) -> bool:
    """Say whether a process runs: one that ended and was not asked about yet does not."""
    state = _stat(PROC / str(pid))
    return state is not None and state[1][0] not in "ZX"


def _ancestors(pid: int, parents: Mapping[int, int]) -> list[int]:
    found = []
    while (pid := parents.get(pid, 0)) and pid not in found:
        found.append(pid)
    return found


def _processes() -> list[tuple[int, int, str]]:
    """Give each process: its id, its parent's, and the name of its program."""
    found = []
    for folder in PROC.iterdir():
        stat = _stat(folder) if folder.name.isdecimal() else None
        if stat is not None:
            found.append((int(folder.name), int(stat[1][1]), _program(folder)))
    return found


def _program(folder: Path) -> str:
    """Name the file that a process runs; "" for another user's. Its own title may be anything."""
    try:
        return (folder / "exe").readlink().name
    except OSError:
        return ""


def _command(folder: Path) -> list[str]:
    """Give the words of a process's command line; none of one that is gone."""
    try:
        return (folder / "cmdline").read_text("utf-8", "replace").split("\0")
    except OSError:
        return []


def _stat(folder: Path) -> tuple[str, list[str]] | None:
    """Read a process's name and the fields behind it (proc(5)); None for one that is gone."""
    try:
        text = (folder / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    name, _, fields = text.partition("(")[2].rpartition(") ")
    return name, fields.split()
