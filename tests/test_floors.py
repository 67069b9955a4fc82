"""Each floor of the house is seen to fail when it is broken on purpose."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PARTS = ("gateway", "drivers", "rules", "simulator")

BREAKS = {
    "The floors of the house": ("drivers/zigbee/settings.py", "import gateway.house"),
    "The floors of the house ": ("drivers/zigbee/settings.py", "import rules.site"),
    "The floors of the house  ": ("gateway/journal/rows.py", "import gateway.house"),
    "Rules touch no I/O and read no clock": ("rules/zones.py", "import time"),
    "Rules touch no I/O and read no clock ": ("gateway/model/device.py", "import sqlite3"),
    "The waist knows nothing of the house": ("gateway/model/device.py", "import rules.site"),
    "The simulator owes nothing to what it faces": (
        "simulator/zigbee/zcl.py",
        "import zigpy.types",
    ),
    "The simulator owes nothing to what it faces ": (
        "simulator/zigbee/zcl.py",
        "import rules.site",
    ),
    "Only the command line starts the simulator": ("gateway/app.py", "import simulator.play"),
    "No circles": ("rules/site.py", "import rules.engine"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a copy of the house to break."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "tests").mkdir()
    (folder / "tests" / "__init__.py").touch()
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    yield folder
    shutil.rmtree(folder)


def contracts(folder: Path) -> str:
    """Check the contracts of the house in a folder."""
    program = (
        "import sys; sys.path.insert(0, ''); "
        "from importlinter.cli import lint_imports_command as run; run()"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_the_house_as_it_stands_keeps_every_floor(copy: Path) -> None:
    assert "0 broken" in contracts(copy)


@pytest.mark.parametrize("name", BREAKS)
def test_a_floor_that_is_broken_is_seen(copy: Path, name: str) -> None:
    file, line = BREAKS[name]
    whole = (copy / file).read_text("utf-8")
    (copy / file).write_text(f"{whole}\n{line}\n", "utf-8")
    try:
        assert f"{name.strip()} BROKEN" in contracts(copy)
    finally:
        (copy / file).write_text(whole, "utf-8")
