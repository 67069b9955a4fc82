"""`nightlatch zwave`, and what `doctor` says of Z-Wave."""

import asyncio
import json
import os
import shutil
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from typer.testing import CliRunner, Result

from drivers.zwave import node_home
from drivers.zwave.keys import load_or_make
from drivers.zwave.node_home import PINS, pinned
from gateway.cli.root import app
from gateway.cli.zwave_checks import zwave_checks
from gateway.config import load
from tests.drivers.zwave.programs import FETCHES, HALF, fake_node, program


def config(folder: Path, *lines: str) -> Path:
    """Write a configuration with these lines in [zwave]."""
    file = folder / "nightlatch.toml"
    file.write_text("\n".join(["[site]", 'name = "x"', "", "[zwave]", *lines, ""]))
    file.chmod(0o600)
    return file


def call(*words: str | Path) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, [str(word) for word in words])


def lines(result: Result) -> list[dict[str, Any]]:
    """Read what a command said as JSON."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def found(file: Path, radio: bool | None = None) -> Mapping[str, tuple[bool, str]]:  # noqa: FBT001 - as the checks take it
    """Give what the checks find, by name."""
    return {check.name: (check.ok, check.sentence) for check in zwave_checks(load(file), radio)}


STICK = 'port = "tcp://127.0.0.1:9"'


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the pins, and no packages beside them: this is no checkout."""
    pins = tmp_path / "pins"
    pins.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PINS / name, pins)
    monkeypatch.setattr(node_home, "PINS", pins)


def test_install_fetches_nothing_where_the_checkout_has_it(tmp_path: Path) -> None:
    file = config(tmp_path, STICK, f'node = "{fake_node(tmp_path / "n", HALF)}"')

    told = call("zwave", "install", "-c", file)

    assert told.exit_code == 0
    assert told.stdout.endswith(f"are in {PINS}.\n")
    assert not (tmp_path / "state").exists()


@pytest.mark.usefixtures("bare")
def test_install_fetches_once_and_says_what(tmp_path: Path) -> None:
    file = config(tmp_path, STICK, f'node = "{fake_node(tmp_path / "n", FETCHES)}"')

    first, second = call("zwave", "install", "-c", file), call("zwave", "install", "-c", file)

    tree = tmp_path / "state" / "zwave" / "node"
    assert first.exit_code == second.exit_code == 0
    words = f"zwave-js {pinned().driver} and its server {pinned().server} are in {tree}."
    assert words in first.stdout
    assert "next start" in first.stdout
    assert second.stdout == f"{words}\n"
    assert (tree / "node_modules" / "zwave-js").is_dir()


@pytest.mark.usefixtures("bare")
def test_install_tells_programs_how_far_it_is(tmp_path: Path) -> None:
    file = config(tmp_path, STICK, f'node = "{fake_node(tmp_path / "n", FETCHES)}"')

    told = lines(call("zwave", "install", "-c", file, "--json"))

    assert told[0]["packages"] == 0
    assert told[-2]["packages"] == told[-2]["of"]
    assert told[-1]["ok"]
    assert told[-1]["fetched"]
    again = lines(call("zwave", "install", "-c", file, "--again", "--json"))
    assert again[-1]["fetched"]
    assert not lines(call("zwave", "install", "-c", file, "--json"))[-1]["fetched"]


@pytest.mark.usefixtures("bare")
def test_install_without_a_network_says_so(tmp_path: Path) -> None:
    file = config(tmp_path, STICK, f'node = "{fake_node(tmp_path / "n", HALF)}"')

    told = call("zwave", "install", "-c", file)
    as_json = call("zwave", "install", "-c", file, "--json")

    assert told.exit_code == as_json.exit_code == 1
    assert "npm could not fetch the Z-Wave server (code ENOTFOUND" in told.stderr
    assert "npm could not fetch" in lines(as_json)[-1]["error"]


@pytest.mark.parametrize("command", ["install", "status"])
def test_a_configuration_without_zwave_is_bad_input(tmp_path: Path, command: str) -> None:
    file = tmp_path / "nightlatch.toml"
    file.write_text('[site]\nname = "x"\n')

    told = call("zwave", command, "-c", file)

    assert told.exit_code == 2
    assert "has no section [zwave]" in told.stderr


