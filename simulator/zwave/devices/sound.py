"""Sound Switch (0x79): a siren with tones that end by themselves."""

from collections.abc import Callable, Sequence

from simulator.zwave.devices.part import (
    Answer,
    Body,
    Facts,
    Heard,
    Nanoseconds,
    Part,
    Verdict,
    whole,
)

TONES = ("Burglar", "Fire", "Carbon Monoxide", "Water", "Medical", "Entry Delay", "Doorbell")
_COUNT, _TONE_INFO, _CONFIGURATION, _PLAYING = 0x02, 0x04, 0x07, 0x0A
_DEFAULT = 0xFF  # as a tone: the default one; as a volume: the last that was heard
_LOUDEST = 100


class SoundSwitch(Part):
    CC = 0x79
    VERSION = 2

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._default_tone = 1
        self._default_volume = 50
        self._last_volume = 50
        self._tone = 0
        self._volume = 0
        self._call_off: Callable[[], None] = lambda: None

    def hear(self, heard: Heard) -> Answer:
        payload = heard.payload
        match heard.command:
            case 0x01:
                return self.said(_COUNT, len(TONES))
            case 0x03:
                return self._tone_info(payload[0]) if payload else Verdict.SILENT
            case 0x05:
                return self._configure(payload)
            case 0x06:
                return self.said(_CONFIGURATION, self._default_volume, self._default_tone)
            case 0x08:
                return self._commanded(heard)
            case 0x09:
                return self._report()
            case _:
                return None

    def reports(self) -> Sequence[bytes]:
        return [self._report()]

    def facts(self) -> Facts:
        return {"sounding": bool(self._tone), "tone": self._tone, "volume": self._volume}

    def dump(self) -> Facts:
        return {"tone": self._default_tone, "volume": self._default_volume}

    def load(self, memory: Facts) -> None:
        self._default_tone = whole(memory.get("tone"), 1)
        self._default_volume = whole(memory.get("volume"), 50)

    def _tone_info(self, tone: int) -> Answer:
        if not 1 <= tone <= len(TONES):
            return self.said(_TONE_INFO, tone, 0, 0, 0)
        name = TONES[tone - 1].encode()
        seconds = round(self.body.spec.tone_seconds)
        return self.said(_TONE_INFO, tone, seconds.to_bytes(2), len(name), name)

    def _configure(self, payload: bytes) -> Verdict:
        if len(payload) < 2 or payload[1] > len(TONES):
            return Verdict.FAIL
        volume, tone = payload[0], payload[1]
        self._default_volume = self._default_volume if volume == _DEFAULT else min(volume, _LOUDEST)
        self._default_tone = tone or self._default_tone  # 0: leave the tone
        self.body.remember()
        return Verdict.OK

    def _commanded(self, heard: Heard) -> Verdict:
        if not heard.payload:
            return Verdict.FAIL
        tone, volume = heard.payload[0], heard.payload[1] if len(heard.payload) > 1 else 0
        tone = self._default_tone if tone == _DEFAULT else tone
        if tone > len(TONES):
            return Verdict.FAIL
        if tone:
            self._sound(tone, self._loudness(volume), heard.at)
        else:
            self._stop("radio", heard.at)
        if not heard.supervised:
            self.body.say(self._report())
        return Verdict.OK

    def _loudness(self, volume: int) -> int:
        if volume == 0:
            return self._default_volume
        return self._last_volume if volume == _DEFAULT else min(volume, _LOUDEST)

    def _sound(self, tone: int, volume: int, at: Nanoseconds) -> None:
        self._call_off()
        self._tone, self._volume = tone, volume
        self._last_volume = volume or self._last_volume
        seconds = self.body.spec.tone_seconds
        self._call_off = self.body.later(seconds, self._end)
        told = {"sounding": True, "seconds": seconds, "tone": tone, "volume": volume}
        self.body.happen("siren", {**told, "name": TONES[tone - 1]}, at)

    def _end(self) -> None:
        """The tone is over: the device says so unasked."""
        self._stop("end", None)
        self.body.say(self._report())

    def _stop(self, by: str, at: Nanoseconds | None) -> None:
        self._call_off()
        self._tone = self._volume = 0
        self.body.happen("siren", {"sounding": False, "by": by}, at)

    def _report(self) -> bytes:
        return self.said(_PLAYING, self._tone, self._volume)
