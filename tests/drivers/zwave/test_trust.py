"""Who is told nothing, and whose word does not count any more, against a script."""

import asyncio
from typing import Any

import pytest

from gateway.model.capability import Glass, Lock, Motion, Switch, Tamper
from gateway.model.command import (
    ClearLockCode,
    LockDoor,
    ReadLockCode,
    RefreshDevice,
    RemoveDevice,
    SetLockCode,
    ShowPanel,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    UnlockDoor,
)
from gateway.model.credential import Code
from gateway.model.driver import CommandUnsupported
from gateway.model.event import DeviceFault, DeviceLeft, Fault, Proof, Reported
from tests.drivers.house import House
from tests.drivers.zwave.bench import TURNED_ON, Bench, device, running
from tests.drivers.zwave.cast import LOCK, SIREN, value
from tests.drivers.zwave.scripted import PLUG, Server
from tests.waiting import until

SETTLED = 0.01  # seconds until the end that no device tells
BURGLAR = "Home Security"


def insecure(server: Server) -> None:
    """Have the lock and the siren be in the network without the security they have."""
    for node in server.state["nodes"]:
        if node["nodeId"] in (LOCK, SIREN):
            node["highestSecurityClass"] = -1
            (endpoint,) = node["endpoints"]
            secure = {"id": 0x9F, "name": "Security 2", "version": 1, "isSecure": True}
            endpoint["commandClasses"].append(secure)


@pytest.mark.parametrize(
    "command",
    [
        SetLockCode(device(LOCK), 3, Code("482913")),
        ClearLockCode(device(LOCK), 3),
        ReadLockCode(device(LOCK), 3),
        UnlockDoor(device(LOCK)),
        LockDoor(device(LOCK)),
        RefreshDevice(device(LOCK)),
        TurnSwitch(device(LOCK), on=True),
        ShowPanel(device(LOCK), "armed", "away", 0),
    ],
    ids=lambda command: type(command).__name__,
)
async def test_who_joined_without_security_is_told_nothing(command: Any) -> None:
    async with running({}, insecure) as bench:
        await bench.house.heard(DeviceFault(device(LOCK), Fault.INSECURE, present=True))
        before = len(bench.server.asked)

        with pytest.raises(CommandUnsupported, match="joined without its security"):
            await bench.driver.perform(command)

        assert [one for one in bench.server.asked[before:] if one.get("nodeId") == LOCK] == []
        assert "482913" not in str(bench.server.asked)


async def test_a_siren_without_security_still_sounds_and_such_a_device_can_be_removed() -> None:
    async with running({"getPlaying": {"toneId": 1}}, insecure) as bench:
        await bench.house.heard(DeviceFault(device(SIREN), Fault.INSECURE, present=True))

        assert await bench.driver.perform(SoundSiren(device(SIREN), 60)) is Proof.ACCEPTED
        assert await bench.driver.perform(SilenceSiren(device(SIREN))) is Proof.ACCEPTED
        removing = asyncio.create_task(bench.driver.perform(RemoveDevice(device(LOCK))))
        await bench.server.until_asked("controller.begin_exclusion")
        await left(bench, LOCK)
        assert await removing is Proof.ACCEPTED


# What is told anew


async def test_what_was_told_before_an_interview_is_not_known_after_it() -> None:
    async with running() as bench:
        await bench.house.heard(
            Reported(device(PLUG), Switch.UNKNOWN)
        )  # it did not answer at first
        await bench.server.tell("node", "value updated", nodeId=PLUG, args=TURNED_ON)
        await bench.house.heard(Reported(device(PLUG), Switch.ON))
        since = len(bench.house.told)

        await bench.server.tell("node", "interview started", nodeId=PLUG)

        await bench.house.heard(Reported(device(PLUG), Switch.UNKNOWN), since=since)
        await bench.server.tell("node", "interview started", nodeId=PLUG)
        await bench.server.tell("node", "value updated", nodeId=PLUG, args=TURNED_ON)
        await bench.house.heard(Reported(device(PLUG), Switch.ON), since=since)
        unknown = bench.house.told[since:].count(Reported(device(PLUG), Switch.UNKNOWN))
        assert unknown == 1  # it is no news twice


# The end of what has no end on the wire


def detector(version: int) -> Any:
    """Make the plug a detector with notifications of a version."""

    def set_up(server: Server) -> None:
        plug = next(node for node in server.state["nodes"] if node["nodeId"] == PLUG)
        (endpoint,) = plug["endpoints"]
        info = {"id": 0x71, "name": "Notification", "version": version, "isSecure": False}
        endpoint["commandClasses"].append(info)
        for name in ("Cover status", "Motion sensor status"):
            value(plug, 0x71, BURGLAR, 0, key=name)
            plug["values"][-1]["ccVersion"] = version
        value(plug, 0x71, "Access Control", 0, key="Keypad state")
        plug["values"][-1]["ccVersion"] = version

    return set_up


