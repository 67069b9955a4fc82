"""The simulated network as a process: it says when it is ready, and ends when it is told to."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from simulator.zigbee.house import load

ROOT = Path(__file__).parents[2]
HOUSE = '[stick]\neui64 = "00:12:4b:00:00:00:00:01"\n'
BOUND_SECONDS = 20.0


async def started(folder: Path, listen: str) -> asyncio.subprocess.Process:
    house = folder / "house.toml"
    house.write_text(HOUSE)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator.zigbee", "--house", str(house)),
        *("--listen", listen, "--control", str(folder / "control"), "--follow-stdin"),
        *("--state", str(folder / "state")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )


@pytest.mark.parametrize("by", ["SIGTERM", "its input closing"])
async def test_it_is_ready_when_it_says_so_and_ends_by(by: str, tmp_path: Path) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        process = await started(tmp_path, "tcp:0")
        assert process.stdin
        assert process.stdout
        ready = json.loads(await process.stdout.readline())
        port = int(ready["port"].rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        greeting = await reader.readuntil(b"\x7e")

        if by == "SIGTERM":
            process.terminate()
        else:
            process.stdin.close()
        _, complaints = await process.communicate()
        writer.close()

    assert ready["ready"] is True
    assert greeting == bytes.fromhex("c1020b0a527e")
    assert (process.returncode, complaints) == (0, b"")
    assert (tmp_path / "state" / "stick.json").exists()


async def test_a_listen_word_it_does_not_know_is_named(tmp_path: Path) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        process = await started(tmp_path, "usb:3")
        _, complaints = await process.communicate()

    assert process.returncode == 1
    assert b"--listen usb:3: pty:PATH or tcp:PORT" in complaints


def test_the_sticks_address_is_read_as_it_goes_on_the_air(tmp_path: Path) -> None:
    house = tmp_path / "house.toml"
    house.write_text(HOUSE)

    assert load(house).stick.eui64 == bytes.fromhex("01000000004b1200")
