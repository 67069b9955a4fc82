"""What is no Z-Wave server, or speaks like none: the driver says so and ends, whatever comes."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from drivers.zwave import connection
from drivers.zwave.driver import ZwaveDriver
from drivers.zwave.seams import External
from drivers.zwave.settings import ZwaveSettings
from gateway.model.capability import Switch
from gateway.model.command import TurnSwitch
from gateway.model.device import DeviceId
from gateway.model.driver import RadioLost
from gateway.model.event import Reported
from tests.drivers.house import House, living
from tests.drivers.zwave.scripted import PLUG, TOLD, Message, network

type Speak = Callable[[web.WebSocketResponse], Awaitable[None]]

DEVICE = DeviceId(f"zwave:e0f1a2b3/{PLUG}/0")
BOUND = 10.0
SECRET = "482913"
LARGE = 10_000_000


def event(**fields: Any) -> str:
    """Write an event as the server tells one."""
    return json.dumps({"type": "event", "event": fields})


async def greeted(client: web.WebSocketResponse) -> None:
    """Be a server, until the driver listens."""
    await client.send_json(TOLD["version"])
    results: tuple[Message, ...] = ({}, {"config": TOLD["log_config"]}, {"state": network()})
    for result in results:
        asked = await client.receive_json()
        said = {"type": "result", "messageId": asked["messageId"], "success": True}
        await client.send_json(said | {"result": result})


@contextlib.asynccontextmanager
async def speaking(speak: Speak) -> AsyncIterator[str]:
    """Serve whoever comes so; give the address."""

    async def serve(request: web.Request) -> web.WebSocketResponse:
        client = web.WebSocketResponse(max_msg_size=0)
        await client.prepare(request)
        with contextlib.suppress(ConnectionError, TypeError):
            await speak(client)
            async for _ in client:  # what is asked from here on is not answered
                pass
        return client

    app = web.Application()
    app.router.add_get("/", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def ended(url: str, **wishes: Any) -> RadioLost:
    """Live at an address until it is no more, and say why."""
    driver, house = ZwaveDriver(ZwaveSettings(External(url), **wishes)), House()
    async with asyncio.timeout(BOUND):
        with pytest.raises(RadioLost) as lost:
            await driver.run(house.report)
    with pytest.raises(RadioLost):  # it is over, not half alive
        await driver.perform(TurnSwitch(DEVICE, on=True))
    return lost.value


# Before it is a server at all


@pytest.mark.parametrize(
    ("low", "high", "sentence"),
    [
        (51, 60, "speaks schema 51 to 60, and this hub 49 to 50: they must overlap"),
        (0, 48, "speaks schema 0 to 48, and this hub 49 to 50: they must overlap"),
    ],
)
async def test_a_server_of_another_schema_is_told_with_both_ranges(
    low: int, high: int, sentence: str
) -> None:
    version = TOLD["version"] | {"minSchemaVersion": low, "maxSchemaVersion": high}
    async with speaking(lambda client: client.send_json(version)) as url:
        assert sentence in str(await ended(url))


@pytest.mark.parametrize(
    "first",
    [
        f'{{"code": "{SECRET}"',
        "[]",
        "17",
        "null",
        '"hello"',
        "{}",
        json.dumps({"type": "version", "minSchemaVersion": "x", "maxSchemaVersion": []}),
        json.dumps({"type": "version", "homeId": 1, "secret": SECRET}),
        "x" * LARGE,
        b"\x01\x02" + SECRET.encode(),
    ],
    ids=["half", "list", "number", "null", "text", "empty", "odd", "other", "large", "binary"],
)
async def test_what_greets_like_no_server_is_named_and_not_shown(
    first: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def speak(client: web.WebSocketResponse) -> None:
        await (client.send_str(first) if isinstance(first, str) else client.send_bytes(first))

    async with speaking(speak) as url:
        sentence = str(await ended(url))

    assert "is no Z-Wave server" in sentence
    assert SECRET not in sentence + caplog.text


async def test_one_who_hangs_up_at_once_is_no_server() -> None:
    async with speaking(_closed) as url:
        assert "Z-Wave server" in str(await ended(url))


async def test_one_who_says_nothing_is_waited_for_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "OPEN_SECONDS", 0.3)
    monkeypatch.setattr(connection, "CLOSE_SECONDS", 0.3)

    async def silent(client: web.WebSocketResponse) -> None:
        del client

    async def greets(client: web.WebSocketResponse) -> None:
        await client.send_json(TOLD["version"])

    async with speaking(silent) as url:
        assert "no Z-Wave server answers" in str(await ended(url))
    async with speaking(greets) as url:
        assert "told nothing" in str(await ended(url))


async def test_a_web_page_is_no_server() -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"ws://127.0.0.1:{runner.addresses[0][1]}"
        assert "no Z-Wave server answers at 127.0.0.1" in str(await ended(url))
    finally:
        await runner.cleanup()


async def test_what_is_no_web_server_is_no_server() -> None:
    async def noise(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(range(256)) * 64)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(noise, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert "Z-Wave server" in str(await ended(f"ws://127.0.0.1:{port}"))


# While it tells of its network


NETWORKS: list[tuple[str, Any]] = [
    ("nothing", {}),
    ("no state", {"state": None}),
    ("a list", {"state": []}),
    ("no controller", {"state": {"driver": {}, "nodes": []}}),
    ("odd nodes", {"state": network() | {"nodes": [1, "x", None]}}),
    ("nodes of nothing", {"state": network() | {"nodes": [{}]}}),
    ("no nodes", {"state": {k: v for k, v in network().items() if k != "nodes"}}),
]


@pytest.mark.parametrize("told", [told for _, told in NETWORKS], ids=[name for name, _ in NETWORKS])
async def test_a_network_that_is_none_ends_the_life(told: Any) -> None:
    async def speak(client: web.WebSocketResponse) -> None:
        await client.send_json(TOLD["version"])
        for result in ({}, {"config": TOLD["log_config"]}, told):
            asked = await client.receive_json()
            said = {"type": "result", "messageId": asked["messageId"], "success": True}
            await client.send_json(said | {"result": result})

    async with speaking(speak) as url:
        assert "cannot be understood" in str(await ended(url))


# While it lives

ENDING: dict[str, str | bytes] = {
    "half": '{"type": "event", "event": {"source": "no',
    "list": "[1, 2]",
    "number": "17",
    "null": "null",
    "large": SECRET * (LARGE // 6),
    "binary": b"\x00\xff" + SECRET.encode(),
    "no event": json.dumps({"type": "event"}),
    "odd event": json.dumps({"type": "event", "event": 17}),
    "no source": event(event="value updated", nodeId=PLUG, secret=SECRET),
    "no node": event(source="node", event="value updated"),
    "no args": event(source="node", event="value updated", nodeId=PLUG),
}
TURNED_ON = event(
    source="node",
    event="value updated",
    nodeId=PLUG,
    args={"commandClass": 37, "endpoint": 0, "property": "currentValue", "newValue": True},
)
HARMLESS: dict[str, str] = {
    "another type": json.dumps({"type": "weather", "sun": True}),
    "an answer to nobody": json.dumps({"type": "result", "messageId": "x", "success": True}),
    "an event of no name": event(source="node", event="frobnicated", nodeId=PLUG),
    "a node of nobody": event(source="node", event="value updated", nodeId=999, args={}),
}


@pytest.mark.parametrize("said", ENDING.values(), ids=ENDING.keys())
async def test_what_cannot_be_understood_ends_the_life_and_is_not_shown(
    said: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def speak(client: web.WebSocketResponse) -> None:
        await greeted(client)
        await (client.send_str(said) if isinstance(said, str) else client.send_bytes(said))

    async with speaking(speak) as url:
        sentence = str(await ended(url))

    assert "cannot be understood" in sentence
    assert SECRET not in sentence + caplog.text


@pytest.mark.parametrize("said", HARMLESS.values(), ids=HARMLESS.keys())
async def test_what_we_have_no_word_for_does_no_harm(said: str) -> None:
    async def speak(client: web.WebSocketResponse) -> None:
        await greeted(client)
        await client.send_str(said)
        await client.send_str(TURNED_ON)

    async with speaking(speak) as url:
        driver, house = ZwaveDriver(ZwaveSettings(External(url))), House()
        async with living(driver, house) as life:
            await house.heard(Reported(DEVICE, Switch.ON))
            assert not life.done()


async def _closed(client: web.WebSocketResponse) -> None:
    await client.close()


async def test_a_server_that_stops_answering_is_lost() -> None:
    async with speaking(greeted) as url:
        lost = await ended(url, pulse_seconds=0.05, hung_seconds=0.2)
    assert str(lost) == "the Z-Wave server hangs: no answer in 0.2 s"
