"""What this machine has to confine a program with, found out by confining one that does nothing."""

import asyncio
from dataclasses import dataclass

from gateway.sandbox.process import Ended, command, converse

_SECONDS = 10
_MEMORY = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Layer:
    """One wall. Without one that is needed, no program runs."""

    name: str
    there: bool
    needed: bool
    sentence: str


async def layers() -> list[Layer]:
    """Try every wall, as a program would find it."""
    try:
        async with asyncio.timeout(_SECONDS):
            ended = await converse(command("", (), _MEMORY, _SECONDS), b"")
    except TimeoutError:
        return [_worlds(f"the attempt took longer than {_SECONDS} s")]
    except OSError as wrong:
        return [_worlds(str(wrong))]
    return _told(ended)


def _told(ended: Ended) -> list[Layer]:
    words = ended.said.decode(errors="replace").split()
    if ended.status or len(words) != 2:
        lack = ended.complained.decode(errors="replace").strip().rpartition("\n")[2]
        return [_worlds(lack or f"status {ended.status}")]
    landlock = f"version {words[0]}" if words[0] != "0" else ""
    return [
        _worlds(),
        _second("landlock", landlock),
        _second("seccomp", "calls are filtered" if words[1] == "1" else ""),
    ]


def _worlds(lack: str = "") -> Layer:
    sentence = f"programs of rules do not run: {lack}" if lack else "a program gets a small world"
    return Layer("namespaces", there=not lack, needed=True, sentence=sentence)


def _second(name: str, sentence: str) -> Layer:
    lack = "this kernel does not have it; the first wall holds alone"
    return Layer(name, there=bool(sentence), needed=False, sentence=sentence or lack)
