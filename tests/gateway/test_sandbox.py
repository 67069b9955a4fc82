"""Programs of rules: what they are given, what becomes of their answers, and how they end."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.executor import Executor
from gateway.model.command import LockDoor, SoundSiren, TurnSwitch
from gateway.model.effect import Order, OrderId, Perform, RunProgram
from gateway.model.event import Event, ProgramEnded
from gateway.sandbox.bounds import OUTPUT_BYTES_MAX, PROCESSES_MAX, RUNNING_MAX, WAITING_MAX
from gateway.sandbox.sandbox import Sandbox
from rules.rulebook import RunScript
from tests.clock import FakeClock
from tests.gateway.programs import LAMP, NAMES, SIREN, Bench, must_have_all_walls, write
from tests.rules.automation.home import GARAGE_OPEN, OPENS, home, play, rule
from tests.waiting import until

ROOT = Path(__file__).parent.parent.parent
SLEEP = "import time; time.sleep(1000)"
STUBBORN = """
import signal, time
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
time.sleep(1000)
"""


@pytest.fixture(scope="module", autouse=True)
def _walls() -> None:
    must_have_all_walls()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


# -- what it is given, and what it may answer ------------------------------------------------------


async def test_a_program_hears_who_runs_it_and_why(bench: Bench) -> None:
    heard = "import sys; sys.exit(sys.stdin.read())"

    ended = await bench.run(heard)

    assert json.loads(ended.reason.removeprefix("it ended with status 1: ")) == {
        "rule": "rule",
        "run": 3,
        "arguments": [bench.mark],
        "event": {"device": "garage", "value": "open"},
    }


async def test_it_answers_with_orders_by_the_names_of_the_file(bench: Bench) -> None:
    answer = {"do": [{"on": "lamp"}, {"siren": "hall siren", "for": "5s"}]}

    ended = await bench.run(f"print({json.dumps(answer)!r})")

    assert ended == ProgramEnded(
        "rule", ended.program, (TurnSwitch(LAMP, on=True), SoundSiren(SIREN, 5))
    )


async def test_the_example_of_the_documentation_runs(bench: Bench) -> None:
    script = ROOT / "docs" / "examples" / "rules" / "guess.py"

    ended = await bench.sandbox.run(replace(bench.ask(""), program=str(script)))

    assert ended.commands == (TurnSwitch(LAMP, on=True),)


async def test_nothing_said_is_nothing_asked(bench: Bench) -> None:
    assert await bench.run("") == ProgramEnded("rule", str(bench.folder / "program"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("print('lamp on')", "its answer is no JSON"),
        ("print('[]')", "its answer is not understood: an empty list; expected a table"),
        ("print('{\"do\": [{\"on\": \"lamb\"}]}')", 'it names "lamb", which is no device'),
        ("print('{\"do\": [{\"arm\": \"house\", \"mode\": \"away\"}]}')", "an order to a device"),
        ("print('{\"do\": [{\"siren\": \"hall siren\", \"for\": \"1h\"}]}')", "do[0].for"),
        ("print(str({'do': [{'on': 'lamp'}] * 101}).replace(chr(39), chr(34)))", "at most 100"),
        ("print('{\"do\": [{\"on\": \"lamp\"}]}'); exit(3)", "it ended with status 3"),
        ("raise ValueError('no idea')", "it ended with status 1: ValueError: no idea"),
        ("import os; os.abort()", "it ended with SIG"),
        (f"print('x' * {OUTPUT_BYTES_MAX + 1})", "it said more than"),
        ("while True: print('x' * 1000)", "it said more than"),
        ("import sys\nwhile True: print('no', file=sys.stderr)", "it complained of more than"),
        ("import sys; sys.exit('\\x1b[2J' + 'x' * 5000)", "it ended with status 1: �[2Jxxx"),
    ],
)  # fmt: skip
async def test_what_is_no_answer_does_nothing_and_is_told(
    bench: Bench, text: str, reason: str
) -> None:
    ended = await bench.run(text)

    assert reason in ended.reason
    assert ended.commands == ()
    assert len(ended.reason) <= 301


async def test_what_cannot_be_started_is_told(bench: Bench) -> None:
    ask = bench.ask("")
    (bench.folder / "program").write_text("no first line", "utf-8")
    started = [
        ask,
        replace(ask, program=str(bench.folder)),
        replace(ask, program=str(bench.folder / "gone")),
        replace(ask, arguments=("\0",)),
        replace(ask, given={"device": "x" * 100_000}),
    ]

    reasons = [(await bench.sandbox.run(one)).reason for one in started]

    expected = [
        "its first line must name what runs it",
        "Is a directory",
        "gone cannot be read: No such file or directory",
        "it cannot be started: embedded null byte",
        "there is more to tell it than",
    ]
    assert all(part in said for part, said in zip(expected, reasons, strict=True)), reasons


# -- how it ends -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        SLEEP,
        "while True: pass",
        "import os; os.close(1); os.close(2); import time; time.sleep(1000)",
        STUBBORN,
    ],
    ids=["sleeps", "works", "deaf", "stubborn"],
)
async def test_what_takes_too_long_is_ended(bench: Bench, text: str) -> None:
    ended = await bench.run(text, seconds=1)

    assert ended.reason == "it took longer than 1s"
    await until(lambda: not bench.alive())


STRAYS = """
import os, sys, time
for _ in range(2):
    if not os.fork():
        os.setsid()
        if not os.fork():
            time.sleep(1000)
        os._exit(0)
{}
"""


@pytest.mark.parametrize(("then", "reason"), [("", ""), (SLEEP, "it took longer than 1s")])
async def test_what_it_started_ends_with_it(bench: Bench, then: str, reason: str) -> None:
    ended = await bench.run(STRAYS.format(then), seconds=1 if then else 30)

    assert ended.reason == reason
    await until(lambda: not bench.alive())


async def test_it_ends_when_nobody_waits_for_it_any_more(bench: Bench) -> None:
    task = asyncio.create_task(bench.run(STRAYS.format(SLEEP)))
    await until(lambda: len(bench.alive()) >= 3)

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    await until(lambda: not bench.alive())


HUB = """
import asyncio, sys
from datetime import timedelta
from gateway.model.effect import RunProgram
from gateway.sandbox.sandbox import Sandbox
import {loop} as loop

