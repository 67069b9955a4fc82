"""What a scenario may expect, as sentences of three parts: who, does, what. Pure.

SentenceError
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from simulator.play.house import Home, Radio, Resident
from simulator.play.seen import RUNS, SIGHTS, STICK, Seen

PHASES = ("disarmed", "exit", "armed", "entry", "alarm")
TROUBLES = (
    "battery", "tamper", "silent", "left", "bolt", "not ready", "insecure", "dead", "mains",
    "camera", "recording", "lock code", "unconfirmed", "radio lost", "radio jammed", "storage",
    "clock", "part", "configuration",
)  # fmt: skip
PANEL = (
    "disarmed", "armed_home", "armed_night", "armed_away", "exit_delay", "entry_delay",
    "not_ready", "in_alarm", "arming_home", "arming_night", "arming_away",
)  # fmt: skip
"""What a keypad can show (ZCL 8.3.2.4.6; of Z-Wave's indicators those that mean the same)."""
ANSWERS = (
    "disarmed", "armed_home", "armed_night", "armed_away", "invalid_code", "not_ready",
    "already_disarmed",
)  # fmt: skip
"""What a Zigbee keypad can be answered (ZCL 8.3.2.4.1)."""
INDICATED = ("code_accepted", "invalid_code", "bypass_challenge")
"""What a Z-Wave keypad can be answered (SDS13781 4.67)."""
PICTURES = ("seeing", "blind", "covered", "turned", "dark", "frozen", "lost", "unknown")
"""How well a camera can see."""
_SIGHTS = tuple(SIGHTS.values())
_LOCKS: Mapping[str, Collection[str]] = {"locks": (), "unlocks": (), "jams": ()}
_SWITCHES: Mapping[str, Collection[str]] = {"goes": ("on", "off")}
_OF_KIND: Mapping[str, Mapping[str, Collection[str]]] = {
    "siren": {"sounds": (), "stops": ()},
    "lock": _LOCKS,
    "plug": _SWITCHES,
    "light": _SWITCHES,
    "valve": _SWITCHES,
    "doorbell": {"rings": ()},
}
_OF_RADIO: Mapping[Radio, Mapping[str, Collection[str]]] = {
    Radio.ZIGBEE: {"joins": (), "leaves": (), "enrols": ()},
    Radio.ZWAVE: {"joins": (), "leaves": (), "gets": ("keys",)},
    Radio.CAMERA: {"sees": _SIGHTS, "is": PICTURES, "keeps": ("a clip",), "loses": ("a clip",)},
}
_ANSWERS: Mapping[Radio, Collection[str]] = {Radio.ZIGBEE: ANSWERS, Radio.ZWAVE: INDICATED}
_OF_STICK = {"connects": (), "disconnects": (), "forms": ()}


class SentenceError(Exception):
    """A sentence cannot be understood: what was found, and what was expected."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What somebody is expected to do."""

    subject: str
    verb: str
    rest: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.subject, self.verb, self.rest) if part)

    def fits(self, seen: Seen) -> bool:
        """Whether this is what was seen. What was left unsaid may be anything."""
        told = self.verb == "says" and seen.verb == "tells"  # what it tells people it says too
        if self.verb != seen.verb and not told:
            return False
        if self.verb in ("says", "tells"):
            return self.rest.casefold() in seen.rest.casefold()
        # "hub is armed" is said of whichever area there is.
        anyone = self.subject == "hub" and self.verb == "is" and seen.rest in PHASES
        # So is "stick connects" of whichever stick.
        anyone |= self.subject == STICK and seen.subject.endswith(f"_{STICK}")
        words = self.rest.split()
        return (anyone or self.subject == seen.subject) and seen.rest.split()[: len(words)] == words


def read(text: str, home: Home) -> Sentence:
    """Understand a sentence about this house, or raise SentenceError."""
    subject, _, predicate = text.strip().partition(" ")
    verb, _, rest = predicate.strip().partition(" ")
    verbs = _verbs(subject, home)
    if verbs is None:
        raise SentenceError(f"nobody is called {subject!r}{near(subject, _subjects(home))}")
    if not verb:
        raise SentenceError(f"{subject} does what?{near('', verbs).removeprefix(';')}")
    if verb not in verbs:
        raise SentenceError(f"{subject} never {verb!r}{near(verb, verbs)}")
    rest = rest.strip()
    _check_rest(f"{subject} {verb}", rest, verbs[verb])
    return Sentence(subject, verb, rest)


def near(word: str, known: Iterable[str]) -> str:
    """The tail of an error: what was perhaps meant, or else all there is."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; expected one of: {', '.join(names)}" if names else ""


def _verbs(subject: str, home: Home) -> Mapping[str, Collection[str]] | None:
    if subject == "hub":
        troubles = [f"trouble {kind}" for kind in TROUBLES]
        runs = dict.fromkeys(RUNS.values(), home.rules) if home.rules else {}
        texts = dict.fromkeys(("says", "tells"), ("TEXT",))
        return {"is": PHASES, **texts, "has": troubles, "loses": troubles, **runs}
    if subject in _sticks(home):
        return _OF_STICK
    if subject in home.devices:
        return _verbs_of(home.devices[subject])
    if subject in home.modes:
        return {"is": PHASES}
    if subject in home.zones:
        return {"is": ("bypassed", "back")}
    return None


def _subjects(home: Home) -> Collection[str]:
    return {"hub", *_sticks(home), *home.devices, *home.modes, *home.zones}


def _sticks(home: Home) -> Collection[str]:
    named = {f"{radio}_{STICK}" for radio in home.sticks} if len(home.sticks) > 1 else set[str]()
    return {STICK, *named} if home.sticks else set()


def _verbs_of(resident: Resident) -> Mapping[str, Collection[str]]:
    own = _OF_KIND.get(resident.kind, {})
    if resident.kind == "keypad":
        own = {"shows": PANEL, "hears": _ANSWERS[resident.radio]}
    return {**_OF_RADIO[resident.radio], **own}


def _check_rest(start: str, rest: str, choices: Collection[str]) -> None:
    if not choices:
        if rest:
            raise SentenceError(f"nothing was expected after {start!r}, found {rest!r}")
    elif choices == ("TEXT",):
        if not rest:
            raise SentenceError(f"{start} what? a text was expected")
    elif not _is_one(rest, choices):
        raise SentenceError(f"{start} what? found {rest!r}{near(rest, choices)}")


def _is_one(rest: str, choices: Collection[str]) -> bool:
    # A trouble may be followed by whose it is, what a keypad shows by the seconds.
    return any(rest == choice or rest.startswith(f"{choice} ") for choice in choices)
