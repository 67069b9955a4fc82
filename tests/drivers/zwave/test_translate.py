"""Events as the server sent them, and what they tell. Pure."""

from typing import Any

import pytest

from drivers.zwave.notifications import meaning, parse, standard
from drivers.zwave.translate import (
    SIREN,
    URGENCY,
    VALVE,
    Part,
    Told,
    Vote,
    is_end_of_jam,
    told,
)
from gateway.model.capability import (
    Battery,
    Capability,
    CarbonMonoxide,
    Contact,
    Gate,
    Glass,
    Lock,
    Motion,
    Power,
    Siren,
    Smoke,
    Switch,
    Tamper,
    Thermostat,
    Valve,
    Water,
)
from gateway.model.credential import Code, CodeOffered, Wish
from gateway.model.device import DeviceId
from gateway.model.event import (
    ButtonPressed,
    LockOperated,
    Panic,
    PanicPressed,
    Reported,
    Telemetry,
)

ID = DeviceId("zwave:e0f1a2b3/3/0")
PART = Part(ID)


def value(
    number: int, name: str, new: object, key: str | int | None = None, event: str = "value updated"
) -> dict[str, Any]:
    args: dict[str, Any] = {"commandClass": number, "property": name, "newValue": new}
    return {
        "source": "node",
        "event": event,
        "nodeId": 3,
        "args": args if key is None else {**args, "propertyKey": key},
    }


def notified(kind: int, event: int, **parameters: object) -> dict[str, Any]:
    args = {"type": kind, "event": event, "label": "x", "eventLabel": "y"}
    args |= {"parameters": parameters} if parameters else {}
    return {"source": "node", "event": "notification", "nodeId": 3, "ccId": 0x71, "args": args}


def typed(event_type: int, data: str | None = None) -> dict[str, Any]:
    args: dict[str, Any] = {"eventType": event_type, "dataType": 0 if data is None else 2}
    args |= {} if data is None else {"eventData": data}
    return {"source": "node", "event": "notification", "nodeId": 3, "ccId": 0x6F, "args": args}


def raw(event: dict[str, Any]) -> dict[str, Any]:
    event["args"]["dataType"] = 1
    return event


def scene(key: str, gesture: int) -> dict[str, Any]:
    return {"commandClass": 0x5B, "property": "scene", "propertyKey": key, "value": gesture}


