"""`nightlatch code`: PINs are typed, never arguments; and beside a real hub and lock."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.hub_command import hub_command
from gateway.cli.root import app
from simulator.play.house import HOUSES, open_home
from simulator.play.virtual import VirtualHouse
from tests.gateway.fake_hub import CODE, FakeHub
from tests.waiting import until, until_async

PIN, ONE_TIME = "902174", "618240"
ROW = {
    "lock": "front_lock",
    "slot": 3,
    "person": "anna",
    "once": None,
    "until_us": None,
    "kept": True,
    "window": None,
    "ordered": True,
    "written": True,
    "found": "right",
    "since_us": 2_000_000,
    "as_ordered": True,
}


class CodeHub(FakeHub):
    """A fake hub that knows the lines of this command."""

    rows: list[dict[str, Any]]

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["do"] in ("code_set", "code_clear", "code_once"):
            if refused := self._refused(request):
                return refused
            return {"slots": self.rows, "pin": ONE_TIME, "stored": True, **self.rows[0]}
        if request["do"] == "codes":
            return {"slots": self.rows}
        return super()._answer(request)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[CodeHub]:
    made = CodeHub(tmp_path)
    made.rows = [dict(ROW)]
    made.start()
    try:
        yield made
    finally:
        made.stop()


def call(folder: Path, *words: str, typed: str = "") -> Result:
    words = ("code", *words, "--state", str(folder))
    return CliRunner().invoke(app, list(words), input=typed)


def test_a_pin_is_read_after_the_code_and_shown_nowhere(hub: CodeHub) -> None:
    result = call(
        hub.folder, "set", "anna", "--code-stdin", "--pin-stdin", typed=f"{CODE}\n{PIN}\n"
    )

    assert result.exit_code == 0
    asked = {key: hub.asked[-1][key] for key in ("do", "person", "pin", "code")}
    assert asked == {"do": "code_set", "person": "anna", "pin": PIN, "code": CODE}
    assert "front_lock, slot 3: its PIN" in result.output
    assert PIN not in result.output
    assert CODE not in result.output


@pytest.mark.parametrize("options", [("--pin-stdin",), ("--code-stdin",), ()])
def test_half_of_what_is_wanted_on_standard_input_is_refused(
    hub: CodeHub, options: tuple[str, ...]
) -> None:
    result = call(hub.folder, "set", "anna", *options, typed=f"{CODE}\n")

    assert result.exit_code == 2
    assert "-stdin" in result.stderr
    assert not any(asked["do"] == "code_set" for asked in hub.asked)


def test_one_line_where_two_are_wanted_is_refused(hub: CodeHub) -> None:
    result = call(hub.folder, "set", "anna", "--code-stdin", "--pin-stdin", typed=f"{CODE}\n")

    assert result.exit_code == 2


def test_a_one_time_pin_stands_alone_on_standard_output(hub: CodeHub) -> None:
    words = ("once", "front_lock", "--hours", "2", "--label", "plumber", "--code-stdin")
    result = call(hub.folder, *words, typed=f"{CODE}\n")

    assert result.stdout == f"{ONE_TIME}\n"
    assert "for one opening within 2 h" in result.stderr
    assert {key: hub.asked[-1][key] for key in ("hours", "label")} == {
        "hours": 2,
        "label": "plumber",
    }


def test_a_pin_that_the_lock_has_not_taken_is_said_so(hub: CodeHub) -> None:
    hub.rows[0]["written"] = False

    result = call(hub.folder, "once", "front_lock", "--code-stdin", typed=f"{CODE}\n")

    assert "has not taken it yet" in result.stderr


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, ("anna", "its PIN", "right, 3 s ago")),
        ({"ordered": False, "found": "missing", "window": "shut"}, ("empty", "missing", "shut")),
        ({"found": "other", "as_ordered": False}, ("should be its PIN, found other",)),
        ({"written": False, "found": "unknown", "since_us": None}, ("not taken yet", "unknown")),
        ({"person": None, "once": "plumber"}, ("once: plumber",)),
        ({"person": None, "ordered": None, "found": "other"}, ("nobody", "nobody's PIN")),
        ({"ordered": None, "kept": False, "found": "other"}, ("anna", "left as it is")),
        ({"ordered": None, "kept": False, "found": "unknown"}, ("anna", "no PIN kept")),
    ],
)
def test_the_list_says_of_each_slot_whose_it_is_and_how_it_stands(
    hub: CodeHub, row: Mapping[str, object], words: tuple[str, ...]
) -> None:
    hub.rows = [{**ROW, **row}]

    result = call(hub.folder, "list")

    assert result.exit_code == 0
    for word in words:
        assert word in result.output


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"ordered": None, "written": False, "found": "unknown"}, "gone"),
        ({"ordered": False, "written": True, "found": "missing"}, "gone"),
        ({"ordered": False, "written": False, "found": "unknown"}, "is being taken out"),
        ({"ordered": None, "found": "other"}, "a PIN that is not kept is in it"),
        ({"person": "bea"}, "its PIN"),  # whose turn it is now
    ],
)
def test_a_pin_that_is_cleared_is_gone_or_on_its_way(
    hub: CodeHub, row: Mapping[str, object], words: str
) -> None:
    hub.rows = [{**ROW, "person": None, "kept": False, **row}]

    result = call(hub.folder, "clear", "plumber", "--code-stdin", typed=f"{CODE}\n")

    assert f"front_lock, slot 3: {words}" in result.output
    assert "left as it is" not in result.output


def test_a_list_of_nothing_says_what_to_write(hub: CodeHub) -> None:
    hub.rows = []

    assert "lock_slots" in call(hub.folder, "list").output


async def test_a_pin_goes_from_the_command_line_to_a_lock_and_is_nowhere_else(
    tmp_path: Path,
) -> None:
    entries: list[Mapping[str, Any]] = []
    home = open_home(HOUSES / "home.toml")
    async with VirtualHouse(
        home, hub_command=hub_command, work=tmp_path / "w", entered=entries.append
    ) as house:
        state = house.work / "state"

        async def run(*words: str, typed: str) -> dict[str, Any]:
            result = await asyncio.to_thread(call, state, *words, "--json", typed=typed)
            assert result.exit_code == 0, result.output
            return dict(json.loads(result.stdout))

        async def rows() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = (await house.hub.ask("codes"))["slots"]
            return found

        set_ = await run("set", "anna", "--code-stdin", "--pin-stdin", typed="4711\n4711\n")
        made = await run("once", "front_lock", "--code-stdin", typed="4711\n")
        assert [row["written"] for row in set_["slots"]] == [True]
        assert made["written"]
        await until_async(rows, lambda now: [row["found"] for row in now] == ["right", "right"])

        await house.far.act("turn", "front_lock", to="unlocked", slot=made["slot"])
        await until_async(rows, lambda now: [row["slot"] for row in now] == [1])
        await house.far.act("turn", "front_lock", to="locked", slot=0)
        await house.far.act("turn", "front_lock", to="unlocked", slot=1)
        await until(lambda: any("anna came in" in str(entry) for entry in entries))

        await house.hub.kill()
        await house.hub.start()
        await until_async(rows, lambda now: [row["found"] for row in now] == ["right"])
        await house.hub.stop()

    kept = b"".join(file.read_bytes() for file in _files(house.work) if "far" not in file.parts)
    assert made["pin"].encode() not in kept
    assert b'"4711"' not in kept
    assert made["pin"] not in str(entries)


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]
