"""The stick on a real port against an unmodified bellows, on good lines and on bad ones."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import zigpy.types as t
from bellows.zigbee.application import (  # type: ignore[import-untyped]  # it ships no types
    ControllerApplication,
)

from simulator.zigbee.link import Link
from simulator.zigbee.ncp import Model, Ncp
from simulator.zigbee.ports import Port, PtyPort, TcpPort
from simulator.zigbee.seams import ApsFrame, Happening, Join, Joiner, Nanoseconds
from simulator.zigbee.tally import Tally
from tests.simulator.stick_host import EUI64, QuietAir
from tests.waiting import BOUND_SECONDS, until

CHANNEL = 15
DOOR = bytes.fromhex("0100a11c004b1200")
LOSSY = {"drop", "garble", "duplicate", "lose_ack", "seed"}
CLEAN = (
    "nak_sent",
    "nak_received",
    "crc_errors",
    "framing_errors",
    "retransmissions_sent",
    "retransmissions_received",
    "out_of_sequence",
    "timeouts",
    "overflows",
    "unknown_commands",
    "malformed_commands",
)


class Rig:
    """A plugged stick with a quiet air above it."""

    def __init__(self, version: int, folder: Path, *, tcp: bool = False) -> None:
        self.folder = folder
        self.tally = Tally()
        self.air = QuietAir()
        self.happenings: list[Happening] = []
        model = Model(version, EUI64)
        self.ncp = Ncp(model, folder / "state", self.tally, boot_time, self.happenings.append)
        port: Port = TcpPort(0, self.tally) if tcp else PtyPort(folder / "stick")
        self.link = Link(port, self.ncp, self.tally, boot_time)
        self.ncp.attach(self.air, self.link)

    def faults_counted(self) -> dict[str, int]:
        return {
            name: count for name, count in asdict(self.tally).items() if name in CLEAN and count
        }


def boot_time() -> Nanoseconds:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


@asynccontextmanager
async def plugged(version: int, folder: Path, *, tcp: bool = False) -> AsyncIterator[Rig]:
    rig = Rig(version, folder, tcp=tcp)
    rig.link.plug()
    try:
        async with asyncio.timeout(BOUND_SECONDS):
            yield rig
    finally:
        rig.link.unplug()


@asynccontextmanager
async def hosted(rig: Rig) -> AsyncIterator[ControllerApplication]:
    app = ControllerApplication(
        {
            "device": {"path": rig.link.address},
            "database_path": str(rig.folder / "zigbee.db"),
            "ota": {"enabled": False},
            "use_thread": False,
            "network": {"channel": CHANNEL},
            "backup_enabled": False,
            "topology_scan_enabled": False,
        }
    )
    try:
        await app._load_db()
        await app.startup(auto_form=True)
        yield app
    finally:
        await app.shutdown()


@pytest.mark.parametrize("tcp", [False, True], ids=["pty", "tcp"])
@pytest.mark.parametrize("version", [13, 14])
async def test_a_host_forms_restarts_and_reloads_the_network_on_a_clean_line(
    version: int, tmp_path: Path, *, tcp: bool
) -> None:
    async with plugged(version, tmp_path, tcp=tcp) as rig:
        async with hosted(rig) as app:
            formed = app.state.network_info
            energies = await app.energy_scan(t.Channels.ALL_CHANNELS, 2, 1)
        async with hosted(rig) as app:
            reloaded = app.state.network_info

    assert formed.channel == CHANNEL
    assert reloaded.network_key.key == formed.network_key.key
    assert reloaded.extended_pan_id == formed.extended_pan_id
    assert sorted(energies) == list(range(11, 27))
    assert rig.faults_counted() == {}


@pytest.mark.parametrize("version", [16, 17, 18, 19])
async def test_a_host_forms_a_network_over_a_newer_protocol(version: int, tmp_path: Path) -> None:
    async with plugged(version, tmp_path) as rig, hosted(rig) as app:
        assert app.state.network_info.channel == CHANNEL
        assert rig.faults_counted() == {}


@pytest.mark.parametrize("version", [13, 14])
async def test_a_host_hears_of_a_join_only_while_it_permits_one(
    version: int, tmp_path: Path
) -> None:
    joiner = Joiner(DOOR, 0x80)
    async with plugged(version, tmp_path) as rig, hosted(rig) as app:
        refused, _ = rig.ncp.join(joiner)
        await app.permit(60)
        accepted, nwk = rig.ncp.join(joiner)
        await until(lambda: any(device.nwk == nwk for device in app.devices.values()))
        await app.permit(0)
        closed, _ = rig.ncp.join(Joiner(DOOR[::-1], 0x80))

    assert (refused, accepted, closed) == (Join.CLOSED, Join.ACCEPTED, Join.CLOSED)


async def test_a_host_installs_a_code_and_only_its_device_gets_in(tmp_path: Path) -> None:
    code = bytes.fromhex("83fed3407a939723a5c639b26916d505c3b5")
    key = t.KeyData.convert("66b6900981e1ee3ca4206b6b861c02bb")
    async with plugged(14, tmp_path) as rig, hosted(rig) as app:
        await app.permit_with_link_key(t.EUI64(DOOR), key, 60)
        stranger, _ = rig.ncp.join(Joiner(DOOR[::-1], 0x80))
        known, _ = rig.ncp.join(Joiner(DOOR, 0x80, install_code=code))

    assert (stranger, known) == (Join.NO_KEY, Join.ACCEPTED)


@pytest.mark.parametrize(
    "faults",
    [
        {"drop": 0.1, "seed": 7},  # each way: a fifth of all exchanges
        {"garble": 0.2, "seed": 3},
        {"duplicate": 0.5, "lose_ack": 0.2, "seed": 5},
        {"byte_by_byte": 1, "delay_ms": 2},
        {"baud": 115200},
    ],
    ids=["drop", "garble", "duplicate", "slow", "baud"],
)
async def test_commands_get_through_a_bad_line(faults: dict[str, float], tmp_path: Path) -> None:
    async with plugged(14, tmp_path) as rig, hosted(rig) as app:
        ezsp = _ezsp(app)
        rig.link.fault(**faults)

        answers = [await ezsp.getNodeId() for _ in range(12)]
        rig.link.fault(clear=1)

        assert [int(answer[0]) for answer in answers] == [0] * 12
        assert bool(rig.faults_counted()) == (faults.keys() <= LOSSY)


async def test_a_flood_of_reports_passes_whole_and_in_order(tmp_path: Path) -> None:
    async with plugged(14, tmp_path) as rig, hosted(rig) as app:
        heard = list[int]()
        _ezsp(app).add_callback(lambda _, fields: _note(fields, heard))
        for number in range(1000):
            frame = ApsFrame(0x0104, 0xFC00, 1, 1, number & 0xFF, number.to_bytes(2))
            assert rig.ncp.hear(0x4321, frame) > 0
            if number % 50 == 0:
                await until(partial(_at_least, heard, number))

        await until(lambda: len(heard) == 1000)

        assert heard == list(range(1000))
        assert rig.faults_counted() == {}


@pytest.mark.parametrize("tcp", [False, True], ids=["pty", "tcp"])
async def test_pulling_the_stick_ends_the_hosts_connection_and_plugging_brings_it_back(
    tmp_path: Path, *, tcp: bool
) -> None:
    async with plugged(14, tmp_path, tcp=tcp) as rig:
        async with hosted(rig) as app:
            lost = asyncio.Event()
            app.add_listener(_Lost(lost))
            address = rig.link.address
            rig.link.unplug()
            await lost.wait()
        assert not (tmp_path / "stick").exists()

        rig.link.plug()
        async with hosted(rig) as app:
            assert app.state.network_info.channel == CHANNEL

        assert rig.link.address == address


async def test_a_processor_that_resets_itself_tells_the_host(tmp_path: Path) -> None:
    async with plugged(14, tmp_path) as rig, hosted(rig) as app:
        lost = asyncio.Event()
        app.add_listener(_Lost(lost))

        rig.link.reset(0x06)

        await lost.wait()


async def test_a_second_client_is_refused_and_the_first_keeps_its_line(tmp_path: Path) -> None:
    async with plugged(14, tmp_path, tcp=True) as rig:
        port = int(rig.link.address.rpartition(":")[2])
        first, first_out = await asyncio.open_connection("127.0.0.1", port)
        greeting = await first.readuntil(b"\x7e")
        second = socket.create_connection(("127.0.0.1", port))
        second.settimeout(0)

        await until(lambda: rig.tally.refused_clients)
        first_out.write(bytes.fromhex("1ac038bc7e"))
        answer = await first.readuntil(b"\x7e")
        second.close()
        first_out.close()
        await first_out.wait_closed()

    assert greeting == answer == bytes.fromhex("c1020b0a527e")


class _Lost:
    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    def connection_lost(self, _reason: object) -> None:
        self._event.set()


def _at_least(heard: list[int], count: int) -> bool:
    return len(heard) >= count


def _ezsp(app: ControllerApplication) -> Any:
    return app._ezsp


def _note(fields: Any, heard: list[int]) -> None:
    message = bytes(fields[-1])
    if len(fields) > 5 and len(message) == 2:
        heard.append(int.from_bytes(message))
