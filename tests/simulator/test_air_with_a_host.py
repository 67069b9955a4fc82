"""The whole simulated network against an unmodified zigpy and bellows, as a black-box peer."""

import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import zigpy.types as t
from bellows.zigbee.application import (  # type: ignore[import-untyped]  # bellows ships no types
    ControllerApplication,
)

from tests.simulator.air_double import HOME, Watcher, client
from tests.waiting import BOUND_SECONDS, until

DEVICES = (
    *("front_door", "back_door", "kitchen_window", "hall_motion", "living_motion"),
    *("kitchen_smoke", "cellar_water", "hall_siren", "garden_siren", "front_lock"),
    *("hall_keypad", "lamp_plug", "cellar_climate"),
)


FORM_SECONDS = 30.0


class Ear:
    """A zigpy listener that writes down what it is told."""

    def __init__(self) -> None:
        self.commands: list[tuple[int, Any]] = []

    def cluster_command(self, _tsn: int, command: int, args: Any) -> None:
        self.commands.append((command, args))


@asynccontextmanager
async def network(folder: Path) -> AsyncIterator[tuple[ControllerApplication, Watcher]]:
    """A stick on a pty, its house, and a host that has formed a network on it."""
    port, control = folder / "stick", folder / "control"
    command = ("-m", "simulator.zigbee", "--house", HOME, "--listen", f"pty:{port}")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *map(str, command),
        *("--control", str(control), "--follow-stdin"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=HOME.parents[2],
    )
    assert process.stdin
    assert process.stdout
    try:
        async with asyncio.timeout(BOUND_SECONDS):
            ready = json.loads(await process.stdout.readline())
        async with client(control) as watcher:
            app = await host(ready["port"], folder / "zigbee.db")
            try:
                async with asyncio.timeout(FORM_SECONDS):
                    await app.startup(auto_form=True)
                yield app, watcher
            finally:
                await app.shutdown()
    finally:
        process.stdin.close()
        async with asyncio.timeout(BOUND_SECONDS):
            assert await process.wait() == 0


async def host(port: str, database: Path) -> ControllerApplication:
    config = {
        "device": {"path": port, "baudrate": 115200},
        "database_path": str(database),
        "network": {"channel": 15},
        "ota": {"enabled": False},
        "backup_enabled": False,
        "topology_scan_enabled": False,
        "use_thread": False,
    }
    app: ControllerApplication = await ControllerApplication.new(config, start_radio=False)
    return app


async def admit(app: ControllerApplication, watcher: Watcher, name: str) -> Any:
    """Let a device join; give zigpy's device once it is interviewed."""
    answer = await watcher.do("join", name)
    assert answer["ok"], answer
    state = await watcher.do("state", name)
    eui64 = t.EUI64.convert(state["device"]["eui64"])
    await until(lambda: eui64 in app.devices and app.devices[eui64].is_initialized)
    await until(lambda: app.devices[eui64].model)
    return app.devices[eui64]


async def enrol(app: ControllerApplication, device: Any, zone_id: int) -> None:
    """What a hub does: write the CIE address, then the response that need not be asked for."""
    zone = device.endpoints[1].ias_zone
    await zone.bind()
    await zone.write_attributes({"cie_addr": app.state.node_info.ieee})
    await zone.enroll_response(enroll_response_code=0, zone_id=zone_id)


async def test_all_kinds_join_and_are_interviewed_and_the_closed_network_refuses(
    tmp_path: Path,
) -> None:
    async with network(tmp_path) as (app, watcher):
        refused = await watcher.do("join", "front_door")
        await app.permit(60)

        joined = {name: await admit(app, watcher, name) for name in DEVICES}

        assert not refused["ok"]
        assert "closed" in refused["error"]
        assert {device.manufacturer for device in joined.values()} == {"Nightlatch"}
        assert joined["hall_siren"].model == "NL-SIREN"
        assert set(joined["front_lock"].endpoints[1].in_clusters) >= {0x0101, 0x0001}
        assert set(joined["hall_keypad"].endpoints[1].out_clusters) == {0x0019, 0x0501}
        statistics = (await watcher.do("statistics"))["statistics"]
        assert (statistics["nak_sent"], statistics["crc_errors"]) == (0, 0)


