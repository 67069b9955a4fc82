"""The ONVIF device as a process: what it says, what it tells, and every fault it can have."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import aiohttp
import pytest

from tests.drivers.air import AirError
from tests.simulator.camera.cameras import Cameras, cameras_here
from tests.simulator.camera.client import Onvif, Refused
from tests.waiting import until_async

HOUSE = """
[camera]
discovery_port = 0
[[device]]
radio = "camera"
name = "yard"
presets = ["gate", "drive"]
snapshot_auth = "basic"
[[device]]
radio = "camera"
name = "bell"
kind = "doorbell"
infrared = false
sub = false
"""
CLOCK = "<tds:GetSystemDateAndTime/>"
INFORMATION = "<tds:GetDeviceInformation/>"
PROFILES = "<trt:GetProfiles/>"
CREATE = "tev:CreatePullPointSubscription"
RENEW = "<wsnt:Renew><wsnt:TerminationTime>PT60S</wsnt:TerminationTime></wsnt:Renew>"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Cameras]:
    async with cameras_here(tmp_path, HOUSE) as there:
        yield there


def onvif(house: Cameras, name: str = "yard", **login: str) -> Onvif:
    return Onvif(house.ready["cameras"][name]["onvif"], **login)


async def test_its_time_is_told_to_anybody_and_the_rest_to_who_knows_the_password(
    house: Cameras,
) -> None:
    stranger = onvif(house, password="falsch")

    assert await stranger.text(CLOCK, "DateTimeType") == "NTP"
    with pytest.raises(Refused, match="401 Sender not authorized"):
        await stranger.ask(INFORMATION)
    await house.air.happening("refused", how="soap", refused=1)
    assert await onvif(house).text(INFORMATION, "Manufacturer") == "Nightlatch"


async def test_http_digest_is_a_proof_too(house: Cameras) -> None:
    url = f"http://{house.ready['cameras']['yard']['onvif']}/onvif/device_service"
    body = (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><GetDeviceInformation'
        ' xmlns="http://www.onvif.org/ver10/device/wsdl"/></e:Body></e:Envelope>'
    )
    for password, status in (("nightlatch", 200), ("falsch", 401)):
        proof = aiohttp.DigestAuthMiddleware("nightlatch", password)
        async with (
            aiohttp.ClientSession(middlewares=(proof,)) as session,
            session.post(url, data=body) as answer,
        ):
            assert answer.status == status


async def test_it_says_what_it_has_and_a_doorbell_what_that_has(house: Cameras) -> None:
    services = [ET.tostring(await onvif(house, name).ask("<tds:GetServices/>"), "unicode")
                for name in ("yard", "bell")]  # fmt: skip

    assert ["ptz/wsdl" in one for one in services] == [True, False]
    assert ["imaging/wsdl" in one for one in services] == [True, False]
    profiles = [ET.tostring(await onvif(house, name).ask(PROFILES), "unicode")
                for name in ("yard", "bell")]  # fmt: skip
    assert [one.count("VideoEncoderConfiguration token") for one in profiles] == [2, 1]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<tds:Nonsense/>", "500 tds:Nonsense is not supported"),
        ("<trt:GetStreamUri><trt:ProfileToken>x</trt:ProfileToken></trt:GetStreamUri>", "400 .*x"),
        ("<tptz:GotoPreset><tptz:PresetToken>9</tptz:PresetToken></tptz:GotoPreset>", "400 .*9"),
        ("<wsnt:Renew/>", "400 there is no subscription"),
        (f"<{CREATE}><tev:InitialTerminationTime>soon</tev:InitialTerminationTime></{CREATE}>",
         "soon"),
    ],
)  # fmt: skip
async def test_what_it_cannot_do_it_refuses(house: Cameras, body: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        await onvif(house).ask(body)


@pytest.mark.parametrize("raw", [b"", b"<", b"<a/>", b"\xff\xfe", b"<e><Body/></e>"])
async def test_nonsense_is_refused_and_the_camera_lives_on(house: Cameras, raw: bytes) -> None:
    address = house.ready["cameras"]["yard"]["onvif"]
    async with aiohttp.ClientSession() as session:
        url = f"http://{address}/onvif/device_service"
        async with session.post(url, data=raw) as answer:
            assert answer.status == 400
    assert await onvif(house).text(CLOCK, "DateTimeType") == "NTP"


async def test_a_picture_is_taken_by_who_knows_the_password(house: Cameras) -> None:
    uri = await onvif(house).text(
        "<trt:GetSnapshotUri><trt:ProfileToken>profile_sub</trt:ProfileToken></trt:GetSnapshotUri>",
        "Uri",
    )
    async with aiohttp.ClientSession() as session:
        async with session.get(uri) as answer:
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"].startswith("Basic")
        proof = {"Authorization": aiohttp.encode_basic_auth("nightlatch", "nightlatch")}
        async with session.get(uri, headers=proof) as answer:
            assert (await answer.read())[:2] == b"\xff\xd8"


ACTS: list[tuple[str, dict[str, Any], str, dict[str, str]]] = [
    ("motion", {}, "CellMotionDetector/Motion", {"IsMotion": "true"}),
    ("still", {}, "CellMotionDetector/Motion", {"IsMotion": "false"}),
    ("person", {}, "MyRuleDetector/PeopleDetect", {"State": "true"}),
    ("person", {"on": False}, "MyRuleDetector/PeopleDetect", {"State": "false"}),
    ("vehicle", {}, "MyRuleDetector/VehicleDetect", {"State": "true"}),
    ("animal", {}, "MyRuleDetector/DogCatDetect", {"State": "true"}),
    ("intrusion", {}, "FieldDetector/ObjectsInside", {"IsInside": "true"}),
    ("tamper", {}, "Device/Casing/Open", {"Open": "true"}),
    ("scene_change", {}, "GlobalSceneChange/ImagingService", {"State": "true"}),
    ("input", {"input": 1}, "Trigger/DigitalInput", {"LogicalState": "true"}),
    ("line", {"object": 5}, "LineDetector/Crossed", {"ObjectId": "5"}),
]


async def test_every_act_is_told_on_its_topic(house: Cameras) -> None:
    client = onvif(house)
    point = await client.pull_point()
    initial = await client.pull(point)
    assert {one["operation"] for one in initial} == {"Initialized"}

    for do, fields, topic, data in ACTS:
        assert (await house.air.do(do, device="yard", **fields))["at_ns"]
        (told,) = await client.pull(point)
        assert told["topic"].endswith(topic)
        assert data.items() <= told.items()
        assert told["operation"] == ("" if do == "line" else "Changed")


async def test_anything_can_be_said_on_any_topic(house: Cameras) -> None:
    client = onvif(house)
    point = await client.pull_point()
    await client.pull(point)

    said = {"source": {"Source": "1"}, "data": {"Level": "9"}, "operation": "Deleted"}
    await house.air.do("say", device="yard", topic="tns1:Odd/Thing", **said)

    assert await client.pull(point) == [
        {"operation": "Deleted", "topic": "tns1:Odd/Thing", "Source": "1", "Level": "9"}
    ]


async def test_a_doorbell_rings_and_a_camera_does_not(house: Cameras) -> None:
    client = onvif(house, "bell")
    point = await client.pull_point()
    await client.pull(point)
    await house.air.do("ring", device="bell")

    pressed, released = [(await client.pull(point))[0]["State"] for _ in range(2)]

    assert (pressed, released) == ("true", "false")
    with pytest.raises(AirError, match="'yard' is no doorbell"):
        await house.air.do("ring", device="yard")


async def test_without_a_subscriber_nothing_goes_out(house: Cameras) -> None:
    assert (await house.air.do("motion", device="yard"))["at_ns"] == 0


async def test_a_reboot_forgets_subscriptions_and_comes_back_at_the_same_place(
    house: Cameras,
) -> None:
    client = onvif(house)
    point = await client.pull_point()
    pulling = asyncio.create_task(_pull_on(client, point))
    await house.air.do("reboot", device="yard", seconds=0.2)
    with pytest.raises(aiohttp.ClientError):
        await pulling
    await house.air.happening("booted")

    with pytest.raises(Refused, match="there is no subscription"):
        await client.pull(point)
    assert await client.pull_point() != point


async def _pull_on(client: Onvif, point: str) -> None:
    while True:
        await client.pull(point)


async def test_a_reboot_that_is_asked_for_is_answered_first(house: Cameras) -> None:
    assert await onvif(house).text("<tds:SystemReboot/>", "Message") == "Rebooting"
    await house.air.happening("reboot")
    await house.air.happening("booted")


async def test_unplugged_it_is_not_there_and_plugged_in_again_it_is(house: Cameras) -> None:
    await house.air.do("unplug", device="yard")
    with pytest.raises(aiohttp.ClientConnectorError):
        await onvif(house).ask(CLOCK)

    await house.air.do("plug", device="yard")

    assert await onvif(house).text(CLOCK, "DateTimeType") == "NTP"


async def test_moved_it_answers_elsewhere(house: Cameras) -> None:
    before = house.ready["cameras"]["yard"]["onvif"]
    await house.air.do("move", device="yard")

    now = (await house.air.do("state", device="yard"))["device"]["onvif"]

    assert now != before
    assert await Onvif(now).text(CLOCK, "DateTimeType") == "NTP"
    with pytest.raises(aiohttp.ClientConnectorError):
        await Onvif(before).ask(CLOCK)


async def test_it_refuses_to_renew(house: Cameras) -> None:
    client = onvif(house)
    point = await client.pull_point()
    assert await client.text(RENEW, "TerminationTime", point)

    await house.air.do("fault", device="yard", refuse_renewal=True)

    with pytest.raises(Refused, match="cannot be renewed"):
        await client.ask(RENEW, point)


async def test_it_is_slow(house: Cameras) -> None:
    await house.air.do("fault", device="yard", slow=600)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await onvif(house).ask(CLOCK)

    await house.air.do("fault", device="yard", clear=True)
    assert await onvif(house).text(CLOCK, "DateTimeType") == "NTP"


async def test_one_service_says_what_no_parser_takes_and_the_others_do_not(house: Cameras) -> None:
    await house.air.do("fault", device="yard", malformed="media")

    with pytest.raises(ET.ParseError, match="unbound prefix"):
        await onvif(house).ask(PROFILES)
    assert await onvif(house).text(INFORMATION, "Model")


async def test_its_clock_is_wrong(house: Cameras) -> None:
    await house.air.do("fault", device="yard", clock=3600)
    client = onvif(house)
    with pytest.raises(Refused, match="not authorized"):
        await client.ask(INFORMATION)

    client.ahead = 3600

    assert await client.text(INFORMATION, "Model")


async def test_its_password_was_changed(house: Cameras) -> None:
    await house.air.do("fault", device="yard", password="neu")

    with pytest.raises(Refused, match="not authorized"):
        await onvif(house).ask(INFORMATION)
    assert await onvif(house, password="neu").text(INFORMATION, "Model")


async def test_it_believes_to_have_another_address(house: Cameras) -> None:
    await house.air.do("fault", device="yard", xaddr="10.9.8.7:80")

    text = ET.tostring(await onvif(house).ask("<tds:GetServices/>"), "unicode")

    assert "http://10.9.8.7:80/onvif/event_service" in text
    assert house.ready["cameras"]["yard"]["onvif"] not in text
    assert (await onvif(house).pull_point()).startswith("http://10.9.8.7:80/")


async def test_it_denies_its_events_and_has_them(house: Cameras) -> None:
    await house.air.do("fault", device="yard", no_events=True)

    for ask in ("<tds:GetServices/>", "<tds:GetCapabilities/>"):
        assert "event" not in ET.tostring(await onvif(house).ask(ask), "unicode")
    assert await onvif(house).pull_point()


async def test_calls_are_counted(house: Cameras) -> None:
    await onvif(house).ask(CLOCK)
    await onvif(house).ask(CLOCK)

    state = await until_async(
        lambda: house.air.do("state", device="yard"), lambda told: told["device"]["calls"]
    )
    assert state["device"]["calls"] == {"GetSystemDateAndTime": 2}
