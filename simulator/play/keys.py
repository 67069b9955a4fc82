"""The keys of a scenario file: of each kind of step, what may stand there and what it takes.

`docs/simulator.md` documents every one of them, and a test holds the two together.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from simulator.zigbee.house import Kind

_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?(ms|s|min)")
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


TEXT = Key("text", lambda value: isinstance(value, str) and value != "")
DIGITS = Key("digits as text", lambda value: isinstance(value, str) and value.isdigit())
NUMBER = Key("a number, 0 or more", _is_number)
CELSIUS = Key(
    "a number",
    lambda value: isinstance(value, int | float) and not isinstance(value, bool),
)
WHOLE = Key("a whole number, 0 to 600000", _is_whole)
FLAG = Key("true or false", lambda value: isinstance(value, bool))
NAMES = Key("a list of names", _is_names)
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
STEPS = Key("steps as [[step]] tables", lambda v: isinstance(v, list) and v != [], needed=True)

TOP: Mapping[str, Key] = {
    "name": needed(TEXT),
    "about": needed(TEXT),
    "house": needed(TEXT),
    "rules": RULES,
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
    "stick": {"stick": TEXT, "as": TEXT},  # and STICK's
    "device": {"device": TEXT, "do": needed(TEXT), "as": TEXT},  # and ACTS's
}  # fmt: skip
"""The kinds of step, in the order in which they are looked for."""

HUB: Mapping[str, Mapping[str, Key]] = {
    "arm": {"mode": needed(TEXT), "area": TEXT, "force": FLAG, "bypass": NAMES, "code": DIGITS},
    "disarm": {"area": TEXT, "code": DIGITS},
    "bypass": {"zone": needed(TEXT), "bypassed": FLAG, "code": DIGITS},
    "reset": {"area": TEXT, "code": DIGITS},
    "call": {"rule": needed(TEXT), "code": DIGITS},
    "pair": {"seconds": NUMBER, "install_code": TEXT, "address": TEXT},
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

STICK: Mapping[str, Mapping[str, Key]] = {
    "unplug": {}, "plug": {}, "jam": {}, "unjam": {},
    "reset": {"code": WHOLE},
    "traffic": {"rate": needed(NUMBER), "seconds": needed(NUMBER)},
    "fault": {
        "drop": NUMBER, "garble": NUMBER, "duplicate": NUMBER, "lose_ack": NUMBER,
        "delay_ms": NUMBER, "byte_by_byte": NUMBER, "baud": NUMBER, "seed": NUMBER,
        "clear": NUMBER,
    },
}  # fmt: skip
"""What may happen to the stick and its serial line."""

_COMMON: Mapping[str, Mapping[str, Key]] = {
    "join": {}, "leave": {}, "tamper": {}, "untamper": {}, "mute": {}, "unmute": {},
    "check_in": {}, "battery": {"percent": needed(NUMBER)},
}  # fmt: skip
_OF_KIND: Mapping[Kind, Mapping[str, Mapping[str, Key]]] = {
    Kind.CONTACT: {"open": {}, "close": {}},
    Kind.MOTION: {"motion": {}, "still": {}},
    Kind.SMOKE: {"smoke": {}, "clear": {}},
    Kind.WATER: {"wet": {}, "dry": {}},
    Kind.SIREN: {},
    Kind.PLUG: {"switch": {"on": needed(FLAG)}},
    Kind.TEMPERATURE: {
        "temperature": {"celsius": needed(CELSIUS)},
    },
    Kind.LOCK: {
        "turn": {"to": one_of("locked", "unlocked", "jammed", needed=True), "slot": WHOLE},
    },
    Kind.KEYPAD: {
        "press": {
            "key": one_of(
                "disarm", "arm_home", "arm_night", "arm_away", "panic", "fire", "emergency",
                "status", needed=True,
            ),
            "code": DIGITS,
        },
    },
}  # fmt: skip


def acts_of(kind: Kind) -> Mapping[str, Mapping[str, Key]]:
    """What a device of this kind may do, and the fields of it."""
    return {**_COMMON, **_OF_KIND[kind]}
