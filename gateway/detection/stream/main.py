"""The large stream of a camera, never decoded: its packets go into a ring."""

from collections.abc import Iterator
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from gateway.detection.stream.line import Line, Now
from gateway.detection.stream.news import StreamBack, StreamTrouble, StreamUseless, Tell
from gateway.detection.stream.opening import PATIENCE, Opener, Patience, open_rtsp
from gateway.detection.stream.ring import Ring
from gateway.detection.stream.sample import Form, Sample, form_of
from gateway.detection.stream.timeline import Timeline
from gateway.model.credential import Code

KEYLESS_SECONDS_MOST = 30.0
"""A stream without a key frame for so long cannot be recorded."""


class MainStream:
    """Keeps a ring of packets for as long as it lives."""

    def __init__(  # noqa: PLR0913 - each is another's to give
        self,
        url: Code,
        ring: Ring,
        tell: Tell,
        now: Now,
        *,
        opener: Opener = open_rtsp,
        patience: Patience = PATIENCE,
        timeline: Timeline | None = None,
        name: str = "main",
    ) -> None:
        self._ring = ring
        self._now = now
        self._timeline = timeline or Timeline()
        self._line = Line(name, url, self._use, tell, now=now, opener=opener, patience=patience)
        self.start, self.stop, self.join = self._line.start, self._line.stop, self._line.join

    def _use(self, opened: InputContainer) -> Iterator[StreamBack | None]:
        wanted = _wanted(opened)
        form = form_of(*wanted)
        reader = Reader(form, wanted[0], self._timeline)
        self._timeline.lift(self._now())
        told = False
        last_key = self._now()
        kept = {stream.index for stream in wanted if stream is not None}
        for packet in opened.demux():  # all of it: a picture that stops is noticed by the rest
            at = self._now()
            sample = reader.read(packet, at) if packet.stream.index in kept else None
            if sample is not None and not self._line.is_ending:
                self._ring.put(sample)
                last_key = at if sample.starts else last_key
                if sample.starts and not told:
                    told = True
                    yield StreamBack(form.codec, form.width, form.height)
            if at - last_key > KEYLESS_SECONDS_MOST:
                raise StreamTrouble(f"no key frame came for {at - last_key:.0f} s")
            yield None


class Reader:
    """Makes samples of the packets of one connection."""

    def __init__(self, form: Form, picture: Stream, timeline: Timeline) -> None:
        self._form = form
        self._picture = picture.index
        self._timeline = timeline
        self._waits_for_key = True

    def read(self, packet: "av.Packet[Any]", at: float) -> Sample | None:
        """Give the sample of a packet; None for what hangs on nothing that was kept."""
        is_sound = packet.stream.index != self._picture
        camera_us = _us(packet.dts if packet.dts is not None else packet.pts, packet)
        if not packet.size or (is_sound and self._form.sound is None):
            return None
        here, jumped = self._timeline.place(camera_us, at)
        # What follows a jump may hang on a picture that never came.
        self._waits_for_key |= jumped
        is_key = packet.is_keyframe
        if self._waits_for_key and (is_sound or not is_key):
            return None
        self._waits_for_key = False
        late = (_us(packet.pts, packet) or 0) - camera_us if camera_us is not None else 0
        return Sample(bytes(packet), self._form, is_sound, is_key, at, here, here + max(0, late))


def _us(ticks: int | None, packet: "av.Packet[Any]") -> int | None:
    if ticks is None:
        return None
    base = packet.time_base
    return ticks * 1_000_000 * base.numerator // base.denominator


def _wanted(
    opened: InputContainer,
) -> tuple[VideoStream, AudioStream | None]:
    if not opened.streams.video:
        raise StreamUseless("there is no picture in the stream")
    sound = opened.streams.audio[0] if opened.streams.audio else None
    return opened.streams.video[0], sound
