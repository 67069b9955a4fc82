"""A simulated Z-Wave stick as a process, for tests that need no device on it."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HOUSE = '[zwave]\nhome_id = "e0f1a2b3"\n'


@contextlib.contextmanager
def stick(folder: Path) -> Iterator[str]:
    """Give the address of a stick; it ends with us."""
    (folder / "house.toml").write_text(HOUSE)
    line = [sys.executable, "-m", "simulator.zwave", "--listen", "tcp:0", "--follow-stdin"]
    line += ["--house", str(folder / "house.toml"), "--control", str(folder / "control.sock")]
    with subprocess.Popen(
        line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["port"]
        process.stdin.close()
