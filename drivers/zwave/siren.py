"""Sirens: a tone lasts seconds, an alarm minutes. The tone is begun anew until the time is over.

Should we be gone, a Sound Switch falls silent with its tone; a siren that is a switch does not.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from drivers.zwave.cc import Cc
from drivers.zwave.directory import Place, all_classes_of, values_of
from drivers.zwave.safe import ask, order
from drivers.zwave.settings import ZwaveSettings
from gateway.model.device import DeviceId
from gateway.model.driver import CommandUnsupported, DeviceUnreachable, DriverError
from gateway.model.event import Proof

log = logging.getLogger(__name__)

DEFAULT_TONE = 255
SHORTEST_SECONDS = 1.0
FALLBACK_TONE_SECONDS = 10.0  # of a tone that does not say how long it is
_ALARMING = re.compile("burglar|intru|alarm|siren", re.IGNORECASE)
OVERLAP_SECONDS = 0.5  # the next tone is asked for while the last one ends


@dataclass(frozen=True, slots=True)
class Tone:
    """What a siren plays."""

    number: int
    seconds: float


class Sirens:
    """Sounds sirens, each for as long as it was asked for."""

    def __init__(
        self,
        settings: ZwaveSettings,
        spawn: Callable[[Coroutine[None, None, None]], asyncio.Task[None]],
        look: Callable[[Place], None],
    ) -> None:
        self._settings = settings
        self._spawn = spawn
        self._look = look
        self._sounding: dict[DeviceId, asyncio.Task[None]] = {}

    async def sound(self, place: Place, seconds: int) -> Proof:
        """Begin, and go on without us."""
        self._stop(place.id)
        tone = tone_of(place, self._settings.siren_tone)
        await self._play(place, tone)
        self._sounding[place.id] = self._spawn(self._go_on(place, tone, seconds))
        self._look(place)
        return Proof.ACCEPTED  # what it really does, it reports by itself

    async def silence(self, place: Place) -> Proof:
        """Fall silent."""
        self._stop(place.id)
        await self._hush(place)
        self._look(place)
        return Proof.ACCEPTED

    def _stop(self, device: DeviceId) -> None:
        going_on = self._sounding.pop(device, None)
        if going_on is not None:
            going_on.cancel()

    async def _play(self, place: Place, tone: Tone) -> None:
        if place.has(Cc.SOUND_SWITCH):
            volume = self._settings.siren_volume
            said = await order(place, Cc.SOUND_SWITCH, "play", tone.number, volume)
        elif place.has(Cc.BINARY_SWITCH):
            said = await order(place, Cc.BINARY_SWITCH, "set", True)  # noqa: FBT003  # the wire's own
        else:
            raise CommandUnsupported(f"{place.id} is a siren that takes no orders")
        if said is None and Cc.SUPERVISION in all_classes_of(place.node):
            await _demand_sound(place)

    async def _hush(self, place: Place) -> None:
        if place.has(Cc.SOUND_SWITCH):
            await order(place, Cc.SOUND_SWITCH, "stopPlaying")
        else:
            await order(place, Cc.BINARY_SWITCH, "set", False)  # noqa: FBT003  # the wire's own

    async def _go_on(self, place: Place, tone: Tone, seconds: float) -> None:
        """Repeat the tone to the end, and end it then. One that is lost does not end the rest."""
        end = asyncio.get_running_loop().time() + seconds
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(end):
                await self._repeat(place, tone)
        await _tried(place, self._hush(place))
        self._look(place)

    async def _repeat(self, place: Place, tone: Tone) -> None:
        """Play for ever. A siren that is a switch sounds until it is switched off."""
        while True:
            await asyncio.sleep(tone.seconds)
            if place.has(Cc.SOUND_SWITCH):
                await _tried(place, self._play(place, tone))


async def _demand_sound(place: Place) -> None:
    """Ask a siren that should have confirmed what it plays: its radio may have taken a lost order.

    One that confirms other orders and not this one says so by its answer.
    """
    if place.has(Cc.SOUND_SWITCH):
        answer, key = await ask(place, Cc.SOUND_SWITCH, "getPlaying"), "toneId"
    else:
        answer, key = await ask(place, Cc.BINARY_SWITCH, "get"), "currentValue"
    if not isinstance(answer, dict) or not answer.get(key):
        raise DeviceUnreachable(f"{place.id} did not confirm that it sounds")


async def _tried(place: Place, work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except DriverError as error:  # nobody waits for this: its end is the log
        log.warning("%s was not reached while it sounds: %s", place.id, error)


def tone_of(place: Place, wanted: int | None) -> Tone:
    """Choose a tone: the wanted one, else one that is named for an alarm, else the default."""
    names = {
        int(number): name
        for value in values_of(place.node, place.endpoint)
        if (value.command_class, value.property_) == (Cc.SOUND_SWITCH, "toneId")
        for number, name in value.metadata.states.items()
        if str(number).isdigit()
    }
    named = (number for number, name in names.items() if _ALARMING.search(name))
    number = wanted if wanted is not None else next(named, DEFAULT_TONE)
    return Tone(number, _lasting(names.get(number, "")))


def _lasting(name: str) -> float:
    """Read how long a tone is from its name: "Burglar (30 sec)"."""
    found = re.search(r"\((\d+) sec\)", name)
    if found is None:
        return FALLBACK_TONE_SECONDS
    return max(SHORTEST_SECONDS, float(found[1]) - OVERLAP_SECONDS)
