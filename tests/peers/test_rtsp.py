"""An independent RTSP server, GStreamer's: its streams are decoded, recorded, lost and found."""

import asyncio
import io
import logging
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from gateway.detection.clip.clerk import Clerk
from gateway.detection.clip.keep import Recorder
from gateway.detection.clip.name import CLIP, place_of
from gateway.detection.clip.seal import Reading
from gateway.detection.clip.store import Store, Told
from gateway.detection.plan import CameraPlan, EvidencePlan
from gateway.detection.stream.main import MainStream
from gateway.detection.stream.news import StreamBack, StreamLost, StreamNews
from gateway.detection.stream.opening import Patience
from gateway.detection.stream.ring import Ring
from gateway.detection.stream.sub import SubStream
from gateway.model.credential import Code
from gateway.model.device import DeviceId
from gateway.model.sight import ClipKept
from tests.detection.films import NOON, Film, brightness, frames_of, make
from tests.peers.gstreamer import gstreamer, launch
from tests.system import needed
from tests.waiting import until

LOGIN = "admin:ge%3Aheim"
PASSWORDS = ("ge:heim", "ge%3Aheim")
QUICK = Patience(first_pause=0.1, longest_pause=0.2, useless_pause=0.2, silence=2.0)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("films")
    return {
        "/main": launch(make(folder / "main.mkv", Film(seconds=20)), "h264"),
        "/hevc": launch(make(folder / "hevc.mkv", Film(seconds=20, codec="libx265")), "hevc"),
    }


@contextmanager
def all_running(*streams: MainStream | SubStream) -> Iterator[None]:
    with ExitStack() as stack:
        for stream in streams:
            stream.start()
            stack.callback(stream.stop)
        yield
    assert all(stream.join(30) for stream in streams)


def _now() -> Callable[[], float]:
    return asyncio.get_running_loop().time


def tell_into(told: list[StreamNews]) -> Callable[[StreamNews], None]:
    return told.append


@pytest.mark.parametrize("path", ["/main", "/hevc"])
async def test_both_codecs_are_decoded_and_kept_as_packets(
    films: dict[str, str], path: str
) -> None:
    seen: list[int] = []
    told: list[StreamNews] = []
    ring = Ring(6.0)
    with gstreamer(films, "admin", "ge:heim") as server:
        url = server.url(path, LOGIN)
        sub = SubStream(
            url,
            lambda luma, *_: seen.append(round(float(luma.mean())) - 16),
            told.append,
            _now(),
        )
        main = MainStream(url, ring, told.append, _now())
        with all_running(sub, main):
            await until(lambda: len(seen) > 25 and len(ring.since(0).samples) > 25)

    assert seen[:20] == list(range(seen[0], seen[0] + 20))
    codec = {"/main": "h264", "/hevc": "hevc"}[path]
    assert told == [StreamBack(codec, 320, 240)] * 2


async def test_a_wrong_password_and_a_wrong_path_are_told_and_the_password_never(
    films: dict[str, str], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong: list[StreamNews] = []
    nowhere: list[StreamNews] = []
    with gstreamer(films, "admin", "ge:heim") as server:
        streams = [
            MainStream(server.url(path, login), Ring(6.0), tell_into(told), _now())
            for path, login, told in (
                ("/main", "admin:nonsense", wrong),
                ("/nowhere", LOGIN, nowhere),
            )
        ]
        with all_running(*streams):
            await until(lambda: wrong and nowhere)

    assert wrong == [StreamLost("the camera refuses the user or the password")]
    assert nowhere == [StreamLost("the camera has no stream of that path")]
    captured = capfd.readouterr()
    said = f"{wrong}{nowhere}{caplog.text}{captured.out}{captured.err}"
    assert not any(word in said for word in ("nonsense", *PASSWORDS))


async def test_a_camera_whose_plug_is_pulled_is_lost_and_found_again(
    films: dict[str, str],
) -> None:
    told: list[StreamNews] = []
    ring = Ring(6.0)
    with ExitStack() as stack:
        first = stack.enter_context(gstreamer(films))
        url = Code(first.url("/main").text)
        main = MainStream(url, ring, told.append, _now(), patience=QUICK)
        with all_running(main):
            await until(lambda: told)
            first.kill()
            await until(lambda: len(told) >= 2)
            stack.enter_context(gstreamer(films, port=first.port))
            await until(lambda: isinstance(told[-1], StreamBack) and len(told) >= 3)

    lost = [news for news in told if isinstance(news, StreamLost)]
    assert isinstance(told[0], StreamBack)
    assert lost
    times = [sample.decode_us for sample in ring.since(0).samples]
    assert times == sorted(times)


async def test_a_camera_that_falls_silent_is_lost_though_it_stays_connected(
    films: dict[str, str],
) -> None:
    told: list[StreamNews] = []
    with gstreamer(films) as server:
        main = MainStream(
            server.url("/main"),
            Ring(6.0),
            told.append,
            _now(),
            patience=QUICK,
        )
        with all_running(main):
            await until(lambda: told)
            server.pause()
            await until(lambda: len(told) >= 2)

    assert told[1] == StreamLost("nothing came for 2 s") or told[1] == StreamLost(
        "it does not answer"
    )


async def test_a_recording_of_a_live_stream_plays_in_ffmpeg(
    films: dict[str, str], tmp_path: Path
) -> None:
    program = needed("ffmpeg")
    told: list[Told] = []
    ring = Ring(6.0)
    plan = EvidencePlan(tmp_path / "evidence", tmp_path / "evidence.key")
    store = Store(plan, lambda: NOON, told.append)
    store.open()
    camera = CameraPlan(DeviceId("onvif:yard/0"), "yard", before_seconds=2.0)
    now = _now()
    recorder = Recorder(camera, ring, store, told.append, now=now, wall=lambda: NOON)
    clerk = Clerk(store, [recorder], now)
    with gstreamer(films) as server:
        main = MainStream(server.url("/main"), ring, lambda _: None, now)
        with all_running(main):
            await until(lambda: len(ring.since(0).samples) > 35)
            clerk.start()
            recorder.keep("home 1", 2.0, pinned=True)
            clerk.wake()
            await until(lambda: told)
            assert await asyncio.to_thread(clerk.stop, 20)

    (kept,) = told
    assert isinstance(kept, ClipKept)
    assert kept.before_seconds >= 2.0
    reading = Reading(place_of(plan.folder, kept.clip, CLIP), kept.clip, plan.key_file.read_bytes())
    content = b"".join(reading)
    (tmp_path / "clip.mp4").write_bytes(content)
    command = [str(program), "-v", "error", "-i", str(tmp_path / "clip.mp4"), "-f", "null", "-"]
    played = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
    assert (played.returncode, played.stderr) == (0, b"")
    numbers = [brightness(frame) for frame in frames_of(io.BytesIO(content))]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len(numbers) >= 38