def test_status_ends_with_one_where_something_is_not_well(tmp_path: Path) -> None:
    file = config(tmp_path, STICK)

    told = call("zwave", "status", "-c", file)
    (as_json,) = lines(call("zwave", "status", "-c", file, "--json"))

    assert told.exit_code == 1
    assert "look zwave port: tcp://127.0.0.1:9 does not answer" in told.stdout
    assert not as_json["ok"]
    assert [check["name"] for check in as_json["checks"]] == [
        "zwave library",
        "zwave node",
        "zwave packages",
        "zwave keys",
        "zwave port",
    ]


def test_the_doctor_looks_at_zwave_too(tmp_path: Path) -> None:
    file = config(tmp_path, STICK)

    (told,) = lines(call("doctor", "-c", file, "--json"))

    names = {check["name"] for check in told["checks"]}
    assert {"zwave node", "zwave packages", "zwave keys", "zwave port"} <= names


def test_what_is_as_it_must_be_is_well(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stick:
        told = found(config(tmp_path, f'port = "tcp://127.0.0.1:{stick.getsockname()[1]}"'))

    assert {name for name, (ok, _) in told.items() if not ok} == set()
    assert "as pinned" in told["zwave packages"][1]
    assert "the hub will make it" in told["zwave keys"][1]


def test_a_running_hub_is_asked_for_its_radio_and_not_the_stick(tmp_path: Path) -> None:
    file = config(tmp_path, STICK)

    assert found(file, radio=True)["zwave port"][0]
    assert "does not find its radio" in found(file, radio=False)["zwave port"][1]


def test_an_old_node_and_none_are_told(tmp_path: Path) -> None:
    old = program(tmp_path / "node", "echo v18.1.0")

    told = found(config(tmp_path, STICK, f'node = "{old}"'))
    assert told["zwave node"] == (
        False,
        f"{old} is Node 18.1.0: install Node 22 or newer, or leave `node` out",
    )
    told = found(config(tmp_path, STICK, 'node = "nowhere"'))
    assert "is no program" in told["zwave node"][1]


def test_packages_of_another_version_are_told(tmp_path: Path) -> None:
    file = config(tmp_path, STICK)
    packages = tmp_path / "state" / "zwave" / "node" / "node_modules"
    packages.mkdir(parents=True)
    lock = (PINS / "package-lock.json").read_text().replace(pinned().driver, "15.0.0")
    (packages / ".package-lock.json").write_text(lock)

    ok, sentence = found(file)["zwave packages"]

    assert not ok
    assert sentence.endswith("run `nightlatch zwave install`")


def test_keys_are_looked_at_and_never_shown(tmp_path: Path) -> None:
    file = config(tmp_path, STICK, 'keys = "keys.toml"')
    keys = tmp_path / "keys.toml"
    keys.write_text('S0_Legacy = "00112233445566778899aabbccddeeff"\n')

    ok, sentence = found(file)["zwave keys"]
    assert not ok
    assert "is damaged" in sentence
    assert "0011" not in sentence

    keys.unlink()
    cache = tmp_path / "state" / "zwave" / "cache"
    cache.mkdir(parents=True)
    (cache / "e0f1a2b3.jsonl").write_text("{}")
    assert "put the file back from your copy" in found(file)["zwave keys"][1]


def test_keys_that_others_may_read_get_the_right_advice(tmp_path: Path) -> None:
    load_or_make(tmp_path / "keys.toml", fresh=True)
    (tmp_path / "keys.toml").chmod(0o640)

    ok, sentence = found(config(tmp_path, STICK, 'keys = "keys.toml"'))["zwave keys"]

    assert not ok
    assert sentence.endswith(f"chmod 600 {tmp_path / 'keys.toml'}")


# --- a server that somebody else runs -------------------------------------------------------------


@contextmanager
def server(*said: str) -> Iterator[str]:
    """Give the address of a server that says this to whoever comes, and hangs up."""
    loop, port = asyncio.new_event_loop(), 0

    async def answer(request: web.Request) -> web.WebSocketResponse:
        line = web.WebSocketResponse()
        await line.prepare(request)
        for text in said:
            await line.send_str(text)
        return line

    async def start() -> web.AppRunner:
        nonlocal port
        site = web.Application()
        site.router.add_get("/", answer)
        runner = web.AppRunner(site)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        return runner

    runner = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"ws://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def version(oldest: int, newest: int) -> str:
    """Say what a server says first."""
    about = {"driverVersion": "15.0.0", "serverVersion": "3.9.9", "homeId": 1}
    schemas = {"minSchemaVersion": oldest, "maxSchemaVersion": newest}
    return json.dumps({"type": "version", **about, **schemas})


def of_server(folder: Path, *said: str) -> tuple[bool, str]:
    """Look at a server that says this."""
    with server(*said) as url:
        ok, sentence = found(config(folder, f'url = "{url}"'))["zwave server"]
        return ok, sentence.replace(url, "URL")


def test_another_s_server_is_asked_for_its_version(tmp_path: Path) -> None:
    assert of_server(tmp_path, version(0, 50)) == (True, "URL answers (version 3.9.9)")


@pytest.mark.parametrize(("oldest", "newest"), [(0, 48), (51, 60)])
def test_a_server_of_other_schemas_is_told_with_both(
    tmp_path: Path, oldest: int, newest: int
) -> None:
    ok, sentence = of_server(tmp_path, version(oldest, newest))

    assert not ok
    assert f"speaks the schemas {oldest} to {newest}, and this hub 49 to 50" in sentence


@pytest.mark.parametrize("said", ["garbage", "{}", "[]", "null", '{"type": "version"}'])
def test_what_is_no_server_is_told_as_that(tmp_path: Path, said: str) -> None:
    ok, sentence = of_server(tmp_path, said)

    assert not ok
    assert "no Z-Wave JS server answers on URL" in sentence


def test_a_server_that_is_away_or_hangs_up_is_told(tmp_path: Path) -> None:
    assert "no Z-Wave JS server answers" in of_server(tmp_path)[1]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{free.getsockname()[1]}"
        told = found(config(tmp_path, f'url = "{url}"'))
    assert not told["zwave server"][0]
    assert set(told) == {"zwave library", "zwave server"}


def test_a_port_that_somebody_else_has_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stick:
        port = f"tcp://127.0.0.1:{stick.getsockname()[1]}"

        def refuse() -> None:
            stick.accept()[0].close()

        taken = threading.Thread(target=refuse)
        taken.start()
        well, sentence = found(config(tmp_path, f'port = "{port}"'))["zwave port"]
        taken.join()

    assert not well
    assert sentence == f"{port} hangs up at once: perhaps another program, or another hub, holds it"


@pytest.mark.parametrize("port", ["/dev/null", "/dev/tty", "/dev/ptmx"])
def test_a_device_that_is_no_serial_port_is_told(tmp_path: Path, port: str) -> None:
    file = config(tmp_path, f'port = "{port}"')

    assert found(file)["zwave port"] == (False, f"{port} is no serial port: correct the name")


def test_a_pseudo_terminal_may_be_a_stick(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    try:
        well, sentence = found(config(tmp_path, f'port = "{os.ttyname(theirs)}"'))["zwave port"]
    finally:
        os.close(ours)
        os.close(theirs)

    assert not well
    assert "is busy" in sentence  # by us


def test_where_the_keys_are_gone_nobody_blames_the_cable(tmp_path: Path) -> None:
    cache = tmp_path / "state" / "zwave" / "cache"
    cache.mkdir(parents=True)
    (cache / "e0f1a2b3.jsonl").touch()
    with socket.create_server(("127.0.0.1", 0)) as stick:
        file = config(tmp_path, f'port = "tcp://127.0.0.1:{stick.getsockname()[1]}"')
        told = found(file, radio=False)

    assert "are gone" in told["zwave keys"][1]
    assert told["zwave port"][0]
