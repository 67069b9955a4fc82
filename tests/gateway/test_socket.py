"""The local socket of a hub, spoken to as any program would."""

import asyncio
import contextlib
import json
import stat
import threading
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.commands import COMMANDS, SIREN_SECONDS_MAX, SLOT_MAX
from gateway.api.desk import Desk
from gateway.api.requests import HANDLERS, JOIN_SECONDS_MAX
from gateway.api.shapes import Json
from gateway.api.socket import LINE_MAX, PAGE, RECENT, LocalSocket
from gateway.config.codes import CodeBook
from gateway.doorman import Doorman
from gateway.house import House
from gateway.lock_codes import LockCodes
from gateway.model.capability import Capability
from gateway.model.command import ClearLockCode, PermitJoin, SoundSiren, UnlockDoor
from gateway.model.credential import Code
from gateway.model.device import Device, DeviceId
from gateway.model.effect import Order, OrderId, Perform
from gateway.model.event import (
    ArmRequested,
    BypassRequested,
    CodeRefused,
    CommandConfirmed,
    CommandRequested,
    DeviceFault,
    DeviceJoined,
    DriverLost,
    Entry,
    Event,
    Fault,
    Panic,
    PanicPressed,
    Proof,
)
from gateway.reload import Change, NotNow
from gateway.secrets import Vault
from gateway.upkeep import Upkeeps
from rules import engine
from rules.site import Site
from rules.state import Phase
from tests.clock import FakeClock
from tests.rules.house import (
    DOOR,
    KEYPAD,
    SIREN,
    WINDOW_OPENED,
    ZIGBEE,
    calm,
    calm_shed,
    site,
    two_areas,
)
from tests.waiting import until, until_async

type Answer = dict[str, Any]
BOUND = 10.0
STRANGER = DeviceId("zigbee:00000000000000ff/1")


