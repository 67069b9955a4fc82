"""The scenes of every camera: from files, or made in a folder when they are first wanted."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from simulator.camera.footage import scenery, spoil
from simulator.camera.footage.programme import Scene, Showing, Which
from simulator.camera.footage.reel import Reel, load
from simulator.camera.footage.studio import Format, Rgb, film, still
from simulator.request import CannotDo
from simulator.table import near

REST = "rest"
MAIN = Format(scenery.WIDTH, scenery.HEIGHT, scenery.RATE)
SUB = Format(640, 360, scenery.RATE)

type Files = tuple[Path, Path]

MADE: Mapping[str, Callable[[], Iterator[Rgb]]] = MappingProxyType({
    REST: scenery.rest,
    "person": scenery.person,
    "cat": scenery.cat,
})  # fmt: skip


class Library:
    """Scenes are made and read off the loop, once each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reels: dict[Path, Reel] = {}
        self._making: dict[str, asyncio.Lock] = {}
        self._spoilt = 0

    async def scene(self, name: str, files: Mapping[str, Files]) -> Scene:
        """Give a scene of a camera by name, or raise CannotDo; ReelError where it is no good."""
        if name in files:
            return await self.open(name, files[name])
        if name not in MADE:
            raise CannotDo(f"no scene {name!r}{near(name, {*files, *MADE})}")
        async with self._making.setdefault(name, asyncio.Lock()):
            return await self.open(name, await asyncio.to_thread(self._made, name))

    async def open(self, name: str, files: Files) -> Scene:
        """Read a scene from its two files, or raise ReelError."""
        main, sub = [await self._reel(file) for file in files]
        return Scene(name, main, sub)

    async def spoil(self, fault: str, showing: Showing, into: float) -> Scene:
        """Make what a camera sees that is covered, sprayed, turned or frozen at this moment."""
        self._spoilt += 1
        stem = self._folder / f"{fault}-{self._spoilt}"
        await asyncio.to_thread(_spoil, stem, fault, showing, into)
        return await self.open(fault, (_file(stem, Which.MAIN), _file(stem, Which.SUB)))

    def _made(self, name: str) -> Files:
        files = _file(self._folder / name, Which.MAIN), _file(self._folder / name, Which.SUB)
        if not all(file.exists() for file in files):
            pictures = list(MADE[name]())
            for file, form in zip(files, (MAIN, SUB), strict=True):
                new = file.with_suffix(f".{os.getpid()}.mp4")  # others may share the folder
                film(new, pictures, form).replace(file)
        return files

    async def _reel(self, file: Path) -> Reel:
        if file not in self._reels:
            self._reels[file] = await asyncio.to_thread(load, file)
        return self._reels[file]


def _spoil(stem: Path, fault: str, showing: Showing, into: float) -> None:
    for which in Which:
        reel = showing.scene.reel(which)
        seen = still(reel, into)
        form = Format(reel.width, reel.height, scenery.RATE, reel.codec)
        film(_file(stem, which), spoil.SPOILT[fault](seen), form)


def _file(stem: Path, which: Which) -> Path:
    return stem.with_name(f"{stem.name}-{which}.mp4")
