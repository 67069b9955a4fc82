"""The simulator as a process: it says when it is ready, and ends when it is told to."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.drivers.air import AirError, control, process

HOUSE = """
[camera]
discovery_port = 0
[[device]]
radio = "camera"
name = "yard"
"""


async def _started(folder: Path, *more: str, house: str = HOUSE) -> asyncio.subprocess.Process:
    (folder / "house.toml").write_text(house)
    paths = ["--house", str(folder / "house.toml"), "--control", str(folder / "control")]
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator.camera", *paths, *more),
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
    )


async def test_it_says_where_everything_is_and_ends_when_its_input_closes(tmp_path: Path) -> None:
    running = await _started(tmp_path, "--follow-stdin")
    assert running.stdout is not None
    ready = json.loads(await running.stdout.readline())

    assert ready["ready"] is True
    assert ready["port"] == ready["cameras"]["yard"]["onvif"]
    assert ready["cameras"]["yard"]["sub"].startswith("rtsp://127.0.0.1:")
    _, errors = await running.communicate()
    assert (running.returncode, errors) == (0, b"")
    assert not (tmp_path / "control").exists()


async def test_it_ends_on_a_wish_and_another_finds_its_ports_free(tmp_path: Path) -> None:
    first = await _started(tmp_path)
    assert first.stdout is not None
    port = json.loads(await first.stdout.readline())["port"]
    first.terminate()
    assert await first.wait() == 0

    second = await _started(tmp_path, "--listen", f"tcp:{port.partition(':')[2]}", "--follow-stdin")
    assert second.stdout is not None
    assert json.loads(await second.stdout.readline())["port"] == port
    await second.communicate()


@pytest.mark.parametrize(
    ("house", "sentence"),
    [
        ("[camera]\nx = 1\n", "camera.x: no such key"),
        (HOUSE + '[device.scenes]\nrest = "house.toml"\n', "house.toml has no moving picture"),
        (HOUSE + "port = 1\naddress = 1\n", "device[0].address: no such key"),
        (HOUSE.replace("discovery_port = 0", 'address = "192.0.2.1"'), "a camera cannot listen: "),
    ],
)
async def test_what_is_wrong_is_said_in_a_sentence(
    tmp_path: Path, house: str, sentence: str
) -> None:
    running = await _started(tmp_path, house=house)

    _, errors = await running.communicate()

    assert sentence in errors.decode()
    assert errors.count(b"\n") == 1
    assert running.returncode == 1


async def test_what_cannot_be_asked_is_answered_with_what_can(tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text(HOUSE)
    arguments = ["--house", str(tmp_path / "house.toml"), "--control", str(tmp_path / "control")]
    async with process("simulator.camera", arguments) as ready, control(ready["control"]) as air:
        for wish, fields, reason in (
            ("persn", {}, "no request 'persn'; did you mean 'person'?"),
            ("person", {"device": "yrd"}, "no device 'yrd'; did you mean 'yard'?"),
            ("person", {"device": "yard", "on": 1}, "on: expected true or false, found 1"),
            ("input", {"device": "yard", "input": 2}, "'yard' has 1 inputs"),
            ("fault", {"device": "yard", "malformed": "x"}, "malformed: expected '' or one of"),
            ("reboot", {"device": "yard", "seconds": -1}, "seconds: expected 0 to 3600 seconds"),
        ):
            with pytest.raises(AirError) as refused:
                await air.do(wish, **fields)
            assert str(refused.value).startswith(reason)
