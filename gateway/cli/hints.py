"""What to do about what stands in the way of arming, and how to go on without it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from shlex import quote

from gateway.cli.output import listed
from gateway.cli.shapes import Zone

REMEDIES = {
    "is open": "close it",
    "nobody knows": "wake it: open and close it, or walk past it, once; "
    "`nightlatch devices` shows when each was heard",
    "is moving": "wait until nobody moves there",
    "is tampered": "close its cover",
    "is silent": "look at its battery and its distance, and wake it",
    "is not ready": "wake it by its button: it is asked what it can do then",
    "joined without security": "take it out (`nightlatch remove`), and pair it anew with its key",
    "refuses the user": "correct the user in the configuration, or the password in its file",
    "tells nothing": "look at its power and its network cable",
    "does not see": "look at its lens, its power and its network cable",
    "does not answer": "look at its power and its distance or its cable",
    "left its network": "let it join again: `nightlatch pair`",
    "never joined": "let it join: `nightlatch pair`",
    "the bolt of": "free the bolt by hand",
    "radio is not there": "`nightlatch doctor` says why",
    "radio is jammed": "look for what disturbs it",
    "did not do": "look at its power; `nightlatch siren` tries it",
}
RADIO_GONE = "radio is not there"
UNKNOWN = "nobody knows"
ALWAYS = "24h"


@dataclass(frozen=True, slots=True)
class Attempt:
    """An arming that was refused: of which area, how, and the command that asked for it."""

    area: str
    mode: str
    bypass: frozenset[str]
    force: bool
    again: str


def once(blockers: Iterable[object]) -> list[str]:
    """Name each blocker once; with the radio gone nobody can know how anything stands."""
    each = list(dict.fromkeys(map(str, blockers)))
    if any(RADIO_GONE in blocker for blocker in each):
        return [blocker for blocker in each if UNKNOWN not in blocker]
    return each


def advice(blockers: list[str], zones: Mapping[str, Zone], attempt: Attempt) -> list[str]:
    """Say for each blocker what to do, and last how to go on, where the hub would hear of it."""
    own = {name: zone for name, zone in zones.items() if zone["area"] == attempt.area}
    in_the_way = {blocker: _zones_of(blocker, own) - attempt.bypass for blocker in blockers}
    hints = [f"{blocker} → {_remedy(blocker)}" for blocker in blockers]
    return [*hints, *_without(in_the_way, own, attempt)]


def _without(
    in_the_way: Mapping[str, set[str]], zones: Mapping[str, Zone], attempt: Attempt
) -> list[str]:
    """Give the command that goes on all the same; none where something must guard first."""
    gone = any(RADIO_GONE in blocker for blocker in in_the_way)  # then no zone is known
    left_out = attempt.bypass.union(*in_the_way.values())
    if gone or attempt.force or not _guards(zones, attempt.mode) - left_out:
        return []
    if not all(in_the_way.values()):  # what is no zone's cannot be left out
        return [f"or arm in spite of it: {attempt.again} --force"]
    blocking = [zone for zone in zones if zone in left_out - attempt.bypass]
    options = " ".join(f"--bypass {quote(zone)}" for zone in blocking)
    return [f"or arm without {listed(blocking)}: {attempt.again} {options}"]


def _guards(zones: Mapping[str, Zone], mode: str) -> set[str]:
    """Name the zones that a mode is for: without one of these the hub refuses to arm."""
    return {
        name
        for name, zone in zones.items()
        if zone["kind"] != ALWAYS and mode in zone.get("modes", [mode])
    }


def _zones_of(blocker: str, zones: Mapping[str, Zone]) -> set[str]:
    """Name the zones to leave out: the one that a blocker names, or all of its device."""
    return {
        name
        for name, zone in zones.items()
        if blocker.startswith((f"{name}: ", f"{zone['device']} ", f"the bolt of {zone['device']} "))
    }


def _remedy(blocker: str) -> str:
    for words, remedy in REMEDIES.items():
        if words in blocker:
            return remedy
    return "`nightlatch state` tells more"
