"""What one camera and its contacts said last, so that only news is passed on.

Several detectors of a camera may say the same word: something moves while any of them says so.
How things stand when a subscription begins sets readings, and neither shows nobody nor rings.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from drivers.onvif.names import camera_of, part_of
from drivers.onvif.topics import Word
from drivers.onvif.translate import Sense
from gateway.model.capability import (
    Capability,
    Contact,
    Motion,
    Reading,
    Switch,
    Tamper,
    capability_of,
    unknown,
)
from gateway.model.credential import Noticed
from gateway.model.device import Device, DeviceId
from gateway.model.driver import Told
from gateway.model.event import ButtonPressed, DeviceHeard, DeviceJoined, Reported
from gateway.model.sight import AnimalSeen, LineCrossed, PersonSeen, VehicleSeen, Witness

KEYS_MOST = 256  # detectors of one camera
PARTS_MOST = 64  # inputs and relays of one camera
MOMENT_SECONDS = 1.0  # between two moments of one detector
SURE = 1.0  # a camera gives no score
BELL = 1

_READINGS: dict[Word, tuple[Reading, Reading]] = {  # where it is not so, where it is
    Word.MOTION: (Motion.STILL, Motion.MOVING),
    Word.INTRUSION: (Motion.STILL, Motion.MOVING),
    Word.TAMPER: (Tamper.INTACT, Tamper.TAMPERED),
    Word.INPUT: (Contact.CLOSED, Contact.OPEN),
    Word.RELAY: (Switch.OFF, Switch.ON),
}
_KINDS = {Word.INPUT: "input", Word.RELAY: "relay"}
_SIGHTINGS: dict[Word, type[PersonSeen | VehicleSeen | AnimalSeen]] = {
    Word.PERSON: PersonSeen,
    Word.VEHICLE: VehicleSeen,
    Word.ANIMAL: AnimalSeen,
}


@dataclass(slots=True)
class _Part:
    """A device as it was announced, and what it told: None before it told anything."""

    token: str
    about: Device
    told: dict[Capability, Reading | None] = field(default_factory=dict[Capability, Reading | None])


class Senses:
    """One camera's, for one life of the driver. `now` is the loop's time, in seconds."""

    def __init__(self, name: str, repeat_seconds: float, heard_seconds: float) -> None:
        self._name = name
        self._repeat = repeat_seconds
        self._heard_seconds = heard_seconds
        self._camera = camera_of(name)
        self._parts: dict[DeviceId, _Part] = {}
        self._on: dict[str, tuple[Word, bool]] = {}  # by the detector's key
        self._passed: dict[str, float] = {}  # when a detector's word was passed on last
        self._stale: set[tuple[DeviceId, Capability]] = set()
        self._heard: float | None = None

    # What there is

    def announce(self, manufacturer: str = "", model: str = "") -> Iterator[Told]:
        """Tell of the camera itself, before anything else of it."""
        part = self._parts.get(self._camera)
        can = part.about.capabilities if part else frozenset({Capability.CAMERA})
        about = Device(self._camera, can, manufacturer, model, mains=True)
        if part is None:
            self._parts[self._camera] = _Part("", about)
        elif part.about == about:
            return
        else:
            part.about = about
        yield DeviceJoined(about)

    def announce_relay(self, token: str) -> Iterator[Told]:
        """Tell of a relay that the camera listed. How it stands is not known yet."""
        device = part_of(self._name, "relay", token)
        yield from self._can(device, token, Capability.SWITCH)
        if self._parts[device].told.setdefault(Capability.SWITCH, None) is None:
            self._stale.add((device, Capability.SWITCH))

    def token(self, device: DeviceId) -> str | None:
        """Give how the camera calls a device of ours; None for one that was never announced."""
        part = self._parts.get(device)
        return None if part is None else part.token

    @property
    def about(self) -> Device:
        """Give what was announced of the camera itself."""
        part = self._parts.get(self._camera)
        return Device(self._camera, frozenset()) if part is None else part.about

    # What is said

    def take(self, sense: Sense, now: float) -> Iterator[Told]:
        """Take in what was said, and give what is worth passing on: what it says first."""
        if sense.key not in self._on and len(self._on) >= KEYS_MOST:
            return
        news = self._is_news(sense, now)
        if sense.on is None:
            self._on.pop(sense.key, None)
        else:
            self._on[sense.key] = sense.word, sense.on
        if sense.word in _KINDS:
            yield from self._contact(sense)
            return
        if sense.word in _READINGS:
            yield from self._vote(sense.word)
        if news:
            self._pass(sense.key, now)
            if sense.fresh:
                yield from self._happened(sense)
            yield Noticed(self._camera, sense.word.value)

    def heard(self, now: float) -> Iterator[Told]:
        """Give a sign of life of the camera and its contacts, at most one in a while."""
        if self._heard is None or now - self._heard >= self._heard_seconds:
            self._heard = now
            yield from (DeviceHeard(device) for device in self._parts)

    # What is not known

    def begin(self) -> None:
        """Begin anew with what the camera says: it may have been away for long."""
        self._on.clear()
        self._stale = {(device, can) for device, part in self._parts.items() for can in part.told}

    def settled(self) -> Iterator[Told]:
        """Call unknown what the camera did not say again after it began to talk."""
        for device, can in sorted(self._stale):
            yield from self._tell(device, unknown(can))
        self._stale.clear()

    def unknown(self) -> Iterator[Told]:
        """Call everything unknown: nothing is heard."""
        self._heard = None
        for device, part in self._parts.items():
            for can in tuple(part.told):
                yield from self._tell(device, unknown(can))

    def ask_anew(self, device: DeviceId) -> None:
        """Pass on what a device says next, although it may be no news."""
        part = self._parts.get(device)
        if part is not None:
            part.told = dict.fromkeys(part.told)

    # Within

    def _is_news(self, sense: Sense, now: float) -> bool:
        """Say whether something begins, or goes on for so long that it is worth another word."""
        if not sense.on:
            return False
        last = self._passed.get(sense.key)
        _, was = self._on.get(sense.key, (sense.word, False))
        if last is None or not (was or sense.moment):
            return True
        return now - last >= (MOMENT_SECONDS if sense.moment else self._repeat)

    def _pass(self, key: str, now: float) -> None:
        """Remember when a detector's word was passed on; too many, and the longest ago goes."""
        self._passed.pop(key, None)
        if len(self._passed) >= KEYS_MOST:
            del self._passed[next(iter(self._passed))]
        self._passed[key] = now

    def _happened(self, sense: Sense) -> Iterator[Told]:
        match sense.word:
            case Word.PERSON | Word.VEHICLE | Word.ANIMAL:
                sighting = _SIGHTINGS[sense.word]
                yield sighting(self._camera, track=0, score=SURE, witness=Witness.CAMERA)
            case Word.LINE:
                yield LineCrossed(self._camera, sense.name, None, None, witness=Witness.CAMERA)
            case Word.VISITOR:
                yield ButtonPressed(self._camera, BELL, "once")
            case _:
                pass

    def _contact(self, sense: Sense) -> Iterator[Told]:
        device = part_of(self._name, _KINDS[sense.word], sense.name)
        no, yes = _READINGS[sense.word]
        can = capability_of(no)
        if device not in self._parts and len(self._parts) > PARTS_MOST:
            return
        yield from self._can(device, sense.name, can)
        if self._parts[device].token == sense.name:  # else two tokens end in the same number
            reading = unknown(can) if sense.on is None else yes if sense.on else no
            yield from self._tell(device, reading)

    def _vote(self, word: Word) -> Iterator[Told]:
        """Something is so while any of the detectors says so; unknown where none is left."""
        no, yes = _READINGS[word]
        can = capability_of(no)
        said = [on for one, on in self._on.values() if _reads(one) is can]
        yield from self._can(self._camera, "", can)
        yield from self._tell(self._camera, yes if any(said) else no if said else unknown(can))

    def _can(self, device: DeviceId, token: str, can: Capability) -> Iterator[Told]:
        """Announce what turned out: cameras are asked what they can do, and not believed."""
        part = self._parts.get(device)
        if part is None:
            camera = self._parts[self._camera].about
            about = Device(device, frozenset({can}), camera.manufacturer, camera.model, mains=True)
            self._parts[device] = _Part(token, about)
        elif can not in part.about.capabilities:
            old = part.about
            about = Device(
                device, old.capabilities | {can}, old.manufacturer, old.model, mains=True
            )
            part.about = about
        else:
            return
        yield DeviceJoined(about)

    def _tell(self, device: DeviceId, reading: Reading) -> Iterator[Told]:
        told, can = self._parts[device].told, capability_of(reading)
        self._stale.discard((device, can))
        if told.get(can) is not reading:
            told[can] = reading
            yield Reported(device, reading)


def _reads(word: Word) -> Capability | None:
    readings = _READINGS.get(word)
    return None if readings is None else capability_of(readings[0])
