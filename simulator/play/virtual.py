"""A virtual house: simulated sticks with their devices, cameras, and a real hub: a process each.

VirtualHouseError
"""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from simulator.play.far import Far, far_of
from simulator.play.far_side import LOGS, Listen
from simulator.play.house import Home, Radio
from simulator.play.hub import Hub
from simulator.play.hub_text import NoPlace, placed
from simulator.play.line import LineError, Message, Told
from simulator.play.pairing import NotPaired, pair_missing
from simulator.play.process import ProcessEnded, tail
from simulator.play.recorder import boottime_ns

type HubCommand = Callable[[Path], Sequence[str]]
"""Gives the command that runs a hub with this configuration file."""

_NOT_COPIED = shutil.ignore_patterns("*.sock", "*.log", "stick", "*.lock")
_TREE = Path("state", "zwave", "node")  # where the hub looks for its Node packages


class VirtualHouseError(Exception):
    """The house could not be built. The text has the last lines of its processes."""


def _ignore(_: Message) -> None:
    """Nobody wants to know."""


class VirtualHouse:
    """Sticks, devices, cameras and a hub, from `async with` to its end; nothing survives it."""

    far: Far
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
        outside: Collection[str] = (),
        node_tree: Path | None = None,
        happened: Told = _ignore,
        entered: Told = _ignore,
    ) -> None:
        """`work` is kept and may be used again; without it a folder goes with the house.

        `prepared` is the work folder of an ended house of the same kind: it is copied, so that
        nothing has to be paired again. `rules` are added to the hub's configuration. With
        `sets_wall` the hub is started with `--wall FILE`, and `show_wall` sets its wall clock.
        The devices that are named in `outside` are not paired. `node_tree` holds the node_modules
        of Z-Wave, for the hub and for the stick; without it each finds its own. `happened` is told
        of happenings on the air, `entered` of the hub's journal entries.
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
        self._outside = outside
        self._node_tree = node_tree
        self._happened = happened
        self._entered = entered
        self._closing = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start all; give the house when the hub protects and knows every device."""
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
        """End all, and remove what was not to be kept."""
        await self._closing.aclose()

    @property
    def config(self) -> Path:
        """The hub's configuration, with the real ports in it."""
        return self.work / "nightlatch.toml"

    @property
    def logs(self) -> tuple[Path, ...]:
        """What the hub, the sticks and the cameras wrote."""
        return self.work / "hub.log", *(self.work / LOGS[radio] for radio in self.home.radios)

    def write_rules(self, rules: str) -> None:
        """Have these rules in the configuration, instead of those of before."""
        self._rules = rules
        self._write_config()

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
        self.far = await self._closing.enter_async_context(
            far_of(
                self.home,
                self.work,
                listen=self._listen,
                ezsp=self._ezsp,
                happened=self._happened,
                node_tree=self._node_tree,
            )
        )
        self._write_passwords()
        self._write_config()
        self.hub = Hub(self._command(), self.work, self._entered)
        self._closing.push_async_callback(self.hub.stop)
        await self.hub.start()
        await pair_missing(self.home, self.far, self.hub, self._outside)

    def _make_work(self) -> None:
        if self._kept is None:
            # Short: the path of a Unix socket holds no more than 107 bytes.
            folder = tempfile.TemporaryDirectory(prefix="nightlatch-", ignore_cleanup_errors=True)
            self.work = Path(self._closing.enter_context(folder))
        else:
            self.work = self._kept.absolute()
            self.work.mkdir(parents=True, exist_ok=True)
        if self._prepared is not None:
            shutil.copytree(
                self._prepared, self.work, symlinks=True, ignore=_NOT_COPIED, dirs_exist_ok=True
            )
        for name in ("state", "far"):
            (self.work / name).mkdir(mode=0o700, exist_ok=True)
        if self._node_tree is not None and Radio.ZWAVE in self.home.radios:
            self._link_packages(self._node_tree)

    def _link_packages(self, tree: Path) -> None:
        link = self.work / _TREE
        link.parent.mkdir(mode=0o700, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(tree.absolute(), target_is_directory=True)

    def _write_config(self) -> None:
        try:
            text = placed(self.home.hub_text, self.far.ports, self.far.cameras)
        except NoPlace as error:
            raise VirtualHouseError(f"{self.home.hub_file}: {error}") from None
        self.config.write_text(f"{text}\n{self._rules}\n" if self._rules else text, "utf-8")
        self.config.chmod(0o600)  # it has the hashes of codes

    def _write_passwords(self) -> None:
        for camera in self.home.of(Radio.CAMERA):
            file = self.work / f"{camera.name}.password"
            file.touch(mode=0o600)
            file.write_text(f"{camera.password}\n", "utf-8")

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
