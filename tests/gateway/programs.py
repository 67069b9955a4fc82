"""Programs of rules for tests: how they are written, run, and looked for afterwards."""

import asyncio
import shutil
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.model.device import DeviceId
from gateway.model.effect import RunProgram
from gateway.model.event import ProgramEnded
from gateway.sandbox.bounds import ENVIRONMENT
from gateway.sandbox.layers import layers
from gateway.sandbox.sandbox import Sandbox
from tests.processes import all_pids, command_line

LAMP = DeviceId("zigbee:0000000000000013/1")
SIREN = DeviceId("zigbee:0000000000000011/1")
NAMES = {LAMP: "lamp", SIREN: "hall siren"}


def must_have_all_walls() -> None:
    """Skip where this machine cannot confine a program as it should, or has none to run."""
    lacking = [layer for layer in asyncio.run(layers()) if not layer.there]
    if lacking:
        pytest.skip(f"{lacking[0].name}: {lacking[0].sentence}")
    if shutil.which("python3", path=ENVIRONMENT["PATH"]) is None:
        pytest.skip("there is no python3 for everybody on this machine")


def write(folder: Path, text: str, first: str = "#!/usr/bin/env python3") -> Path:
    """Write a program, all at once: one that starts just now may read it; give its path."""
    path = folder / "program"
    whole = folder / uuid.uuid4().hex
    whole.write_text(f"{first}\n{text}\n", "utf-8")
    whole.chmod(0o755)
    return whole.replace(path)


@dataclass
class Bench:
    """A sandbox, and a folder for programs."""

    folder: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)  # finds its processes again
    sandbox: Sandbox = field(default_factory=lambda: Sandbox(lambda: NAMES))

    def ask(self, text: str, *, seconds: float = 30, memory: int = 64_000_000) -> RunProgram:
        """Write a program and what has it run."""
        return RunProgram(
            rule="rule",
            run=3,
            program=str(write(self.folder, text)),
            arguments=(self.mark,),
            given={"device": "garage", "value": "open"},
            deadline=timedelta(seconds=seconds),
            memory_bytes=memory,
            may=(),
        )

    async def run(
        self, text: str, *, seconds: float = 30, memory: int = 64_000_000
    ) -> ProgramEnded:
        """Run a program to its end."""
        return await self.sandbox.run(self.ask(text, seconds=seconds, memory=memory))

    def alive(self, what: str = "/script/program") -> list[int]:
        """Give the processes of its programs that are there."""
        return alive(self.mark, what)


def alive(mark: str, what: str = "/script/program") -> list[int]:
    """Give the processes whose command line holds both."""
    lines = ((pid, command_line(pid)) for pid in all_pids())
    return [pid for pid, line in lines if mark in line and what in line]