async def says(bench: Bench, variable: str, now: int, kind: str = BURGLAR) -> None:
    """Have the detector tell a state."""
    args = {"commandClass": 0x71, "endpoint": 0, "property": kind, "propertyKey": variable}
    args |= {"newValue": now, "prevValue": 0}
    await bench.server.tell("node", "value updated", nodeId=PLUG, args=args)


async def happens(bench: Bench, event: int, node: int = PLUG) -> None:
    """Have a device tell an event of Home Security."""
    args = {"type": 7, "event": event, "label": BURGLAR, "eventLabel": "", "parameters": {}}
    about = {"nodeId": node, "endpointIndex": 0, "ccId": 0x71}
    await bench.server.tell("node", "notification", **about, args=args)


async def test_an_open_cover_stays_open_until_the_device_says_otherwise() -> None:
    async with running({}, detector(version=4), rearm_seconds=SETTLED) as bench:
        since = len(bench.house.told)
        await says(bench, "Cover status", 3)
        await says(bench, "Motion sensor status", 8)
        await bench.house.heard(Reported(device(PLUG), Motion.STILL), since=since)  # it passes
        await happens(bench, 5)
        await bench.house.heard(Reported(device(PLUG), Glass.WHOLE), since=since)
        assert tampers(bench.house, since) == [Tamper.TAMPERED]

        await says(bench, "Cover status", 0)
        await bench.house.heard(Reported(device(PLUG), Tamper.INTACT), since=since)


async def test_that_a_device_was_moved_or_locked_itself_passes_and_its_cover_does_not() -> None:
    async with running({}, detector(version=4), rearm_seconds=SETTLED) as bench:
        for tampered in (happens(bench, 9), says(bench, "Keypad state", 16, "Access Control")):
            since = len(bench.house.told)
            await tampered
            await bench.house.heard(Reported(device(PLUG), Tamper.INTACT), since=since)
        since = len(bench.house.told)
        await happens(bench, 9)
        await says(bench, "Cover status", 3)
        await happens(bench, 5)
        await bench.house.heard(Reported(device(PLUG), Glass.WHOLE), since=since)
        assert tampers(bench.house, since) == [Tamper.TAMPERED]


async def test_a_newer_device_tells_the_end_of_a_motion_itself() -> None:
    async with running({}, detector(version=8), rearm_seconds=SETTLED) as bench:
        since = len(bench.house.told)
        await says(bench, "Motion sensor status", 8)
        await happens(bench, 5)
        await bench.house.heard(Reported(device(PLUG), Glass.WHOLE), since=since)
        assert Reported(device(PLUG), Motion.STILL) not in bench.house.told[since:]


@pytest.mark.parametrize("how", ["interview started", "left"])
async def test_no_end_is_told_of_a_device_that_is_not_known_any_more(how: str) -> None:
    async with running({}, detector(version=4), rearm_seconds=0.2) as bench:
        await says(bench, "Motion sensor status", 8)
        await bench.house.heard(Reported(device(PLUG), Motion.MOVING))
        since = len(bench.house.told)
        if how == "left":
            await left(bench, PLUG)
            await bench.house.heard(DeviceLeft(device(PLUG)), since=since)
        else:
            await bench.server.tell("node", how, nodeId=PLUG)
            await bench.house.heard(Reported(device(PLUG), Motion.UNKNOWN), since=since)

        await happens(bench, 5, SIREN)  # whose end comes after the one that must not come
        await bench.house.heard(Reported(device(SIREN), Glass.WHOLE), since=since)
        assert Reported(device(PLUG), Motion.STILL) not in bench.house.told[since:]


async def test_a_value_that_the_cache_forgot_is_heard_to_its_end() -> None:
    """The server may tell a value that it never named, of which nobody knows the version."""
    async with running({"get": None}) as bench:
        what = {"property": "Access Control", "propertyKey": "Lock state"}
        args = {"commandClass": 0x71, "endpoint": 0, **what, "prevValue": 0, "newValue": 11}
        await bench.server.tell("node", "value updated", nodeId=LOCK, args=args)
        await bench.house.heard(Reported(device(LOCK), Lock.JAMMED))
        before = bench.calls.count((LOCK, "get"))
        over = args | {"prevValue": 11, "newValue": 0}
        await bench.server.tell("node", "value updated", nodeId=LOCK, args=over)
        await until(lambda: bench.calls.count((LOCK, "get")) > before)  # where is the bolt now?


async def left(bench: Bench, node: int) -> None:
    """Tell that a node is no longer in the network."""
    about = next(one for one in bench.server.state["nodes"] if one["nodeId"] == node)
    await bench.server.tell("controller", "node removed", node=about, reason=0)


def tampers(house: House, since: int) -> list[Tamper]:
    """Give what was told of tampering."""
    told = (e.reading for e in house.told[since:] if isinstance(e, Reported))
    return [one for one in told if isinstance(one, Tamper) and one is not Tamper.UNKNOWN]
