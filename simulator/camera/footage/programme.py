"""What a camera looks at, and since when: a resting scene, and others in its place for a while."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from simulator.camera.footage.reel import Reel


class Which(StrEnum):
    MAIN = "main"
    SUB = "sub"


@dataclass(frozen=True, slots=True)
class Scene:
    """The same in two sizes."""

    name: str
    main: Reel
    sub: Reel

    def reel(self, which: Which) -> Reel:
        return self.main if which is Which.MAIN else self.sub

    @property
    def duration(self) -> float:
        """Of one lap, the same for both, so that they stay side by side."""
        return max(self.main.duration, self.sub.duration)


@dataclass(frozen=True, slots=True)
class Showing:
    scene: Scene
    begun: float  # by the programme's clock, in seconds
    again: bool  # in a loop; False: once, and then the resting scene


class Programme:
    """The present showing, and those who wait for another."""

    def __init__(self, rest: Scene, now: Callable[[], float]) -> None:
        self.rest = rest
        self._now = now
        self._showing = Showing(rest, now(), again=True)
        self._changed = asyncio.Event()

    @property
    def showing(self) -> Showing:
        """What is shown now; one that was to be shown once makes way when it is over."""
        last = self._showing
        over = last.begun + last.scene.duration
        if not last.again and self._now() >= over:
            self._showing = Showing(self.rest, over, again=True)
        return self._showing

    def place(self, showing: Showing) -> tuple[int, float]:
        """Give which lap a showing is in, and how far, in seconds."""
        lap, into = divmod(max(0.0, self._now() - showing.begun), showing.scene.duration)
        return int(lap), into

    def show(self, scene: Scene, *, again: bool) -> None:
        """Cut to another scene now."""
        self._showing = Showing(scene, self._now(), again=again)
        self._changed.set()
        self._changed = asyncio.Event()

    async def cut(self, due: float) -> bool:
        """Wait until a moment; tell whether there was a cut before."""
        left = due - self._now()
        if left <= 0:
            return False
        try:
            async with asyncio.timeout(left):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True
