"""Why and why not, over a journal of a million entries: any answer within a tenth of a second."""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from benchmarks.home import Bench
from benchmarks.report import Figure, Spread, spread
from benchmarks.why_life import RULES, SENSORS, Lived, lived, sensor
from gateway.history.past import Past, past
from gateway.history.subjects import Kind, Subject
from gateway.history.why import why
from gateway.history.why_not import why_not
from gateway.journal import about
from gateway.journal.folder import JOURNAL, reading

ENTRIES = 1_000_000
QUESTIONS = 200
NO_LIMIT = float("inf")
TARGET_MS = 100.0
LIMITS = Spread(NO_LIMIT, NO_LIMIT, TARGET_MS, TARGET_MS)
NOW = timedelta(minutes=1)

type Ask = Callable[[Past, int], object]


async def measure(bench: Bench) -> list[Figure]:
    """Write a life of a home down, then ask of its end and of any moment of it."""
    with tempfile.TemporaryDirectory(prefix="nightlatch-") as name:
        life = await asyncio.to_thread(lived, bench, Path(name), ENTRIES)
        figures = await asyncio.to_thread(_asked, bench, life)
        return [*figures, *await asyncio.to_thread(_written, life)]


def _asked(bench: Bench, life: Lived) -> list[Figure]:
    dice = random.Random(7)
    floor = Spread.of([_timed(lambda: _lookup(life, dice)) for _ in range(QUESTIONS)])
    figures = []
    for name, ask, is_past in _QUESTIONS:
        bench.say(f"why: {name}")
        taken = []
        for _ in range(QUESTIONS):
            number = dice.randrange(1, ENTRIES) if is_past else ENTRIES
            taken.append(_timed(lambda n=number, a=ask: _answer(life, a, n)))  # type: ignore[misc]
        figures += spread(name, taken, "ms", floor, LIMITS)
    return figures


def _answer(life: Lived, ask: Ask, number: int) -> None:
    with past(life.folder, life.now) as opened:
        ask(opened, number)


def _lookup(life: Lived, dice: random.Random) -> None:
    with reading(life.folder / JOURNAL) as db:
        about.bounds(db)
        query = "SELECT body FROM entry WHERE number = ?"
        db.execute(query, (dice.randrange(1, ENTRIES),)).fetchone()


def _timed(call: Callable[[], None]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1e3


def _why(kind: Kind, name: str = "") -> Ask:
    return lambda opened, number: why(opened, opened.site(), Subject(kind, name), number)


def _why_not(opened: Past, number: int) -> object:
    entry = opened.entry(number)
    moment = None if entry is None else entry.wall + NOW
    rule = f"rule_{number % RULES}"
    return why_not(opened, opened.site(), rule, number, moment)


_QUESTIONS: tuple[tuple[str, Ask, bool], ...] = (
    ("why, the siren", _why(Kind.SIREN), False),
    ("why, an area", _why(Kind.AREA, "house"), False),
    ("why, a rule", _why(Kind.RULE, "rule_1"), False),
    ("why, a sensor", _why(Kind.DEVICE, sensor(SENSORS - 1)), False),
    ("why, the siren, at any time", _why(Kind.SIREN), True),
    ("why, an area, at any time", _why(Kind.AREA, "house"), True),
    ("why not, now", _why_not, False),
    ("why not, at any time", _why_not, True),
)


def _written(life: Lived) -> list[Figure]:
    """Say what it costs to be able to answer."""
    snapshots = Spread.of(life.snapshots)
    size = (life.folder / JOURNAL).stat().st_size / 1e6
    return [
        Figure("taking a snapshot of 100 devices p50", snapshots.p50, "ms"),
        Figure("taking a snapshot of 100 devices max", snapshots.most, "ms"),
        Figure(f"a journal of {ENTRIES} entries", size, "MB"),
        Figure("of that, snapshots", life.snapshot_bytes / 1e6, "MB"),
        Figure("indexing a journal of before", life.indexing, "s"),
        Figure("why-not at the command line, with the interpreter", _command(life), "s"),
    ]


def _command(life: Lived) -> float:
    import subprocess  # noqa: PLC0415 - our own command

    words = [sys.executable, "-m", "gateway", "why-not", "rule_1", "--config", str(life.config)]
    began = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    return time.perf_counter() - began
