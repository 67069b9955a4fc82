"""ZCL bytes, made by hand from the specification's tables, into the words of the house."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.zigbee import translate, zcl
from drivers.zigbee.translate import Part, Told, told
from drivers.zigbee.zcl import ClusterId
from gateway.model.capability import (
    Battery,
    Contact,
    Lock,
    Motion,
    Reading,
    Smoke,
    Switch,
    Tamper,
    Water,
)
from gateway.model.credential import Code, CodeOffered, Wish
from gateway.model.device import DeviceId
from gateway.model.event import LockOperated, Panic, PanicPressed, Reported, Telemetry

DEVICE = DeviceId("zigbee:00124b001ca10001/1")

CONTACT, MOTION, FIRE, WATER = 0x0015, 0x000D, 0x0028, 0x002A


def said(cluster: int, bytes_in_hex: str, zone_type: int | None = None) -> tuple[Told, ...]:
    frame = zcl.parse(bytes.fromhex(bytes_in_hex))
    assert frame is not None
    return told(Part(DEVICE, zone_type), cluster, frame)


@pytest.mark.parametrize(
    ("zone_type", "status", "reading"),
    [
        (CONTACT, "0100", Contact.OPEN),  # ZCL 8.2.2.2.1.3: bit 0, alarm 1: the portal
        (CONTACT, "0200", Contact.OPEN),  # bit 1, alarm 2: the second portal
        (CONTACT, "0000", Contact.CLOSED),
        (MOTION, "0100", Motion.MOVING),  # intrusion
        (MOTION, "0200", Motion.MOVING),  # presence
        (MOTION, "0000", Motion.STILL),
        (FIRE, "0100", Smoke.SMOKE),
        (FIRE, "0200", Smoke.CLEAR),
        (WATER, "0100", Water.WET),
        (WATER, "0000", Water.DRY),
    ],
)
def test_a_zone_tells_its_alarm_first(zone_type: int, status: str, reading: Reading) -> None:
    # ZCL 8.2.2.4.1: control 09 (cluster, from server), sequence, command 00, then
    # status u16, extended status u8, zone id u8, delay u16.
    events = said(ClusterId.ZONE, f"0911 00 {status} 00 01 0000", zone_type)

    assert events[0] == Reported(DEVICE, reading)


def test_a_zone_tells_of_its_cover_and_its_battery() -> None:
    assert said(ClusterId.ZONE, "091100 0c00 00 01 0000", CONTACT) == (
        Reported(DEVICE, Contact.CLOSED),
        Reported(DEVICE, Tamper.TAMPERED),
        Reported(DEVICE, Battery.LOW),
    )


def test_an_opened_cover_says_nothing_of_the_battery() -> None:
    # And a status is read although nothing follows it.
    assert said(ClusterId.ZONE, "091100 0400", CONTACT) == (
        Reported(DEVICE, Contact.CLOSED),
        Reported(DEVICE, Tamper.TAMPERED),
        Reported(DEVICE, Battery.GOOD),
    )


def test_a_battery_that_is_defect_is_low() -> None:
    assert Reported(DEVICE, Battery.LOW) in said(ClusterId.ZONE, "091100 0002 0001 0000", CONTACT)


def test_a_zone_of_a_type_unknown_to_us_invents_no_reading() -> None:
    for unknown in (None, 0x0226):  # glass break has no reading of its own
        assert said(ClusterId.ZONE, "091100 0100 00 01 0000", unknown) == (
            Reported(DEVICE, Tamper.INTACT),
            Reported(DEVICE, Battery.GOOD),
        )


def test_a_zone_status_that_was_read_counts_like_one_that_was_sent() -> None:
    # ZCL 2.5.2: read response: attribute 0002, status 00, type 19 (bitmap16), value.
    assert said(ClusterId.ZONE, "180101 0200 00 19 0100", CONTACT)[0] == Reported(
        DEVICE, Contact.OPEN
    )


@pytest.mark.parametrize(
    ("value", "reading"),
    [
        ("00", Lock.JAMMED),  # ZCL 7.3.2.11.1: not fully locked
        ("01", Lock.LOCKED),
        ("02", Lock.UNLOCKED),
        ("ff", Lock.UNKNOWN),  # undefined
        ("7e", Lock.UNKNOWN),
    ],
)
def test_only_a_reported_bolt_is_a_locked_one(value: str, reading: Lock) -> None:
    # ZCL 2.5.11: report: attribute 0000, type 30 (enum8).
    assert said(ClusterId.DOOR_LOCK, f"18010a 0000 30 {value}") == (Reported(DEVICE, reading),)


def test_a_lock_tells_who_moved_its_bolt() -> None:
    # ZCL 7.3.2.17.1: source, event, user u16, PIN octet string, local time u32, data string.
    pin = "04 31323334"
    by_keypad = said(ClusterId.DOOR_LOCK, f"090220 00 02 0300 {pin} 00000000 00")
    by_hand = said(ClusterId.DOOR_LOCK, "090220 02 0d 0000 00 00000000 00")
    by_radio = said(ClusterId.DOOR_LOCK, "090220 01 01 ffff 00 00000000 00")

    assert by_keypad == (
        Reported(DEVICE, Lock.UNLOCKED),
        LockOperated(DEVICE, Lock.UNLOCKED, "keypad", 3),
    )
    assert by_hand[1] == LockOperated(DEVICE, Lock.LOCKED, "hand", None)
    assert by_radio[1] == LockOperated(DEVICE, Lock.LOCKED, "radio", None)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        *((code, Lock.LOCKED) for code in (1, 7, 8, 10, 11, 13)),  # ZCL 7.3.2.17.1.2
        *((code, Lock.UNLOCKED) for code in (2, 9, 12, 14)),
    ],
)
def test_each_operation_moves_the_bolt_one_way(code: int, state: Lock) -> None:
    told_of = said(ClusterId.DOOR_LOCK, f"090220 03 {code:02x} 0300 00 00000000 00")
    assert told_of == (Reported(DEVICE, state), LockOperated(DEVICE, state, "other", 3))


def test_a_bolt_that_the_lock_does_not_know_is_unknown() -> None:
    assert translate.lock(None) is Lock.UNKNOWN


@pytest.mark.parametrize(
    ("cluster", "frame", "all_told"),
    [
        (ClusterId.ZONE, "091100 0100", True),
        (ClusterId.ZONE, "091101 0100", False),  # an enrol request: zigpy answers it
        (ClusterId.ZONE, "011100 0100", False),  # by a client: no zone's status
        (ClusterId.ACE, "091100 0100", False),
        (ClusterId.POWER, "18010a 2100 20 c8", True),
        (ClusterId.ON_OFF, "18010a 0000 10 01", True),
        (ClusterId.DOOR_LOCK, "18010a 0000 30 01", True),
        (ClusterId.TEMPERATURE, "18010a 0000 29 0000", True),
        (ClusterId.ZONE, "18010a 0200 19 0100", False),  # zigpy keeps its attributes
        (ClusterId.ACE, "18010a 0000 10 01", False),
        (ClusterId.POWER, "180101 2100 00 20 c8", False),  # an answer: somebody asked
        (ClusterId.POWER, "1c5f11010a 2100 20 c8", False),  # a manufacturer's own
    ],
)
def test_only_what_is_told_whole_is_kept_from_zigpy(
    cluster: int,
    frame: str,
    all_told: bool,  # noqa: FBT001  # a case
) -> None:
    parsed = zcl.parse(bytes.fromhex(frame))
    assert parsed is not None
    assert translate.is_all_told(cluster, parsed) is all_told


def test_a_wrong_pin_at_a_lock_moves_no_bolt() -> None:
    assert said(ClusterId.DOOR_LOCK, "090220 00 05 ffff 00 00000000 00") == ()


@pytest.mark.parametrize(("value", "reading"), [("00", Switch.OFF), ("01", Switch.ON)])
def test_a_switch_tells_its_state(value: str, reading: Switch) -> None:
    assert said(ClusterId.ON_OFF, f"18010a 0000 10 {value}") == (Reported(DEVICE, reading),)


def test_a_percentage_comes_in_halves() -> None:
    # ZCL 3.3.2.2.3.1: BatteryPercentageRemaining 0021 in half percents, FF is no value.
    assert said(ClusterId.POWER, "18010a 2100 20 1d") == (
        Telemetry(DEVICE, "battery_percent", 14.5),
    )
    assert said(ClusterId.POWER, "18010a 2100 20 ff") == ()


def test_a_battery_is_low_below_fifteen_percent() -> None:
    assert translate.battery(14.5) is Battery.LOW
    assert translate.battery(15.0) is Battery.GOOD


def test_a_temperature_comes_in_hundredths_with_a_sign() -> None:
    # ZCL 4.4.2.2.1.1; 8000 is no value.
    assert said(ClusterId.TEMPERATURE, "18010a 0000 29 0cfe") == (
        Telemetry(DEVICE, "temperature_celsius", -5.0),
    )
    assert said(ClusterId.TEMPERATURE, "18010a 0000 29 0080") == ()


@pytest.mark.parametrize(
    ("mode", "wish", "name"),
    [
        ("00", Wish.DISARM, None),
        ("01", Wish.ARM, "home"),
        ("02", Wish.ARM, "night"),
        ("03", Wish.ARM, "away"),
    ],
)
def test_a_keypad_offers_a_code(mode: str, wish: Wish, name: str | None) -> None:
    # ZCL 8.3.2.4.1: mode, code string, zone id; control 01 (cluster, from client).
    assert said(ClusterId.ACE, f"010500 {mode} 04 31323334 00") == (
        CodeOffered(DEVICE, Code("1234"), wish, name),
    )


def test_arming_without_a_code_offers_none() -> None:
    assert said(ClusterId.ACE, "010500 03 00 00") == (CodeOffered(DEVICE, None, Wish.ARM, "away"),)


def test_an_arm_mode_that_is_none_is_no_wish() -> None:
    assert said(ClusterId.ACE, "010500 09 04 31323334 00") == ()


@pytest.mark.parametrize(
    ("command", "kind"), [("02", Panic.MEDICAL), ("03", Panic.FIRE), ("04", Panic.PANIC)]
)
def test_emergency_keys_are_told_apart(command: str, kind: Panic) -> None:
    assert said(ClusterId.ACE, f"0105{command}") == (PanicPressed(DEVICE, kind),)


def test_a_keypads_own_answers_are_no_wishes() -> None:
    assert said(ClusterId.ACE, "090500 03 00 00") == ()


def test_what_a_manufacturer_made_up_is_not_ours_to_read() -> None:
    # ZCL 2.4.1.2: control 0D carries a manufacturer code: its command 00 is another one.
    assert said(ClusterId.ZONE, "0d 5f11 11 00 0100 00 01 0000", CONTACT) == ()


def test_several_attributes_in_one_report_are_all_read() -> None:
    # A string between them, and one of a length we know but no value we read.
    report = "18010a 0400 42 03 616263 0100 f0 0102030405060708 0000 30 01"

    assert said(ClusterId.DOOR_LOCK, report) == (Reported(DEVICE, Lock.LOCKED),)


@given(st.binary(max_size=80), st.integers(0, 0xFFFF) | st.sampled_from(list(ClusterId)))
def test_no_bytes_whatever_raise(data: bytes, cluster: int) -> None:
    frame = zcl.parse(data)

    if frame is not None:
        told(Part(DEVICE, CONTACT), cluster, frame)


@given(st.data())
def test_no_frame_that_is_cut_short_says_more_than_the_whole(data: st.DataObject) -> None:
    whole = bytes.fromhex("010500 01 04 31323334 00")
    cut = data.draw(st.integers(0, len(whole) - 1))

    frame = zcl.parse(whole[:cut])

    events = () if frame is None else told(Part(DEVICE), ClusterId.ACE, frame)
    assert events in ((), said(ClusterId.ACE, whole.hex()))


def test_a_code_never_shows() -> None:
    (offer,) = said(ClusterId.ACE, "010500 00 04 31323334 00")

    assert "1234" not in repr(offer)
    assert "1234" not in str(offer)