URGENT: dict[str, Any] = {
    "event": "notification",
    "ccId": 0x80,
    "args": {"eventType": "battery low", "urgency": 1},
}
DOOR = ("Access Control", "Door state (simple)")
READINGS = [
    (value(0x71, DOOR[0], 22, DOOR[1]), Contact.OPEN),
    (value(0x71, DOOR[0], 23, DOOR[1]), Contact.CLOSED),
    (value(0x71, DOOR[0], 22, DOOR[1], event="value added"), Contact.OPEN),
    (value(0x71, DOOR[0], "unknown", DOOR[1]), Contact.UNKNOWN),
    (value(0x71, "Access Control", 11, "Lock state"), Lock.JAMMED),
    (value(0x71, "Home Security", 8, "Motion sensor status"), Motion.MOVING),
    (value(0x71, "Home Security", 0, "Motion sensor status"), Motion.STILL),
    (value(0x71, "Home Security", 2, "Sensor status"), Motion.MOVING),
    (value(0x71, "Smoke Alarm", 2, "Sensor status"), Smoke.SMOKE),
    (value(0x71, "Smoke Alarm", 0, "Sensor status"), Smoke.CLEAR),
    (value(0x71, "CO Alarm", 1, "Sensor status"), CarbonMonoxide.CO),
    (value(0x71, "Water Alarm", 2, "Sensor status"), Water.WET),
    (value(0x71, "Power Management", 2, "Mains status"), Power.BACKUP),
    (value(0x71, "Power Management", 3, "Mains status"), Power.MAINS),
    (value(0x71, "Siren", 1, "Siren status"), Siren.SOUNDING),
    (notified(7, 5), Glass.BROKEN),
    (notified(7, 6), Glass.BROKEN),
    (value(0x30, "Door/Window", new=True), Contact.OPEN),
    (value(0x30, "Glass Break", new=False), Glass.WHOLE),
    (value(0x25, "currentValue", new=True), Switch.ON),
    (value(0x25, "currentValue", new=False), Switch.OFF),
    (value(0x25, "currentValue", None), Switch.UNKNOWN),
    (value(0x26, "currentValue", None), Switch.UNKNOWN),
    (value(0x62, "currentMode", 255), Lock.LOCKED),
    (value(0x62, "currentMode", 0), Lock.UNLOCKED),
    (value(0x62, "currentMode", 254), Lock.UNKNOWN),
    (value(0x62, "currentMode", "unknown"), Lock.UNKNOWN),
    (value(0x62, "currentMode", 1), Lock.UNLOCKED),  # "unsecured with timeout"
    (value(0x62, "doorStatus", "open"), Contact.OPEN),
    (value(0x62, "doorStatus", "closed"), Contact.CLOSED),
    (value(0x62, "doorStatus", None), Contact.UNKNOWN),
    (value(0x62, "doorStatus", "ajar"), Contact.UNKNOWN),
    (value(0x66, "currentState", None), Gate.UNKNOWN),
    (value(0x66, "currentState", 255), Gate.UP),
    (value(0x66, "currentState", 252), Gate.BETWEEN),
    (value(0x66, "currentState", 0), Gate.DOWN),
    (value(0x79, "toneId", 3), Siren.SOUNDING),
    (value(0x79, "toneId", 0), Siren.SILENT),
    (value(0x79, "toneId", None), Siren.UNKNOWN),
    (value(0x40, "mode", None), Thermostat.UNKNOWN),
    (value(0x40, "mode", 0), Thermostat.STANDBY),
    (value(0x40, "mode", 2), Thermostat.COOL),
    (value(0x40, "mode", 3), Thermostat.AUTO),
    (value(0x40, "mode", 4), Thermostat.HEAT),
    (value(0x40, "mode", 10), Thermostat.AUTO),
    (value(0x40, "mode", 11), Thermostat.HEAT),
    (value(0x40, "mode", 12), Thermostat.COOL),
    (value(0x40, "mode", 1), Thermostat.HEAT),
    (value(0x40, "mode", 99), Thermostat.UNKNOWN),
]


@pytest.mark.parametrize(("event", "reading"), READINGS)
def test_a_value_is_read(event: dict[str, Any], reading: Any) -> None:
    assert told(PART, event) == (Reported(ID, reading),)


@pytest.mark.parametrize(
    "event",
    [
        # Z-Wave JS tells each door report five times. Once is enough.
        value(0x71, "alarmType", 22),
        value(0x71, "alarmLevel", 255),
        value(0x71, "Access Control", 1, "Opening state"),
        value(0x71, "Access Control", 22, "Door state"),
        value(0x71, "Access Control", 5633, "Door state"),
        # What was asked for is not what is.
        value(0x25, "targetValue", new=True),
        value(0x62, "targetMode", 255),
        value(0x71, "Access Control", 0, "Lock state"),
        value(0x71, "Access Control", 17, "Keypad state"),
        value(0x71, *("Smoke Alarm", 3, "Alarm status")),
        value(0x20, "currentValue", 255),
        {"event": "value notification", "args": {"commandClass": 0x20, "value": 255}},
        {"event": "value notification", "args": scene("002", 9)},
        {"event": "value notification", "args": scene("slow", 0)},
        {"event": "value notification", "args": scene("002", 0) | {"property": "slowRefresh"}},
        value(0x80, "level", 101),
        value(0x80, "level", -1),
        value(0x80, "level", new=True),
        notified(6, 20),
        notified(99, 1),
        {"event": "value updated", "args": None},
        {"event": "value updated", "args": {"commandClass": "x", "property": []}},
        {"event": "notification", "ccId": 0x71, "args": {"type": "x", "event": {}}},
        {"event": "notification", "ccId": 0x6F, "args": {"eventType": []}},
        {"event": "sleep", "nodeId": 3},
        {},
    ],
)
def test_what_says_nothing_tells_nothing(event: dict[str, Any]) -> None:
    assert told(PART, event) == ()


