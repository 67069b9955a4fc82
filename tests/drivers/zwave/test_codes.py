"""The codes of a lock, against a script: both kinds of locks, as they answer and as they hide."""

from typing import Any

import pytest

from gateway.model.command import ClearLockCode, ReadLockCode, SetLockCode
from gateway.model.credential import Code, LockCodeRead
from gateway.model.driver import CommandRefused, CommandUnsupported
from gateway.model.event import Proof
from tests.drivers.zwave.bench import Bench, device, running
from tests.drivers.zwave.cast import LOCK
from tests.drivers.zwave.scripted import Message, Refuse, Server

PIN = "482913"
SLOTS, ARGUMENT_INVALID = 30, 322


class Users:
    """What a lock keeps: users, and a PIN for each."""

    def __init__(self, server: Server) -> None:
        self.active: dict[int, bool] = {}
        self.pins: dict[int, tuple[int, Any]] = {}  # by slot: whose it is, and what
        self.cards: set[int] = set()  # whose users have one besides
        for name in (
            *("get_user", "set_user", "delete_user"),
            *("get_credential", "set_credential", "delete_credential", "get_credentials"),
        ):
            server.on(f"endpoint.access_control.{name}", getattr(self, name))

    async def get_user(self, message: Message) -> Message:
        active = self.active.get(message["userId"])
        user = {"userId": message["userId"], "active": active, "userType": 0}
        return {} if active is None else {"user": user}

    async def set_user(self, message: Message) -> Message:
        self.active[message["userId"]] = message["options"]["active"]
        return {"result": 0}

    async def delete_user(self, message: Message) -> Message:
        self.active.pop(message["userId"], None)
        self.pins = {n: pin for n, pin in self.pins.items() if pin[0] != message["userId"]}
        return {"result": 0}

    async def get_credential(self, message: Message) -> Message:
        assert message["credentialType"] == 1
        slot = message["credentialSlot"]
        if slot > SLOTS:
            raise Refuse(ARGUMENT_INVALID)
        if slot not in self.pins:
            return {}
        user, pin = self.pins[slot]
        return {"credential": {"userId": user, "type": 1, "slot": slot, "data": pin}}

    async def delete_credential(self, message: Message) -> Message:
        del self.pins[message["credentialSlot"]]
        return {"result": 0}

    async def get_credentials(self, message: Message) -> Message:
        user = message["userId"]
        held = [{"userId": user, "type": 3, "slot": user}] if user in self.cards else []
        held += [
            {"userId": w, "type": 1, "slot": n} for n, (w, _) in self.pins.items() if w == user
        ]
        return {"credentials": held}

    async def set_credential(self, message: Message) -> Message:
        if message["data"] in {pin for _, pin in self.pins.values()}:
            return {"result": 3}
        self.pins[message["credentialSlot"]] = (message["userId"], message["data"])
        return {"result": 0}


async def test_a_lock_with_users_keeps_a_code_for_one_of_them() -> None:
    async with running() as bench:
        kept, lock = Users(bench.server), device(LOCK)

        assert await bench.driver.perform(SetLockCode(lock, 3, Code(PIN))) is Proof.REPORTED
        assert (kept.active, kept.pins) == ({3: True}, {3: (3, PIN)})
        await bench.driver.perform(ReadLockCode(lock, 3))
        assert LockCodeRead(lock, 3, Code(PIN)) in bench.house.told
        with pytest.raises(CommandRefused, match="DUPLICATE") as refused:
            await bench.driver.perform(SetLockCode(lock, 4, Code(PIN)))
        assert PIN not in str(refused.value)

        assert await bench.driver.perform(ClearLockCode(lock, 3)) is Proof.REPORTED
        assert not kept.pins
        assert 3 not in kept.active
        await bench.driver.perform(ReadLockCode(lock, 3))
        assert LockCodeRead(lock, 3, None) in bench.house.told


async def test_a_user_that_was_put_to_sleep_is_woken_with_the_code() -> None:
    async with running() as bench:
        kept = Users(bench.server)
        kept.active[3] = False
        await bench.driver.perform(SetLockCode(device(LOCK), 3, Code(PIN)))
        assert kept.active == {3: True}


