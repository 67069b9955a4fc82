"""One radio's far side: a simulated stick and its devices, or all cameras, in one process."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from simulator.play.house import Home, Radio
from simulator.play.line import Line, LineLost, Message, Told
from simulator.play.process import Process, ProcessEnded, python

type Listen = Literal["pty", "tcp"]

READY_SECONDS = 30.0
ANSWER_SECONDS = 30.0  # joining with its interview is the longest
LOGS: Mapping[Radio, str] = {
    Radio.ZIGBEE: "stick.log",
    Radio.ZWAVE: "zwave-stick.log",
    Radio.CAMERA: "cameras.log",
}

type Addresses = Mapping[str, Mapping[str, str]]
"""Of each camera, its `onvif` (host:port), its `main` and `sub` (rtsp://)."""


class FarSide:
    """A running stick with its devices, or the running cameras."""

    def __init__(
        self, process: Process, port: str, radio: Radio, addresses: Addresses | None = None
    ) -> None:
        self.port = port
        self.radio = radio
        self.addresses: Addresses = addresses or {}
        self._process = process
        self._line: Line | None = None

    @classmethod
    async def start(  # noqa: PLR0913  # each is a wish of its own; all but two are named
        cls,
        home: Home,
        work: Path,
        *,
        listen: Listen,
        ezsp: int,
        happened: Told,
        radio: Radio = Radio.ZIGBEE,
        node_tree: Path | None = None,
    ) -> "FarSide":
        """Start it in a work folder and watch what happens; raise ProcessEnded.

        A Z-Wave stick runs from the packages in `node_tree`; None: where it finds some itself.
        """
        control = work / ("far.sock" if radio is Radio.ZIGBEE else f"{radio}.sock")
        argv = python(
            *("-m", f"simulator.{radio}", "--house", home.file_of(radio).absolute()),
            *(
                "--control",
                control,
                "--state",
                work / "far",
                *_wishes(radio, work, listen, ezsp, node_tree),
            ),
        )
        name = "the cameras" if radio is Radio.CAMERA else f"the {radio} stick"
        process = await Process.start(name, argv, work / LOGS[radio], talks=True)
        try:
            ready = json.loads(await process.line(READY_SECONDS))
            far = cls(process, str(ready["port"]), radio, ready.get("cameras"))
            far._line = await Line.open(control, lambda told: happened({**told, "radio": radio}))
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


def _wishes(
    radio: Radio, work: Path, listen: Listen, ezsp: int, node_tree: Path | None
) -> tuple[object, ...]:
    """Give the part of the command line that is this radio's own."""
    if radio is Radio.CAMERA:
        return ("--listen", "tcp:0")
    if radio is Radio.ZWAVE:
        found = ("--node-modules", node_tree / "node_modules") if node_tree else ()
        return ("--listen", "tcp:0", *found)  # its mock has no serial line without hardware
    return ("--listen", f"pty:{work / 'stick'}" if listen == "pty" else "tcp:0", "--ezsp", ezsp)
