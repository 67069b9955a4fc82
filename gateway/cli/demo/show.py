"""The running demo: what goes on beside each other, and the keys that play tricks."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from gateway.cli.demo import plays
from gateway.cli.demo.plays import Play
from gateway.cli.demo.screen import Screen
from gateway.cli.demo.stage import Stage, StageError
from gateway.cli.demo.story import Story
from simulator.play.line import LineError
from simulator.play.process import ProcessEnded

DRAW_SECONDS = 0.1
TRICKS: dict[str, Play] = {
    "b": plays.break_in,
    "w": plays.window,
    "s": plays.smoke,
    "t": plays.tamper,
    "a": plays.arm,
    "d": plays.disarm,
    "u": plays.toggle_stick,
    "k": plays.restart,
    "z": plays.kill_server,
    "c": plays.toggle_cap,
}
ONE_AT_A_TIME = {"b", "w", "s", "t", "k", "z"}
"""Two burglars at once would only confuse; a person may arm and disarm at any moment."""


class Show:
    """Carries out one trick a key."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._tricks: set[asyncio.Task[None]] = set()
        self._playing: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()

    def press(self, key: str) -> None:
        """Take a key."""
        key = key.lower()
        if key == "q":
            self._ended.set()
        elif key in ONE_AT_A_TIME and self._playing is not None and not self._playing.done():
            self._stage.say("One thing at a time.")
        elif key in TRICKS:
            trick = asyncio.create_task(self.play(TRICKS[key]))
            self._tricks.add(trick)
            trick.add_done_callback(self._tricks.discard)
            if key in ONE_AT_A_TIME:
                self._playing = trick

    async def play(self, play: Play) -> None:
        """Play, and say in the story where it could not go on."""
        with suppress(StageError):
            await self.play_strictly(play)

    async def play_strictly(self, play: Play) -> None:
        """Play; raise StageError where it could not go on."""
        try:
            await play(self._stage)
        except (StageError, LineError, ProcessEnded) as error:
            self._stage.say(f"The play stopped: {error}")
            raise StageError(str(error)) from error

    async def until_quit(self) -> None:
        """Go on until somebody presses q."""
        await self._ended.wait()

    async def end(self) -> None:
        """End what is still being played."""
        for trick in self._tricks:
            trick.cancel()
        await asyncio.gather(*self._tricks, return_exceptions=True)


async def drawing(screen: Screen, story: Story) -> None:
    """Keep drawing, until cancelled."""
    while True:
        screen.show(story)
        await asyncio.sleep(DRAW_SECONDS)


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Have something go on meanwhile; it ends with the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
