"""The far side of the wire: the simulated stick and its devices, as a process we can speak to."""

import json
from pathlib import Path
from typing import Literal

from simulator.play.house import Home
from simulator.play.line import Line, LineLost, Message, Told
from simulator.play.process import Process, ProcessEnded, python

type Listen = Literal["pty", "tcp"]

READY_SECONDS = 30.0
ANSWER_SECONDS = 30.0  # joining with its interview is the longest


class FarSide:
    """A running stick with its devices."""

    def __init__(self, process: Process, port: str) -> None:
        self.port = port
        self._process = process
        self._line: Line | None = None

    @classmethod
    async def start(
        cls, home: Home, work: Path, *, listen: Listen, ezsp: int, happened: Told
    ) -> "FarSide":
        """Start the stick in a work folder and watch what happens; raise ProcessEnded."""
        control = work / "far.sock"
        argv = python(
            *("-m", "simulator.zigbee", "--house", home.file.absolute(), "--control", control),
            *("--listen", f"pty:{work / 'stick'}" if listen == "pty" else "tcp:0"),
            *("--state", work / "far", "--ezsp", ezsp),
        )
        process = await Process.start("the stick", argv, work / "stick.log", talks=True)
        try:
            ready = json.loads(await process.line(READY_SECONDS))
            far = cls(process, str(ready["port"]))
            far._line = await Line.open(control, happened)
            await far.ask("watch")
        except BaseException:
            await process.kill()
            raise
        return far

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def act(self, do: str, device: str = "", **fields: object) -> int:
        """Have something happen; give when its bytes were on the wire, in ns (0: none were)."""
        named = {"device": device} if device else {}
        return int((await self.ask(do, **named, **fields)).get("at_ns") or 0)

    async def ask(self, do: str, **fields: object) -> Message:
        """Ask the control socket; raise a LineError, or ProcessEnded where the stick has."""
        if self._line is None:
            raise ProcessEnded("the stick was not reached yet")
        try:
            return await self._line.ask(do, answer_within=ANSWER_SECONDS, **fields)
        except LineLost:
            await self._process.hung_up()
            raise

    def check(self) -> None:
        """Raise ProcessEnded where it ended by itself."""
        self._process.check()

    async def end(self) -> None:
        """End it in good order."""
        if self._line is not None:
            await self._line.close()
        await self._process.stop()