class Caller:
    """One client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, line: bytes) -> Answer:
        """Send a line as it is; give the answer."""
        self.send(line)
        return await self.hear()

    def send(self, line: bytes) -> None:
        """Send a line; do not wait."""
        self._writer.write(line + b"\n")

    async def last_before_the_end(self) -> Answer:
        """Read until the hub hangs up; give the last whole line."""
        last = b""
        async with asyncio.timeout(BOUND):
            with contextlib.suppress(ConnectionError):
                while (line := await self._reader.readline()).endswith(b"\n"):
                    last = line
        return dict(json.loads(last))

    async def hear(self) -> Answer:
        """Give the next line."""
        async with asyncio.timeout(BOUND):
            return dict(json.loads(await self._reader.readline()))

    async def ask(self, do: str, **fields: object) -> Answer:
        """Ask; give the answer."""
        return await self.say(json.dumps({"do": do, **fields}).encode())

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


class Hub:
    """A house behind a socket; orders are kept, not carried out."""

    def __init__(self, path: Path, place: Site) -> None:
        self.path = path
        self.entries: list[Entry] = []
        self.orders: list[Order] = []
        self.stopped = False
        self.has_disk = True
        self.checked: list[str] = []
        self.gate = threading.Event()  # shut, a check takes as long as the test wants
        self.gate.set()
        clock = FakeClock()
        self.house = House(
            site=place,
            clock=clock,
            state=engine.initial(place),
            number=0,
            write=self._write,
            hand_out=self.orders.append,
        )
        for _, event in calm():
            self.house.take(event)
        doorman = Doorman(lambda: place, self._find, self.house.take)
        desk = Desk(
            self.house,
            clock,
            doorman,
            offset=lambda: 0,
            entries=lambda since, limit: [(e, ()) for e in self.entries[since : since + limit]],
            checks=self._checks,
            reload=self._reload,
            stop=self._stop,
            upkeeps=Upkeeps({}, lambda: self.house.state, self.house.take),
            lock_codes=LockCodes(Vault(path.parent), lambda: self.house, lambda: CodeBook({})),
        )
        self.socket = LocalSocket(desk, path)

    def _write(self, entry: Entry, _: Sequence[Order]) -> None:
        self.entries.append(entry)
        if self.has_disk:
            asyncio.get_running_loop().call_soon(self.house.committed, entry.number)

    def _find(self, code: Code) -> str | None:
        self.checked.append(code.text)
        self.gate.wait(BOUND)
        return "anna" if code.text == "4711" else None

    async def _checks(self) -> list[Json]:
        return []

    async def _reload(self, *, dry: bool) -> Change:
        raise NotNow(f"not here, dry: {dry}")

    def _stop(self) -> None:
        self.stopped = True


@asynccontextmanager
async def hub(folder: Path, place: Site | None = None) -> AsyncIterator[tuple[Hub, Caller]]:
    """Give a hub and somebody on the line."""
    made = Hub(folder / "nightlatch.sock", place or site())
    await made.socket.open()
    try:
        caller = await call(made)
        yield made, caller
        await caller.close()
    finally:
        await made.socket.close()


async def call(made: Hub) -> Caller:
    """Call the hub."""
    return Caller(*await asyncio.open_unix_connection(str(made.path), limit=2**22))


async def test_the_socket_is_for_its_owner_alone(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, _):
        assert stat.S_IMODE(made.path.stat().st_mode) == 0o600


async def test_a_socket_left_by_a_killed_hub_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "nightlatch.sock").touch()

    async with hub(tmp_path) as (_, caller):
        assert (await caller.ask("state"))["ok"]


async def test_the_state_tells_areas_zones_devices_and_what_blocks_arming(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        made.house.take(WINDOW_OPENED)
        state = await caller.ask("state")

        assert state["areas"]["house"]["phase"] == "disarmed"
        assert state["areas"]["house"]["blockers"]["away"] == ["kitchen: kitchen_window is open"]
        assert state["areas"]["house"]["blockers"]["home"] == []
        assert state["zones"]["kitchen"]["tripped"] is True
        assert state["devices"]["front_door"]["readings"] == {"contact": "closed"}
        assert state["protecting"] is True


async def test_arming_and_disarming_as_a_person_would(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        armed = await caller.ask("arm", mode="away")
        assert (armed["area"]["phase"], armed["area"]["remaining_ms"]) == ("exit", 60_000)

        assert (await caller.ask("disarm"))["error"] == "a code is needed"
        assert (await caller.ask("disarm", code="0000"))["error"] == "that code is nobody's"
        assert (await caller.ask("disarm", code="4711"))["area"]["phase"] == "disarmed"


async def test_nobody_is_told_armed_before_it_is_on_disk(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        made.has_disk = False
        asking = asyncio.create_task(caller.ask("arm", mode="away"))
        await until(lambda: made.house.state.areas["house"].phase is Phase.EXIT)
        assert not asking.done()

        made.house.committed(made.house.number)
        assert (await asking)["ok"]


async def test_a_refused_arming_lists_every_blocker_and_force_leaves_them_out(
    tmp_path: Path,
) -> None:
    async with hub(tmp_path) as (made, caller):
        made.house.take(WINDOW_OPENED)
        refused = await caller.ask("arm", mode="away")
        assert refused["blockers"] == ["kitchen: kitchen_window is open"]
        assert "kitchen_window is open" in refused["error"]

        forced = await caller.ask("arm", mode="away", force=True)
        assert forced["area"]["bypassed"] == ["kitchen"]


async def test_five_wrong_codes_shut_the_command_line(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        await caller.ask("arm", mode="away")
        for _ in range(5):
            await caller.ask("disarm", code="9999")

        assert (await caller.ask("disarm", code="4711"))[
            "error"
        ] == "too many wrong codes: wait 90 s"


async def test_a_shut_command_line_says_the_same_to_right_and_wrong_codes_and_checks_none(
    tmp_path: Path,
) -> None:
    async with hub(tmp_path) as (made, caller):
        for _ in range(5):
            made.house.take(CodeRefused("cli"))

        right = await caller.ask("disarm", code="4711")
        wrong = await caller.ask("command", device="front_door", command="unlock", code="9999")

        assert right["error"] == wrong["error"] == "too many wrong codes: wait 90 s"
        assert made.checked == []


async def test_a_code_that_is_checked_while_others_guess_opens_nothing_any_more(
    tmp_path: Path,
) -> None:
    async with hub(tmp_path) as (made, caller):
        made.gate.clear()
        try:
            caller.send(b'{"do":"command","device":"front_door","command":"unlock","code":"4711"}')
            await until(lambda: made.checked)
            for _ in range(5):
                made.house.take(CodeRefused("cli"))
        finally:
            made.gate.set()

        assert (await caller.hear())["error"] == "too many wrong codes: wait 90 s"


async def test_where_arming_needs_a_code_it_is_asked_for(tmp_path: Path) -> None:
    async with hub(tmp_path, replace(site(), arm_needs_code=True)) as (_, caller):
        refused = await caller.ask("arm", mode="away")
        assert (refused["error"], refused["code_needed"]) == ("a code is needed to arm", True)

        assert (await caller.ask("arm", mode="away", code="4711"))["ok"]


async def test_only_true_is_force(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        made.house.take(WINDOW_OPENED)

        assert (await caller.ask("arm", mode="away", force="no"))["ok"] is False


async def test_unlocking_asks_for_a_code_and_locking_does_not(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        lock = "zigbee:000000000000000d/1"

        assert (await caller.ask("command", device=lock, command="unlock"))["ok"] is False
        assert (await caller.ask("command", device=lock, command="unlock", code="4711"))["ok"]
        assert (await caller.ask("command", device="front_door", command="lock"))["ok"]


async def test_no_network_is_opened_while_the_house_is_armed(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        await caller.ask("arm", mode="away")

        for ask in {"seconds": 60}, {"seconds": 0, "install_code": CODE, "address": "00" * 8}:
            assert "while house is armed" in (await caller.ask("pair", **ask))["error"]


async def test_a_slip_of_the_pen_is_met_with_a_near_miss(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        assert "did you mean 'state'?" in (await caller.ask("sate"))["error"]
        assert "did you mean 'house'?" in (await caller.ask("arm", area="hose", mode="x"))["error"]
        assert "did you mean 'kitchen'?" in (await caller.ask("bypass", zone="kitchn"))["error"]
        left_out = await caller.ask("arm", mode="away", bypass=["kitchn"])
        assert "did you mean 'kitchen'?" in left_out["error"]


async def test_who_watches_sees_each_entry_in_words(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        newest = await caller.ask("watch")
        made.house.take(WINDOW_OPENED)
        seen = await caller.hear()

        assert seen["entry"] == newest["entry"] + 1
        assert seen["text"] == "kitchen_window: contact open"
        assert seen["event"]["reading"] == "contact:open"


async def test_who_watches_since_an_entry_misses_none_and_sees_none_twice(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, _):
        for _ in range(1_500):
            made.house.take(WINDOW_OPENED)
        late = await call(made)
        late._writer.write(b'{"do": "watch", "since": 3}\n')
        numbers = []
        while (line := await late.hear()).get("ok") is None:
            numbers.append(line["entry"])
        await late.close()

        assert numbers == list(range(4, made.house.number + 1))


async def test_a_code_is_in_no_entry_and_no_answer(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        await caller.ask("watch")
        ask = {"do": "command", "device": "front_door", "command": "set_code", "slot": 3}
        said = await caller.say(json.dumps({**ask, "new_code": "86420", "code": "4711"}).encode())
        heard = await caller.hear()

        assert "86420" not in json.dumps([said, heard])
        assert "4711" not in json.dumps([said, heard])


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b"7", b"{}", b'{"do": 7}', b'{"do": "arm"}', b"\xff"]
)
async def test_a_line_that_is_no_request_gets_a_sentence(tmp_path: Path, line: bytes) -> None:
    async with hub(tmp_path) as (_, caller):
        answer = await caller.say(line)

        assert answer["ok"] is False
        assert answer["error"]


async def test_a_line_beyond_all_bounds_ends_only_its_own_connection(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        flood = await call(made)
        answer = await flood.say(b"x" * (LINE_MAX * 2))
        await flood.close()

        assert answer["error"] == f"a line has at most {LINE_MAX} bytes"
        assert (await caller.ask("state"))["ok"]


async def test_a_watcher_that_does_not_read_is_dropped_and_the_others_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.api.socket.BACKLOG_MAX", 10_000)
    async with hub(tmp_path) as (made, caller):
        slow = await call(made)
        await slow.ask("watch")
        for _ in range(4_000):  # all at once: nobody can read meanwhile
            made.house.take(WINDOW_OPENED)
        last = await slow.last_before_the_end()
        await slow.close()

        assert last["entry"] < made.house.number
        assert (await caller.ask("state"))["ok"]


async def test_a_watcher_that_lags_a_little_is_kept(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        await caller.ask("watch")
        for _ in range(4_000):
            made.house.take(WINDOW_OPENED)

        numbers = [(await caller.hear())["entry"] for _ in range(4_000)]
        assert numbers[-1] == made.house.number


async def test_only_so_many_callers_are_served_and_who_hangs_up_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.api.socket.CLIENTS_MAX", 2)
    async with hub(tmp_path) as (made, caller):
        second = await call(made)
        assert (await caller.ask("state"))["ok"]
        assert (await second.ask("state"))["ok"]

        third = await call(made)
        assert (await third.hear())["error"] == "too many clients: try again later"
        await third.close()
        assert (await caller.ask("state"))["ok"]

        await second.close()
        await until_async(lambda: first_word(made), lambda answer: answer["ok"])


async def first_word(made: Hub) -> Answer:
    """Call, ask, hang up; give the first answer, which may be that nobody is served."""
    caller = await call(made)
    try:
        return await caller.ask("state")
    finally:
        await caller.close()


async def test_a_watcher_that_hangs_up_is_shown_nothing_more(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        gone = await call(made)
        await gone.ask("watch")
        await gone.close()
        await until(lambda: not made.socket._watchers)

        made.house.take(WINDOW_OPENED)
        assert (await caller.ask("state"))["ok"]


@pytest.mark.parametrize("bug", [ValueError("a bug"), KeyError("a bug"), RuntimeError("a bug")])
async def test_a_request_over_which_the_hub_fails_gets_a_sentence_and_the_line_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bug: Exception
) -> None:
    async def fail(_: Desk, __: Answer) -> Answer:
        raise bug

    monkeypatch.setitem(HANDLERS, "doctor", fail)
    async with hub(tmp_path) as (_, caller):
        said = await caller.ask("doctor", id=7)

        assert said == {
            "id": 7,
            "ok": False,
            "error": f"the hub failed over that: {type(bug).__name__}",
        }
        assert (await caller.ask("state"))["ok"]


async def test_an_answer_carries_the_id_of_its_request(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        assert (await caller.ask("state", id="a"))["id"] == "a"
        assert (await caller.ask("sate", id=[1]))["id"] == [1]
        assert "id" not in await caller.ask("state")


async def test_who_watches_since_far_back_is_shown_every_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[tuple[int, int]] = []
    async with hub(tmp_path) as (made, caller):
        for _ in range(RECENT + 3 * PAGE):
            made.house.take(WINDOW_OPENED)
        entries = made.socket._desk.entries

        def page(since: int, limit: int) -> Iterable[tuple[Entry, Sequence[Order]]]:
            pages.append((since, limit))
            return entries(since, limit)

        monkeypatch.setattr(made.socket, "_desk", replace(made.socket._desk, entries=page))
        caller.send(b'{"do": "watch", "since": 0}')
        numbers = [(await caller.hear())["entry"] for _ in range(made.house.number)]

        assert numbers == list(range(1, made.house.number + 1))
        assert (await caller.hear())["entry"] == made.house.number
        assert len(pages) >= 3
        assert all(limit == PAGE for _, limit in pages)


async def test_what_happens_while_somebody_catches_up_is_shown_too(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        for _ in range(RECENT + 3 * PAGE):
            made.house.take(WINDOW_OPENED)
        caller.send(b'{"do": "watch", "since": 0}')
        first = await caller.hear()
        made.house.take(WINDOW_OPENED)
        newest = made.house.number

        numbers = [first["entry"]]
        while numbers[-1] < newest:
            line = await caller.hear()
            numbers += [line["entry"]] if "ok" not in line else []
        assert numbers == list(range(1, newest + 1))


# -- what is asked, and by whom ------------------------------------------------------------------

LOCK = "front_door"


async def test_a_pin_is_set_and_cleared_by_somebodys_code_alone(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        setting = {"device": LOCK, "command": "set_code", "slot": 3, "new_code": "86420"}
        for ask in (setting, {**setting, "command": "clear_code"}):
            refused = await caller.ask("command", **ask)
            assert (refused["ok"], refused["code_needed"]) == (False, True)
            assert (await caller.ask("command", **ask, code="4711"))["ok"]

        commands = [o.effect.command for o in made.orders if isinstance(o.effect, Perform)]
        assert [c for c in commands if isinstance(c, ClearLockCode)] == [ClearLockCode(DOOR, 3)]


async def test_an_armed_zone_is_left_out_by_somebodys_code_alone(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        assert (await caller.ask("bypass", zone="smoke"))["bypassed"] is True
        assert (await caller.ask("bypass", zone="smoke", bypassed=False))["area"]["bypassed"] == []
        await caller.ask("arm", mode="away")

        refused = await caller.ask("bypass", zone="kitchen")
        assert (refused["ok"], refused["code_needed"]) == (False, True)
        assert (await caller.ask("state"))["areas"]["house"]["bypassed"] == []

        granted = await caller.ask("bypass", zone="kitchen", code="4711")
        assert granted["area"]["bypassed"] == ["kitchen"]


async def test_arming_with_a_zone_left_out_leaves_out_that_one(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        armed = await caller.ask("arm", mode="away", bypass=["kitchen"], code="4711")

        assert (armed["area"]["bypassed"], armed["area"]["by"]) == (["kitchen"], "anna")


def newest(made: Hub) -> Event:
    """Give what the journal kept last."""
    return made.entries[-1].event


async def test_who_was_refused_is_in_the_journal(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        await caller.ask("arm", mode="away")
        await caller.ask("bypass", zone="kitchen")
        assert newest(made) == BypassRequested("kitchen", bypassed=True, by="cli")

        await caller.ask("command", device=LOCK, command="unlock")
        assert newest(made) == CommandRequested(UnlockDoor(DOOR), "cli")

        await caller.ask("arm", mode="away", code="4711")
        assert newest(made) == ArmRequested("house", "away", "anna", "cli")


async def test_a_wrong_code_is_in_the_journal_as_nobodys(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        await caller.ask("disarm", code="0000")

        assert newest(made) == CodeRefused("cli")


async def test_an_alarm_is_reset_by_somebodys_code_once_it_is_disarmed(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        await caller.ask("arm", mode="night")
        made.house.take(WINDOW_OPENED)
        early = await caller.ask("reset", code="4711")
        assert early["error"] == "house is not disarmed: disarm it first"

        await caller.ask("disarm", code="4711")
        assert (await caller.ask("reset"))["code_needed"] is True
        assert (await caller.ask("state"))["areas"]["house"]["memory"]
        assert (await caller.ask("reset", code="4711"))["area"]["memory"] == []


@pytest.mark.parametrize("seconds", [-1, JOIN_SECONDS_MAX + 1])
async def test_a_network_is_opened_for_as_long_as_a_radio_can(tmp_path: Path, seconds: int) -> None:
    async with hub(tmp_path) as (made, caller):
        refused = await caller.ask("pair", seconds=seconds)
        assert refused["error"] == (
            f"joining opens for 0 to {JOIN_SECONDS_MAX} seconds, not {seconds}"
        )

        assert (await caller.ask("pair", seconds=JOIN_SECONDS_MAX))["open"] is True
        assert (await caller.ask("pair", seconds=0))["open"] is False
        await until(lambda: len(joinings(made)) == 2)
        assert [joining.seconds for joining in joinings(made)] == [JOIN_SECONDS_MAX, 0]


def joinings(made: Hub) -> list[PermitJoin]:
    """Give the orders to open or close a network that were handed out."""
    commands = [o.effect.command for o in made.orders if isinstance(o.effect, Perform)]
    return [command for command in commands if isinstance(command, PermitJoin)]


async def test_a_network_that_is_open_is_closed_while_the_house_is_armed(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        await caller.ask("arm", mode="away")

        assert (await caller.ask("pair", seconds=0))["open"] is False


async def test_a_radio_that_is_not_there_opens_nothing(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        assert (await caller.ask("pair", driver="zigbe"))["error"] == (
            "there is no zigbe radio; did you mean 'zigbee'?"
        )


CODE = "83FED3407A939723A5C639B26916D505C3B5"
"""An install code as printed on a device: as secret as a PIN."""


@pytest.mark.parametrize("address", [CODE, "00124b00251c6e1", "00124b00251c6e1g", "a" * 17])
async def test_an_address_that_is_none_is_refused_and_never_repeated(
    tmp_path: Path, address: str
) -> None:
    async with hub(tmp_path) as (made, caller):
        refused = await caller.ask("pair", install_code=CODE, address=address)

        assert refused["error"] == "an address is 16 hexadecimal digits, as printed on the device"
        assert joinings(made) == []


@pytest.mark.parametrize("address", ["00124b00251c6e1f", "00:12:4B:00:25:1C:6E:1F"])
async def test_an_address_as_printed_goes_to_the_radio_with_its_install_code(
    tmp_path: Path, address: str
) -> None:
    async with hub(tmp_path) as (made, caller):
        said = await caller.ask("pair", install_code=CODE, address=address)
        await until(lambda: joinings(made))

        assert CODE not in json.dumps(said)
        assert joinings(made) == [PermitJoin(ZIGBEE, 60, Code(CODE), address)]


@pytest.mark.parametrize("slot", [-1, SLOT_MAX + 1, "3", True, 1.5])
async def test_a_slot_that_no_lock_has_is_refused(tmp_path: Path, slot: object) -> None:
    async with hub(tmp_path) as (_, caller):
        ask = {"device": LOCK, "command": "clear_code", "code": "4711"}

        assert (await caller.ask("command", **ask, slot=slot))["ok"] is False
        assert (await caller.ask("command", **ask, slot=0))["ok"]
        assert (await caller.ask("command", **ask, slot=SLOT_MAX))["ok"]


@pytest.mark.parametrize("seconds", [0, SIREN_SECONDS_MAX + 1, "3", True])
async def test_a_siren_is_tried_for_a_second_at_least_and_a_while_at_most(
    tmp_path: Path, seconds: object
) -> None:
    async with hub(tmp_path) as (made, caller):
        ask = {"device": "hall_siren", "command": "siren"}
        assert (await caller.ask("command", **ask, seconds=seconds))["ok"] is False

        assert (await caller.ask("command", **ask, seconds=1))["ok"]
        assert (await caller.ask("command", **ask))["ok"]
        assert (await caller.ask("command", **ask, seconds=SIREN_SECONDS_MAX))["ok"]
        effects = [order.effect for order in made.orders]
        assert [
            e.command.seconds
            for e in effects
            if isinstance(e, Perform) and isinstance(e.command, SoundSiren)
        ] == [1, 3, SIREN_SECONDS_MAX]


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("aim", {}),
        ("aim", {"preset": ""}),
        ("aim", {"preset": "x" * 65}),
        ("infrared", {"mode": "dim"}),
        ("infrared", {}),
    ],
)
async def test_a_camera_is_asked_for_what_it_can_be_asked(
    tmp_path: Path, command: str, fields: dict[str, str]
) -> None:
    async with hub(tmp_path) as (made, caller):
        ask = {"device": "hall_siren", "command": command}  # whose it is, its driver says
        assert (await caller.ask("command", **ask, **fields))["ok"] is False
        assert (await caller.ask("command", **ask, preset="the gate", mode="auto"))["ok"]
        assert (await caller.ask("command", device="hall_siren", command="reboot"))["ok"]
        effects = [order.effect for order in made.orders]
        commands = [type(e.command).__name__ for e in effects if isinstance(e, Perform)]
        assert commands[-1] == "RebootCamera"


async def test_a_command_answers_with_the_name_of_its_order(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        watchers = len(made.house._watchers)
        said = await caller.ask("command", device=LOCK, command="lock")

        assert len(made.house._watchers) == watchers
        assert said["order"] == f"{made.house.number}.0"
        assert said["order"] in [order.id for order in made.orders]


async def test_a_device_is_not_asked_for_what_it_is_known_not_to_be(tmp_path: Path) -> None:
    contact = Device(STRANGER, frozenset({Capability.CONTACT, Capability.TAMPER}))
    async with hub(tmp_path) as (made, caller):
        made.house.take(DeviceJoined(contact))
        orders = len(made.orders)

        of_all = {"celsius": 20, "percent": 5, "slot": 1, "new_code": "1234", "preset": "gate"}
        for word in {*COMMANDS} - {"refresh", "remove"}:
            said = await caller.ask("command", device=STRANGER, command=word, mode="on", **of_all)
            assert f"{STRANGER} is no " in said["error"]
            assert "it is known to be contact, tamper; there " in said["error"]
            assert said["mistaken"] is True
        for camera in ("yard", "shop"):
            is_here = Device(DeviceId(f"onvif:{camera}/0"), frozenset({Capability.CAMERA}))
            made.house.take(DeviceJoined(is_here))
        said = await caller.ask("command", device=STRANGER, command="relearn")
        assert said["error"].endswith("there are onvif:shop/0, onvif:yard/0")
        assert len(made.orders) == orders
        assert (await caller.ask("command", device=STRANGER, command="refresh"))["ok"]


async def test_who_disarms_is_told_how_the_area_stood(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        assert (await caller.ask("disarm", code="4711"))["was"] == "disarmed"
        await caller.ask("arm", mode="away")
        assert (await caller.ask("disarm", code="4711"))["was"] == "exit"


async def test_the_state_tells_which_sirens_took_the_order_to_sound(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):

        async def told() -> Answer:
            return dict((await caller.ask("state"))["areas"]["house"])

        made.house.take(PanicPressed(KEYPAD, Panic.PANIC))
        assert (await told())["sounding"]
        assert (await told())["sirens"] == {"hall_siren": False}

        sound = SoundSiren(SIREN, 180)
        made.house.take(CommandConfirmed(OrderId("1.0"), sound, Proof.ACCEPTED))
        assert (await told())["sirens"] == {"hall_siren": True}
        made.house.take(DriverLost(ZIGBEE, "pulled"))
        assert (await told())["sirens"] == {"hall_siren": False}


async def test_the_state_tells_why_a_radio_is_lost_and_what_is_wrong_with_a_device(
    tmp_path: Path,
) -> None:
    async with hub(tmp_path) as (made, caller):
        for fault in (Fault.NOT_READY, Fault.INSECURE):
            made.house.take(DeviceFault(DOOR, fault, present=True))
        made.house.take(DriverLost(ZIGBEE, "no such port"))
        state = await caller.ask("state")

        assert state["drivers"]["zigbee"]["reason"] == "no such port"
        assert state["devices"]["front_door"]["faults"] == ["insecure", "not ready"]
        said = [trouble["sentence"] for trouble in state["troubles"]]
        assert "the zigbee radio is lost: no such port" in said
        # It joins anew with its key: to wake it helps nobody.
        assert len([line for line in said if "front_door" in line]) == 1
        held = state["areas"]["house"]["blockers"]["away"]
        assert "front_door joined without security" in held
        assert not [line for line in held if "wake it" in line]


async def test_a_device_is_asked_by_its_name_or_its_id_or_not_at_all(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        made.house.take(DeviceJoined(Device(STRANGER, frozenset())))

        assert (await caller.ask("command", device=STRANGER, command="lock"))["ok"]
        assert (
            "did you mean 'front_door'?"
            in (await caller.ask("command", device="front_dor", command="lock"))["error"]
        )
        assert (
            "there is no command 'explode'"
            in (await caller.ask("command", device=LOCK, command="explode"))["error"]
        )


async def test_where_there_are_two_areas_one_must_be_named(tmp_path: Path) -> None:
    async with hub(tmp_path, two_areas()) as (made, caller):
        for _, event in calm_shed():
            made.house.take(event)

        assert (await caller.ask("arm", mode="away"))["error"] == "say which area: house, shed"
        assert (await caller.ask("arm", area="shed", mode="away"))["area"]["phase"] == "armed"
        assert (await caller.ask("state"))["areas"]["house"]["phase"] == "disarmed"


async def test_a_stop_is_heard(tmp_path: Path) -> None:
    async with hub(tmp_path) as (made, caller):
        assert (await caller.ask("stop"))["ok"]
        assert made.stopped


async def test_a_request_is_answered_in_the_end_though_the_disk_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.api.desk.COMMIT_SECONDS", 0.01)
    async with hub(tmp_path) as (made, caller):
        assert (await caller.ask("arm", mode="away"))["stored"] is True
        made.has_disk = False

        disarmed = await caller.ask("disarm", code="4711")
        assert (disarmed["area"]["phase"], disarmed["stored"]) == ("disarmed", False)


values = st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.lists(st.text())
fields = [
    "area",
    "mode",
    "zone",
    "device",
    "command",
    "seconds",
    "slot",
    "code",
    "bypass",
    "driver",
]


@given(
    st.lists(
        st.fixed_dictionaries(
            {"do": st.sampled_from([*HANDLERS, "watch"])},
            optional={**dict.fromkeys(fields, values), "command": st.sampled_from([*COMMANDS])},
        ),
        max_size=8,
    )
)
def test_no_request_however_odd_stops_the_hub(tmp_path_factory: Any, asks: list[Answer]) -> None:
    async def story() -> None:
        async with hub(tmp_path_factory.mktemp("s")) as (_, caller):
            for ask in asks:
                if ask["do"] != "watch":
                    assert "ok" in await caller.say(json.dumps(ask).encode())
            assert (await caller.ask("state"))["ok"]

    asyncio.run(story())
