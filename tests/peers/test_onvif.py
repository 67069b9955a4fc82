"""The simulated camera before clients that are not ours: npm `onvif`, zeep, FFmpeg."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import av
import pytest
from aiohttp import web
from onvif import ONVIFCamera  # type: ignore[import-untyped] # it has no types
from zeep.exceptions import Fault

from tests.drivers.air import Air
from tests.peers.node_client import NodeClient, Refused, node_client
from tests.simulator.camera.cameras import Cameras, cameras
from tests.waiting import until

HOUSE = """
[camera]
discovery_port = 0
[[device]]
radio = "camera"
name = "yard"
user = "anna"
password = "geheim"
presets = ["gate", "drive"]
"""
MOTION = "tns1:RuleEngine/CellMotionDetector/Motion"
LINE = "tns1:RuleEngine/LineDetector/Crossed"
PICTURES = 45  # more than a lap of the resting scene


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Cameras]:
    async with cameras(tmp_path, HOUSE) as there:
        yield there


async def test_the_npm_client_lists_profiles_streams_and_pictures(house: Cameras) -> None:
    async with node_client() as client:
        told = await _connect(client, house)
        profiles = await client.ask("profiles")
        streams = [await client.ask("stream", profile=one) for one in profiles]
        picture = await client.ask("snapshot", profile=profiles[0])

    assert told["information"]["manufacturer"] == "Nightlatch"
    assert streams == [house.ready["cameras"]["yard"][name] for name in ("main", "sub")]
    assert (await _fetch(picture))[:2] == b"\xff\xd8"


async def test_the_npm_client_pulls_what_happens(house: Cameras) -> None:
    async with node_client() as client:
        await _connect(client, house)
        await client.ask("events")
        first = await client.heard(MOTION, IsMotion=False)
        await house.air.do("motion", device="yard")
        then = await client.heard(MOTION, IsMotion=True)
        await house.air.do("line", device="yard", object=7)
        line = await client.heard(LINE, ObjectId=7)

    assert (first["operation"], then["operation"], line["operation"]) == (
        "Initialized",
        "Changed",
        "",
    )


async def test_the_npm_client_turns_the_camera(house: Cameras) -> None:
    async with node_client() as client:
        await _connect(client, house)
        presets = await client.ask("presets")
        await client.ask("aim", preset=presets["drive"]["$"]["token"])
        assert await client.ask("infrared") == "AUTO"

    state = (await house.air.do("state", device="yard"))["device"]
    assert state["position"] == "drive"


async def test_the_npm_client_ends_its_subscription(house: Cameras) -> None:
    async with node_client() as client:
        await _connect(client, house)
        await client.ask("events")
        await house.air.happening("subscribed", push=False)
        await client.heard(MOTION, IsMotion=False)
        await client.ask("unsubscribe")

        await house.air.happening("unsubscribed")


async def test_zeep_switches_relays_and_infrared(house: Cameras) -> None:
    camera = await _zeep(house)
    try:
        await camera.update_xaddrs()
        io = await camera.create_deviceio_service()
        (relay,) = await io.GetRelayOutputs()
        device = await camera.create_devicemgmt_service()
        wish = {"RelayOutputToken": relay.token, "LogicalState": "active"}
        await device.SetRelayOutputState(wish)
        imaging = await camera.create_imaging_service()
        night = {"VideoSourceToken": "vs0", "ImagingSettings": {"IrCutFilter": "OFF"}}
        await imaging.SetImagingSettings(night)
        settings = await imaging.GetImagingSettings({"VideoSourceToken": "vs0"})
        assert settings.IrCutFilter == "OFF"
    finally:
        await camera.close()

    await house.air.happening("relay", relay=1, on=True)
    await house.air.happening("infrared", filter="OFF")


async def test_the_npm_client_with_a_wrong_password_is_sent_away(house: Cameras) -> None:
    async with node_client() as client:
        with pytest.raises(Refused):
            await _connect(client, house, password="falsch")

    assert (await house.air.do("state", device="yard"))["device"]["refused"] > 0


async def test_zeep_pulls_renews_and_is_told_of_a_reboot(house: Cameras) -> None:
    camera = await _zeep(house)
    try:
        await camera.update_xaddrs()
        manager = await camera.create_pullpoint_manager(dt.timedelta(seconds=60), lambda: None)
        pull = manager.get_service()
        said = await _pull(pull)
        assert {one.Message._value_1.PropertyOperation for one in said} == {"Initialized"}
        await house.air.do("person", device="yard")
        (one,) = await _pull(pull)
        assert one.Message._value_1.Data.SimpleItem[0].Value == "true"

        await house.air.do("reboot", device="yard", seconds=0.1)
        await house.air.happening("booted")

        with pytest.raises(Fault, match="no subscription"):
            await _pull(pull)
    finally:
        await camera.close()


async def test_zeep_is_pushed_to_where_that_is_all_there_is(house: Cameras) -> None:
    await house.air.do("fault", device="yard", push_only=True)
    camera = await _zeep(house)
    try:
        await camera.update_xaddrs()
        with pytest.raises(Fault, match="not supported"):
            await camera.create_pullpoint_manager(dt.timedelta(seconds=60), lambda: None)
        async with _consumer() as consumer:
            interval = dt.timedelta(seconds=60)
            manager = await camera.create_notification_manager(consumer.url, interval, lambda: None)
            await house.air.do("tamper", device="yard")

            def tampered() -> list[Any]:
                told = [one for body in consumer.bodies for one in _told(manager, body)]
                return [one for one in told if one.Data.SimpleItem[0].Name == "Open"][1:]

            await until(tampered)
            assert tampered()[0].Data.SimpleItem[0].Value == "true"
            await manager.shutdown()
    finally:
        await camera.close()


async def test_zeep_with_the_camera_s_clock_is_let_in_and_with_its_own_not(
    house: Cameras,
) -> None:
    await house.air.do("fault", device="yard", clock=-3600)
    for adjusts in (False, True):
        camera = await _zeep(house, adjust_time=adjusts)
        try:
            await camera.update_xaddrs()
            device = await camera.create_devicemgmt_service()
            if adjusts:
                assert (await device.GetDeviceInformation()).Model == "NL-CAM"
            else:
                with pytest.raises(Fault, match="not authorized"):
                    await device.GetDeviceInformation()
        finally:
            await camera.close()


@pytest.mark.parametrize("stream", ["main", "sub"])
async def test_ffmpeg_plays_a_stream_over_its_seam_without_an_error(
    house: Cameras, stream: str
) -> None:
    pictures = await asyncio.to_thread(_play, house.url("yard", stream, "anna:geheim"), PICTURES)

    steps = {round(after - before, 3) for before, after in pairwise(pictures)}
    assert steps == {0.1}


async def test_both_streams_of_a_camera_play_at_once_for_several_clients(house: Cameras) -> None:
    urls = [house.url("yard", stream, "anna:geheim") for stream in ("main", "sub")] * 2

    counts = await asyncio.gather(*(asyncio.to_thread(_play, url, 12) for url in urls))

    assert [len(one) for one in counts] == [12] * 4
    await until_nobody(house.air)


async def until_nobody(air: Air) -> None:
    """Wait until the camera has noticed that its clients are gone."""
    async with asyncio.timeout(20):
        while True:
            state = (await air.do("state", device="yard"))["device"]
            if state["audience"] == {"main": 0, "sub": 0}:
                return


class _Consumer:
    """Keeps what a camera posts."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        return web.Response()


