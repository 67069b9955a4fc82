"""The whole map of notifications beside the specification's list (SDS13713), row by row. Pure."""

import pytest

from drivers.zwave.notifications import Meaning, standard
from gateway.model.capability import Lock, Reading
from gateway.model.event import Panic

STATES = """
Smoke Alarm / Sensor status: 0 smoke.clear, 1 smoke.smoke, 2 smoke.smoke
CO Alarm / Sensor status: 0 carbon_monoxide.safe, 1 carbon_monoxide.co, 2 carbon_monoxide.co
Water Alarm / Sensor status: 0 water.dry, 1 water.wet, 2 water.wet
Access Control / Door state (simple): 22 contact.open, 23 contact.closed
Access Control / Lock state: 11 lock.jammed
Access Control / Keypad state: 0 tamper.intact?, 16 tamper.tampered?
Home Security / Sensor status: 0 motion.still, 1 motion.moving, 2 motion.moving
Home Security / Motion sensor status: 0 motion.still, 7 motion.moving, 8 motion.moving
Home Security / Cover status: 0 tamper.intact?, 3 tamper.tampered?
Home Security / Magnetic interference status: 0 tamper.intact?, 11 tamper.tampered?
System / Cover status: 0 tamper.intact?, 6 tamper.tampered?
Power Management / Mains status: 0 power.mains, 2 power.backup, 3 power.mains
Power Management / Battery maintenance status: 0 battery.good?, 10 battery.low?, 11 battery.low?
Power Management / Battery level status: 0 battery.good?, 13 battery.good?, 14 battery.low?, 15 battery.low?
Power Management / Backup battery level status: 0 battery.good?, 16 battery.low?, 18 battery.low?
Siren / Siren status: 0 siren.silent, 1 siren.sounding
"""  # noqa: E501  # one row of the list each; a question mark is one voice of several
EVENTS = """
7 / 5: 5 glass.broken
7 / 6: 6 glass.broken
7 / 9: 9 tamper.tampered?
"""
SENSORS = """
Door/Window: 0 contact.closed, 1 contact.open, 255 contact.open
Tilt: 0 contact.closed, 1 contact.open, 255 contact.open
Motion: 0 motion.still, 1 motion.moving, 255 motion.moving
Smoke: 0 smoke.clear, 1 smoke.smoke, 255 smoke.smoke
CO: 0 carbon_monoxide.safe, 1 carbon_monoxide.co, 255 carbon_monoxide.co
Water: 0 water.dry, 1 water.wet, 255 water.wet
Glass Break: 0 glass.whole, 1 glass.broken, 255 glass.broken
Tamper: 0 tamper.intact?, 1 tamper.tampered?, 255 tamper.tampered?
"""
BOLTS = {
    (6, 1): (Lock.LOCKED, "hand"),
    (6, 2): (Lock.UNLOCKED, "hand"),
    (6, 3): (Lock.LOCKED, "radio"),
    (6, 4): (Lock.UNLOCKED, "radio"),
    (6, 5): (Lock.LOCKED, "keypad"),
    (6, 6): (Lock.UNLOCKED, "keypad"),
    (6, 7): (Lock.JAMMED, "hand"),
    (6, 8): (Lock.JAMMED, "radio"),
    (6, 9): (Lock.LOCKED, "other"),
    (6, 10): (Lock.JAMMED, "other"),
    (6, 35): (Lock.LOCKED, "keypad"),
    (6, 36): (Lock.UNLOCKED, "keypad"),
}
PANICS = {
    (10, 1): Panic.PANIC,
    (10, 2): Panic.FIRE,
    (10, 3): Panic.MEDICAL,
    (10, 4): Panic.PANIC,
}


def written(found: Meaning) -> str:
    """Write what numbers mean as above."""
    mark = "?" if found.votes else ""

    def word(reading: Reading) -> str:
        return f"{found.capability.value}.{reading.value}{mark}"

    return ", ".join(f"{number} {word(found.readings[number])}" for number in found.readings)


def test_the_map_is_the_list() -> None:
    words = standard()
    assert [f"{a} / {b}: {written(m)}" for (a, b), m in words.states.items()] == _rows(STATES)
    assert [f"{a} / {b}: {written(m)}" for (a, b), m in words.events.items()] == _rows(EVENTS)
    assert [f"{name}: {written(m)}" for name, m in words.sensors.items()] == _rows(SENSORS)
    assert words.bolts == BOLTS
    assert words.panics == PANICS


@pytest.mark.parametrize(("said", "known"), [(None, False), ("unknown", False), (7, None)])
def test_what_a_meaning_has_no_word_for(said: object, known: bool | None) -> None:  # noqa: FBT001  # a case
    door = standard().states["Access Control", "Door state (simple)"]
    reading = door.read(said)
    assert reading is None if known is None else reading == "unknown"


def _rows(text: str) -> list[str]:
    return text.strip().splitlines()
