"""What cameras see, and buttons that are pressed, as events of rules' tests."""

from gateway.config.errors import did_you_mean, listed
from gateway.config.rule_house import CameraParts, House
from gateway.config.rule_sights import GESTURES, WAYS
from gateway.config.rule_test_words import Unreadable, looked_up
from gateway.config.wording import describe
from gateway.model.event import ButtonPressed, Event
from gateway.model.sight import (
    AnimalSeen,
    LineCrossed,
    Loitered,
    PersonSeen,
    Seen,
    Sighting,
    VehicleSeen,
)

MOMENTS = ("sees", "crossed", "loitered", "pressed")
"""The words after a device's name that tell a moment, not a reading."""
TRACK = 1
SCORE = 0.9
LOITERED_SECONDS = 60
_SIGHTINGS: dict[Seen, type[Sighting]] = {
    Seen.PERSON: PersonSeen,
    Seen.VEHICLE: VehicleSeen,
    Seen.ANIMAL: AnimalSeen,
}


def moment_of(name: str, text: str, at: int, house: House) -> Event:
    """Read what a device tells for a moment; `text` is what stands after its name."""
    verb, _, rest = text.partition(" ")
    begins = at + len(verb) + 1
    if verb == "pressed":
        return _pressed(name, rest, begins, house)
    parts = looked_up(name, at - len(name) - 1, house.cameras, "the name of a [[camera]]")
    device = house.devices[name]
    if verb == "sees":
        word, inside, zone = rest.partition(" in ")
        seen = _class(word, begins)
        if inside:
            looked_up(zone, begins + len(word) + 4, parts.zones, "a zone of the camera's own")
        return _SIGHTINGS[seen](device, TRACK, SCORE, (zone,) if inside else ())
    what, by, word = rest.partition(" by ")
    seen = _class(word, begins + len(what) + 4) if by else Seen.PERSON
    if verb == "crossed":
        line, inward = _way(what, parts)
        looked_up(line, begins, parts.lines, "a line of the camera's")
        return LineCrossed(device, line, seen, inward, TRACK)
    looked_up(what, begins, parts.zones, "a zone of the camera's own")
    return Loitered(device, what, seen, LOITERED_SECONDS, TRACK)


def _way(text: str, parts: CameraParts) -> tuple[str, bool | None]:
    line, _, way = text.rpartition(" ")
    return (text, None) if text in parts.lines or way not in WAYS else (line, WAYS[way])


def _class(word: str, at: int) -> Seen:
    if word not in set(Seen):
        words = [*Seen]
        expected = f"one of {listed(words)}"
        raise Unreadable(at, describe(word), expected, did_you_mean(word, words))
    return Seen(word)


def _pressed(name: str, text: str, at: int, house: House) -> Event:
    number, _, gesture = text.partition(" ")
    if not number.isdecimal():
        number, gesture = "1", text
    if gesture and gesture not in GESTURES:
        hint = did_you_mean(gesture, GESTURES)
        raise Unreadable(at, describe(gesture), f"one of {listed(GESTURES)}", hint)
    return ButtonPressed(house.devices[name], int(number[:2]), gesture or "once")