async def test_sensors_of_all_three_enrolments_enrol_and_report(tmp_path: Path) -> None:
    async with network(tmp_path) as (app, watcher):
        await app.permit(60)
        names = ("front_door", "back_door", "kitchen_window")
        for number, name in enumerate(names, 1):
            device = await admit(app, watcher, name)
            await enrol(app, device, number)
            zone, ear = device.endpoints[1].ias_zone, Ear()
            zone.add_listener(ear)

            answer = await watcher.do("open", name)
            await until(lambda ear=ear: [c for c in ear.commands if c[0] == 0x00])  # type: ignore[misc]  # mypy cannot infer a lambda with a default

            success, _ = await zone.read_attributes(["zone_state", "zone_id"])
            assert success == {"zone_state": 1, "zone_id": number}
            assert answer["at_ns"] > 0
            status = next(args.zone_status for command, args in ear.commands if command == 0x00)
            assert status & 1


async def test_a_start_warning_reaches_the_siren_as_bytes(tmp_path: Path) -> None:
    async with network(tmp_path) as (app, watcher):
        await app.permit(60)
        siren = await admit(app, watcher, "hall_siren")
        await watcher.do("watch")

        answer = await siren.endpoints[1].ias_wd.start_warning(0x17, 180, 50, 2)
        told = await watcher.happening("siren")

        assert answer.status == 0
        assert told["bytes"] == "17b4003202"
        assert told["sounding"]
        assert told["seconds"] == 180
        assert told["at_ns"] > 0


async def test_the_lock_takes_a_pin_obeys_it_and_tells_what_happened(tmp_path: Path) -> None:
    async with network(tmp_path) as (app, watcher):
        await app.permit(60)
        device = await admit(app, watcher, "front_lock")
        lock, ear = device.endpoints[1].door_lock, Ear()
        lock.add_listener(ear)
        await lock.bind()

        kept = await lock.set_pin_code(user_id=3, user_status=1, user_type=0, pin_code="2468")
        wrong = await lock.lock_door(pin_code="1357")
        right = await lock.lock_door(pin_code="2468")
        await until(lambda: lock.get("lock_state") == 1)

        state = (await watcher.do("state", "front_lock"))["device"]
        assert (kept.status, wrong.status, right.status) == (0, 1, 0)
        assert state["lock"] == "locked"
        assert "2468" not in json.dumps(state)
        assert 0x20 in [command for command, _ in ear.commands]


async def test_a_keypad_asks_and_is_told(tmp_path: Path) -> None:
    async with network(tmp_path) as (app, watcher):
        await app.permit(60)
        device = await admit(app, watcher, "hall_keypad")
        ace, ear = device.endpoints[1].out_clusters[0x0501], Ear()
        ace.add_listener(ear)
        await watcher.do("watch")

        await watcher.do("press", "hall_keypad", key="arm_away", code="1234")
        await until(lambda: ear.commands)
        await ace.panel_status_changed(
            panel_status=4, seconds_remaining=30, audible_notification=1, alarm_status=0
        )
        told = await watcher.happening("keypad")

        command, args = ear.commands[0]
        assert command == 0x00
        assert (args.arm_mode, args.arm_disarm_code) == (3, "1234")
        assert (told["state"], told["seconds"]) == ("exit_delay", 30)


async def test_bound_and_configured_attributes_are_reported(tmp_path: Path) -> None:
    async with network(tmp_path) as (app, watcher):
        await app.permit(60)
        device = await admit(app, watcher, "cellar_climate")
        cluster = device.endpoints[1].temperature
        await cluster.bind()
        await cluster.configure_reporting("measured_value", 1, 3600, 10)

        answer = await watcher.do("temperature", "cellar_climate", celsius=-3.5)
        await until(lambda: cluster.get("measured_value") == -350)

        assert answer["at_ns"] > 0


async def test_hostile_frames_from_the_host_leave_everybody_alive(tmp_path: Path) -> None:
    async with network(tmp_path) as (app, watcher):
        await app.permit(60)
        devices = [await admit(app, watcher, name) for name in ("hall_siren", "front_lock")]
        chance = random.Random(20261121)  # a seed: the same hostility each time

        for device in devices:
            for number in range(60):
                profile, endpoint = chance.choice(((0x0104, 1), (0x0000, 0), (0x0104, 255)))
                await app.request(
                    device,
                    profile=profile,
                    cluster=chance.choice((0, 3, 0x20, 0x31, 0x0101, 0x0500, 0x0502)),
                    src_ep=endpoint and 1,
                    dst_ep=endpoint,
                    sequence=number,
                    data=chance.randbytes(chance.randrange(1, 40)),
                )

        for device in devices:
            success, _ = await device.endpoints[1].basic.read_attributes(["model"])
            assert "model" in success
