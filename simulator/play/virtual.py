"""A virtual house: the simulated stick with its devices, and a real hub, each its own process.

VirtualHouseError
"""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from simulator.play.far_side import FarSide, Listen
from simulator.play.house import STICK, Home
from simulator.play.hub import Hub
from simulator.play.line import LineError, Message, Told
from simulator.play.pairing import NotPaired, pair_missing
from simulator.play.process import ProcessEnded, tail
from simulator.play.recorder import boottime_ns

type HubCommand = Callable[[Path], Sequence[str]]
"""Gives the command that runs a hub with this configuration file."""

_NOT_COPIED = shutil.ignore_patterns("*.sock", "*.log", "stick", "*.lock")


class VirtualHouseError(Exception):
    """The house could not be built. The text has the last lines of both its processes."""


def _ignore(_: Message) -> None:
    """Nobody wants to know."""


class VirtualHouse:
    """A stick, its devices and a hub, from `async with` to its end; nothing of them survives it."""

    far: FarSide
    hub: Hub

    def __init__(  # noqa: PLR0913  # each is a wish of its own; all but one are named and optional
        self,
        home: Home,
        *,
        hub_command: HubCommand,
        listen: Listen = "pty",
        ezsp: int = 13,
        work: Path | None = None,
        prepared: Path | None = None,
        rules: str = "",
        sets_wall: bool = False,
        happened: Told = _ignore,
        entered: Told = _ignore,
    ) -> None:
        """`work` is kept and may be used again; without it a folder goes with the house.

        `prepared` is the work folder of an ended house of the same kind: it is copied, so that
        nothing has to be paired again. `rules` are added to the hub's configuration. With
        `sets_wall` the hub is started with `--wall FILE`, and `show_wall` sets its wall clock.
        `happened` is told of happenings on the air, `entered` of
        the hub's journal entries.
        """
        self.home = home
        self.work = Path()
        self._hub_command = hub_command
        self._listen: Listen = listen
        self._ezsp = ezsp
        self._kept = work
        self._prepared = prepared
        self._rules = rules
        self._sets_wall = sets_wall
        self._happened = happened
        self._entered = entered
        self._closing = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start both; give the house when the hub protects and knows every device."""
        try:
            await self._build()
        except (LineError, ProcessEnded, NotPaired, ExceptionGroup) as error:
            reason = self._reason(error)
            await self._closing.aclose()
            raise VirtualHouseError(reason) from error
        except BaseException:
            await self._closing.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End both, and remove what was not to be kept."""
        await self._closing.aclose()

    @property
    def config(self) -> Path:
        """The hub's configuration, with the real port in it."""
        return self.work / "nightlatch.toml"

    @property
    def logs(self) -> tuple[Path, Path]:
        """What the hub and the stick wrote."""
        return self.work / "hub.log", self.work / "stick.log"

    def write_rules(self, rules: str) -> None:
        """Have these rules in the configuration, instead of those of before."""
        self._rules = rules
        self._write_config(self.far.port)

    def show_wall(self, wall: datetime) -> int:
        """Have the hub's wall clock show this now, and go on from there; give now, in ns."""
        now_ns = boottime_ns()
        shown = {"wall": wall.isoformat(), "at": now_ns / 1e9}
        fresh = self._wall_file.with_suffix(".new")  # the hub must not read half a file
        fresh.write_text(json.dumps(shown), "utf-8")
        fresh.replace(self._wall_file)
        return now_ns

    @property
    def _wall_file(self) -> Path:
        return self.work / "wall.json"

    def _command(self) -> Sequence[str]:
        command = self._hub_command(self.config)
        if not self._sets_wall:
            return command
        self.show_wall(datetime.now(UTC))  # noqa: TID251 - what the hub itself would show
        return [*command, "--wall", str(self._wall_file)]

    async def _build(self) -> None:
        self._make_work()
        self.far = await FarSide.start(
            self.home,
            self.work,
            listen=self._listen,
            ezsp=self._ezsp,
            happened=self._happened,
        )
        self._closing.push_async_callback(self.far.end)
        self._write_config(self.far.port)
        self.hub = Hub(self._command(), self.work, self._entered)
        self._closing.push_async_callback(self.hub.stop)
        await self.hub.start()
        await pair_missing(self.home, self.far, self.hub)

    def _make_work(self) -> None:
        if self._kept is None:
            # Short: the path of a Unix socket holds no more than 107 bytes.
            folder = tempfile.TemporaryDirectory(prefix="nightlatch-", ignore_cleanup_errors=True)
            self.work = Path(self._closing.enter_context(folder))
        else:
            self.work = self._kept.absolute()
            self.work.mkdir(parents=True, exist_ok=True)
        if self._prepared is not None:
            shutil.copytree(self._prepared, self.work, ignore=_NOT_COPIED, dirs_exist_ok=True)
        for name in ("state", "far"):
            (self.work / name).mkdir(mode=0o700, exist_ok=True)

    def _write_config(self, port: str) -> None:
        text = self.home.hub_file.read_text("utf-8")
        placeholder = f'port = "{STICK}"'
        if text.count(placeholder) != 1:
            expected = f"expected {placeholder} once, for the real port to replace"
            raise VirtualHouseError(f"{self.home.hub_file}: {expected}")
        text = text.replace(placeholder, f"port = {json.dumps(port)}")
        self.config.write_text(f"{text}\n{self._rules}\n" if self._rules else text, "utf-8")
        self.config.chmod(0o600)  # it has the hashes of codes

    def _reason(self, error: Exception) -> str:
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        text = f"the virtual house could not be built: {error}"
        if isinstance(error, ProcessEnded):
            return text
        for log in self.logs:
            lines = "".join(f"\n    {line}" for line in tail(log)) or "\n    (nothing)"
            text += f"\n  the last lines of {log.name}:{lines}"
        return text
