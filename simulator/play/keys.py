"""The keys of a scenario file: of each kind of step, what may stand there and what it takes.

`docs/simulator.md` documents every one of them, and a test holds the two together.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from simulator.play.house import STICKS, Radio

_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?(ms|s|min)")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){2,46}")
_MILLISECONDS = {"ms": 1, "s": 1000, "min": 60_000}
LONGEST_MS = 10 * 60_000  # no scenario waits longer at one step


@dataclass(frozen=True, slots=True)
class Key:
    """What a key takes: a sentence part for errors, and the check."""

    expected: str
    fits: Callable[[object], bool]
    needed: bool = False


def milliseconds(text: object) -> int | None:
    """Read "2s", "500ms", "1.5 min"; None for anything else, or too long."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    found = round(float(match[1]) * _MILLISECONDS[match[2]])
    return found if found <= LONGEST_MS else None


def moment(text: object) -> datetime | None:
    """Read "2027-10-31T02:29:57+02:00" as UTC; None for anything else, or without its offset."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
        return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LONGEST_MS


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def one_of(*words: str, needed: bool = False) -> Key:
    """A key that takes one of a few words."""
    return Key(f"one of: {', '.join(words)}", lambda value: value in words, needed)


def needed(key: Key) -> Key:
    """The same key, where it must be given."""
    return Key(key.expected, key.fits, needed=True)


def _keypad(*own: str) -> Mapping[str, Mapping[str, Key]]:
    common = ("disarm", "arm_home", "arm_away", "panic", "fire", "emergency")
    return {"press": {"key": one_of(*common, *own, needed=True), "code": DIGITS}}


TEXT = Key("text", lambda value: isinstance(value, str) and value != "")
DIGITS = Key("digits as text", lambda value: isinstance(value, str) and value.isdigit())
NUMBER = Key("a number, 0 or more", _is_number)
SIGNED = Key(
    "a number",
    lambda value: isinstance(value, int | float) and not isinstance(value, bool),
)
WHOLE = Key("a whole number, 0 to 600000", _is_whole)
FLAG = Key("true or false", lambda value: isinstance(value, bool))
NAMES = Key("a list of names", _is_names)
SOME_NAMES = Key("a list of names, one at least", lambda value: value != [] and _is_names(value))
HEX = Key("bytes in hex", lambda value: isinstance(value, str) and bool(_HEX.fullmatch(value)))
DURATION = Key(
    'a duration such as "2s" or "500ms", at most 10min',
    lambda value: milliseconds(value) is not None,
)
PHASE_DELAYS = {"exit delay": "exit", "entry delay": "entry", "siren time": "alarm"}
WAIT = Key(
    'a duration such as "2s", or one of: exit delay, entry delay, siren time',
    lambda value: milliseconds(value) is not None or value in PHASE_DELAYS,
)
WALL = Key(
    'a time with its offset, such as "2027-10-31T02:29:57+02:00"',
    lambda value: moment(value) is not None,
)
RULES = Key("rules as text", lambda value: isinstance(value, str))
PHASE = one_of("disarmed", "exit", "armed", "entry", "alarm")
RADIO = one_of(*STICKS)
STEPS = Key("steps as [[step]] tables", lambda v: isinstance(v, list) and v != [], needed=True)

TOP: Mapping[str, Key] = {
    "name": needed(TEXT),
    "about": needed(TEXT),
    "house": needed(TEXT),
    "rules": RULES,
    "outside": NAMES,
    "step": STEPS,
}

VERBS: Mapping[str, Mapping[str, Key]] = {
    "expect": {
        "expect": TEXT, "after": TEXT, "not_before_ms": WHOLE, "within_ms": WHOLE,
    },
    "expect_not": {"expect_not": TEXT, "after": TEXT, "for": needed(DURATION)},
    "wait": {"wait": WAIT, "after": TEXT, "area": TEXT, "within": DURATION, "as": TEXT},
    "wait_phase": {"wait_phase": PHASE, "area": TEXT, "within": DURATION, "as": TEXT},
    "kill": {"kill": one_of("hub"), "as": TEXT},
    "start": {"start": one_of("hub"), "as": TEXT},
    "stop": {"stop": one_of("hub"), "as": TEXT},
    "reload": {
        "reload": RULES, "kept": NAMES, "rebased": NAMES, "cancelled": NAMES,
        "refused": TEXT, "as": TEXT,
    },
    "wall": {"wall": WALL, "as": TEXT},
    "hub": {"hub": TEXT, "refused": TEXT, "as": TEXT},  # and HUB's
    "stick": {"stick": TEXT, "radio": RADIO, "as": TEXT},  # and STICK's
    "server": {"server": one_of("kill", "hang", "resume"), "as": TEXT},
    "detection": {"detection": one_of("kill", "hang", "resume"), "as": TEXT},
    "clips": {
        "clips": SOME_NAMES, "begins_before": TEXT, "at_least_ms": WHOLE, "begins_after": TEXT,
        "lasts_until": TEXT, "short_ms": WHOLE, "skew_ms": WHOLE,
        "state": one_of("open", "whole", "cut short"), "within": DURATION,
    },
    "device": {"device": TEXT, "do": needed(TEXT), "as": TEXT},  # and ACTS's
}  # fmt: skip
"""The kinds of step, in the order in which they are looked for."""

MOMENTS = ("after", "begins_before", "begins_after", "lasts_until")
"""The keys that name an earlier step."""

HUB: Mapping[str, Mapping[str, Key]] = {
    "arm": {"mode": needed(TEXT), "area": TEXT, "force": FLAG, "bypass": NAMES, "code": DIGITS},
    "disarm": {"area": TEXT, "code": DIGITS},
    "bypass": {"zone": needed(TEXT), "bypassed": FLAG, "code": DIGITS},
    "reset": {"area": TEXT, "code": DIGITS},
    "call": {"rule": needed(TEXT), "code": DIGITS},
    "pair": {"seconds": NUMBER, "radio": RADIO, "install_code": TEXT, "address": TEXT},
    "join_key": {"device": TEXT, "pin": DIGITS},
    "command": {
        "device": needed(TEXT),
        "command": one_of(
            "siren", "silence", "lock", "unlock", "on", "off", "refresh", "set_code",
            "clear_code", "remove", needed=True,
        ),
        "seconds": NUMBER, "slot": WHOLE, "new_code": DIGITS, "code": DIGITS,
    },
}  # fmt: skip
"""What a person may ask of the hub, and the fields of it."""

_ANY_STICK: Mapping[str, Mapping[str, Key]] = {
    "unplug": {}, "plug": {}, "jam": {}, "unjam": {},
}  # fmt: skip
_ZIGBEE_STICK: Mapping[str, Mapping[str, Key]] = {
    "reset": {"code": WHOLE},
    "traffic": {"rate": needed(NUMBER), "seconds": needed(NUMBER)},
    "fault": {
        "drop": NUMBER, "garble": NUMBER, "duplicate": NUMBER, "lose_ack": NUMBER,
        "delay_ms": NUMBER, "byte_by_byte": NUMBER, "baud": NUMBER, "seed": NUMBER,
        "clear": NUMBER,
    },
}  # fmt: skip
_ZWAVE_STICK: Mapping[str, Mapping[str, Key]] = {
    "gone": {"ms": needed(WHOLE)}, "rssi": {"dbm": needed(SIGNED)},
}  # fmt: skip
STICK: Mapping[Radio, Mapping[str, Mapping[str, Key]]] = {
    Radio.ZIGBEE: {**_ANY_STICK, **_ZIGBEE_STICK},
    Radio.ZWAVE: {**_ANY_STICK, **_ZWAVE_STICK},
    Radio.CAMERA: {},  # there is none
}
"""What may happen to a stick and its line."""

_COMMON: Mapping[str, Mapping[str, Key]] = {
    "join": {}, "leave": {}, "tamper": {}, "untamper": {}, "mute": {}, "unmute": {},
    "check_in": {}, "battery": {"percent": needed(NUMBER)},
}  # fmt: skip
_SWITCH = {"switch": {"on": needed(FLAG)}}
_DEGREES = {"temperature": {"celsius": needed(SIGNED)}}
_EITHER: Mapping[str, Mapping[str, Mapping[str, Key]]] = {
    "contact": {"open": {}, "close": {}},
    "motion": {"motion": {}, "still": {}},
    "smoke": {"smoke": {}, "clear": {}},
    "water": {"wet": {}, "dry": {}},
    "siren": {},
    "plug": _SWITCH,
    "temperature": _DEGREES,
    "lock": {
        "turn": {"to": one_of("locked", "unlocked", "jammed", needed=True), "slot": WHOLE},
        "program": {"slot": needed(WHOLE), "code": DIGITS},
    },
}  # fmt: skip
_MAINS = {"mains": {"on": needed(FLAG)}}
_OF: Mapping[Radio, Mapping[str, Mapping[str, Mapping[str, Key]]]] = {
    Radio.ZIGBEE: {**_EITHER, "keypad": _keypad("arm_night", "status")},
    Radio.ZWAVE: {
        **_EITHER,
        "siren": _MAINS,
        "keypad": {**_keypad("enter", "cancel"), **_MAINS},
        "glass": {"glass": {}, "clear": {}},
        "co": {"co": {}, "clear": {}},
        "light": _SWITCH,
        "valve": _SWITCH,
        "garage": {"open": {}, "close": {}, "stop": {}},
        "thermostat": _DEGREES,
        "button": {
            "press": {"key": one_of("once", "released", "held", "twice", "thrice"), "slot": WHOLE},
        },
    },
    Radio.CAMERA: {"camera": {}, "doorbell": {"ring": {}}},
}
_ON: Mapping[str, Key] = {"on": FLAG}
_OF_CAMERA: Mapping[str, Mapping[str, Key]] = {
    "show": {"scene": TEXT, "file": TEXT, "sub": TEXT, "again": FLAG},
    "rest": {}, "cover": {}, "spray": {}, "turn": {}, "freeze": {},
    "unplug": {}, "plug": {}, "move": {},
    "motion": {}, "still": {}, "tamper": {}, "untamper": {},
    **dict.fromkeys(("person", "vehicle", "animal", "intrusion", "scene_change"), _ON),
    "line": {"object": WHOLE},
    "input": {**_ON, "input": WHOLE},
    "reboot": {"seconds": NUMBER},
    "fault": {
        **dict.fromkeys(("refuse_renewal", "no_events", "push_only", "stream_stop"), FLAG),
        **dict.fromkeys(("garbage_rtp", "unknown_codec", "clear"), FLAG),
        "slow": NUMBER, "clock": SIGNED, "xaddr": TEXT, "password": TEXT,
        "malformed": one_of("device", "media", "events", "imaging", "ptz", "io"),
    },
}  # fmt: skip
_ANY: Mapping[Radio, Mapping[str, Mapping[str, Key]]] = {
    Radio.ZIGBEE: _COMMON,
    Radio.ZWAVE: {**_COMMON, "wake": {}, "spoof": {"hex": needed(HEX)}},
    Radio.CAMERA: _OF_CAMERA,
}


def acts_of(radio: Radio, kind: str) -> Mapping[str, Mapping[str, Key]]:
    """What a device of this radio and kind may do, and the fields of it."""
    return {**_ANY[radio], **_OF[radio][kind]}


def kinds_of(radio: Radio) -> Collection[str]:
    """What kinds of devices speak this radio."""
    return _OF[radio]
