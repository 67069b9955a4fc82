"""The stick's memory: to a file, and back. The radio is off meanwhile."""

import asyncio
import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zwave_js_server.model.driver import Driver

from drivers.zwave import files
from drivers.zwave.asking import STICK, Outcome, asked, hearing
from gateway.model.driver import CommandRefused
from gateway.model.upkeep import Progress

READY_SECONDS = 60.0  # the stick restarts, and Z-Wave JS asks it everything anew


@dataclass(frozen=True, slots=True)
class Nvm:
    """The memory of one stick, and where its backups are kept."""

    driver: Driver
    folder: Path | None
    progress: Progress

    async def backup(self, file: Path | None = None) -> Path:
        """Read the whole memory; give the file that it is in: the one named, or one of ours."""
        folder = self._folder()
        if file is not None and await asyncio.to_thread(file.exists):
            raise CommandRefused(f"{file} is there already: name another")
        controller = self.driver.controller
        self.progress(0.0, "reading the stick's memory: its radio is off")
        heard = {"nvm backup progress": self._share("bytesRead", "reading the stick's memory")}
        with hearing(controller, heard):
            held = await asked(STICK, controller.async_backup_nvm_raw_base64(), None)
        memory = await asyncio.to_thread(_decoded, held)
        if file is not None:
            await asyncio.to_thread(files.write, file, memory)
            return file
        return await asyncio.to_thread(files.keep, folder, controller.home_id or 0, memory)

    async def restore(self, file: Path) -> str:
        """Back up what is there, then write a file's memory; raise where either fails."""
        held = await asyncio.to_thread(files.read, file, files.NVM_BYTES_MOST)
        before = await self.backup()
        controller = self.driver.controller
        ready = Outcome[None]()
        heard = {
            "nvm convert progress": self._share("bytesRead", "fitting the file to this stick"),
            "nvm restore progress": self._share("bytesWritten", "writing the stick's memory"),
        }
        encoded = (await asyncio.to_thread(base64.b64encode, held)).decode()
        with (
            hearing(self.driver, {"driver ready": lambda _: ready.is_(None)}),
            hearing(controller, heard),
        ):
            self.progress(0.0, "fitting the file to this stick: its radio is off")
            await asked(STICK, controller.async_restore_nvm_base64(encoded), None)
            self.progress(None, "the stick starts anew")
            await ready.within(
                READY_SECONDS,
                f"the memory is written, but the stick did not come back within {READY_SECONDS:g} "
                f"s: plug it in anew (what it held before is in {before})",
            )
        return f"the stick holds what {file.name} held; what it held before is in {before}"

    def _folder(self) -> Path:
        if self.folder is None:
            raise CommandRefused("there is no folder for backups")
        return self.folder

    def _share(self, key: str, words: str) -> Callable[[Mapping[str, Any]], None]:
        return lambda event: self.progress(event[key] / max(1, event["total"]), words)


def _decoded(held: str) -> bytes:
    memory = base64.b64decode(held)
    if not 0 < len(memory) <= files.NVM_BYTES_MOST:
        raise CommandRefused(f"the stick told a memory of {len(memory)} bytes: that cannot be")
    return memory
