"""The processes below a process, and what is done to one of them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.play import family
from tests.waiting import until

SLEEPER = "import time; time.sleep(60)"
PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {SLEEPER!r}])
print(child.pid, flush=True)
time.sleep(60)  # and never asks how its child ended
"""
PROGRAM = Path(sys.executable).resolve().name


@contextmanager
def parent() -> Iterator[tuple[int, int]]:
    """Run a process with a child; give both ids. The child is ended by its own end."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        try:
            yield process.pid, child
        finally:
            for pid in (child, process.pid):
                if family.is_alive(pid):
                    os.kill(pid, 9)


async def test_a_killed_grandchild_is_gone_when_that_is_over() -> None:
    with parent() as (pid, child):
        assert family.programs_below(os.getpid(), PROGRAM) == sorted((pid, child))
        assert family.programs_below(pid, PROGRAM) == [child]
        assert family.programs_below(pid, "node") == []
        assert family.programs_below(child, PROGRAM) == []

        await family.signal(child, "kill")

        assert not family.is_alive(child)


def test_who_runs_a_module_below_a_process_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "sleeper_module.py").write_text(SLEEPER)
    words = [sys.executable, "-m", "sleeper_module"]
    with subprocess.Popen(words, cwd=tmp_path) as process:
        try:
            assert family.modules_below(os.getpid(), "sleeper_module") == [process.pid]
            assert family.modules_below(os.getpid(), "sleeper") == []
            assert family.modules_below(process.pid, "sleeper_module") == []
        finally:
            process.kill()


async def test_a_hung_process_lives_and_goes_on_when_it_may() -> None:
    def state() -> str:
        return (family.PROC / str(child) / "stat").read_text().rpartition(") ")[2][0]

    with parent() as (_, child):
        await family.signal(child, "hang")
        await until(lambda: state() == "T")
        assert family.is_alive(child)

        await family.signal(child, "resume")
        await until(lambda: state() != "T")


async def test_a_signal_to_nobody_is_no_fault() -> None:
    with parent() as (_, child):
        await family.signal(child, "kill")
        await family.signal(child, "hang")

    assert not family.is_alive(child)


def test_who_is_gone_has_no_family() -> None:
    with parent() as (pid, _):
        pass

    assert family.programs_below(pid, PROGRAM) == []
    assert not family.is_alive(pid)


@pytest.mark.parametrize("pid", [0, 2**22 + 1])
def test_no_process_is_not_alive(pid: int) -> None:
    assert not family.is_alive(pid)
