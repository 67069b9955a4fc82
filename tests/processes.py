"""Processes as tests look for them. One may end at any moment: then it is simply not there."""

from collections.abc import Iterator
from pathlib import Path


def command_line(pid: int) -> str:
    """Give a process's command line, empty where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace")
    except OSError:
        return ""


def all_pids() -> Iterator[int]:
    """Give every process of the machine."""
    return (int(process.name) for process in Path("/proc").glob("[0-9]*"))


def children(parent: int) -> Iterator[int]:
    """Give the processes that a process started, whichever of its threads did."""
    for task in Path(f"/proc/{parent}/task").iterdir():
        try:
            yield from map(int, (task / "children").read_text("ascii").split())
        except OSError:  # the thread is gone
            continue
