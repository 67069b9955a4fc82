"""The simulated stick and its devices, seen by the real Z-Wave JS server over a raw websocket.

What a device sends and hears is judged by values of the server and by the device's own truth.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.drivers.air import Air, AirError, control, process
from tests.simulator.zwave.observer import Observer, observer, server
from tests.waiting import until_async

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTACT, SIREN, LOCK, MOTION, PLUG, KEYPAD = 2, 3, 4, 5, 6, 7
_PRESET = {
    "contact": "sleepy = false",
    "siren": "tone_seconds = 2",
    "lock": "",
    "motion": 'sleepy = false\nsecurity = "none"',
    "plug": "",
    "keypad": "",
}
_STRANGERS = {"gate": "contact", "cellar": "water", "hatch": "lock", "shed": "plug"}
NOTIFICATION, ACCESS_STATE = 0x71, "Door state (simple)"
SOUND, DOOR_LOCK, USER_CODE, SWITCH = 0x79, 0x62, 0x63, 0x25
CONFIRMED = 255
DEAD = 3  # a node's status
JAMMED = 2  # the controller's
DEFAULT_INCLUSION = {"strategy": 0}
INSECURE_INCLUSION = {"strategy": 2}


@dataclass(frozen=True, slots=True)
class Rig:
    air: Air
    seen: Observer

    async def device(self, name: str) -> dict[str, Any]:
        """Give a device's own truth."""
        told: dict[str, Any] = (await self.air.do("state", device=name))["device"]
        return told

    async def include(self, name: str, pin: str | None = None) -> dict[str, Any]:
        """Include a device, with the PIN on its label or another; give the event's node."""
        since = len(self.seen.events)
        await self.seen.ask("controller.begin_inclusion", options=DEFAULT_INCLUSION)
        await self.seen.heard("inclusion started", since=since)
        await self.air.do("join", device=name)
        asked = await self.seen.heard("grant security classes", since=since)
        grant = {
            "securityClasses": asked["requested"]["securityClasses"],
            "clientSideAuth": False,
        }
        await self.seen.ask("controller.grant_security_classes", inclusionGrant=grant)
        await self.seen.heard("validate dsk and enter pin", since=since)
        label = (await self.device(name))["pin"]
        answer = {"pin": label if pin is None else pin}
        await self.seen.ask("controller.validate_dsk_and_enter_pin", **answer)
        return await self.seen.heard("node added", since=since)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rig(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    folder = tmp_path_factory.mktemp("zwave")
    (folder / "house.toml").write_text(_house())
    arguments = ["--house", str(folder / "house.toml"), "--control", str(folder / "control")]
    async with (
        process("simulator.zwave", [*arguments, "--listen", "tcp:0"]) as ready,
        control(ready["control"]) as air,
        server(ready["port"], folder) as address,
        observer(address) as seen,
    ):
        for node in seen.state["nodes"]:
            if not node["ready"]:
                await seen.heard("ready", node=node["nodeId"])
        yield Rig(air, seen)


def _house() -> str:
    preset = [
        f'name = "{name}"\nkind = "{name}"\njoined = true\n{more}' for name, more in _PRESET.items()
    ]
    strangers = [f'name = "{name}"\nkind = "{kind}"' for name, kind in _STRANGERS.items()]
    head = '[[device]]\nradio = "zwave"\n'
    return '[zwave]\nhome_id = "7e570042"\n' + "\n".join(head + one for one in preset + strangers)


# What happens is seen


async def test_a_door_that_opens_and_closes_is_seen_in_that_order(rig: Rig) -> None:
    since = len(rig.seen.events)

    opened = await rig.air.do("open", device="contact")
    closed = await rig.air.do("close", device="contact")

    await rig.seen.value(CONTACT, NOTIFICATION, ACCESS_STATE, 22, since=since)
    await rig.seen.value(CONTACT, NOTIFICATION, ACCESS_STATE, 23, since=since)
    assert 0 < opened["at_ns"] < closed["at_ns"]


async def test_an_opened_cover_and_a_low_battery_are_seen(rig: Rig) -> None:
    since = len(rig.seen.events)

    await rig.air.do("tamper", device="contact")
    await rig.air.do("battery", device="lock", percent=5)

    await rig.seen.value(CONTACT, NOTIFICATION, "Cover status", 3, since=since)
    await rig.seen.heard("notification", node=LOCK, ccId=0x80, since=since)
    await rig.air.do("untamper", device="contact")
    await rig.seen.value(CONTACT, NOTIFICATION, "Cover status", 0, since=since)


async def test_motion_of_a_device_without_keys_is_seen(rig: Rig) -> None:
    since = len(rig.seen.events)

    await rig.air.do("motion", device="motion")

    await rig.seen.value(MOTION, NOTIFICATION, "Motion sensor status", 8, since=since)


async def test_a_pin_and_a_key_are_seen_as_typed(rig: Rig) -> None:
    since = len(rig.seen.events)

    await rig.air.do("press", device="keypad", key="arm_away", code="4829")

    told = await rig.seen.heard("notification", node=KEYPAD, ccId=0x6F, since=since)
    assert (told["args"]["eventType"], told["args"]["eventData"]) == (5, "4829")


async def test_bytes_of_the_testers_choice_are_seen(rig: Rig) -> None:
    since = len(rig.seen.events)

    await rig.air.do("cc", device="contact", hex="7105000000ff061600", sup=True)

    await rig.seen.value(CONTACT, NOTIFICATION, ACCESS_STATE, 22, since=since)
    await rig.air.do("close", device="contact")
    await rig.seen.value(CONTACT, NOTIFICATION, ACCESS_STATE, 23, since=since)


async def test_a_report_without_encryption_of_a_device_with_keys_is_not_believed(rig: Rig) -> None:
    since = len(rig.seen.events)

    spoofed = await rig.air.do("spoof", device="contact", hex="7105000000ff061600")
    await rig.air.do("tamper", device="contact")  # comes after it on the same path

    await rig.seen.value(CONTACT, NOTIFICATION, "Cover status", 3, since=since)
    assert spoofed["at_ns"] > 0
    told = [one for one in rig.seen.events[since:] if one.get("nodeId") == CONTACT]
    assert not [one for one in told if one.get("args", {}).get("newValue") == 22]
    await rig.air.do("untamper", device="contact")


# What is asked is done


async def test_a_tone_is_played_as_loud_as_asked_and_ends_by_itself(rig: Rig) -> None:
    since, before = len(rig.seen.events), len(rig.air.happened)

    assert await rig.seen.set(SIREN, SOUND, "toneId", 2, volume=77) == CONFIRMED

    sounding = await rig.air.happening("siren", device="siren", sounding=True)
    assert (sounding["tone"], sounding["volume"], sounding["name"]) == (2, 77, "Fire")
    await rig.air.happening("siren", device="siren", sounding=False, by="end")
    await rig.seen.value(SIREN, SOUND, "toneId", 0, since=since)
    assert all(one["at_ns"] > 0 for one in rig.air.happened[before:])


async def test_the_bolt_moves_by_radio_and_by_a_pin_that_was_stored(rig: Rig) -> None:
    since = len(rig.seen.events)
    with pytest.raises(AirError, match="slot 3 has no PIN"):
        await rig.air.do("turn", device="lock", to="unlocked", slot=3)

    assert await rig.seen.set(LOCK, DOOR_LOCK, "targetMode", 255) == CONFIRMED
    await rig.air.happening("lock", device="lock", state="locked", by="radio")
    await rig.seen.heard("notification", node=LOCK, event=3, since=since)  # its own word
    await rig.seen.value(LOCK, DOOR_LOCK, "currentMode", 255, since=since)
    code = {"commandClass": USER_CODE, "property": "userCode", "propertyKey": 3, "endpoint": 0}
    await rig.seen.ask("node.set_value", nodeId=LOCK, valueId=code, value="482913")
    assert (await rig.device("lock"))["codes"]["3"] == {"status": "enabled", "digits": "482913"}
    await rig.air.do("turn", device="lock", to="unlocked", slot=3)

    unlocked = await rig.seen.heard("notification", node=LOCK, event=6, since=since)
    assert unlocked["args"]["parameters"] == {"userId": 3}
    await rig.seen.value(LOCK, DOOR_LOCK, "currentMode", 0, since=since)


async def test_a_jammed_bolt_says_so_and_refuses_to_move(rig: Rig) -> None:
    since = len(rig.seen.events)

    await rig.air.do("turn", device="lock", to="jammed")

    await rig.seen.value(LOCK, NOTIFICATION, "Lock state", 11, since=since)
    assert await rig.seen.set(LOCK, DOOR_LOCK, "targetMode", 255) != CONFIRMED
    await rig.air.do("turn", device="lock", to="unlocked")
    assert (await rig.device("lock"))["bolt"] == "unlocked"


async def test_a_plug_is_switched_from_both_sides(rig: Rig) -> None:
    since = len(rig.seen.events)

    assert await rig.seen.set(PLUG, SWITCH, "targetValue", value=True) == CONFIRMED
    await rig.air.happening("switch", device="plug", on=True, by="radio")
    await rig.air.do("switch", device="plug", on=False)

    await rig.seen.value(PLUG, SWITCH, "currentValue", value=False, since=since)


async def test_what_a_keypad_shows_is_its_own_truth(rig: Rig) -> None:
    triples = [{"indicatorId": 0x12, "propertyId": 7, "value": 30}]
    await rig.seen.ask(
        "endpoint.invoke_cc_api",
        nodeId=KEYPAD,
        commandClass=0x87,
        methodName="set",
        args=[triples],
    )

    shown = await rig.air.happening("keypad", device="keypad", state="exit_delay")
    assert shown["seconds"] == 30
    assert (await rig.device("keypad"))["indicators"]["12"] == {"seconds": 30}


# Coming and going


async def test_the_right_pin_includes_a_device_securely(rig: Rig) -> None:
    added = await rig.include("gate")

    assert added["result"] == {"lowSecurity": False} or not added["result"]["lowSecurity"]
    secured = await rig.air.happening("secured", device="gate")
    assert secured["granted"] == ["authenticated"]
    node = added["node"]["nodeId"]
    since = len(rig.seen.events)
    await rig.seen.heard("ready", node=node)
    await rig.air.do("open", device="gate")
    await rig.seen.value(node, NOTIFICATION, ACCESS_STATE, 22, since=since)


async def test_a_wrong_pin_leaves_a_device_in_the_network_without_keys(rig: Rig) -> None:
    added = await rig.include("hatch", pin="00000")

    assert added["result"]["lowSecurity"]
    state = await rig.device("hatch")
    assert (state["joined"], state["granted"]) == (True, [])


async def test_nobody_joins_a_closed_network_and_insecure_is_possible(rig: Rig) -> None:
    with pytest.raises(AirError, match="the network is closed"):
        await rig.air.do("join", device="shed")

    since = len(rig.seen.events)
    await rig.seen.ask("controller.begin_inclusion", options=INSECURE_INCLUSION)
    await rig.seen.heard("inclusion started", since=since)
    await rig.air.do("join", device="shed")
    added = await rig.seen.heard("node added", since=since)
    await rig.seen.heard("ready", node=added["node"]["nodeId"], since=since)

    assert (await rig.device("shed"))["granted"] == []
    await rig.air.do("switch", device="shed", on=True)
    await rig.seen.value(added["node"]["nodeId"], SWITCH, "currentValue", value=True, since=since)


async def test_a_device_is_excluded_and_another_resets_itself(rig: Rig) -> None:
    shed, gate = (await rig.device("shed"))["node"], (await rig.device("gate"))["node"]
    since = len(rig.seen.events)
    await rig.seen.ask("controller.begin_exclusion", options={"strategy": 0})
    await rig.seen.heard("exclusion started", since=since)

    await rig.air.do("leave", device="shed")
    await rig.seen.until(_removed(shed), since=since)
    await rig.air.happening("left", device="shed", by="host")
    await rig.air.do("leave", device="gate")
    await rig.seen.until(_removed(gate), since=since)
    await rig.air.happening("left", device="gate", by="device")


# Faults


async def test_a_muted_device_is_dead_and_comes_back(rig: Rig) -> None:
    since = len(rig.seen.events)
    await rig.air.do("mute", device="plug")

    with pytest.raises(RuntimeError):
        await rig.seen.set(PLUG, SWITCH, "targetValue", value=True)
    await rig.seen.heard("dead", node=PLUG, since=since)
    assert (await rig.air.do("switch", device="plug", on=False))["at_ns"] == 0

    await rig.air.do("unmute", device="plug")
    await rig.air.do("switch", device="plug", on=True)
    await rig.seen.heard("alive", node=PLUG, since=since)


async def test_a_jam_stops_every_command_and_is_noticed(rig: Rig) -> None:
    since = len(rig.seen.events)
    await rig.air.do("jam")

    command = asyncio.create_task(rig.seen.set(SIREN, SOUND, "toneId", 1))
    await rig.seen.heard("status changed", status=JAMMED, since=since)
    assert (await rig.air.do("open", device="contact"))["at_ns"] == 0
    await rig.air.do("unjam")
    await asyncio.wait((command,))
    command.exception()

    await rig.seen.heard("status changed", status=0, since=since)
    await rig.air.do("close", device="contact")


async def test_a_stick_that_is_pulled_and_put_back_works_on(rig: Rig) -> None:
    gone = len(rig.air.happened)
    await rig.seen.ask("node.ping", nodeId=SIREN)  # nothing is under way any more
    await rig.air.do("unplug")
    await rig.air.happening("stick", host_gone=True)
    assert (await rig.air.do("open", device="contact"))["at_ns"] == 0
    await rig.air.do("plug")
    await until_async(
        lambda: asyncio.sleep(
            0, [one for one in rig.air.happened[gone:] if "host_connected" in one]
        ),
        bool,
    )
    since = len(rig.seen.events)

    await until_async(lambda: rig.air.do("close", device="contact"), lambda told: told["at_ns"])
    await rig.seen.value(CONTACT, NOTIFICATION, ACCESS_STATE, 23, since=since)


def _removed(node: int) -> Any:
    return lambda one: one["event"] == "node removed" and one["node"]["nodeId"] == node