ask = RunProgram("rule", 1, sys.argv[1], (sys.argv[2],), {{}}, timedelta(minutes=5), 64_000_000, ())
loop.run(Sandbox(dict).run(ask))
"""


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
async def test_a_hub_that_is_killed_leaves_no_program_behind(bench: Bench, loop: str) -> None:
    program = write(bench.folder, STRAYS.format(SLEEP))
    line = sys.executable, "-c", HUB.format(loop=loop), str(program), bench.mark
    hub = await asyncio.create_subprocess_exec(*line, cwd=ROOT)
    try:
        await until(lambda: len(bench.alive()) >= 3)
    finally:
        hub.kill()
        await hub.wait()

    await until(lambda: not bench.alive("program"))


# -- what it may take ------------------------------------------------------------------------------


async def test_it_gets_no_more_memory_than_it_may(bench: Bench) -> None:
    assert (await bench.run("x = bytearray(40_000_000)")).reason == ""
    assert (await bench.run("x = bytearray(80_000_000)")).reason.endswith("MemoryError")


async def test_a_fork_bomb_fizzles_out(bench: Bench) -> None:
    bomb = """
import os, sys
made = 0
try:
    while True:
        if not os.fork():
            import time
            time.sleep(1000)
        made += 1
except OSError as wrong:
    sys.exit(f"{made} made, then {wrong.strerror}")
