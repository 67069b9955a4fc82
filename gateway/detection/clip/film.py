"""Samples as fragmented MP4, by stream copy: what was written before a crash can be played."""

from fractions import Fraction

import av
import av.container

from gateway.detection.stream.sample import Form, Sample

FRAGMENT_MICROSECONDS = 250_000
"""A fragment is written as the next one begins: so much, and what is in it, a crash may lose."""
STEP_MICROSECONDS = 1_000
"""Between two packets at least: a camera that gives two the same time does not end a film."""
_OPTIONS = {
    "movflags": "frag_keyframe+empty_moov+default_base_moof",
    "frag_duration": str(FRAGMENT_MICROSECONDS),
    "max_interleave_delta": str(FRAGMENT_MICROSECONDS),  # a silent microphone holds nothing up
    "flush_packets": "1",
}
_MICROSECOND = Fraction(1, 1_000_000)


class Film:
    """One film in the making. What is ready of it is taken away piece by piece."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self._pieces = _Pieces()
        self._film = av.open(self._pieces, "w", format="mp4", options=dict(_OPTIONS))
        self._streams = form.lay_out(self._film)
        self._first_us: int | None = None
        self._last_us = 0
        self._frame_us = 0
        self._decode_us = [-STEP_MICROSECONDS, -STEP_MICROSECONDS]  # of the picture, of the sound

    @property
    def seconds(self) -> float:
        """Give how long it is."""
        if self._first_us is None:
            return 0.0
        return round((self._last_us - self._first_us + self._frame_us) / 1e6, 3)

    def take(self, sample: Sample) -> None:
        """Put a sample in; the first is a key frame. Sound from before that is left out."""
        if self._first_us is None:
            self._first_us = self._last_us = sample.decode_us
        if sample.decode_us < self._first_us:
            return
        if not sample.is_sound:
            self._frame_us = sample.decode_us - self._last_us
            self._last_us = sample.decode_us
        # Each film has a packet of its own: a muxer changes what it is given.
        packet = av.Packet(sample.data)
        packet.stream = self._streams[sample.is_sound]
        packet.time_base = _MICROSECOND
        least = self._decode_us[sample.is_sound] + STEP_MICROSECONDS
        packet.dts = max(sample.decode_us - self._first_us, least)
        packet.pts = max(sample.show_us - self._first_us, packet.dts)
        self._decode_us[sample.is_sound] = packet.dts
        packet.is_keyframe = sample.is_key
        self._film.mux_one(packet)

    def ready(self) -> bytes:
        """Take away what is ready."""
        return self._pieces.taken()

    def close(self) -> bytes:
        """End it; give the rest."""
        self._film.close()
        return self._pieces.taken()


class _Pieces:
    """What the muxer writes to: it cannot go back, so it never does."""

    def __init__(self) -> None:
        self._pieces = bytearray()

    def write(self, piece: bytes) -> int:
        """Keep a piece."""
        self._pieces += piece
        return len(piece)

    def taken(self) -> bytes:
        """Give all pieces since the last time."""
        pieces, self._pieces = bytes(self._pieces), bytearray()
        return pieces
