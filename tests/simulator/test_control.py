"""The control socket, on a real Unix socket."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.act import fields
from simulator.clients import MOST_UNREAD_BYTES
from simulator.zigbee.seams import ApsFrame
from tests.simulator.air_double import HOME, Scene, Watcher, client, house, turn
from tests.waiting import until


@asynccontextmanager
async def served(folder: Path, *devices: str) -> AsyncIterator[tuple[Scene, Path]]:
    """A scene whose control socket is open."""
    scene = Scene(house(folder, *(devices or ("contact front_door", "siren hall_siren"))))
    path = folder / "control"
    serving = asyncio.create_task(scene.world.serve(path))
    try:
        await turn()
        await until(path.exists)
        yield scene, path
    finally:
        serving.cancel()
        await asyncio.wait([serving])


@pytest.fixture
async def watcher(tmp_path: Path) -> AsyncIterator[Watcher]:
    async with served(tmp_path) as (_, path), client(path) as watcher:
        yield watcher


async def test_the_socket_is_for_its_owner_only_and_goes_with_the_simulator(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as (_, path):
        assert path.stat().st_mode & 0o777 == 0o600

    assert not path.exists()


async def test_a_socket_that_a_dead_simulator_left_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "control"))

    async with served(tmp_path) as (_, again), client(again) as watcher:
        assert (await watcher.do("state"))["ok"]


async def test_an_answer_carries_the_id_and_the_time_at_the_wire(watcher: Watcher) -> None:
    answer = await watcher.do("join", "front_door")

    assert answer == {"id": 1, "ok": True, "at_ns": 1_001}


async def test_an_unknown_device_is_refused_with_a_hint(watcher: Watcher) -> None:
    answer = await watcher.do("open", "frnt_door")

    assert answer["error"] == "no device 'frnt_door'; did you mean 'front_door'?"


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"do": "opne", "device": "front_door"}, "no request 'opne'; did you mean 'open'?"),
        ({"do": "open", "devise": "x"}, "'open' has no field 'devise'; did you mean 'device'?"),
        ({"do": "open"}, "device: expected the name of a device, found nothing"),
        ({"do": "open", "device": 7}, "device: expected the name of a device, found 7"),
        ({"do": "reset", "code": 256}, "code: expected a reset code, 0 to 255, found 256"),
        ({"do": "fault", "drop": "much"}, "drop: expected a number, found 'much'"),
        ({"do": "wet", "device": "front_door"}, "'front_door' is a contact and cannot 'wet'"),
        ({"do": "tamper", "device": "lamp"}, "no device 'lamp'; known: front_door, hall_siren"),
        ({"device": "front_door"}, "do: expected one of babble, battery, check_in"),
        ({"do": "traffic", "rate": 10, "seconds": 1}, "there is no crowd"),
        ({"id": [1], "do": "state"}, "id: expected a number or a string, found list"),
    ],
)
async def test_a_wrong_request_is_told_what_was_expected(
    watcher: Watcher, request_: dict[str, object], error: str
) -> None:
    answer = await watcher.ask(json.dumps(request_).encode())

    assert not answer["ok"]
    assert error in answer["error"]


@pytest.mark.parametrize("line", [b"{", b"[]", b"7", b"\xff\xfe", b"[" * 5000, b'{"do":NaN}'])
async def test_bad_json_is_answered_and_the_connection_lives(watcher: Watcher, line: bytes) -> None:
    refused = await watcher.ask(line)

    assert (refused["id"], refused["ok"]) == (None, False)
    assert (await watcher.do("state"))["ok"]


async def test_a_line_without_end_is_the_end_of_the_connection(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, path):
        async with client(path) as endless:
            endless.writer.write(b"x" * 70_000)
            assert "longer" in (await endless.next())["error"]
        async with client(path) as other:
            assert (await other.do("state"))["ok"]


async def test_requests_in_pieces_and_in_heaps_are_answered_in_order(watcher: Watcher) -> None:
    for piece in (b'{"id":"a","do":', b'"state"}\n{"id":"b","do":"state"}\n\n{"id":"c",'):
        watcher.writer.write(piece)
        await watcher.writer.drain()
        await turn()

    answers = [await watcher.next(), await watcher.next(), await watcher.ask(b'"do":"watch"}')]
    assert [answer["id"] for answer in answers] == ["a", "b", "c"]


async def test_who_watches_is_shown_what_happens_and_others_are_not(tmp_path: Path) -> None:
    async with (
        served(tmp_path) as (scene, path),
        client(path) as watcher,
        client(path) as other,
    ):
        await watcher.do("watch")
        await other.do("join", "hall_siren")
        joined = await watcher.happening("joined")
        warning = bytes.fromhex("01010017b4003202")
        assert await scene.world.unicast(
            joined["nwk"], ApsFrame(0x0104, 0x0502, 1, 1, 1, warning), 4_711
        )

        told = await watcher.happening("siren")
        await other.do("state")

        assert told == {
            "happening": "siren",
            "device": "hall_siren",
            "sounding": True,
            "at_ns": 4_711,
            "seconds": 180,
            "bytes": "17b4003202",
        }
        assert other.happened == []


async def test_a_watcher_that_does_not_read_is_dropped_and_the_others_are_served(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as (scene, path):
        _, writer = await asyncio.open_unix_connection(path, limit=1024)
        writer.write(b'{"do":"watch"}\n')
        await until(lambda: scene.world.watched)
        told = {"happening": "stick", "text": "x" * 10_000}

        for _ in range(3 * MOST_UNREAD_BYTES // 10_000):
            scene.world.tell(told)
        await until(lambda: not scene.world.watched)

        async with client(path) as other:
            assert (await other.do("state"))["ok"]
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_the_stick_and_the_line_are_driven(tmp_path: Path) -> None:
    async with served(tmp_path) as (scene, path), client(path) as watcher:
        orders: list[tuple[str, dict[str, Any]]] = [
            ("unplug", {}),
            ("plug", {}),
            ("reset", {"code": 6}),
            ("jam", {}),
            ("unjam", {}),
            ("babble", {"count": 7, "seed": 3}),
            ("fault", {"drop": 0.1, "byte_by_byte": True}),
        ]
        for do, fields in orders:
            assert (await watcher.do(do, **fields))["ok"]
        counted = await watcher.do("statistics")

        assert scene.line.done == [
            "unplug",
            "plug",
            ("reset", 6),
            ("jam", True),
            ("jam", False),
            ("babble", 7, 3),
            {"drop": 0.1, "byte_by_byte": 1.0},
        ]
        assert counted["statistics"] == {"resets": 0}


async def test_a_jammed_channel_is_loud(tmp_path: Path) -> None:
    async with served(tmp_path) as (scene, path), client(path) as watcher:
        quiet = [scene.world.energy(channel) for channel in range(11, 27)]

        await watcher.do("jam")

        assert max(quiet) < 100 < scene.world.energy(15) < 256


async def test_traffic_is_as_many_reports_as_were_asked_for(tmp_path: Path) -> None:
    devices = ("motion hall", "temperature cellar", "contact door")
    async with served(tmp_path, *devices) as (scene, path), client(path) as watcher:
        nwk = await scene.join("hall")
        await scene.enrol(nwk)
        await scene.join("cellar")
        await scene.join("door")
        await watcher.do("watch")
        mark = len(scene.stick.heard)

        answer = await watcher.do("traffic", rate=500, seconds=0.2)
        done = await watcher.happening("traffic")

        clusters = [frame.cluster for frame in scene.stick.heard[mark:]]
        assert answer["reports"] == 100
        assert (done["sent"], done["lost"]) == (100, 0)
        assert (clusters.count(0x0402), clusters.count(0x0500)) == (50, 50)


async def test_traffic_ends_when_it_is_told_to(tmp_path: Path) -> None:
    async with served(tmp_path, "temperature cellar") as (scene, path), client(path) as watcher:
        await scene.join("cellar")
        await watcher.do("traffic", rate=1000, seconds=3600)
        await until(lambda: len(scene.stick.heard) > 10)

        await watcher.do("traffic", rate=0, seconds=0)
        mark = len(scene.stick.heard)
        for _ in range(20):
            await watcher.do("state")

        assert len(scene.stick.heard) == mark


async def test_a_state_tells_what_a_device_really_is(watcher: Watcher) -> None:
    one = await watcher.do("state", "front_door")
    everyone = await watcher.do("state")

    assert one["device"]["eui64"] == "00:12:4b:00:1c:a1:00:01"
    assert (one["device"]["joined"], one["device"]["nwk"]) == (False, None)
    assert sorted(everyone["devices"]) == ["front_door", "hall_siren"]


async def test_the_home_of_the_house_file_can_be_joined_as_it_stands() -> None:
    scene = Scene(HOME)

    for name in scene.do("state")["devices"]:
        await scene.join(name)

    assert len(scene.stick.joiners) == 13


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
words = st.sampled_from(["battery", "press", "turn", "switch", "traffic", "fault", "state", "mute"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    line=st.binary(max_size=60)
    | st.builds(
        lambda do, more: json.dumps({**more, "do": do, "device": "door"}).encode(),
        words,
        st.dictionaries(
            st.sampled_from(["percent", "key", "code", "to", "slot", "on", "rate", "drop", "id"]),
            json_values,
        ),
    )
)
def test_every_line_gets_one_line_of_an_answer(
    tmp_path_factory: pytest.TempPathFactory, line: bytes
) -> None:
    async def play() -> None:
        scene = Scene(house(tmp_path_factory.getbasetemp(), "lock door"))
        answer = scene.world.control.answer(line, lambda: None)
        assert answer.endswith(b"\n")
        assert isinstance(json.loads(answer)["ok"], bool)

    asyncio.run(play())


def test_an_act_from_the_shell_reads_devices_numbers_and_words() -> None:
    assert fields(["front_lock", "to=unlocked", "slot=3", "on=true"]) == {
        "device": "front_lock",
        "to": "unlocked",
        "slot": 3,
        "on": True,
    }


def test_a_pin_from_the_shell_is_text_though_it_is_digits() -> None:
    words = ["keypad", "key=disarm", "code=7391"]

    assert fields(words, "press") == {"device": "keypad", "key": "disarm", "code": "7391"}
    assert fields(["keypad", 'code="7391"'], "press")["code"] == "7391"
    assert fields(["code=2"], "reset") == {"code": 2}
