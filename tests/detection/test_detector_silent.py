"""What runs the models tells nobody of it: it makes no name for this machine, and keeps nothing."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOADS = re.compile(r"^\s*(import|from) onnxruntime", re.MULTILINE)
PACKAGE = """
import importlib, os, sys
importlib.import_module(sys.argv[1])
assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
assert "onnxruntime" not in sys.modules
"""

LOOK = """
import numpy
from gateway.detection.detector.detector import Detector
from gateway.detection.plan import DetectorPlan
Detector.open(DetectorPlan()).find(numpy.zeros((360, 640, 3), numpy.uint8))
"""


def test_a_look_leaves_nothing_behind(tmp_path: Path) -> None:
    spared = ("CI", "ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")  # either would hide what it does
    kept = {name: value for name, value in os.environ.items() if name not in spared}
    homes = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}

    subprocess.run([sys.executable, "-c", LOOK], env={**kept, **homes}, check=True)

    assert [*tmp_path.rglob("*")] == []


def test_whoever_loads_it_is_of_a_package_that_switched_its_words_off_before() -> None:
    files = [path for top in ("gateway", "tools", "tests", "benchmarks") for path in found_in(top)]
    packages = {".".join(path.relative_to(ROOT).parent.parts) for path in files}
    kept = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}

    assert packages
    for package in packages:
        words = (sys.executable, "-c", PACKAGE, package)
        subprocess.run(words, cwd=ROOT, env=kept, check=True)


def found_in(top: str) -> list[Path]:
    """Give the files that load onnxruntime."""
    return [path for path in (ROOT / top).rglob("*.py") if LOADS.search(path.read_text("utf-8"))]
