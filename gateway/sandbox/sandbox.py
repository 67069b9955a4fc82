"""The escape hatch of rules: runs a program; gives the orders it asks for, or why it gives none.

Nothing here raises: whatever a program does ends in one ProgramEnded, at its deadline at the
latest. Which of the orders are carried out, the rules decide (`may`).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from pathlib import Path
from signal import Signals

import orjson

from gateway.config.durations import spell
from gateway.confine.machine import READABLE, READABLE_ETC
from gateway.model.command import Command
from gateway.model.device import DeviceId
from gateway.model.effect import RunProgram
from gateway.model.event import ProgramEnded
from gateway.sandbox import answer
from gateway.sandbox.bounds import (
    INPUT_BYTES_MAX,
    NO_SANDBOX,
    NOT_STARTED,
    OUTPUT_BYTES_MAX,
    REASON_MAX,
    RUNNING_MAX,
    SIGNALLED,
    WAITING_MAX,
)
from gateway.sandbox.process import Ended, command, converse


class Failed(Exception):
    """A program did not run as it should; says why, in words for people."""


class Sandbox:
    """Runs programs, a few at a time.

    `names` gives the devices by id as they are called now; `private` are the files and folders
    that no program may read: should one lie among what all programs see, none runs.
    """

    def __init__(
        self, names: Callable[[], Mapping[DeviceId, str]], private: Sequence[Path] = ()
    ) -> None:
        self._names = names
        self._private = tuple(private)
        self._turn = asyncio.Semaphore(RUNNING_MAX)
        self._waiting = 0

    async def run(self, ask: RunProgram) -> ProgramEnded:
        """Run a program; cancelled, it takes the program with it."""
        try:
            return ProgramEnded(ask.rule, ask.program, await self._commands(ask))
        except Failed as failed:
            return ProgramEnded(ask.rule, ask.program, reason=_fit(str(failed)))

    async def _commands(self, ask: RunProgram) -> tuple[Command, ...]:
        for path in self._private:
            if _is_shown(path):
                raise Failed(f"{path} lies where every program can read: move it elsewhere")
        devices = {name: device for device, name in self._names().items()}
        given = _given(ask)
        ended = await self._ended(ask, given)
        _look_at(ended)
        try:
            return answer.commands(ended.said, devices)
        except answer.NotUnderstood as wrong:
            raise Failed(str(wrong)) from None

    async def _ended(self, ask: RunProgram, given: bytes) -> Ended:
        """Wait for a turn and run, both before the deadline."""
        if self._waiting >= WAITING_MAX:
            raise Failed("too many programs wait")
        waits = True
        self._waiting += 1
        try:
            async with asyncio.timeout(ask.deadline.total_seconds()), self._turn:
                self._waiting -= 1
                waits = False
                seconds = ceil(ask.deadline.total_seconds()) + 1
                return await converse(
                    command(ask.program, ask.arguments, ask.memory_bytes, seconds), given
                )
        except TimeoutError:
            what = "it waited for other programs" if waits else "it took"
            raise Failed(f"{what} longer than {spell(ask.deadline)}") from None
        except OSError as wrong:  # no process, no pipe, too many arguments
            raise Failed(f"it cannot be started: {wrong.strerror}") from None
        except ValueError as wrong:  # a NUL in an argument
            raise Failed(f"it cannot be started: {wrong}") from None
        finally:
            self._waiting -= waits


def _is_shown(path: Path) -> bool:
    """Tell whether a path lies among what every program sees."""
    real = path.resolve()
    return any(real.is_relative_to(Path(shown).resolve()) for shown in (*READABLE, *READABLE_ETC))


def _given(ask: RunProgram) -> bytes:
    """Write what a program reads: who runs it and why."""
    given = orjson.dumps(
        {"rule": ask.rule, "run": ask.run, "arguments": ask.arguments, "event": dict(ask.given)}
    )
    if len(given) > INPUT_BYTES_MAX:
        raise Failed(f"there is more to tell it than {INPUT_BYTES_MAX} bytes")
    return given


def _look_at(ended: Ended) -> None:
    """Raise Failed unless a program ended well."""
    complaint = _last_line(ended.complained)
    if len(ended.said) > OUTPUT_BYTES_MAX:
        raise Failed(f"it said more than {OUTPUT_BYTES_MAX} bytes")
    if len(ended.complained) > OUTPUT_BYTES_MAX:
        raise Failed(f"it complained of more than {OUTPUT_BYTES_MAX} bytes: {complaint}")
    match ended.status:
        case 0:
            return
        case status if status == NO_SANDBOX:
            raise Failed(f"there is no sandbox: {complaint}")
        case status if status == NOT_STARTED and complaint:
            raise Failed(complaint)
        case status:
            raise Failed(
                f"it ended with {_status(status)}" + (f": {complaint}" if complaint else "")
            )


def _status(status: int) -> str:
    number = -status if status < 0 else status - SIGNALLED
    return Signals(number).name if number in set(Signals) else f"status {status}"


def _last_line(complained: bytes) -> str:
    """Give the last thing it complained of."""
    lines = complained.decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _fit(reason: str) -> str:
    """Make a reason fit to be shown: what the program said stands in it."""
    shown = reason if len(reason) <= REASON_MAX else reason[:REASON_MAX] + "…"
    return "".join(sign if sign.isprintable() else "�" for sign in shown)
