"""The RTSP server before FFmpeg and before a client by hand: what plays, and every fault."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from hashlib import md5
from pathlib import Path

import av
import numpy as np
import pytest

from simulator.camera.codec import Codec
from simulator.camera.footage.studio import Format, Rgb, film
from tests.drivers.air import AirError
from tests.simulator.camera.cameras import Cameras, cameras_here
from tests.waiting import until_async

SMALL = (160, 96)
HOUSE = """
[camera]
discovery_port = 0
[[device]]
radio = "camera"
name = "yard"
onvif = false
rtsp_auth = "{auth}"
[device.scenes]
rest = "grey.mp4"
bright = ["bright.mp4", "bright.mkv"]
"""


def shade(level: int) -> Iterator[Rgb]:
    """Give two seconds of one brightness."""
    for _ in range(20):
        yield np.full((SMALL[1], SMALL[0], 3), level, np.uint8)


@pytest.fixture
async def house(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Cameras]:
    film(tmp_path / "grey.mp4", shade(60), Format(*SMALL))
    film(tmp_path / "bright.mp4", shade(200), Format(*SMALL))
    film(tmp_path / "bright.mkv", shade(210), Format(320, 192, 10, Codec.H265))
    auth = getattr(request, "param", "digest")
    async with cameras_here(tmp_path, HOUSE.format(auth=auth)) as there:
        yield there


def look(url: str, count: int) -> list[float]:
    """Decode so many pictures; give how bright each is."""
    levels: list[float] = []
    with av.open(url, options={"rtsp_transport": "tcp", "fpsprobesize": "1"}, timeout=20) as line:
        for frame in line.decode(line.streams.video[0]):
            levels.append(float(frame.to_ndarray(format="gray").mean()))
            if len(levels) == count:
                break
    return levels


async def watch(house: Cameras, stream: str = "main", count: int = 5) -> list[float]:
    return await asyncio.to_thread(look, house.url("yard", stream), count)


@pytest.mark.parametrize("house", ["digest", "basic", "none"], indirect=True)
async def test_it_plays_for_who_knows_the_password(house: Cameras) -> None:
    assert await watch(house) == pytest.approx([60] * 5, abs=6)


@pytest.mark.parametrize("house", ["digest", "basic"], indirect=True)
async def test_it_plays_for_nobody_else(house: Cameras) -> None:
    url = house.url("yard", "main", "nightlatch:falsch")

    with pytest.raises(av.error.HTTPUnauthorizedError):
        await asyncio.to_thread(look, url, 1)
    await house.air.happening("refused")


async def test_a_stream_that_is_not_there_is_not_found(house: Cameras) -> None:
    url = house.url("yard", "main").replace("/main", "/third")

    with pytest.raises(av.error.HTTPNotFoundError):
        await asyncio.to_thread(look, url, 1)


async def test_a_scene_begins_when_it_is_shown_and_ends_in_the_resting_one(house: Cameras) -> None:
    watching = asyncio.create_task(watch(house, count=60))
    await until_async(lambda: _audience(house), bool)
    await house.air.do("show", device="yard", scene="bright")
    levels = await watching

    bright = [level > 150 for level in levels]
    first = bright.index(True)
    assert sum(bright) == 20
    assert all(bright[first : first + 20])  # from its first picture to its last, none in between


async def test_a_scene_may_have_another_codec_and_size(house: Cameras) -> None:
    await house.air.do("show", device="yard", scene="bright", again=True)

    assert await watch(house, "sub") == pytest.approx([210] * 5, abs=6)


async def test_any_file_can_be_shown_and_what_is_none_is_refused(
    house: Cameras, tmp_path: Path
) -> None:
    film(tmp_path / "dark.mp4", shade(20), Format(*SMALL))
    await house.air.do("show", device="yard", file=str(tmp_path / "dark.mp4"), again=True)
    assert max(await watch(house)) < 30

    with pytest.raises(AirError, match=r"house\.toml has no moving picture"):
        await house.air.do("show", device="yard", file=str(tmp_path / "house.toml"))
    with pytest.raises(AirError, match="no scene 'brigt'; did you mean 'bright'"):
        await house.air.do("show", device="yard", scene="brigt")
    with pytest.raises(AirError, match="either a scene or a file"):
        await house.air.do("show", device="yard")


@pytest.mark.parametrize("how", ["cover", "spray", "turn", "freeze"])
async def test_somebody_meddles_and_it_is_put_right(house: Cameras, how: str) -> None:
    await house.air.do(how, device="yard")
    levels = await watch(house)
    assert (await house.air.do("state", device="yard"))["device"]["scene"] == how
    assert (max(levels) < 20) == (how == "cover")

    await house.air.do("rest", device="yard")

    assert (await house.air.do("state", device="yard"))["device"]["scene"] == "rest"


async def test_a_stream_stops_and_its_line_stays(house: Cameras) -> None:
    await house.air.do("fault", device="yard", stream_stop=True)
    async with _by_hand(house) as (reader, _):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await reader.readexactly(1)

        await house.air.do("fault", device="yard", stream_stop=False)

        assert await reader.readexactly(1) == b"$"


async def test_noise_comes_in_the_place_of_pictures(house: Cameras) -> None:
    async with _by_hand(house) as (reader, _):
        clean = [await _frame(reader) for _ in range(3)]
        await house.air.do("fault", device="yard", garbage_rtp=True)
        await house.air.do("show", device="yard", scene="bright", again=True)
        noisy = [await _frame(reader) for _ in range(40)]

    kinds = {frame[12] & 0x1F for frame in clean if len(frame) > 40}
    assert kinds <= {1, 5, 6, 24, 28}
    assert len({frame[12] & 0x1F for frame in noisy}) > 5


async def test_a_client_s_first_picture_is_one_that_needs_no_other(house: Cameras) -> None:
    for _ in range(3):
        async with _by_hand(house) as (reader, _):
            first = await _frame(reader)
        assert first[12] & 0x1F in (7, 24)  # the parameter sets, alone or together


async def test_a_codec_that_nobody_knows_is_announced(house: Cameras) -> None:
    await house.air.do("fault", device="yard", unknown_codec=True)

    def described() -> str:
        with av.open(
            house.url("yard", "main"), options={"rtsp_transport": "tcp"}, timeout=20
        ) as line:
            return str(line.streams[0].codec_context)

    assert "None" in await asyncio.to_thread(described)


async def test_switched_off_it_hangs_up(house: Cameras) -> None:
    async with _by_hand(house) as (reader, _):
        await _frame(reader)
        await house.air.do("unplug", device="yard")
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await _read_on(reader)


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        ("OPTIONS * RTSP/1.0", "200 OK"),
        ("DESCRIBE rtsp://x/main RTSP/1.0", "401 Unauthorized"),
        ("SETUP rtsp://x/main/trackID=0 RTSP/1.0", "401 Unauthorized"),
        ("PLAY rtsp://x/main RTSP/1.0", "454 Session Not Found"),
        ("TEARDOWN rtsp://x/main RTSP/1.0\r\nSession: 7", "454 Session Not Found"),
        ("GET_PARAMETER rtsp://x/main RTSP/1.0", "200 OK"),
        ("RECORD rtsp://x/main RTSP/1.0", "501 Not Implemented"),
    ],
)
async def test_requests_out_of_turn(house: Cameras, ask: str, answer: str) -> None:
    reader, writer = await _line(house)
    writer.write(f"{ask}\r\nCSeq: 3\r\n\r\n".encode())

    head = (await reader.readuntil(b"\r\n\r\n")).decode()

    assert head.startswith(f"RTSP/1.0 {answer}\r\n")
    assert "CSeq: 3\r\n" in head
    writer.close()


@pytest.mark.parametrize("house", ["none"], indirect=True)
async def test_udp_is_not_to_be_had(house: Cameras) -> None:
    reader, writer = await _line(house)
    wish = "Transport: RTP/AVP;unicast;client_port=5000-5001"
    writer.write(f"SETUP rtsp://x/main RTSP/1.0\r\nCSeq: 1\r\n{wish}\r\n\r\n".encode())

    assert (await reader.readline()) == b"RTSP/1.0 461 Unsupported Transport\r\n"
    writer.close()


@pytest.mark.parametrize("noise", [b"\x00" * 100, b"$\x00", b"GARBAGE\r\n\r\n", b"A" * 200_000])
async def test_noise_from_a_client_harms_nobody(house: Cameras, noise: bytes) -> None:
    _, writer = await _line(house)
    writer.write(noise)
    writer.write_eof()

    assert await watch(house, count=1)
    writer.close()


async def _audience(house: Cameras) -> int:
    state = (await house.air.do("state", device="yard"))["device"]
    return int(state["audience"]["main"])


async def _line(house: Cameras) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = house.ready["cameras"]["yard"]["main"].split("/")[2].split(":")
    return await asyncio.open_connection(host, int(port))


@contextlib.asynccontextmanager
async def _by_hand(
    house: Cameras,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Play the main stream without FFmpeg."""
    reader, writer = await _line(house)
    url = house.ready["cameras"]["yard"]["main"]
    answer = await _ask(reader, writer, f"DESCRIBE {url}")
    nonce = answer.partition('nonce="')[2].partition('"')[0]
    proof = _proof("SETUP", url, nonce)
    transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
    answer = await _ask(reader, writer, f"SETUP {url}", transport, proof)
    session = answer.partition("Session: ")[2].partition(";")[0]
    await _ask(reader, writer, f"PLAY {url}", f"Session: {session}")
    try:
        yield reader, writer
    finally:
        writer.close()


def _proof(method: str, url: str, nonce: str) -> str:
    one = md5(b"nightlatch:Nightlatch:nightlatch").hexdigest()
    two = md5(f"{method}:{url}".encode()).hexdigest()
    response = md5(f"{one}:{nonce}:{two}".encode()).hexdigest()
    return (
        f'Authorization: Digest username="nightlatch", realm="Nightlatch", nonce="{nonce}",'
        f' uri="{url}", response="{response}"'
    )


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, what: str, *headers: str
) -> str:
    lines = [f"{what} RTSP/1.0", "CSeq: 1", *headers, "", ""]
    writer.write("\r\n".join(lines).encode())
    return (await reader.readuntil(b"\r\n\r\n")).decode()


async def _read_on(reader: asyncio.StreamReader) -> None:
    while True:
        await _frame(reader)


async def _frame(reader: asyncio.StreamReader) -> bytes:
    """Give the next RTP packet; reports are left out."""
    while True:
        head = await reader.readexactly(4)
        frame = await reader.readexactly(int.from_bytes(head[2:], "big"))
        if head[1] == 0:
            return frame
