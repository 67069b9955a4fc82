"""What keypads are shown, by the Indicator command class: one command a change, none a second.

A keypad on batteries that is beamed every second of a countdown drops off the network.
"""

from collections.abc import Iterator
from typing import Any

from drivers.zwave.cc import Cc
from drivers.zwave.directory import Place, values_of
from drivers.zwave.safe import order
from gateway.model.command import ShowPanel
from gateway.model.driver import CommandUnsupported
from gateway.model.event import Proof

REFUSED = "refused"  # the house's word for a code that is nobody's

# Indicators (SDS13781 4.67, table "Indicator ID").
DISARMED, WRONG_CODE, ARMED_STAY, ARMED_AWAY = 0x02, 0x09, 0x0A, 0x0B
ALARM, BURGLAR, ENTRY, EXIT = 0x0C, 0x0D, 0x11, 0x12
_PHASES = {
    "disarmed": (DISARMED,),
    "exit": (EXIT,),
    "entry": (ENTRY,),
    "alarm": (BURGLAR, ALARM),
    REFUSED: (WRONG_CODE,),
}
_STAYS = ("home", "night")

# Their properties.
MULTILEVEL, BINARY, MINUTES, SECONDS, SOUND = 0x01, 0x02, 0x06, 0x07, 0x09
FULL, ON, FULL_VOLUME = 0x63, 0xFF, 0x63
LONGEST_SECONDS = 255 * 60 + 59


async def show(place: Place, panel: ShowPanel) -> Proof:
    """Show what is so."""
    offered = offers(place)
    writes = list(indication(panel, offered))
    if not writes:
        raise CommandUnsupported(f"{place.id} has nothing to show {panel.phase!r} with")
    await order(place, Cc.INDICATOR, "set", writes)
    return Proof.ACCEPTED


def offers(place: Place) -> dict[int, set[int]]:
    """Give the indicators of a keypad, each with its properties."""
    found: dict[int, set[int]] = {}
    for value in values_of(place.node, place.endpoint):
        if value.command_class == Cc.INDICATOR:
            specific = value.metadata.cc_specific
            if {"indicatorId", "propertyId"} <= specific.keys():
                found.setdefault(specific["indicatorId"], set()).add(specific["propertyId"])
            elif str(value.property_).isdigit():
                # `timeout` and its like have a name for a key; others lost what they are of.
                key = str(value.property_key)
                found.setdefault(int(value.property_), set()).update([int(key)] * key.isdigit())
    return found


def indication(panel: ShowPanel, offered: dict[int, set[int]]) -> Iterator[dict[str, Any]]:
    """Give the properties to set, in one frame; none where the keypad has no such indicator."""
    armed = (ARMED_STAY if panel.mode in _STAYS else ARMED_AWAY,)
    number = next((n for n in _PHASES.get(panel.phase, armed) if n in offered), None)
    if number is None:
        return
    for each, value in _lit(number, panel.seconds):
        if each in offered[number] or each in (MINUTES, SECONDS):
            yield {"indicatorId": number, "propertyId": each, "value": value}


def _lit(number: int, seconds: int) -> Iterator[tuple[int, int]]:
    """Give what lights an indicator: the delays by their time, which the keypad counts itself."""
    if number in (ENTRY, EXIT) and seconds > 0:
        lasting = min(seconds, LONGEST_SECONDS)
        if lasting >= 60:
            yield MINUTES, lasting // 60
        yield SECONDS, lasting % 60
        yield SOUND, FULL_VOLUME
        return
    yield MULTILEVEL, FULL
    yield BINARY, ON
