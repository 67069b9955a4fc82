"""`nightlatch log`: what people were told stands in it, and what is no news does not."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli.news import News
from gateway.cli.root import app
from gateway.journal.journal import Journal, entries_with_orders
from gateway.model.capability import Capability, Contact
from gateway.model.command import ShowPanel
from gateway.model.device import Device
from gateway.model.effect import Level, Notify, Order, OrderId
from gateway.model.event import (
    ArmRequested,
    CommandConfirmed,
    DeviceHeard,
    DeviceJoined,
    Event,
    Proof,
    Reported,
    Started,
    Ticked,
)
from tests.gateway.fake_hub import FakeHub, fake_hub
from tests.gateway.journals import start
from tests.gateway.samples import DOOR, ORDER, entry

ALARM = Notify("ALARM in house: front (front_door contact:open)", Level.ALARM)
ARMED = Notify("house is armed away", Level.INFO)
REFUSED = Notify("refused: ben may not disarm", Level.INFO)


def write(folder: Path, *happened: tuple[Event, tuple[Notify, ...]]) -> None:
    async def fill() -> None:
        journal = Journal.open(folder)
        journal.recover()
        start(journal)
        for number, (event, notices) in enumerate(happened, start=1):
            at = entry(number).at
            orders = [
                Order(OrderId(f"{number}.{place}"), notice, at)
                for place, notice in enumerate(notices)
            ]
            journal.append(entry(number, event), orders)
        assert journal.close()

    asyncio.run(fill())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(
        tmp_path,
        (Started(1.0, trusted=True), ()),
        (DeviceJoined(Device(DOOR, frozenset({Capability.CONTACT}), "", "")), ()),
        (Reported(DOOR, Contact.CLOSED), ()),
        (ArmRequested("house", "away", "anna", "cli"), (REFUSED,)),
        (Ticked(), (ARMED,)),
        (DeviceHeard(DOOR), ()),
        (Started(1.0, trusted=True), ()),
        (DeviceJoined(Device(DOOR, frozenset({Capability.CONTACT}), "", "")), ()),
        (Reported(DOOR, Contact.UNKNOWN), ()),
        (Reported(DOOR, Contact.CLOSED), ()),
        (CommandConfirmed(ORDER, ShowPanel(DOOR, "armed", "away", 0), Proof.ACCEPTED), ()),
        (Reported(DOOR, Contact.OPEN), (ALARM,)),
        (Ticked(), ()),
    )
    return tmp_path


def call(folder: Path, *words: str) -> Any:
    return CliRunner().invoke(app, ["log", *words, "--state", str(folder)])


def numbers(folder: Path, *words: str) -> list[int]:
    lines = call(folder, "--json", *words).stdout.splitlines()
    return [json.loads(line)["entry"] for line in lines]


def test_the_orders_of_an_entry_are_read_back_with_it(folder: Path) -> None:
    told = {
        e.number: [order.effect for order in orders] for e, orders in entries_with_orders(folder)
    }

    assert told[12] == [ALARM]
    assert told[13] == []
    assert len(list(entries_with_orders(folder, 3, limit=2))) == 2


def test_of_a_long_span_the_newest_are_told_and_how_many_were_left_out(folder: Path) -> None:
    whole = numbers(folder, "--since", "0", "--all")

    told = call(folder, "--since", "0", "--all", "-n", "3")
    first, *lines = call(folder, "--since", "0", "--all", "-n", "3", "--json").stdout.splitlines()

    assert [json.loads(line)["entry"] for line in lines] == whole[-3:]
    assert json.loads(first) == {"left_out": len(whole) - 3}
    assert f"{len(whole) - 3} older entries are left out" in told.stderr


def test_alarms_and_arming_and_refusals_have_lines_of_their_own(folder: Path) -> None:
    lines = call(folder).stdout.splitlines()

    for notice in (ALARM, ARMED, REFUSED):
        assert len([line for line in lines if line.endswith(f"  {notice.text}")]) == 1
    assert not [line for line in lines if "a delay is over" in line]


def test_as_json_an_entry_has_its_notices(folder: Path) -> None:
    lines = [json.loads(line) for line in call(folder, "--json").stdout.splitlines()]

    notices = {line["entry"]: line["notices"] for line in lines}
    assert notices[12] == [{"text": ALARM.text, "level": "alarm"}]
    assert notices[1] == []


def test_what_is_no_news_is_left_out_and_all_shows_it(folder: Path) -> None:
    assert numbers(folder) == [1, 2, 3, 4, 5, 7, 12]
    assert numbers(folder, "--all") == list(range(1, 14))
    assert numbers(folder, "--kind", "DeviceHeard") == [6]


def test_what_stood_before_the_start_counts_for_what_is_news(folder: Path) -> None:
    assert numbers(folder, "--since", "7") == [12]
    assert numbers(folder, "--limit", "2") == [7, 12]


def test_a_device_that_joins_while_the_network_is_open_is_news() -> None:
    news = News(known=frozenset({"zigbee:1/1"}))
    joined = {
        "event": {"is": "DeviceJoined", "device": {"id": "zigbee:1/1"}},
        "notices": [],
        "rules": [],
    }
    opened = {"event": {"is": "JoiningChanged", "open": True}, "notices": [], "rules": []}

    assert [news.wants(line) for line in (joined, opened, joined)] == [False, True, True]


def test_that_nothing_is_wrong_is_news_only_where_it_was() -> None:
    news, dead = News(), {"is": "DeviceFault", "device": DOOR, "fault": "dead"}
    jam = {"is": "JamChanged", "driver": "zwave"}
    fine, wrong = {**dead, "present": False}, {**dead, "present": True}
    clear, jammed = {**jam, "jammed": False}, {**jam, "jammed": True}

    lines = ({"event": e, "notices": [], "rules": []} for e in (fine, wrong, wrong, fine, fine))
    assert [news.wants(line) for line in lines] == [False, True, False, True, False]
    lines = ({"event": e, "notices": [], "rules": []} for e in (clear, jammed, clear))
    assert [news.wants(line) for line in lines] == [False, True, True]


def test_that_a_slot_of_a_lock_was_read_is_no_news() -> None:
    read = {"is": "CommandConfirmed", "command": {"is": "ReadLockCode", "device": DOOR, "slot": 5}}

    assert not News().wants({"event": read, "notices": [], "rules": []})


def watched(number: int, event: dict[str, Any], *effects: dict[str, Any]) -> dict[str, Any]:
    return {
        "entry": number,
        "at_us": number,
        "wall": "2026-11-21T12:00:00+00:00",
        "event": event,
        "text": str(event["is"]),
        "effects": [{"id": f"{number}.0", "effect": effect} for effect in effects],
    }


def follow(folder: Path, *words: str) -> list[str]:
    notice = {"is": "Notify", "text": ALARM.text, "level": "alarm"}
    with fake_hub(folder) as hub:
        hub.pushed = [
            watched(14, {"is": "DeviceHeard", "device": DOOR}),
            watched(15, {"is": "Ticked"}, notice),
        ]
        _end_after(hub)
        told: list[str] = call(folder, "--follow", *words).stdout.splitlines()
    return told


def _end_after(hub: FakeHub) -> None:
    hub.hang_up_after = "watch"


def test_while_following_notices_are_told_as_well(folder: Path) -> None:
    lines = follow(folder)

    assert lines[-1].endswith(f"  {ALARM.text}")
    assert not [line for line in lines if "DeviceHeard" in line or "Ticked" in line]
    notices = json.loads(follow(folder, "--json")[-2])["notices"]
    assert notices == [{"text": ALARM.text, "level": "alarm"}]


@pytest.mark.parametrize("since", ["9" * 27, "9" * 5000, "0001-01-01T00:00+14:00", "999999d"])
def test_a_since_beyond_all_bounds_is_told_in_a_sentence(folder: Path, since: str) -> None:
    result = call(folder, "--since", since)

    assert result.exit_code in (0, 2)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "grief" not in result.stderr
    if since == "999999d":
        assert ALARM.text in result.stdout


def test_a_state_folder_that_is_a_file_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "state").touch()

    result = call(tmp_path / "state")

    assert result.exit_code == 1
    assert "is no folder" in result.stderr
