"""Modules that wait to be read, each in a process of its own: an import cannot be undone."""

import subprocess
import sys
from pathlib import Path

HEAD = "import sys\nfrom drivers.zigbee.deferred import defer, _Unread\n"


def run(code: str, *, path: Path | None = None) -> str:
    """Run Python code, and give what it printed."""
    env = {"PYTHONPATH": f"{path or ''}:.", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_zigpy_does_not_read_what_it_needs_for_updates_only() -> None:
    """Fails when a new zigpy uses them for more: then 12 MB are lost, and nothing else."""
    code = """
import sys
from pathlib import Path
from drivers.zigbee import ZigbeeSettings
from drivers.zigbee.radio import ControllerApplication, configuration
ControllerApplication(configuration(ZigbeeSettings('/dev/null', 15, Path('/tmp/none.db'))))
print([type(sys.modules[name]).__name__ for name in ('aiohttp', 'jsonschema')])
"""

    assert run(code) == "['_Unread', '_Unread']"


def test_who_needs_them_has_the_real_ones() -> None:
    code = """
import drivers.zigbee, zigpy.ota.providers as providers
import aiohttp.web, jsonschema.validators
jsonschema.validate([1], {"type": "array"})
assert providers.aiohttp is aiohttp and providers.aiohttp.ClientSession.__mro__
print(aiohttp.web.Application.__name__, type(aiohttp).__name__, type(jsonschema).__name__)
"""

    assert run(code) == "Application module module"


def test_what_is_loaded_already_or_not_there_is_left_alone() -> None:
    code = HEAD + "import json\ndefer('json', 'no_such_module', 'no.such')\n"

    assert run(code + "print(type(json).__name__, 'no_such_module' in sys.modules)") == (
        "module False"
    )


def test_a_module_that_fails_says_so_each_time(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise ImportError('half installed')")
    code = (
        HEAD
        + """
defer('broken')
import broken
for _ in 1, 2:
    try:
        broken.anything
    except ImportError as error:
        print(error, 'broken' in sys.modules)
"""
    )

    assert run(code, path=tmp_path) == "half installed False\nhalf installed False"
