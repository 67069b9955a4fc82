"""What a question may be about: entries, words, areas, devices, zones and rules by their names."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from gateway.history.past import Past
from gateway.journal import about
from rules.site import Site

NUMBER_MAX = 2**62


class Kind(StrEnum):
    """What sort of thing somebody asks about."""

    ENTRY = "entry"
    SIREN = "siren"  # any
    ALARM = "alarm"
    ARMED = "armed"
    DISARMED = "disarmed"
    NOTICE = "notify"
    AREA = "area"
    DEVICE = "device"
    RULE = "rule"


WORDS = {str(kind): kind for kind in (Kind.SIREN, Kind.ALARM, Kind.ARMED, Kind.DISARMED)}
NAMED = (Kind.AREA, Kind.DEVICE, Kind.RULE)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about. `name` is an area, a device's id, a rule or a number."""

    kind: Kind
    name: str = ""


class Unheard(Exception):
    """There is no such thing; the message says what may have been meant."""


def subject(past: Past, site: Site, word: str) -> Subject:
    """Understand a word. Raises Unheard.

    `area:`, `device:` or `rule:` before a name says which, where several are called so.
    """
    if word.isdecimal():
        return Subject(Kind.ENTRY, str(min(int(word), NUMBER_MAX)))
    names = _names(site)
    for kind in NAMED:
        prefix, _, name = word.partition(":")
        if prefix == kind and name in names[kind]:
            return Subject(kind, names[kind][name])
    for kind in NAMED:
        if word in names[kind]:
            return Subject(kind, names[kind][word])
    if word in (*WORDS, Kind.NOTICE):
        return Subject(Kind(word))
    former = word.removeprefix("rule:")
    if about.orders(past.db, former, "RuleRan"):  # a rule that is gone since
        return Subject(Kind.RULE, former)
    raise Unheard(_unheard("nothing", word, [*WORDS, "notify", *_all(names)]))


def rule(past: Past, site: Site, word: str) -> str:
    """Understand the name of a rule, also of one that is gone. Raises Unheard."""
    name = word.removeprefix("rule:")
    if name in site.rules.rules or about.orders(past.db, name, "RuleRan"):
        return name
    raise Unheard(_unheard("no rule", word, list(site.rules.rules)))


def _names(site: Site) -> Mapping[Kind, dict[str, str]]:
    devices = {str(device): str(device) for device in site.names}
    devices |= {name: zone.device for name, zone in site.zones.items()}
    devices |= {name: str(device) for device, name in site.names.items()}
    rules = {name: name for name in site.rules.rules}
    return {Kind.AREA: {a: a for a in site.areas}, Kind.DEVICE: devices, Kind.RULE: rules}


def _all(names: Mapping[Kind, dict[str, str]]) -> list[str]:
    return [name for kind in names.values() for name in kind]


def _unheard(what: str, word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else _listed(known)
    return f"there is {what} called {word!r}: {hint}"


def _listed(known: list[str]) -> str:
    return f"there are {', '.join(sorted(known)[:20])}" if known else "there are none"
