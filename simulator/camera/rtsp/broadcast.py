"""One stream of a camera, sent as time goes by to whoever listens."""

import asyncio
import bisect
from typing import Protocol

from simulator.camera.footage.programme import Programme, Showing, Which
from simulator.camera.footage.reel import Reel, Unit
from simulator.camera.rtsp.rtp import payloads


class Listener(Protocol):
    def hear(self, pieces: list[bytes], at: float, *, key: bool) -> None:
        """Take one picture's payloads, to be shown at a moment."""
        ...


class Broadcast:
    """Plays while anybody listens; where it stands depends on the time alone."""

    def __init__(self, programme: Programme, which: Which) -> None:
        self._programme = programme
        self._which = which
        self._listeners: set[Listener] = set()
        self._anyone = asyncio.Event()
        self.silent = False  # a stream that stops, and nobody is told

    @property
    def reel(self) -> Reel:
        """What is on now."""
        return self._programme.showing.scene.reel(self._which)

    @property
    def audience(self) -> int:
        return len(self._listeners)

    def join(self, listener: Listener) -> None:
        self._listeners.add(listener)
        self._anyone.set()

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        if not self._listeners:
            self._anyone.clear()

    async def run(self) -> None:
        """Play until cancelled."""
        while True:
            lap, into = 0, 0.0  # after a cut: from its first picture on, which is a key
            if not self._listeners:
                await self._anyone.wait()
                lap, into = self._programme.place(self._programme.showing)
            await self._play(self._programme.showing, lap, into)

    async def _play(self, showing: Showing, lap: int, into: float) -> None:
        """Play one showing until it is over, cut, or nobody listens."""
        reel, lap_seconds = showing.scene.reel(self._which), showing.scene.duration
        index = bisect.bisect_left(reel.units, into, key=lambda unit: unit.dts)
        while self._listeners:
            start = showing.begun + lap * lap_seconds
            if index == len(reel.units):
                lap, index = lap + 1, 0
                if not showing.again:
                    await self._programme.cut(start + lap_seconds)
                    return
                continue
            unit = reel.units[index]
            if (
                await self._programme.cut(start + unit.dts)
                or self._programme.showing is not showing
            ):
                return
            self._send(reel, unit, start + unit.pts)
            index += 1

    def _send(self, reel: Reel, unit: Unit, at: float) -> None:
        if self.silent:
            return
        pieces = payloads(reel.codec, unit.nals)
        for listener in tuple(self._listeners):
            listener.hear(pieces, at, key=unit.key)
