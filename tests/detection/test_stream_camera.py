"""The simulated camera, and what cameras do wrong: each fault is told, and over when it is over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.detection.stream.main import MainStream
from gateway.detection.stream.news import StreamBack, StreamLost, StreamNews
from gateway.detection.stream.opening import Patience
from gateway.detection.stream.ring import Ring
from gateway.detection.stream.sub import SubStream
from gateway.model.credential import Code
from tests.simulator.camera.cameras import Cameras, cameras
from tests.waiting import until

HOUSE = """
[camera]
discovery_port = 0

[[device]]
radio = "camera"
name = "yard"
"""
QUICK = Patience(
    open=10.0, silence=1.5, first_pause=0.1, longest_pause=0.3, useless_pause=0.3, held=60.0
)


@dataclass
class Both:
    """Both streams of the yard's camera."""

    house: Cameras
    main: list[StreamNews] = field(default_factory=list[StreamNews])
    sub: list[StreamNews] = field(default_factory=list[StreamNews])
    frames: int = 0
    ring: Ring = field(default_factory=lambda: Ring(6.0))

    async def act(self, act: str, **fields: object) -> None:
        """Have the camera do something."""
        await self.house.air.do(act, device="yard", **fields)

    async def lost(self) -> tuple[str, str]:
        """Wait until both are lost; give why."""
        await until(lambda: all(isinstance(told[-1], StreamLost) for told in (self.main, self.sub)))
        assert isinstance(self.main[-1], StreamLost)
        assert isinstance(self.sub[-1], StreamLost)
        return self.main[-1].reason, self.sub[-1].reason

    async def back(self) -> None:
        """Wait until both are there (again)."""
        await until(
            lambda: all(told and isinstance(told[-1], StreamBack) for told in (self.main, self.sub))
        )


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Both]:
    """Watch the camera's two streams."""
    now = asyncio.get_running_loop().time
    async with cameras(folder, HOUSE) as house:
        both = Both(house)

        def see(*_: object) -> None:
            both.frames += 1

        main = MainStream(
            Code(house.url("yard", "main")), both.ring, both.main.append, now, patience=QUICK
        )
        sub = SubStream(Code(house.url("yard", "sub")), see, both.sub.append, now, patience=QUICK)
        main.start()
        sub.start()
        try:
            await both.back()
            yield both
        finally:
            main.stop()
            sub.stop()
            assert await asyncio.to_thread(lambda: main.join(30) and sub.join(30))


async def test_both_streams_play(tmp_path: Path) -> None:
    async with watched(tmp_path) as both:
        await until(lambda: both.frames > 20)

        assert both.ring.since(0).samples[0].starts
        assert len(both.main) == len(both.sub) == 1


async def test_a_camera_that_sends_nothing_any_more_is_lost_though_it_is_connected(
    tmp_path: Path,
) -> None:
    async with watched(tmp_path) as both:
        await both.act("fault", stream_stop=True)
        assert set(await both.lost()) <= {"nothing came for 1.5 s", "it does not answer"}

        await both.act("fault", clear=True)
        await both.back()


async def test_a_camera_that_sends_garbage_shows_nothing_until_it_sends_pictures(
    tmp_path: Path,
) -> None:
    async with watched(tmp_path) as both:
        await both.act("fault", garbage_rtp=True)
        await until(lambda: isinstance(both.sub[-1], StreamLost))

        await both.act("fault", clear=True)
        seen = both.frames
        await until(lambda: isinstance(both.sub[-1], StreamBack) and both.frames > seen)


async def test_a_camera_that_reboots_comes_back_and_time_goes_on(tmp_path: Path) -> None:
    async with watched(tmp_path) as both:
        await both.act("reboot", seconds=2)
        await both.lost()
        await both.back()
        times = [sample.decode_us for sample in both.ring.since(0).samples]

        assert times == sorted(times)


async def test_a_codec_that_nobody_reads_is_told_in_a_sentence(tmp_path: Path) -> None:
    async with watched(tmp_path) as both:
        await both.act("fault", unknown_codec=True)
        await both.act("reboot", seconds=1)
        await until(
            lambda: any("codec" in str(news) or "picture" in str(news) for news in both.main)
        )
        await until(
            lambda: any("codec" in str(news) or "picture" in str(news) for news in both.sub[1:])
        )


async def test_a_camera_that_wants_another_password_is_told_so(tmp_path: Path) -> None:
    async with watched(tmp_path) as both:
        await both.act("fault", password="changed")
        await both.act("reboot", seconds=1)
        refused = StreamLost("the camera refuses the user or the password")
        await until(lambda: refused in both.main and refused in both.sub)
