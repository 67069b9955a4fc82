"""What the Z-Wave radio stands on: Node, its packages, the keys, the stick, the server."""

import asyncio
import json
import stat
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.zwave.keys import KeysUnusable, parsed
from drivers.zwave.node_home import NoHome, check_tree, find_node, find_tree, node_version, pinned
from gateway.cli.checking import Check, failed, well
from gateway.cli.ports import port_check

if TYPE_CHECKING:
    from gateway.config import Config

ANSWER_SECONDS = 5.0
LIBRARY = "zwave-js-server-python"
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def zwave_checks(config: "Config", found: bool | None) -> Iterator[Check]:  # noqa: FBT001 - three answers
    """Look at it all. `found`: the running hub has its Z-Wave radio; None: no hub runs."""
    yield _library()
    if config.zwave is not None and config.zwave.url is not None:
        yield _server(config.zwave.url)
        return
    ours = (
        _node(config.zwave_node),
        _packages(config.zwave_folder),
        _keys(config.zwave_keys, config.zwave_folder),
    )
    yield from ours
    if config.zwave_port is not None:
        # A hub that lacks one of these never came as far as the stick: the cable is not to blame.
        tried = found if found or all(check.ok for check in ours) else None
        yield port_check("zwave port", config.zwave_port, tried)


def _library() -> Check:
    name = "zwave library"
    try:
        return well(name, f"{LIBRARY} {version(LIBRARY)}")
    except PackageNotFoundError:
        return failed(name, f"{LIBRARY} is missing: pip install 'nightlatch[zwave]'")


def _node(configured: Path | None) -> Check:
    try:
        node = find_node(configured)
        return well("zwave node", f"Node {node_version(node)} ({node})")
    except NoHome as problem:
        return failed("zwave node", str(problem))


def _packages(folder: Path) -> Check:
    try:
        check_tree(tree := find_tree(folder))
    except NoHome as problem:
        return failed("zwave packages", str(problem))
    pins = pinned()
    words = f"zwave-js {pins.driver} and its server {pins.server}, as pinned, in {tree}"
    return well("zwave packages", words)


def _keys(file: Path, folder: Path) -> Check:
    name = "zwave keys"
    try:
        mode = file.stat().st_mode
        text = file.read_text("ascii")
    except FileNotFoundError:
        if any((folder / "cache").glob("*.jsonl")):
            words = "are gone, and devices joined with them: put the file back from your copy"
            return failed(name, f"the keys in {file} {words}")
        return well(name, f"{file} is not there yet: the hub will make it")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        return failed(name, f"{file} cannot be read: {reason}")
    try:
        parsed(text, file)
    except KeysUnusable as damaged:
        return failed(name, str(damaged))
    if mode & OTHERS:
        return failed(name, f"others may read {file}: chmod 600 {file}")
    return well(name, f"{file} is ours alone: keep a copy of it in a safe place")


def _server(url: str) -> Check:
    """Ask a server that somebody else runs for its version, and whether we understand it."""
    name = "zwave server"
    try:
        # aiohttp is heavy, and `--help` loads every command.
        import aiohttp  # noqa: PLC0415 - see above
        from zwave_js_server.const import (  # noqa: PLC0415 - see above
            MAX_SERVER_SCHEMA_VERSION as NEWEST,
        )
        from zwave_js_server.const import (  # noqa: PLC0415 - see above
            MIN_SERVER_SCHEMA_VERSION as OLDEST,
        )
        from zwave_js_server.version import get_server_version  # noqa: PLC0415 - see above
    except ImportError:
        return failed(name, f"nobody can ask {url}: pip install 'nightlatch[zwave]'")

    async def ask() -> tuple[str, int, int]:
        async with asyncio.timeout(ANSWER_SECONDS), aiohttp.ClientSession() as session:
            told = await get_server_version(url, session)
            return told.server_version, told.min_schema_version, told.max_schema_version

    try:
        server, oldest, newest = asyncio.run(ask())
    except (OSError, aiohttp.ClientError, TimeoutError, KeyError, TypeError, json.JSONDecodeError):
        return failed(name, f"no Z-Wave JS server answers on {url}: look whether it runs")
    if newest < OLDEST or oldest > NEWEST:
        words = f"speaks the schemas {oldest} to {newest}, and this hub {OLDEST} to {NEWEST}"
        return failed(name, f"{url} (version {server}) {words}: install the fitting version")
    return well(name, f"{url} answers (version {server})")
