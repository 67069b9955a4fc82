"""The npm package `onvif` as an independent client: installed from its lock, spoken to in lines."""

import asyncio
import contextlib
import fcntl
import json
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from drivers.zwave.node_home import find_node, npm_script
from tests.system import CACHE
from tests.waiting import until

HOME = Path(__file__).parent / "node"
ANSWER_SECONDS = 30.0
INSTALL_SECONDS = 300.0
_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")


class Refused(Exception):
    """The client's own error."""


class NodeClient:
    """A client process: asked, and remembering the events that it pulled."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self.events: list[dict[str, Any]] = []

    async def ask(self, do: str, **wish: object) -> Any:
        self._number += 1
        answer = self._waiting[self._number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        line = json.dumps({"id": self._number, "do": do, **wish})
        self._process.stdin.write(line.encode() + b"\n")
        async with asyncio.timeout(ANSWER_SECONDS):
            return await answer

    async def heard(self, topic: str, **items: object) -> dict[str, Any]:
        """Wait for an event with these data items."""

        def found() -> list[dict[str, Any]]:
            wanted = items.items()
            return [
                one
                for one in self.events
                if one["topic"] == topic and wanted <= one["data"].items()
            ]

        await until(found)
        return found()[0]

    async def read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            if "event" in told:
                self.events.append(_flat(told["event"]))
            elif "error" in told:
                self._waiting.pop(told["id"]).set_exception(Refused(told["error"]))
            elif "id" in told:
                self._waiting.pop(told["id"]).set_result(told["answer"])


@contextlib.asynccontextmanager
async def node_client() -> AsyncIterator[NodeClient]:
    """Run the client."""
    modules = await asyncio.to_thread(installed)
    process = await asyncio.create_subprocess_exec(
        *(str(find_node()), str(HOME / "client.mjs"), str(modules)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    client = NodeClient(process)
    reading = asyncio.create_task(client.read())
    try:
        yield client
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await reading


def installed() -> Path:
    """Give node_modules with all that the lock names, installing it first where it is not."""
    modules = HOME / "node_modules"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "onvif-client").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _versions(modules / ".package-lock.json") != _versions(HOME / "package-lock.json"):
            _install()
    return modules


def _install() -> None:
    node = find_node()
    done = subprocess.run(
        [node, npm_script(node), *_CI],
        cwd=HOME,
        env={**os.environ, "npm_config_update_notifier": "false"},
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"npm cannot fetch the ONVIF client: {done.stderr.strip()[-200:]}")


def _versions(lock: Path) -> dict[str, str] | None:
    try:
        packages = json.loads(lock.read_text())["packages"]
    except OSError:
        return None
    return {name: about["version"] for name, about in packages.items() if name}


def _flat(event: dict[str, Any]) -> dict[str, Any]:
    """Take topic, operation and items out of what the client makes of the XML."""
    message = event["message"]["message"]
    return {
        "topic": event["topic"]["_"],
        "operation": message["$"].get("PropertyOperation", ""),
        "source": _items(message.get("source")),
        "data": _items(message.get("data")),
    }


def _items(part: Any) -> dict[str, Any]:
    listed = part.get("simpleItem", []) if isinstance(part, dict) else []
    listed = listed if isinstance(listed, list) else [listed]
    return {one["$"]["Name"]: one["$"]["Value"] for one in listed}
