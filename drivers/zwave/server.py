"""The Z-Wave JS server that the hub runs itself: on this machine only, for nobody else."""

import asyncio
import contextlib
import re
import secrets
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.zwave.cache import Cache, make_private, opened
from drivers.zwave.child import Child, started
from drivers.zwave.keys import Keys, KeysUnusable, load_or_make
from drivers.zwave.node_home import PINS, Home, NoHome, home
from drivers.zwave.seams import Served
from gateway.model.driver import RadioLost

START_SECONDS = 60.0  # 5 s are usual, 15 s the first time; a small computer takes longer
END_SECONDS = 8.0
OPEN_ATTEMPTS = 5  # one a second: a stick that restarts is away for a moment
TOKEN_BYTES = 24
_HEAP = "--max-old-space-size=512"  # megabytes; 60 are usual


@dataclass(frozen=True, slots=True)
class Managed:
    """A server of our own: a child of the hub, with a stick, keys and what it knows of devices."""

    port: str  # a device path, or tcp://host:port
    folder: Path  # `<state>/zwave`: cache and packages
    keys: Path  # the file of the network's keys
    node: Path | None = None  # None: what pip brought, or the system's
    soft_reset: bool = True
    recovery: bool = True  # a stick that does not answer is reset
    log_level: str = "error"
    server_port: int = 0  # 0: any that is free
    start_seconds: float = START_SECONDS
    end_seconds: float = END_SECONDS

    @property
    def cache(self) -> Path:
        """Give the folder of what the server knows of the devices."""
        return self.folder / "cache"

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[Served]:
        """Serve for one life of the driver; raise RadioLost with a sentence where that fails."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        async with contextlib.AsyncExitStack() as stack:
            found, keys = await asyncio.to_thread(self._prepare)
            cache = await asyncio.to_thread(stack.enter_context, opened(self.cache))
            line = [str(found.node), _HEAP, str(PINS / "serve.mjs"), str(found.tree)]
            try:
                child = await stack.enter_async_context(
                    started(line, cache.held, self._why_not, self.end_seconds)
                )
            except OSError as error:
                raise RadioLost(f"the Z-Wave server cannot be started: {error}") from error
            await child.tell(self._wish(keys, cache, token))
            url = f"ws://127.0.0.1:{await self._ready(child)}/{token}"
            yield Served(url, child.ended, child.kill)

    def _prepare(self) -> tuple[Home, Keys]:
        """Find what is needed; it reads files and runs a program."""
        try:
            self._look_at_port()
            found = home(self.node, self.folder)
            with contextlib.suppress(OSError):  # what cannot be written, the keys or the cache tell
                make_private(self.folder)
            return found, load_or_make(self.keys, fresh=not any(self.cache.glob("*.jsonl")))
        except (NoHome, KeysUnusable) as problem:
            raise RadioLost(str(problem)) from problem

    def _look_at_port(self) -> None:
        """Raise RadioLost where the port cannot be a stick's: the server would try for long."""
        if "://" in self.port:
            return
        try:
            mode = Path(self.port).stat().st_mode
        except OSError as error:
            raise RadioLost(self._why_not(str(error))) from error
        if not stat.S_ISCHR(mode):
            raise RadioLost(f"{self.port} is no serial port: correct `port` in [zwave]")

    async def _ready(self, child: Child) -> int:
        await asyncio.wait(
            (child.ready, child.ended),
            timeout=self.start_seconds,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if child.ended.done():
            raise RadioLost(child.ended.result())
        if not child.ready.done():
            raise RadioLost(
                f"the Z-Wave server was not ready within {self.start_seconds:g} s: "
                f"plug the stick on {self.port} in anew, and look at the load of this machine"
            )
        return child.ready.result()

    def _wish(self, keys: Keys, cache: Cache, token: str) -> dict[str, Any]:
        return {
            "port": self.port,
            "server_port": self.server_port,
            "token": token,
            "options": {
                "securityKeys": dict(keys.mesh),
                "securityKeysLongRange": dict(keys.long_range),
                "storage": {"cacheDir": str(cache.folder), "lockDir": str(cache.locks)},
                "attempts": {"openSerialPort": OPEN_ATTEMPTS},
                "logConfig": {
                    "enabled": True,
                    "level": self.log_level,
                    "logToFile": False,
                    "forceConsole": True,
                    "showLogo": False,
                },
                "features": {
                    "softReset": self.soft_reset,
                    "unresponsiveControllerRecovery": self.recovery,
                    "watchdog": False,
                },
                # Acceptance is not state (law 3): a value is what the device itself reported.
                "disableOptimisticValueUpdate": True,
                "emitValueUpdateAfterSetValue": False,
            },
        }

    def _why_not(self, complaint: str) -> str:
        """Say for people what the server complained of, and what to do."""
        for words, sentence in _WHY_NOT.items():
            if re.search(words, complaint, re.IGNORECASE):
                return sentence.format(port=self.port, server_port=self.server_port)
        return f"the Z-Wave stick on {self.port} is lost: {complaint}"


_WHY_NOT = {
    r"EADDRINUSE": "port {server_port} of this machine is taken: leave the Z-Wave server's free",
    r"no such file|ENOENT.*open": "there is no {port}: is the Z-Wave stick plugged in?",
    r"permission denied|EACCES": "{port} may not be opened: add the hub's user to its group",
    r"cannot lock port|temporarily unavailable|EBUSY": "another program holds {port}: end it, "
    "or set another port",
    r"ECONNREFUSED": "nobody listens on {port}",
    r"Inappropriate ioctl": "{port} is no serial port: correct `port` in [zwave]",
    r"open the serial port: undefined": "{port} hangs up at once: perhaps another program, or "
    "another hub, holds it",
    r"waiting for an ACK|no response from the controller": "nothing on {port} answers as a Z-Wave "
    "stick does: look whether it is one, and plug it in anew",
    r"did not respond after soft-reset": "the Z-Wave stick on {port} does not come back from a "
    "restart: plug it in anew, and set soft_reset = false if that lasts",
    r"Cannot find module|ERR_MODULE_NOT_FOUND": "the Z-Wave server is not whole: "
    "run `nightlatch zwave install`",
}