"""
    ended = await bench.run(bomb)

    made = int(ended.reason.removeprefix("it ended with status 1: ").split()[0])
    assert 0 < made < PROCESSES_MAX
    await until(lambda: not bench.alive())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("for n in range(99): open(f'/tmp/{n}', 'wb').write(bytes(2**20))", "No space left"),
        ("for n in range(9999): open(f'/tmp/{n}', 'wb').close()", "No space left"),
        ("kept = [open('/dev/null') for _ in range(99)]", "Too many open files"),
    ],
)
async def test_its_own_folder_and_its_files_are_bounded(
    bench: Bench, text: str, reason: str
) -> None:
    assert reason in (await bench.run(text)).reason


async def test_few_run_at_a_time_some_wait_and_more_are_refused(bench: Bench) -> None:
    running = [asyncio.create_task(bench.run(SLEEP, seconds=999)) for _ in range(RUNNING_MAX)]
    await until(lambda: len(bench.alive()) == RUNNING_MAX or any(one.done() for one in running))
    assert not any(one.done() for one in running), [one.result() for one in running if one.done()]
    short = asyncio.create_task(bench.run(SLEEP, seconds=1))
    waiting = [asyncio.create_task(bench.run(SLEEP, seconds=999)) for _ in range(WAITING_MAX - 1)]
    await asyncio.sleep(0)

    assert (await bench.run(SLEEP)).reason == "too many programs wait"
    assert (await short).reason == "it waited for other programs longer than 1s"
    assert len(bench.alive()) == RUNNING_MAX

    next_one = asyncio.create_task(bench.run("print('{\"do\": []}')"))  # its place is free again
    for task in running + waiting:
        task.cancel()
    await asyncio.gather(*running, *waiting, return_exceptions=True)
    assert (await next_one).reason == ""
    assert not bench.alive()


async def test_none_runs_where_secrets_lie_among_what_all_programs_see(bench: Bench) -> None:
    hidden = Sandbox(lambda: NAMES, [Path("/usr/share/nightlatch/state")])

    ended = await hidden.run(bench.ask(""))

    assert "lies where every program can read" in ended.reason


# -- between the rules and the devices -------------------------------------------------------------


async def ran(
    effect: RunProgram, program: Callable[[RunProgram], Awaitable[ProgramEnded]] | None
) -> tuple[list[Event], dict[OrderId, str]]:
    """Give what an executor reports of a program, and how its order was settled."""
    events: list[Event] = []
    settled: dict[OrderId, str] = {}
    executor = Executor(
        {}, FakeClock(), events.append, settled.__setitem__, lambda _: None, run_program=program
    )
    executor.take(Order(OrderId("1.0"), effect, FakeClock().now()))
    await until(lambda: events)
    await executor.close()
    return events, settled


async def test_a_rule_has_its_program_switch_a_lamp_and_nothing_it_did_not_list(
    bench: Bench,
) -> None:
    answer = {"do": [{"on": "lamp"}, {"lock": "bolt"}]}
    program = write(bench.folder, f"print({json.dumps(answer)!r})")
    may = (TurnSwitch(LAMP, on=True),)
    script = RunScript(str(program), (), timedelta(seconds=30), 64_000_000, may)
    site = home(rule(OPENS, script))
    asked = play(site, (0, GARAGE_OPEN))
    effect = next(effect for _, effect in asked.done if isinstance(effect, RunProgram))

    events, settled = await ran(effect, Sandbox(lambda: site.names).run)
    played = play(site, (0, GARAGE_OPEN), (1, events[0]))

    assert settled == {"1.0": "ended"}
    assert played.switched() == [(1, True)]
    assert played.said("may not do this") == [1]
    assert not any(
        isinstance(e, Perform) and isinstance(e.command, LockDoor) for _, e in played.done
    )


async def test_without_a_sandbox_nothing_runs_and_the_rule_is_told(bench: Bench) -> None:
    async def broken(_: RunProgram) -> ProgramEnded:
        raise RuntimeError

    for program, reason in (
        (None, "there is no sandbox"),
        (broken, "the sandbox failed: RuntimeError"),
    ):
        events, settled = await ran(bench.ask(""), program)

        assert events == [ProgramEnded("rule", str(bench.folder / "program"), reason=reason)]
        assert settled == {"1.0": f"failed: {reason}"}


async def test_a_hub_that_stops_takes_its_programs_along_and_settles_nothing(bench: Bench) -> None:
    events: list[Event] = []
    settled: dict[OrderId, str] = {}
    executor = Executor(
        {}, FakeClock(), events.append, settled.__setitem__, lambda _: None,
        run_program=bench.sandbox.run,
    )  # fmt: skip
    executor.take(Order(OrderId("1.0"), bench.ask(SLEEP), FakeClock().now()))
    await until(bench.alive)

    await executor.close()

    assert (events, settled) == ([], {})
    await until(lambda: not bench.alive())
