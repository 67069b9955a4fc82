"""A server that speaks Z-Wave JS's JSON and does what a test writes: for what no mock stick can do.

`state.json` is what the real server (3.10.2, schema 50) told of the simulated stick and a plug.
"""

import asyncio
import contextlib
import copy
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from tests.waiting import until

type Message = dict[str, Any]
type Handler = Callable[[Message], Awaitable[Message]]

TOLD: Message = json.loads((Path(__file__).parent / "state.json").read_text())
PLUG, DEAD, SLEEPER = 5, 6, 7
_DEAD, _ASLEEP = 3, 1
_REPLACE_FAILED = 0x63


class Refuse(Exception):
    """Answer with an error of Z-Wave JS; a text is one of its server's."""

    def __init__(self, code: int | str, words: str = "no") -> None:
        super().__init__(words)
        self.code = code


def network() -> Message:
    """Give a network of a stick, a plug, a dead plug and one that sleeps."""
    state = copy.deepcopy(TOLD["state"])
    plug = next(node for node in state["nodes"] if node["nodeId"] == PLUG)
    for number, status in ((DEAD, _DEAD), (SLEEPER, _ASLEEP)):
        state["nodes"].append(other(plug, number, status))
    state["controller"]["supportedFunctionTypes"].append(_REPLACE_FAILED)  # no mock stick can
    return dict(state)


def other(plug: Message, number: int, status: int = 4) -> Message:
    """Give a node like the plug."""
    node = copy.deepcopy(plug)
    node |= {"nodeId": number, "status": status}
    for endpoint in node["endpoints"]:
        endpoint["nodeId"] = number
    return node


class Server:
    """Listens, notes what it is asked, and answers as it was told to."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Message] = []
        self.state = network()
        self._handlers: dict[str, Handler] = {}
        self._clients: list[web.WebSocketResponse] = []
        self._listening: list[web.WebSocketResponse] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.asked_by: dict[str, web.WebSocketResponse] = {}

    def on(self, command: str, handler: Handler) -> None:
        """Have a command answered so; the handler may tell events before it answers."""
        self._handlers[command] = handler

    def answer(self, command: str, **result: Any) -> None:
        """Have a command answered with this, at once."""

        async def handler(_: Message) -> Message:
            return result

        self._handlers[command] = handler

    def refuse(self, command: str, code: int | str) -> None:
        """Have a command answered with an error of Z-Wave JS, or of its server."""

        async def handler(_: Message) -> Message:
            raise Refuse(code)

        self._handlers[command] = handler

    async def tell(self, source: str, event: str, **fields: Any) -> None:
        """Tell an event to all who listen."""
        said = {"type": "event", "event": {"source": source, "event": event, **fields}}
        for client in tuple(self._listening):
            await client.send_json(said)

    def commands(self, *names: str) -> list[str]:
        """Name what was asked, in its order, as far as it is one of these."""
        return [one["command"] for one in self.asked if one["command"] in names]

    def given(self, name: str) -> Message:
        """Give the one message of a command."""
        (message,) = [one for one in self.asked if one["command"] == name]
        return message

    async def until_asked(self, name: str) -> None:
        """Wait until a command came."""
        await until(lambda: self.commands(name))

    def is_listener(self, command: str) -> bool:
        """Tell whether a command came by the connection that hears of events."""
        return self.asked_by[command] in self._listening

    @property
    def clients(self) -> int:
        """Count who is connected."""
        return len(self._clients)

    async def hang_up(self) -> None:
        """Let everyone go."""
        for client in tuple(self._clients):
            await client.close()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Speak with one client."""
        client = web.WebSocketResponse(max_msg_size=0)
        await client.prepare(request)
        self._clients.append(client)
        await client.send_json(TOLD["version"])
        try:
            async for message in client:
                if message.type is WSMsgType.TEXT:
                    task = asyncio.create_task(self._answer(client, message.json()))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
        finally:
            self._clients.remove(client)
            if client in self._listening:
                self._listening.remove(client)
        return client

    async def _answer(self, client: web.WebSocketResponse, message: Message) -> None:
        self.asked.append(message)
        self.asked_by[message["command"]] = client
        told = {"type": "result", "messageId": message["messageId"]}
        try:
            result = await self._result(client, message)
        except Refuse as no:
            told |= {"success": False} | _error(no)
        else:
            told |= {"success": True, "result": result}
        with contextlib.suppress(ConnectionError):
            await client.send_json(told)

    async def _result(self, client: web.WebSocketResponse, message: Message) -> Message:
        command = message["command"]
        if command in self._handlers:
            return await self._handlers[command](message)
        match command:
            case "driver.get_log_config":
                return {"config": TOLD["log_config"]}
            case "start_listening":
                self._listening.append(client)
                return {"state": self.state}
            case "node.ping":
                return {"responded": True}
            case _:
                return {"success": True}

    async def end(self) -> None:
        """End what still answers."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _error(no: Refuse) -> Message:
    if isinstance(no.code, str):
        return {"errorCode": no.code, "message": str(no)}
    words = f"{no} (ZW{no.code:04})"
    return {"errorCode": "zwave_error", "zwaveErrorCode": no.code, "zwaveErrorMessage": words}


@contextlib.asynccontextmanager
async def scripted() -> AsyncIterator[Server]:
    """Give such a server, on a port of its own."""
    server = Server()
    app = web.Application()
    app.router.add_get("/", server.serve)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    server.url = f"ws://127.0.0.1:{port}"
    try:
        yield server
    finally:
        await server.hang_up()
        await server.end()
        await runner.cleanup()