@pytest.mark.parametrize(
    ("event", "lock", "source", "slot"),
    [
        (notified(6, 1), Lock.LOCKED, "hand", None),
        (notified(6, 2), Lock.UNLOCKED, "hand", None),
        (notified(6, 4), Lock.UNLOCKED, "radio", None),
        (notified(6, 6, userId=3), Lock.UNLOCKED, "keypad", 3),
        (notified(6, 5, userId=3), Lock.LOCKED, "keypad", 3),
        (notified(6, 6, userId=1), Lock.UNLOCKED, "keypad", 1),
        (notified(6, 2, userId=1), Lock.UNLOCKED, "hand", None),
        (notified(6, 6, userId=0), Lock.UNLOCKED, "keypad", None),
        (notified(6, 6), Lock.UNLOCKED, "keypad", None),
        (notified(6, 9), Lock.LOCKED, "other", None),
        (notified(6, 3), Lock.LOCKED, "radio", None),
        (notified(6, 35, userId=2), Lock.LOCKED, "keypad", 2),
        (notified(6, 36), Lock.UNLOCKED, "keypad", None),
    ],
)
def test_a_lock_says_who_moved_its_bolt(
    event: dict[str, Any], lock: Lock, source: str, slot: int | None
) -> None:
    assert told(PART, event) == (LockOperated(ID, lock, source, slot),)


def test_a_bolt_that_is_half_thrown_is_jammed() -> None:
    events = told(PART, notified(6, 7))
    assert events == (Reported(ID, Lock.JAMMED), LockOperated(ID, Lock.JAMMED, "hand"))


def test_only_the_end_of_a_jam_is_one() -> None:
    ended = value(0x71, "Access Control", 0, "Lock state")
    ended["args"]["prevValue"] = 11
    assert is_end_of_jam(ended)
    assert not is_end_of_jam(value(0x71, "Access Control", 0, "Lock state"))
    assert not is_end_of_jam(value(0x71, "Access Control", 11, "Lock state"))


@pytest.mark.parametrize(
    ("event", "vote"),
    [
        (value(0x71, "Home Security", 3, "Cover status"), Tamper.TAMPERED),
        (value(0x71, "Home Security", 0, "Cover status"), Tamper.INTACT),
        (value(0x71, "Access Control", 16, "Keypad state"), Tamper.TAMPERED),
        (notified(7, 9), Tamper.TAMPERED),
        (value(0x71, "Power Management", 11, "Battery maintenance status"), Battery.LOW),
        (
            {
                "event": "notification",
                "ccId": 0x80,
                "args": {"eventType": "battery low", "urgency": 1},
            },
            Battery.LOW,
        ),
    ],
)
def test_one_of_several_voices_is_a_vote(event: dict[str, Any], vote: Any) -> None:
    (each,) = told(PART, event)
    assert isinstance(each, Vote)
    assert each.reading is vote


def test_a_battery_that_tells_its_level_is_urgent_no_more() -> None:
    percent, level, urgency = told(PART, value(0x80, "level", 14))
    assert percent == Telemetry(ID, "battery_percent", 14.0)
    assert isinstance(level, Vote)
    assert level.reading is Battery.LOW
    assert isinstance(urgency, Vote)
    assert urgency.reading is Battery.UNKNOWN


def test_temperatures_are_telemetry_in_celsius() -> None:
    event = value(0x31, "Air temperature", 68.0)
    assert told(PART, event, "°F") == (Telemetry(ID, "temperature_celsius", 20.0),)
    assert told(PART, event, "°C") == (Telemetry(ID, "temperature_celsius", 68.0),)


def test_what_a_device_measures_is_telemetry_beside_its_reading() -> None:
    assert told(PART, value(0x43, "setpoint", 19.5, 1), "°C") == (
        Telemetry(ID, "setpoint_celsius", 19.5),
    )
    for level, percent in ((40, 40.0), (255, 100.0), (0, 0.0)):
        lamp = Switch.ON if level else Switch.OFF
        assert told(PART, value(0x26, "currentValue", level)) == (
            Reported(ID, lamp),
            Telemetry(ID, "level_percent", percent),
        )
    for level, battery in (
        (0, Battery.LOW),
        (14, Battery.LOW),
        (15, Battery.GOOD),
        (100, Battery.GOOD),
    ):
        assert told(PART, value(0x80, "level", level)) == (
            Telemetry(ID, "battery_percent", float(level)),
            Vote(ID, "battery level", battery),
            Vote(ID, URGENCY, Battery.UNKNOWN),
        )