@contextlib.asynccontextmanager
async def _consumer() -> AsyncIterator[_Consumer]:
    consumer = _Consumer()
    app = web.Application()
    app.router.add_post("/told", consumer.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    consumer.url = f"http://{host}:{port}/told"
    try:
        yield consumer
    finally:
        await runner.cleanup()


async def _connect(client: NodeClient, house: Cameras, password: str = "geheim") -> Any:
    host, port = house.ready["cameras"]["yard"]["onvif"].split(":")
    return await client.ask("connect", host=host, port=int(port), user="anna", password=password)


async def _zeep(house: Cameras, **more: bool) -> Any:
    host, port = house.ready["cameras"]["yard"]["onvif"].split(":")
    return ONVIFCamera(host, int(port), "anna", "geheim", **more)


async def _pull(service: Any) -> Any:
    wish = {"Timeout": dt.timedelta(seconds=20), "MessageLimit": 100}
    return (await service.PullMessages(wish)).NotificationMessage


def _told(manager: Any, body: bytes) -> list[Any]:
    return [one.Message._value_1 for one in manager.process(body).NotificationMessage]


async def _fetch(url: str) -> bytes:
    middleware = aiohttp.DigestAuthMiddleware("anna", "geheim")
    async with (
        aiohttp.ClientSession(middlewares=(middleware,)) as session,
        session.get(url) as answer,
    ):
        assert answer.status == 200, urlsplit(url).path
        return await answer.read()


def _play(url: str, count: int) -> list[float]:
    """Decode so many pictures, an error being one; give when each is shown."""
    options = {"rtsp_transport": "tcp", "err_detect": "explode"}
    with av.open(url, options=options, timeout=20) as container:
        stream = container.streams.video[0]
        shown: list[float] = []
        for frame in container.decode(stream):
            if frame.pts is not None:  # of the very first, whoever serves it, FFmpeg gives none
                shown.append(float(frame.pts * stream.time_base))
            if len(shown) == count:
                break
        return shown
