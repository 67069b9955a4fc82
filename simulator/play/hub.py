"""The hub of a virtual house: a process that is started, asked, killed and started again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from simulator.play import family
from simulator.play.line import Line, LineLost, Message, Told
from simulator.play.process import Process, ProcessEnded

PROTECTING_SECONDS = 60.0  # from its start; a Z-Wave server takes the longest
ANSWER_SECONDS = 30.0
CONNECT_SECONDS = 0.005
"""Between two tries to connect; what a run waits for must be the hub, not us."""
POLL_SECONDS = 0.02
SERVER = "node"  # the program in which a hub's Z-Wave server runs
DETECTION = "gateway.detection.process"  # the module in which its detection does


class HubDown(ProcessEnded):
    """The hub is not running, or does not do what it was started for."""


class Hub:
    """One hub, over all its lives."""

    def __init__(self, argv: Sequence[str], work: Path, told: Told) -> None:
        """`told` hears each journal entry once, also those written while we were not connected."""
        self.socket = work / "state" / "nightlatch.sock"
        self.evidence = work / "state" / "evidence"
        self._argv = argv
        self._log = work / "hub.log"
        self._told = told
        self._process: Process | None = None
        self._line: Line | None = None
        self._entry = 0  # the last one that was told
        self._listeners: set[asyncio.Queue[Message]] = set()

    @property
    def pid(self) -> int | None:
        """Its process id, while it runs."""
        return self._process.pid if self._process and self._process.is_running else None

    async def start(self) -> None:
        """Start it and wait until it protects; raise HubDown."""
        if self.pid is not None:
            raise HubDown("the hub runs already")
        self._process = process = await Process.start("the hub", self._argv, self._log)
        try:
            async with asyncio.timeout(PROTECTING_SECONDS):
                self._line = await self._connect(process)
                await self.ask("watch", since=self._entry)
                await self._wait_until_protecting()
        except TimeoutError:
            fate = f"did not protect within {PROTECTING_SECONDS:g} s"
            raise HubDown(process.story(fate)) from None

    async def ask(self, do: str, **fields: object) -> Message:
        """Ask as a person at its socket would; raise a LineError, or ProcessEnded where it has."""
        line, process = self._line, self._process
        if line is None or process is None:
            raise HubDown(f"the hub is not running, and cannot be asked to {do}")
        try:
            return await line.ask(do, answer_within=ANSWER_SECONDS, **fields)
        except LineLost:
            await process.hung_up()
            raise

    def check(self) -> None:
        """Raise ProcessEnded where it ended and nobody here ended it."""
        if self._process is not None:
            self._process.check()

    async def state(self) -> Message:
        """Give the hub's state."""
        answer = await self.ask("state")
        state: Message = answer.get("state", answer)
        return state

    @contextlib.asynccontextmanager
    async def entries(self) -> AsyncIterator[asyncio.Queue[Message]]:
        """Have the journal entries that are written meanwhile."""
        queue: asyncio.Queue[Message] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    async def signal_server(self, word: str) -> None:
        """Kill, hang (SIGSTOP) or resume the Z-Wave server that it runs; raise HubDown."""
        servers = family.programs_below(self.pid, SERVER) if self.pid is not None else []
        if not servers:
            raise HubDown(f"the hub runs no Z-Wave server that one could {word}")
        for pid in servers:
            await family.signal(pid, word)

    async def signal_detection(self, word: str) -> None:
        """Kill, hang (SIGSTOP) or resume the detection that it runs; raise HubDown."""
        running = family.modules_below(self.pid, DETECTION) if self.pid is not None else []
        if not running:
            raise HubDown(f"the hub runs no detection that one could {word}")
        for pid in running:
            await family.signal(pid, word)

    async def kill(self) -> None:
        """SIGKILL, the crash of all crashes; wait until it is gone."""
        await self._end(kill=True)

    async def stop(self) -> None:
        """End it in good order. Harmless when it does not run."""
        await self._end(kill=False)

    async def _connect(self, process: Process) -> Line:
        while True:
            try:
                return await Line.open(self.socket, self._hear)
            except LineLost:
                process.check()
                await asyncio.sleep(CONNECT_SECONDS)

    async def _wait_until_protecting(self) -> None:
        state = await self.state()
        while not state["protecting"]:
            await asyncio.sleep(POLL_SECONDS)
            state = await self.state()

    def _hear(self, message: Message) -> None:
        number = message.get("entry")
        # Told again after a restart, an entry is no news.
        if isinstance(number, int) and number > self._entry:
            self._entry = number
            self._told(message)
            for queue in self._listeners:
                queue.put_nowait(message)

    async def _end(self, *, kill: bool) -> None:
        process, self._process = self._process, None
        line, self._line = self._line, None
        if process is not None:
            await (process.kill() if kill else process.stop())
        if line is not None:
            await line.close()