@pytest.mark.parametrize(
    ("number", "gesture"),
    [(0, "once"), (1, "released"), (2, "held"), (3, "twice"), (4, "three times")],
)
def test_a_button_is_pressed(number: int, gesture: str) -> None:
    event = {"event": "value notification", "args": scene("002", number)}
    assert told(PART, event) == (ButtonPressed(ID, 2, gesture),)


@pytest.mark.parametrize(
    ("event", "offer"),
    [
        (typed(5, "1234"), CodeOffered(ID, Code("1234"), Wish.ARM, "away")),
        (typed(6, "1234"), CodeOffered(ID, Code("1234"), Wish.ARM, "home")),
        (typed(5), CodeOffered(ID, None, Wish.ARM, "away")),
        (typed(3, "1234"), CodeOffered(ID, Code("1234"), Wish.DISARM)),
        (typed(2, "1234"), CodeOffered(ID, Code("1234"), Wish.DISARM)),
        (typed(4, "1234"), CodeOffered(ID, Code("1234"), Wish.ARM, "away")),
        (typed(3), CodeOffered(ID, None, Wish.DISARM)),
        (typed(2, "1234\xff\xff\0 "), CodeOffered(ID, Code("1234"), Wish.DISARM)),
        (typed(5, "12\n4"), CodeOffered(ID, None, Wish.ARM, "away")),
        (typed(5, "12\xe94"), CodeOffered(ID, None, Wish.ARM, "away")),
        (typed(5, "\xff\xff"), CodeOffered(ID, None, Wish.ARM, "away")),
        (raw(typed(5, "1234")), CodeOffered(ID, None, Wish.ARM, "away")),
        (typed(16), PanicPressed(ID, Panic.FIRE)),
        (typed(17), PanicPressed(ID, Panic.PANIC)),
        (typed(18), PanicPressed(ID, Panic.PANIC)),
        (typed(19), PanicPressed(ID, Panic.MEDICAL)),
        (notified(10, 1), PanicPressed(ID, Panic.PANIC)),
    ],
)
def test_a_keypad_says_what_is_pressed(event: dict[str, Any], offer: Told) -> None:
    assert told(PART, event) == (offer,)


def test_enter_without_a_code_and_cancel_are_nothing() -> None:
    assert told(PART, typed(2)) == told(PART, typed(25)) == ()


def test_a_sensor_is_silent_where_a_notification_tells_the_same() -> None:
    part = Part(ID, noted=frozenset({Capability.CONTACT}))
    assert told(part, value(0x30, "Door/Window", new=True)) == ()
    assert told(part, value(0x30, "Motion", new=True)) == (Reported(ID, Motion.MOVING),)


def test_a_valve_is_a_switch_by_another_name_and_basic_is_what_somebody_said() -> None:
    valve, siren = Part(ID, switch=VALVE), Part(ID, switch=SIREN)
    for on, flow, sound in ((0, Valve.SHUT, Siren.SILENT), (255, Valve.FLOWING, Siren.SOUNDING)):
        for new in {on, bool(on)}:
            event = value(0x25, "currentValue", new)
            assert told(valve, event) == (Reported(ID, flow),)
            assert told(siren, event) == (Reported(ID, sound),)

    basic = Part(ID, basic=meaning({0: "contact.closed", 255: "contact.open"}))
    event = {
        "event": "value notification",
        "args": {"commandClass": 0x20, "property": "event", "value": 255},
    }
    assert told(basic, event) == (Reported(ID, Contact.OPEN),)
    assert told(basic, value(0x20, "currentValue", 0)) == (Reported(ID, Contact.CLOSED),)
    assert told(basic, value(0x20, "targetValue", 0)) == ()


def test_a_map_that_mixes_readings_is_refused() -> None:
    with pytest.raises(ValueError, match="one value is one reading"):
        meaning({0: "contact.closed", 1: "motion.moving"})
    with pytest.raises(ValueError, match="frob"):
        meaning({0: "frob.on"})
    with pytest.raises(KeyError):
        parse({"state": []})
    assert standard() is standard()
