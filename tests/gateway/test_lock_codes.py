"""PINs on their way through the hub: from a person to the lock and nowhere else."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.api import code_requests
from gateway.api.desk import Desk
from gateway.api.errors import Refusal
from gateway.codec import encode
from gateway.config.codes import CodeBook, hash_code
from gateway.doorman import Doorman
from gateway.executor import Executor
from gateway.house import House
from gateway.lock_codes import SLOTS, LockCodes, Wish
from gateway.model.capability import Capability, Lock
from gateway.model.command import ClearLockCode, Command, ReadLockCode, SetLockCode
from gateway.model.credential import Code, LockCodeRead
from gateway.model.device import Device, DeviceId
from gateway.model.driver import DeviceUnreachable, Report
from gateway.model.effect import Effect, Notify, Order, OrderId, Perform
from gateway.model.event import (
    CommandFailed,
    DeviceJoined,
    DriverFound,
    Entry,
    Event,
    LockOperated,
    PartFailed,
    Proof,
    Started,
    Ticked,
)
from gateway.model.lock_event import Found
from gateway.recovery import Guarded, Kept
from gateway.secrets import KEY, VAULT, Vault
from rules import engine
from rules.lock_slots import Slot
from rules.site import Person, Site
from rules.state import State
from tests.clock import FakeClock
from tests.rules.house import ZIGBEE, site
from tests.waiting import until

FREE = SLOTS[0]
LOCK = DeviceId("zigbee:00124b001ca100aa/1")
ANNA = Slot(LOCK, 3)
CODE, ANNAS, BENS = "274951", "902174", "518263"
HASHES = {"boss": hash_code(CODE), "anna": hash_code(ANNAS)}


def with_lock() -> Site:
    """Give the house with a lock: Anna has a code and a slot, Ben a slot, the boss a code."""
    plain = site()
    everywhere = frozenset({"house"})
    people = {
        "boss": Person("boss", everywhere),
        "anna": Person("anna", everywhere, lock_slots={LOCK: 3}),
        "ben": Person("ben", everywhere, may_disarm=False, lock_slots={LOCK: 4}),
    }
    return replace(plain, people=people, names={**plain.names, LOCK: "front_lock"})


class Bolt:
    """A driver with one lock, which may be away or silent about its PINs."""

    def __init__(self) -> None:
        self.pins: dict[int, str] = {}
        self.report: Report = lambda _: None
        self.is_away = False
        self.hides = False
        self.asked: list[Command] = []
        self.id = ZIGBEE

    async def run(self, report: Report) -> None:
        raise NotImplementedError

    async def perform(self, command: Command) -> Proof:
        self.asked.append(command)
        if self.is_away:
            raise DeviceUnreachable("it did not answer")
        match command:
            case SetLockCode(slot=slot, code=Code(text)):
                self.pins[slot] = text
            case ClearLockCode(slot=slot):
                self.pins.pop(slot, None)
            case ReadLockCode(slot=slot):
                pin = self.pins.get(slot)
                shown = "****" if self.hides else pin
                code = None if pin is None or shown is None else Code(shown)
                self.report(LockCodeRead(LOCK, slot, code))
            case _:
                raise NotImplementedError
        return Proof.ACCEPTED


class Hub:
    """The parts of a hub that a PIN goes through; all it writes down is kept as bytes."""

    def __init__(self, folder: Path, bolt: Bolt, state: State | None = None) -> None:
        self.site = with_lock()
        self.clock = FakeClock()
        self.bolt = bolt
        self.events: list[Event] = []
        self.written: list[bytes] = []
        self.told: list[str] = []
        self.codes = LockCodes(Vault(folder), lambda: self.house, lambda: CodeBook(HASHES))
        self.executor = Executor(
            {ZIGBEE: bolt},
            self.clock,
            self._outcome,
            lambda *_: None,
            self._tell,
            fill=self.codes.filled,
        )
        self.house = House(
            site=self.site,
            clock=self.clock,
            state=state or engine.initial(self.site),
            number=0,
            write=self._write,
            hand_out=self.executor.take,
        )
        self.house.watch(self.codes.watch)
        bolt.report = self._hear
        doorman = Doorman(lambda: self.site, CodeBook(HASHES).find, self.house.take)
        made: Any = Desk  # the rest of it no request here needs
        self.desk: Desk = made(
            self.house, self.clock, doorman, *(cast("Any", None),) * 6, self.codes
        )
        self.house.take(Started(0.0, trusted=True))
        self.codes.begin()

    def _write(self, entry: Entry, orders: Sequence[Order]) -> None:
        self.events.append(entry.event)
        self.written.append(encode(entry.event, Event))
        self.written += [encode(order.effect, Effect) for order in orders]
        asyncio.get_running_loop().call_soon(self.house.committed, entry.number)

    def _outcome(self, event: Event) -> None:
        self.house.take(event)

    def _tell(self, notice: Notify) -> None:
        self.told.append(notice.text)

    def _hear(self, said: object) -> None:
        if isinstance(said, LockCodeRead):
            self.codes.read(said)

    def come(self) -> None:
        """Have the radio and the lock be there."""
        self.house.take(DriverFound(ZIGBEE))
        self.house.take(DeviceJoined(Device(LOCK, frozenset({Capability.LOCK}))))

    async def ask(self, do: Callable[[Desk, Any], Any], **fields: object) -> dict[str, Any]:
        """Ask as the command line does, with the boss's code."""
        return dict(await do(self.desk, {"code": CODE, **fields}))

    def vault(self, folder: Path) -> tuple[str, ...]:
        """Name what is on disk."""
        vault = Vault(folder)
        vault.open()
        return vault.names()


