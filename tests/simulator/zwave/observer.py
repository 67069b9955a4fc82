"""An observer of a Z-Wave JS server that is not the library our driver uses: raw JSON lines."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp

from simulator.zwave import node_home
from simulator.zwave.house import DEFAULT_KEYS, Level
from tests.waiting import until_async

SCHEMA = 50
START_SECONDS = 60.0
WAIT_SECONDS = 20.0

type Event = dict[str, Any]


class Observer:
    """One connection to a server: asks, and remembers every event."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._news = asyncio.Event()
        self.events: list[Event] = []
        self.state: dict[str, Any] = {}

    async def ask(self, command: str, **fields: Any) -> Any:
        """Ask, and give the result; RuntimeError where it is an error."""
        self._number += 1
        number = str(self._number)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"messageId": number, "command": command, **fields})
        async with asyncio.timeout(WAIT_SECONDS):
            return await answer

    async def listen(self) -> None:
        """Agree on the schema and learn how everything stands."""
        await self.ask("initialize", schemaVersion=SCHEMA)
        self.state = (await self.ask("start_listening"))["state"]

    async def read(self) -> None:
        """Take in what the server says, until it hangs up."""
        async for message in self._socket:
            told = json.loads(message.data)
            if told["type"] == "event":
                self.events.append(told["event"])
                self._news.set()
            elif told["type"] == "result":
                self._answered(told)

    def _answered(self, told: dict[str, Any]) -> None:
        answer = self._waiting.pop(told["messageId"])
        if told["success"]:
            answer.set_result(told["result"])
        else:
            answer.set_exception(RuntimeError(told.get("message", told["errorCode"])))

    async def until(self, wanted: Callable[[Event], bool], *, since: int = 0) -> Event:
        """Wait for an event, from the `since`th on."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while True:
                    for event in self.events[since:]:
                        if wanted(event):
                            return event
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            said = "\n".join(str(event)[:300] for event in self.events[since:])
            raise AssertionError(
                f"it was not told within {WAIT_SECONDS:g} s; was:\n{said}"
            ) from None

    async def heard(self, name: str, *, node: int = 0, since: int = 0, **facts: Any) -> Event:
        """Wait for an event by name, of a node, that says these things."""

        def wanted(event: Event) -> bool:
            named = event["event"] == name and (not node or event.get("nodeId") == node)
            return named and all(_fact(event, key) == value for key, value in facts.items())

        return await self.until(wanted, since=since)

    async def value(self, node: int, cc: int, name: str, value: Any, *, since: int = 0) -> Event:
        """Wait until a value of a node was told to be this."""

        def wanted(event: Event) -> bool:
            args = event.get("args", {})
            named = event["event"] in ("value updated", "value added") and event["nodeId"] == node
            return (
                named
                and args["commandClass"] == cc
                and name in (args["property"], args.get("propertyKey"))
                and args["newValue"] == value
            )

        return await self.until(wanted, since=since)

    async def set(self, node: int, cc: int, name: str, value: Any, **options: Any) -> Any:
        """Set a value; give the result that the server tells."""
        which = {"commandClass": cc, "property": name, "endpoint": 0}
        told = await self.ask(
            "node.set_value", nodeId=node, valueId=which, value=value, options=options
        )
        return told["result"]["status"]


@contextlib.asynccontextmanager
async def server(stick: str, folder: Path) -> AsyncIterator[str]:
    """Run the real server on a stick; give its address."""
    config, log, port = folder / "server.json", folder / "server.log", _free_port()
    config.write_text(json.dumps(_config(folder)))
    script = node_home.node_modules() / "@zwave-js/server/dist-esm/bin/server.js"
    with log.open("wb") as out:
        running = await asyncio.create_subprocess_exec(
            *(str(node_home.node()), str(script), stick, "--config", str(config)),
            *("--port", str(port), "--host", "127.0.0.1", "--disable-dns-sd"),
            stdout=out,
            stderr=out,
        )
    try:
        await until_async(lambda: _answers(port), bool, START_SECONDS)
        yield f"ws://127.0.0.1:{port}"
    finally:
        assert running.returncode is None, log.read_text("utf-8", "replace")
        running.terminate()
        await running.wait()


@contextlib.asynccontextmanager
async def observer(address: str) -> AsyncIterator[Observer]:
    """Connect to a server and listen."""
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as line:
        one = Observer(line)
        reading = asyncio.create_task(one.read())
        try:
            await one.listen()
            yield one
        finally:
            reading.cancel()
            await asyncio.wait((reading,))


def _config(folder: Path) -> dict[str, Any]:
    names = {
        Level.ACCESS: "S2_AccessControl",
        Level.AUTHENTICATED: "S2_Authenticated",
        Level.UNAUTHENTICATED: "S2_Unauthenticated",
    }
    keys = {name: DEFAULT_KEYS[level] for level, name in names.items()}
    return {
        "securityKeys": {"S0_Legacy": "0f" * 16, **keys},
        "storage": {"cacheDir": str(folder / "cache")},
        "logConfig": {"enabled": False},
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return False
    writer.close()
    return True


def _fact(event: Event, key: str) -> Any:
    return event.get("args", {}).get(key, event.get(key))
