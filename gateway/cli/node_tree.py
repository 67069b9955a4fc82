"""The Node packages that Z-Wave needs beside Python: fetched with progress, where they are not."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from gateway.cli.output import Problem, emit
from gateway.cli.terminal import Paper

EXTRA = "Z-Wave is not installed: `pip install 'nightlatch[zwave]'` does it"

type Told = Callable[[int, int], None]


def fetch(tree: Path, node: Path | None, *, again: bool, as_json: bool) -> bool:
    """Fetch, unless all is there; tell whether anything was. Raises Problem."""
    from drivers.zwave.install import InstallFailed, is_installed  # noqa: PLC0415 - only for this
    from drivers.zwave.install import install as run_npm  # noqa: PLC0415 - same
    from drivers.zwave.node_home import NoHome  # noqa: PLC0415 - same

    if is_installed(tree) and not again:
        return False
    try:
        if as_json:
            run_npm(tree, node, _as_lines())
        else:
            with _bar() as bar:
                task = bar.add_task("fetching the Z-Wave server", total=None)
                run_npm(tree, node, lambda here, many: bar.update(task, completed=here, total=many))
    except (InstallFailed, NoHome) as wrong:
        raise Problem(str(wrong)) from None
    return True


def for_virtual_houses(*, as_json: bool) -> Path | None:
    """Give the folder of the packages that virtual houses share, and fetch them the first time.

    None in a checkout: there they lie where everybody looks. Raises Problem.
    """
    from drivers.zwave.install import is_installed  # noqa: PLC0415 - only for this
    from drivers.zwave.node_home import PINS  # noqa: PLC0415 - same

    if find_spec("zwave_js_server") is None:
        raise Problem(EXTRA)
    if is_installed(PINS):
        return None
    tree = _cache() / "zwave-node"
    if not is_installed(tree):
        typer.echo(f"The Z-Wave server (98 MB) is fetched once, into {tree}.", err=True)
        fetch(tree, None, again=False, as_json=as_json)
    return tree


def _cache() -> Path:
    """Name our folder for what can be fetched again, as the XDG base directories have it."""
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".cache") / "nightlatch"


def _bar() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(*columns, console=Paper(wide=True))


def _as_lines() -> Told:
    """Give progress as JSON, a line for every tenth."""
    told = -1

    def say(here: int, many: int) -> None:
        nonlocal told
        if (tenth := 10 * here // many) > told:
            told = tenth
            emit({"packages": here, "of": many})

    return say