@asynccontextmanager
async def hub(
    folder: Path, bolt: Bolt | None = None, state: State | None = None
) -> AsyncIterator[Hub]:
    """Give a hub whose lock is there."""
    made = Hub(folder, bolt or Bolt(), state)
    made.come()
    try:
        yield made
    finally:
        await made.codes.close()
        await made.executor.close()


async def test_a_persons_pin_comes_to_the_lock_and_is_found_right(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        answer = await h.ask(code_requests.code_set, person="anna", pin=ANNAS)
        await until(lambda: h.house.state.lock_codes.slots[ANNA].found is Found.RIGHT)

        assert h.bolt.pins == {3: ANNAS}
        assert [row["written"] for row in answer["slots"]] == [True]
        assert h.vault(tmp_path) == ("person anna",)


async def test_a_pin_that_is_not_hers_is_refused_and_kept_nowhere(tmp_path: Path) -> None:
    cases = {
        ("anna", BENS): "not the code of anna in the configuration",
        ("ben", ANNAS): "somebody else has that code",
        ("ben", "1234"): "runs along the keys",
        ("boss", CODE): "no lock_slots",
        ("nobody", BENS): "no person 'nobody'",
    }
    async with hub(tmp_path) as h:
        for (person, pin), said in cases.items():
            with pytest.raises(Refusal, match=said) as refused:
                await h.ask(code_requests.code_set, person=person, pin=pin)
            assert pin not in str(refused.value)

        assert h.bolt.pins == {}
        assert not (tmp_path / VAULT).exists()


async def test_two_people_never_have_one_pin(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        h.codes._book = lambda: CodeBook({})
        await h.ask(code_requests.code_set, person="anna", pin=BENS)

        with pytest.raises(Refusal, match="somebody else has that PIN"):
            await h.ask(code_requests.code_set, person="ben", pin=BENS)


async def test_who_may_not_change_a_locks_codes_gives_no_pin(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        for do, fields in (
            (code_requests.code_set, {"person": "ben", "pin": BENS}),
            (code_requests.code_clear, {"name": "ben"}),
            (code_requests.code_once, {"device": "front_lock"}),
        ):
            with pytest.raises(Refusal, match="code is nobody's"):
                await h.ask(do, **{**fields, "code": "111222"})
            with pytest.raises(Refusal, match="a code is needed"):
                await h.ask(do, **{**fields, "code": None})
            h.house.site = replace(
                h.site, people={**h.site.people, "boss": replace(h.site.people["ben"], name="boss")}
            )
            with pytest.raises(Refusal, match="may not disarm"):
                await h.ask(do, **fields)
            h.house.site = h.site
            h.house.state = replace(h.house.state, failures={})

        assert h.bolt.asked == []


async def test_a_pin_that_is_taken_is_nowhere_any_more(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        await h.ask(code_requests.code_set, person="anna", pin=ANNAS)
        await h.ask(code_requests.code_clear, name="anna")
        await until(lambda: h.vault(tmp_path) == ())

        assert h.bolt.pins == {}


async def test_a_one_time_pin_is_answered_once_and_gone_after_its_use(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        made = await h.ask(code_requests.code_once, device="front_lock", label="plumber")
        assert h.bolt.pins == {FREE: made["pin"]}
        assert made["written"]
        rows = (await h.ask(code_requests.codes))["slots"]
        assert made["pin"] not in str(rows)

        h.house.take(LockOperated(LOCK, Lock.UNLOCKED, "keypad", FREE))
        await until(lambda: h.vault(tmp_path) == ())

        assert h.bolt.pins == {}
        await until(lambda: "front_lock was opened with the one-time PIN plumber" in h.told)


async def test_a_one_time_pin_ends_by_its_label(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        await h.ask(code_requests.code_once, device="front_lock", label="plumber")
        await h.ask(code_requests.code_once, device="front_lock", label="painter")
        assert sorted(h.bolt.pins) == [FREE - 1, FREE]

        await h.ask(code_requests.code_clear, name="plumber")

        assert sorted(h.bolt.pins) == [FREE - 1]


@pytest.mark.parametrize(
    "fields",
    [{"hours": 0}, {"hours": 10_000}, {"label": "anna"}, {"label": "x" * 41}, {"label": "a\nb"}],
)
async def test_odd_wishes_for_a_one_time_pin_are_refused(
    tmp_path: Path, fields: dict[str, object]
) -> None:
    async with hub(tmp_path) as h:
        with pytest.raises(Refusal):
            await h.ask(code_requests.code_once, device="front_lock", **fields)
        assert h.bolt.asked == []


async def test_a_lock_without_room_takes_no_more(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        for _ in range(len(SLOTS) - 2):
            await h.ask(code_requests.code_once, device="front_lock")

        with pytest.raises(Refusal, match="slots is free"):
            await h.ask(code_requests.code_once, device="front_lock")
        assert len(set(h.bolt.pins.values())) == len(SLOTS) - 2
        assert not {3, 4} & set(h.bolt.pins)


async def test_a_lock_that_hides_its_pins_is_believed_where_there_is_one(tmp_path: Path) -> None:
    bolt = Bolt()
    bolt.hides = True
    async with hub(tmp_path, bolt) as h:
        await h.ask(code_requests.code_set, person="anna", pin=ANNAS)
        await until(lambda: h.house.state.lock_codes.slots[ANNA].found is Found.RIGHT)
        bolt.pins[9] = "4444"
        h.codes.read(LockCodeRead(LOCK, 9, Code("****")))

        await until(lambda: any("slot 9, which is nobody's" in text for text in h.told))


async def test_a_pin_that_is_not_kept_any_more_fails_with_a_sentence(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        order = Order(OrderId("9.0"), Perform(SetLockCode(LOCK, 3)), h.clock.now())
        h.executor.take(order)
        await until(lambda: any(isinstance(e, CommandFailed) for e in h.events))

        failed = next(e for e in h.events if isinstance(e, CommandFailed))
        assert failed.reason == f"the PIN for slot 3 of {LOCK} is not kept: set it anew"
        assert h.bolt.asked == []


async def unseen(_: Slot) -> bool:
    """Look at no lock."""
    return True


async def test_a_slot_that_the_lock_does_not_have_is_passed_over(tmp_path: Path) -> None:
    async def small(slot: Slot) -> bool:
        return slot.number <= 5

    async with hub(tmp_path) as h:
        _, made = await h.codes.once(LOCK, Wish("plumber", 3600, "boss"), small)

    assert made.slot <= 5


async def test_a_one_time_pin_takes_no_slot_in_which_somebody_typed_a_pin_at_the_lock(
    tmp_path: Path,
) -> None:
    async with hub(tmp_path) as h:
        h.bolt.pins = {FREE: "5555", FREE - 1: "6666"}

        made = await h.ask(code_requests.code_once, device="front_lock")

        assert made["slot"] == FREE - 2
        assert h.bolt.pins == {FREE: "5555", FREE - 1: "6666", FREE - 2: made["pin"]}


async def test_no_pin_is_made_for_a_lock_that_does_not_answer(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        h.bolt.is_away = True

        with pytest.raises(Refusal, match="does not tell what is in its slots: it did not answer"):
            await h.ask(code_requests.code_once, device="front_lock")
        assert h.vault(tmp_path) == ()


# --- a hub that is killed -------------------------------------------------------------------


async def test_killed_before_the_journal_had_it_the_pin_comes_to_the_lock_all_the_same(
    tmp_path: Path,
) -> None:
    async with hub(tmp_path) as h:
        await h.codes.keep("anna", Code(ANNAS), "boss")  # the house has not heard of it

    async with hub(tmp_path, h.bolt, h.house.state) as again:
        await until(lambda: again.bolt.pins == {3: ANNAS})


async def test_killed_while_a_pin_was_taken_it_leaves_the_lock(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        await h.ask(code_requests.code_set, person="anna", pin=ANNAS)
        await h.codes.forget("anna", "boss")  # the house has not heard of it

    async with hub(tmp_path, h.bolt, h.house.state) as again:
        await until(lambda: again.bolt.pins == {} and again.vault(tmp_path) == ())


async def test_killed_before_the_journal_had_it_a_one_time_pin_is_ended(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        code, made = await h.codes.once(LOCK, Wish("plumber", 3600, "boss"), unseen)
        h.bolt.pins[made.slot] = code.text  # and the lock had it

    async with hub(tmp_path, h.bolt, h.house.state) as again:
        await until(lambda: again.bolt.pins == {} and again.vault(tmp_path) == ())


async def test_killed_between_its_use_and_its_clearing_it_is_cleared(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        await h.ask(code_requests.code_once, device="front_lock")
        h.bolt.is_away = True
        h.house.take(LockOperated(LOCK, Lock.UNLOCKED, "keypad", FREE))
    assert FREE in h.bolt.pins

    h.bolt.is_away = False
    async with hub(tmp_path, h.bolt, h.house.state) as again:
        await until(lambda: again.bolt.pins == {} and again.vault(tmp_path) == ())
        assert again.house.state.lock_codes.once == {}


async def test_a_lock_that_was_away_is_asked_until_the_pin_is_gone(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        await h.ask(code_requests.code_once, device="front_lock", hours=1)
        h.bolt.is_away = True
        h.house.take(LockOperated(LOCK, Lock.UNLOCKED, "keypad", FREE))
        await until(lambda: any(isinstance(e, CommandFailed) for e in h.events))

        h.bolt.is_away = False
        due = engine.next_deadline(h.house.state)
        assert due is not None
        h.clock._at = due
        h.house.take(Ticked())
        await until(lambda: h.bolt.pins == {})


# --- a vault that is not there --------------------------------------------------------------


async def test_a_damaged_vault_is_told_and_takes_no_pin_out_of_a_lock(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        await h.ask(code_requests.code_set, person="anna", pin=ANNAS)
    (tmp_path / VAULT).write_bytes(b"{}")

    async with hub(tmp_path, h.bolt, h.house.state) as again:
        told = [e for e in again.events if isinstance(e, PartFailed)]
        assert "is damaged" in told[0].reason
        with pytest.raises(Refusal, match="was not opened"):
            await again.ask(code_requests.code_once, device="front_lock")
        assert again.bolt.pins == {3: ANNAS}
    assert (tmp_path / VAULT).read_bytes() == b"{}"


async def test_a_backup_without_its_vault_locks_nobody_out(tmp_path: Path) -> None:
    async with hub(tmp_path) as h:
        await h.ask(code_requests.code_set, person="anna", pin=ANNAS)
    (tmp_path / VAULT).unlink()
    (tmp_path / KEY).unlink()

    async with hub(tmp_path, h.bolt, h.house.state) as again:
        told = [e for e in again.events if isinstance(e, PartFailed)]
        assert "the PIN of anna is not in it" in told[0].reason
        await until(lambda: not again.house.state.lock_codes.walks)
        assert again.bolt.pins == {3: ANNAS}


# --- nowhere else ---------------------------------------------------------------------------


async def test_no_pin_is_in_a_journal_row_a_log_an_error_a_snapshot_or_a_repr(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with hub(tmp_path) as h:
            await h.ask(code_requests.code_set, person="anna", pin=ANNAS)
            made = await h.ask(code_requests.code_once, device="front_lock", label="plumber")
            h.bolt.pins[3] = BENS  # somebody changed it, and the lock shows it
            h.codes.read(LockCodeRead(LOCK, 3, Code(BENS)))
            await until(lambda: h.bolt.pins[3] == ANNAS)
            h.bolt.is_away = True
            await h.ask(code_requests.code_clear, name="plumber")
            listed = await h.ask(code_requests.codes)
        kept = encode(Kept(Guarded.of(h.site), h.house.state), Kept)

    everywhere = b"".join(h.written) + kept
    everywhere += "".join([caplog.text, *h.told, str(listed), repr(h.bolt.asked)]).encode()
    everywhere += repr((h.codes._vault.get("person anna"), h.house.state)).encode()
    everywhere += (tmp_path / VAULT).read_bytes() + (tmp_path / KEY).read_bytes()
    for pin in (ANNAS, BENS, made["pin"]):
        assert pin.encode() not in everywhere
