"""A packet of a stream as plain bytes with its times, and the form that a recording gives it."""

import io
from dataclasses import dataclass, field

import av
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import OutputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from gateway.detection.stream.news import StreamUseless

PICTURE_CODECS = frozenset({"h264", "hevc", "mpeg4", "mjpeg", "av1", "vp9"})
SOUND_CODECS = frozenset({"aac", "mp3", "opus", "flac", "ac3", "eac3", "alac"})
"""What MP4 takes. Other sound (G.711 is common) is left out of a recording."""


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """What a recording must know of a stream beside its packets.

    It outlives the connection that it was read from, and is for one thread at a time.
    """

    codec: str
    width: int
    height: int
    sound: str | None
    about: tuple[object, ...] = field(repr=False)  # equal ones go on in the same recording
    _holder: OutputContainer = field(repr=False)

    def lay_out(self, film: OutputContainer) -> tuple[Stream, ...]:
        """Give a film the streams of this form: the picture, then the sound if there is one."""
        return tuple(_as(film, stream) for stream in self._holder.streams)

    def fits(self, other: "Form") -> bool:
        """Tell whether the other's packets go on in a recording of this one."""
        return self.about == other.about


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One packet. Its times count microseconds, and only go forward, over reconnections too."""

    data: bytes
    form: Form
    is_sound: bool
    is_key: bool
    at: float  # when it came, in seconds on the clock of the streams
    decode_us: int
    show_us: int

    @property
    def starts(self) -> bool:
        """Tell whether a recording can begin with it."""
        return self.is_key and not self.is_sound


def form_of(picture: VideoStream, sound: AudioStream | None) -> Form:
    """Take the form of live streams; raise StreamUseless where MP4 does not take the picture."""
    name = codec_of(picture)
    if name not in PICTURE_CODECS:
        raise StreamUseless(
            f"its codec ({name or 'unknown'}) cannot be recorded: set the camera to H.264 or H.265"
        )
    if sound is not None and codec_of(sound) not in SOUND_CODECS:
        sound = None
    holder = av.open(io.BytesIO(), "w", format="mp4")
    _as(holder, picture)
    about: tuple[object, ...] = (name, _extra(picture), picture.width, picture.height)
    if sound is None:
        return Form(name, picture.width, picture.height, None, about, holder)
    _as(holder, sound)
    heard = codec_of(sound)
    about = (*about, heard, _extra(sound), sound.codec_context.sample_rate)
    return Form(name, picture.width, picture.height, heard, about, holder)


def codec_of(stream: Stream) -> str:
    """Name a stream's codec; "" where FFmpeg does not know it."""
    context: CodecContext | None = stream.codec_context  # PyAV says that there always is one
    return "" if context is None else str(context.codec.canonical_name)


def _as(film: OutputContainer, stream: Stream) -> Stream:
    return film.add_stream_from_template(stream, opaque=True)


def _extra(stream: Stream) -> bytes:
    return bytes(stream.codec_context.extradata or b"")
