"""WS-Discovery: who is found, by a probe to the group and to the machine itself."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.camera.discovery import GROUP, probe
from tests.simulator.camera.cameras import Cameras, cameras_here

HOUSE = """
[camera]
discovery_port = 0
[[device]]
radio = "camera"
name = "yard"
[[device]]
radio = "camera"
name = "bell"
kind = "doorbell"
[[device]]
radio = "camera"
name = "plain"
onvif = false
"""
ASKED = "urn:uuid:0a0a0a0a-0000-4000-8000-000000000001"
PROBE = (
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl">'
    f"<e:Header><w:MessageID>{ASKED}</w:MessageID></e:Header>"
    "<e:Body><d:Probe><d:Types>{types}</d:Types></d:Probe></e:Body></e:Envelope>"
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Cameras]:
    async with cameras_here(tmp_path, HOUSE) as there:
        yield there


class _Answers(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002  # asyncio's
        self.heard.put_nowait(data)


async def _ask(
    host: str, port: int, count: int, types: str = "dn:NetworkVideoTransmitter"
) -> list[ET.Element]:
    """Probe, and give so many answers."""
    loop = asyncio.get_running_loop()
    transport, answers = await loop.create_datagram_endpoint(_Answers, local_addr=("127.0.0.1", 0))
    own = transport.get_extra_info("socket")
    own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    try:
        transport.sendto(PROBE.format(types=types).encode(), (host, port))
        async with asyncio.timeout(20):
            return [ET.fromstring(await answers.heard.get()) for _ in range(count)]
    finally:
        transport.close()


async def test_a_probe_to_the_machine_finds_what_speaks_onvif(house: Cameras) -> None:
    found = await _ask("127.0.0.1", house.ready["discovery"]["port"], 2)

    said = {(_text(one, "Scopes").split()[-1], _text(one, "XAddrs")) for one in found}
    assert said == {
        (f"onvif://www.onvif.org/name/{name}",
         f"http://{house.ready['cameras'][name]['onvif']}/onvif/device_service")
        for name in ("yard", "bell")
    }  # fmt: skip
    assert {_text(one, "RelatesTo") for one in found} == {ASKED}


async def test_a_probe_to_the_group_finds_them_too(house: Cameras) -> None:
    if not house.ready["discovery"]["multicast"]:
        pytest.skip("this network has no multicast on its loopback")

    found = await _ask(GROUP, house.ready["discovery"]["port"], 2)

    assert len({_text(one, "Address") for one in found}) == 2


async def test_one_that_is_switched_off_is_not_found(house: Cameras) -> None:
    await house.air.do("unplug", device="yard")

    (one,) = await _ask("127.0.0.1", house.ready["discovery"]["port"], 1)

    assert _text(one, "Scopes").endswith("name/bell")


@pytest.mark.parametrize(
    ("types", "ours"),
    [
        ("", True),
        ("dn:NetworkVideoTransmitter", True),
        ("tds:Device dn:NetworkVideoTransmitter", True),
        ("dn:PrinterService", False),
    ],
)
def test_probes_for_others_are_left_to_others(types: str, *, ours: bool) -> None:
    assert probe(PROBE.format(types=types).encode()) == (ASKED if ours else None)


@given(st.binary(max_size=300))
def test_noise_is_no_probe(noise: bytes) -> None:
    assert probe(noise) is None


def _text(found: ET.Element, name: str) -> str:
    return next((one.text or "").strip() for one in found.iter() if one.tag.endswith(f"}}{name}"))