async def test_a_code_that_is_somebody_elses_is_not_the_one_of_the_slot() -> None:
    async with running() as bench:
        kept = Users(bench.server)
        kept.active[7], kept.pins[3] = True, (7, PIN)
        said = await read(bench, 3)
        assert said.code is not None
        assert said.is_shown  # so that the hub sees that it is not the one it keeps
        assert not said.code.text.isdigit()
        with pytest.raises(CommandRefused):
            await bench.driver.perform(ClearLockCode(device(LOCK), 3))
        assert kept.pins == {3: (7, PIN)}


@pytest.mark.parametrize("shown", [None, "", {"type": "Buffer", "data": [0]}])
async def test_a_lock_that_hides_its_codes_is_believed_to_keep_them(shown: object) -> None:
    async with running() as bench:
        kept = Users(bench.server)

        async def get(message: Message) -> Message:
            told = await kept.get_credential(message)
            return {"credential": told["credential"] | {"data": shown}} if told else {}

        bench.server.on("endpoint.access_control.get_credential", get)
        assert await bench.driver.perform(SetLockCode(device(LOCK), 3, Code(PIN))) is Proof.REPORTED
        assert not (await read(bench, 3)).is_shown


async def test_who_loses_the_pin_keeps_the_card() -> None:
    async with running() as bench:
        kept = Users(bench.server)
        kept.active, kept.cards = {3: True, 4: True}, {3}
        kept.pins = {3: (3, PIN), 4: (4, "604913")}
        for slot in (3, 4):
            done = await bench.driver.perform(ClearLockCode(device(LOCK), slot))
            assert done is Proof.REPORTED
        assert (kept.active, kept.pins) == ({3: True}, {})


async def test_a_slot_that_a_lock_with_users_does_not_have_is_no_empty_one() -> None:
    async with running() as bench:
        Users(bench.server)
        with pytest.raises(CommandUnsupported, match="no slot 31"):
            await bench.driver.perform(ReadLockCode(device(LOCK), SLOTS + 1))
        done = await bench.driver.perform(ClearLockCode(device(LOCK), SLOTS + 1))
        assert done is Proof.REPORTED


# Locks of the older kind


def older(server: Server) -> None:
    """Make the lock one that keeps a code a slot."""
    lock = next(node for node in server.state["nodes"] if node["nodeId"] == LOCK)
    (endpoint,) = lock["endpoints"]
    kept = [one for one in endpoint["commandClasses"] if one["id"] != 0x83]
    endpoint["commandClasses"] = [*kept, {**kept[-1], "id": 0x63, "name": "User Code"}]


async def test_a_slot_that_the_lock_does_not_have_is_no_empty_one() -> None:
    async with running({"get": {"userIdStatus": 254}}, older) as bench:
        since = len(bench.house.told)
        for command in ReadLockCode(device(LOCK), 99), SetLockCode(device(LOCK), 99, Code(PIN)):
            with pytest.raises(CommandUnsupported, match="no slot 99"):
                await bench.driver.perform(command)
        assert not [e for e in bench.house.told[since:] if isinstance(e, LockCodeRead)]
        done = await bench.driver.perform(ClearLockCode(device(LOCK), 99))
        assert done is Proof.REPORTED  # nothing opens by it


async def test_an_empty_slot_is_told_to_be_free() -> None:
    async with running({"get": {"userIdStatus": 0}}, older) as bench:
        assert (await read(bench, 3)).code is None


@pytest.mark.parametrize("shown", ["", "******", None])
async def test_an_older_lock_may_hide_its_codes_too(shown: object) -> None:
    async with running({"get": {"userIdStatus": 1, "userCode": shown}}, older) as bench:
        assert await bench.driver.perform(SetLockCode(device(LOCK), 3, Code(PIN))) is Proof.REPORTED
        assert not (await read(bench, 3)).is_shown


async def read(bench: Bench, slot: int) -> LockCodeRead:
    """Have the lock tell what is in a slot."""
    since = len(bench.house.told)
    await bench.driver.perform(ReadLockCode(device(LOCK), slot))
    (said,) = [e for e in bench.house.told[since:] if isinstance(e, LockCodeRead)]
    return said
