"""Fetches the pinned packages with npm, whole or not at all.

`python -m drivers.zwave.install` does it in a checkout, as `make setup` asks.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from drivers.zwave.cache import make_folders
from drivers.zwave.node_home import PINS, NoHome, check_tree, find_node, node_version, npm_script

type Progress = Callable[[int, int], None]
"""Told how many packages are here, of how many."""

_FILES = ("package.json", "package-lock.json")
# No scripts: the only one would look for a compiler, and what it would build comes ready-made.
_CI = ("ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=http")
_QUIET = {"npm_config_update_notifier": "false", "NO_COLOR": "1"}
_TARBALL = re.compile(r"\bnpm http (?:fetch|cache) .*\.tgz\b|\bnpm http cache ")
_COMPLAINTS_SHOWN = 3


class InstallFailed(Exception):
    """The packages could not be fetched. The message is a sentence."""


def is_installed(tree: Path) -> bool:
    """Tell whether every package is there, as pinned."""
    try:
        check_tree(tree)
    except NoHome:
        return False
    return True


def install(tree: Path, node: Path | None, progress: Progress) -> None:
    """Put the packages into a folder's node_modules. Raises InstallFailed, NoHome.

    They are made beside it and take its place when they are whole, so that a server that runs from
    it is not disturbed, and a broken line leaves what there was.
    """
    program = find_node(node)
    node_version(program)
    command = [str(program), str(npm_script(program)), *_CI]
    try:
        with _alone(tree):
            fresh = _beside(tree, "new")
            for name in _FILES:
                shutil.copyfile(PINS / name, fresh / name)
            _fetch(command, fresh, progress)
            _swap(tree, fresh)
    except OSError as error:
        raise InstallFailed(f"{error.filename or tree}: {error.strerror or error}") from error


@contextlib.contextmanager
def _alone(tree: Path) -> Iterator[None]:
    """Hold off a second installation into the same folder; leave nothing half-made."""
    make_folders(tree.parent)
    with (tree.parent / f".{tree.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InstallFailed("another installation is under way: wait for it") from None
        try:
            yield
        finally:
            for word in ("new", "old"):
                shutil.rmtree(_path(tree, word), ignore_errors=True)


def _path(tree: Path, word: str) -> Path:
    return tree.with_name(f".{tree.name}.{word}")


def _beside(tree: Path, word: str) -> Path:
    folder = _path(tree, word)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def _fetch(command: list[str], folder: Path, progress: Progress) -> None:
    many = len(json.loads((PINS / _FILES[1]).read_text())["packages"]) - 1
    complaints: list[str] = []
    here = 0
    progress(0, many)
    with subprocess.Popen(  # noqa: S603  # Node, npm and arguments of ours
        command,
        cwd=folder,
        env={**os.environ, **_QUIET},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as npm:
        for line in npm.stderr or ():
            if _TARBALL.search(line) and here < many:
                here += 1
                progress(here, many)
            elif line.startswith(("npm error", "npm ERR!")):
                complaints.append(re.sub(r"^npm (?:error|ERR!)\s*", "", line).strip())
    if npm.returncode != 0:
        said = "; ".join(filter(None, complaints[:_COMPLAINTS_SHOWN])) or "it said nothing"
        raise InstallFailed(f"npm could not fetch the Z-Wave server ({said}): try again")
    check_tree(folder)
    if here < many:
        progress(many, many)


def _swap(tree: Path, fresh: Path) -> None:
    """Put the new packages in the place of the old ones."""
    tree.mkdir(mode=0o700, exist_ok=True)
    if (packages := tree / "node_modules").exists():
        packages.rename(_beside(tree, "old") / "node_modules")
    (fresh / "node_modules").rename(packages)


def _show(here: int, many: int) -> None:
    """Draw one line that grows, or say only the end of it where nobody watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r  {here} of {many} packages" + ("\n" if here == many else ""))
    elif here == many:
        sys.stderr.write(f"  {many} packages\n")


def main() -> int:
    """Install into the checkout, unless all is there."""
    if is_installed(PINS):
        return 0
    sys.stderr.write("installing the Z-Wave server (about half a minute)\n")
    try:
        install(PINS, None, _show)
    except (InstallFailed, NoHome) as failed:
        sys.stderr.write(f"{failed}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
