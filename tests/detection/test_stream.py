"""A stream is kept open, told lost and back once each, and never says where it is."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import av
import av.error
import av.logging
import numpy as np
import pytest
from av.audio.stream import AudioStream

from gateway.detection.stream import sub
from gateway.detection.stream.main import MainStream
from gateway.detection.stream.news import StreamBack, StreamLost, StreamNews, StreamUseless
from gateway.detection.stream.opening import Patience, open_rtsp
from gateway.detection.stream.ring import Ring
from gateway.detection.stream.sub import Colours, Grey, SubStream, colours_of, luma_of
from gateway.detection.stream.words import must_be_rtsp, trouble_of
from gateway.model.credential import Code
from tests.detection.films import RATE, Clock, Film, Paced, brightness, make
from tests.waiting import until

SECRET = "t0p%3Asecret"
URL = Code(f"rtsp://admin:{SECRET}@127.0.0.1:1/main")
QUICK = Patience(
    open=5.0, silence=0.5, first_pause=0.01, longest_pause=0.02, useless_pause=0.02, held=1.0
)


class Opener:
    """Opens what the test laid out, one after the other; then nothing more."""

    def __init__(self, *what: Callable[[], Any] | BaseException) -> None:
        self._what = list(what)
        self.tries = 0

    def __call__(self, url: Code, patience: Patience) -> Any:
        del url, patience
        self.tries += 1
        what = self._what.pop(0) if self._what else OSError(111, "refused")
        if isinstance(what, BaseException):
            raise what
        return what()


class Watched:
    """A small stream and all that it gives."""

    def __init__(self, opener: Opener, clock: Clock) -> None:
        self.frames: list[tuple[Grey, Colours, float]] = []
        self.told: list[StreamNews] = []
        self.stream = SubStream(
            URL, self._see, self.told.append, clock.now, opener=opener, patience=QUICK
        )

    def _see(self, luma: Grey, frame: av.VideoFrame, at: float) -> None:
        self.frames.append((luma, colours_of(frame), at))


@contextmanager
def running(stream: SubStream | MainStream) -> Iterator[None]:
    stream.start()
    try:
        yield
    finally:
        stream.stop()
        assert stream.join(20)


def opened(
    film: Path, packets: int = 10_000, end: BaseException | None = None
) -> Callable[[], Any]:
    def open_it() -> Paced:
        paced = Paced(film, end=end)
        paced.let_out(packets)
        return paced

    return open_it


async def test_a_stream_is_decoded_and_its_luma_is_no_copy(film: Path) -> None:
    watched = Watched(Opener(opened(film)), Clock())
    with running(watched.stream):
        await until(lambda: len(watched.frames) == 12 * RATE)

    luma, rgb, at = watched.frames[7]
    assert (luma.shape, rgb.shape, at) == ((240, 320), (240, 320, 3), 100.0)
    assert luma.mean() == 16 + 7
    assert luma.base is not None
    assert not luma.flags.writeable
    assert watched.told[0] == StreamBack("h264", 320, 240)


def test_a_picture_whose_rows_are_padded_is_read_right() -> None:
    grey = np.arange(70 * 50 * 3 // 2, dtype=np.uint32).reshape(75, 70) % 251
    frame = av.VideoFrame.from_ndarray(grey.astype(np.uint8), format="yuv420p")

    assert frame.planes[0].line_size > 70
    assert np.array_equal(luma_of(frame), grey[:50])


def test_pictures_of_other_kinds_have_a_luma_too() -> None:
    rgb = np.full((48, 64, 3), 200, np.uint8)
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")

    assert abs(int(luma_of(frame).mean()) - 200) < 20


async def test_a_stream_that_ends_is_lost_and_comes_back(film: Path) -> None:
    watched = Watched(Opener(opened(film), opened(film)), Clock())
    with running(watched.stream):
        await until(lambda: len(watched.told) >= 4)

    assert watched.told[:3] == [
        StreamBack("h264", 320, 240),
        StreamLost("the camera ended the stream"),
        StreamBack("h264", 320, 240),
    ]


async def test_each_reason_in_a_row_is_told_once(film: Path) -> None:
    opener = Opener(*[OSError(111, "refused")] * 5, *[TimeoutError(110, "slow")] * 5, opened(film))
    watched = Watched(opener, Clock())
    with running(watched.stream):
        await until(lambda: len(watched.told) >= 3)

    assert watched.told[:3] == [
        StreamLost("nobody listens there: connection refused"),
        StreamLost("it does not answer"),
        StreamBack("h264", 320, 240),
    ]


async def test_a_stream_without_a_picture_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "sound.mkv"
    with av.open(str(path), "w") as target:
        sound = target.add_stream("aac", rate=8000)
        assert isinstance(sound, AudioStream)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = 8000
        target.mux(sound.encode(frame))
        target.mux(sound.encode(None))
    watched = Watched(Opener(opened(path)), Clock())
    with running(watched.stream):
        await until(lambda: watched.told)

    assert watched.told[0] == StreamLost("there is no picture in the stream")


async def test_a_codec_that_cannot_be_recorded_is_told_in_a_clear_sentence(tmp_path: Path) -> None:
    film = make(tmp_path / "odd.mkv", Film(codec="ffv1", seconds=1))
    told: list[StreamNews] = []
    stream = MainStream(
        URL, Ring(6.0), told.append, Clock().now, opener=Opener(opened(film)), patience=QUICK
    )
    with running(stream):
        await until(lambda: told)

    assert told[0] == StreamLost(
        "its codec (ffv1) cannot be recorded: set the camera to H.264 or H.265"
    )


async def test_the_main_stream_fills_its_ring(film: Path) -> None:
    told: list[StreamNews] = []
    ring = Ring(6.0)
    stream = MainStream(
        URL, ring, told.append, Clock().now, opener=Opener(opened(film)), patience=QUICK
    )
    with running(stream):
        await until(lambda: len(ring.since(0).samples) == 12 * RATE)

    assert told[0] == StreamBack("h264", 320, 240)
    assert ring.since(0).samples[0].starts


async def test_a_stream_whose_pictures_cannot_be_decoded_is_lost(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()

    def nothing(*_: object) -> list[av.VideoFrame]:
        clock.seconds += 1
        return []

    monkeypatch.setattr(sub, "_decoded", nothing)
    watched = Watched(Opener(opened(film)), clock)
    with running(watched.stream):
        await until(lambda: watched.told)

    assert watched.told[0] == StreamLost("no picture could be decoded for 1 s")


class SoundOnly(Paced):
    """A stream whose picture stops after a while, and whose sound goes on."""

    def __init__(self, film: Path, clock: Clock) -> None:
        super().__init__(film)
        self._clock = clock
        self.let_out(10_000)

    def demux(self, *streams: Any) -> Iterator[Any]:
        pictures = 0
        for packet in super().demux(*streams):
            pictures += packet.stream.type == "video"
            if packet.stream.type == "audio" or pictures <= 5:
                self._clock.seconds += 0.1
                yield packet


async def test_a_picture_that_stops_while_the_sound_goes_on_is_lost(tmp_path: Path) -> None:
    film = make(tmp_path / "heard.mkv", Film(seconds=5, sound="aac"))
    clock = Clock()
    watched = Watched(Opener(lambda: SoundOnly(film, clock)), clock)
    with running(watched.stream):
        await until(lambda: len(watched.told) >= 2)

    assert watched.told[1] == StreamLost("no picture could be decoded for 1 s")


async def test_a_4k_stream_is_decoded_by_its_key_frames_alone(tmp_path: Path) -> None:
    film = make(tmp_path / "4k.mkv", Film(width=3840, height=2160, seconds=3))
    watched = Watched(Opener(opened(film)), Clock())
    with running(watched.stream):
        await until(lambda: len(watched.told) >= 2)

    assert watched.told[0] == StreamBack("h264", 3840, 2160, sparse=True)
    assert [round(float(luma.mean())) - 16 for luma, _, _ in watched.frames] == [0, 10, 20]


async def test_a_fault_of_ours_costs_one_connection_and_no_thread(film: Path) -> None:
    class Bug(Exception):
        pass

    opener = Opener(Bug(URL.text), opened(film))
    watched = Watched(opener, Clock())
    with running(watched.stream):
        await until(lambda: len(watched.told) >= 2)

    assert watched.told[:2] == [StreamLost("it failed (Bug)"), StreamBack("h264", 320, 240)]


@pytest.mark.parametrize(
    "text",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "http://127.0.0.1/x",
        "concat:a|b",
        "rtsp://",
        "rtsp://[::1",
        "rtsp://a:99999/",
        "rtsp://a/\r\nX: y",
        "",
    ],
)
def test_only_rtsp_is_opened(text: str) -> None:
    with pytest.raises(StreamUseless, match="rtsp://host/path"):
        must_be_rtsp(Code(text))


@pytest.mark.parametrize("kind", list(av.error.classes.values()))
def test_no_error_of_ffmpeg_tells_the_password(kind: type[av.error.FFmpegError]) -> None:
    error = kind(5, f"went wrong: {URL.text}", URL.text, (16, "rtsp", f"log {URL.text}"))

    said = str(trouble_of(error, 5.0))
    assert SECRET not in said
    assert "127.0.0.1" not in said


def test_ffmpegs_own_lines_are_off_whoever_turned_them_on() -> None:
    av.logging.set_level(av.logging.DEBUG)
    with pytest.raises(av.error.ConnectionRefusedError):
        open_rtsp(URL, QUICK)

    assert av.logging.get_level() is None


class Camera:
    """A peer at the other end of a socket that speaks no RTSP, or stops speaking."""

    def __init__(self, answer: bytes, *, holds: bool) -> None:
        self._answer = answer
        self._holds = holds
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._peers: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for peer in self._peers:
            peer.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            peer.sendall(self._answer)
            if self._holds:
                self._peers.append(peer)
            else:
                peer.close()


@pytest.mark.parametrize(
    ("answer", "holds"),
    [
        (b"", True),
        (b"", False),
        (b"\0\xff$\1\2" * 5000, True),
        (b"HTTP/1.0 200 OK\r\n\r\n<html>", False),
        (b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 999999999\r\n\r\n", True),
        (b"RTSP/1.0 500 Oops\r\nCSeq: 1\r\n\r\n", False),
        (b"RTSP/1.0 302 Moved\r\nCSeq: 1\r\nLocation: file:///etc/passwd\r\n\r\n", False),
    ],
    ids=["silence", "hangs up", "garbage", "HTTP", "huge", "error", "redirect"],
)
async def test_a_peer_that_is_no_camera_is_lost_within_bounds(
    *,
    answer: bytes,
    holds: bool,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[StreamNews] = []
    patience = Patience(
        open=1.0, silence=0.5, first_pause=0.01, longest_pause=0.02, useless_pause=0.02
    )
    loop = asyncio.get_running_loop()
    with Camera(answer, holds=holds) as camera:
        url = Code(f"rtsp://admin:{SECRET}@127.0.0.1:{camera.port}/main")
        stream = MainStream(url, Ring(6.0), told.append, loop.time, patience=patience)
        with running(stream):
            await until(lambda: told, bound=20)

    assert isinstance(told[0], StreamLost)
    captured = capfd.readouterr()
    for text in (str(told), caplog.text, captured.out, captured.err):
        assert SECRET not in text


def test_a_film_tells_its_numbers(film: Path) -> None:
    with av.open(str(film)) as opened_film:
        assert [brightness(frame) for frame in opened_film.decode(video=0)][:3] == [0, 1, 2]
