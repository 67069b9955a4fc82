"""The local socket of a hub, spoken to as any program would."""

import asyncio
import contextlib
import json
import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.commands import COMMANDS
from gateway.api.requests import HANDLERS, Desk
from gateway.api.socket import LINE_MAX, LocalSocket
from gateway.doorman import Doorman
from gateway.house import House
from gateway.model.credential import Code
from gateway.model.effect import Order
from gateway.model.event import Entry
from rules import engine
from rules.state import Phase
from tests.clock import FakeClock
from tests.rules.house import WINDOW_OPENED, calm, site
from tests.waiting import until

type Answer = dict[str, Any]
BOUND = 10.0


class Caller:
    """One client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, line: bytes) -> Answer:
        """Send a line as it is; give the answer."""
        self._writer.write(line + b"\n")
        return await self.hear()

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

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: list[Entry] = []
        self.orders: list[Order] = []
        self.stopped = False
        self.has_disk = True
        clock = FakeClock()
        self.house = House(
            site=site(),
            clock=clock,
            state=engine.initial(site()),
            number=0,
            write=self._write,
            hand_out=self.orders.append,
        )
        for _, event in calm():
            self.house.take(event)
        doorman = Doorman(site(), self._find, self.house.take)
        desk = Desk(
            self.house,
            clock,
            doorman,
            offset=lambda: 0,
            entries=lambda since, limit: self.entries[since : since + limit],
            checks=list,
            stop=self._stop,
        )
        self.socket = LocalSocket(desk, path)

    def _write(self, entry: Entry, _: Sequence[Order]) -> None:
        self.entries.append(entry)
        if self.has_disk:
            asyncio.get_running_loop().call_soon(self.house.committed, entry.number)

    def _find(self, code: Code) -> str | None:
        return "anna" if code.text == "4711" else None

    def _stop(self) -> None:
        self.stopped = True


@asynccontextmanager
async def hub(folder: Path) -> AsyncIterator[tuple[Hub, Caller]]:
    """Give a hub and somebody on the line."""
    made = Hub(folder / "nightlatch.sock")
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


async def test_unlocking_asks_for_a_code_and_locking_does_not(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        lock = "zigbee:000000000000000d/1"

        assert (await caller.ask("command", device=lock, command="unlock"))["ok"] is False
        assert (await caller.ask("command", device=lock, command="unlock", code="4711"))["ok"]
        assert (await caller.ask("command", device="front_door", command="lock"))["ok"]


async def test_no_network_is_opened_while_the_house_is_armed(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        await caller.ask("arm", mode="away")

        assert "while house is armed" in (await caller.ask("pair", seconds=60))["error"]


async def test_a_slip_of_the_pen_is_met_with_a_near_miss(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, caller):
        assert "did you mean 'state'?" in (await caller.ask("sate"))["error"]
        assert "did you mean 'house'?" in (await caller.ask("arm", area="hose", mode="x"))["error"]
        assert "did you mean 'kitchen'?" in (await caller.ask("bypass", zone="kitchn"))["error"]


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
