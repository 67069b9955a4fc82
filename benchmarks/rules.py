"""One event beside many rules that it cannot start: they should cost nothing."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks.home import HOUSE, Bench
from benchmarks.report import Figure, percentile
from benchmarks.rules_step import AT, device, house
from gateway.config.load import load
from gateway.model.capability import Capability, Contact
from gateway.model.command import TurnSwitch
from gateway.model.effect import Perform
from gateway.model.event import Reported
from rules import engine
from rules.automation import program, scope
from rules.automation.index import indexed
from rules.expression import Compiled, compile_text
from rules.rulebook import Act, Becomes, Rule, RuleBook
from rules.site import Site
from rules.state import State
from simulator.play.house import hub_file

SIZES = (0, 100, 1_000, 10_000)
ROUNDS = 8
STEPS = 200
TARGET_RATIO = 1.2
TARGET_BUILD_MS = 1_000.0
TARGET_COMPILE_SECONDS = 5.0
NANOSECONDS_PER_MICROSECOND = 1_000
SENSOR = 1
LAMP = device(0xFFFF)
OPENED = Reported(device(SENSOR), Contact.OPEN)

type Make = Callable[[Site, int], list[Rule]]


async def measure(bench: Bench) -> list[Figure]:
    """Take the books in turns: a step beside 10,000 rules should cost what it costs beside none."""
    site, state = house(10)
    figures = []
    for name, make in BOOKS.items():
        bench.say(f"rules: {name}")
        figures += _against_none(
            name, {size: with_rules(site, make, size) for size in SIZES}, state
        )
    bench.say(f"rules: {SIZES[-1]} from a file")
    return [*figures, _build(with_rules(site, here, SIZES[-1])), _compiled()]


def with_rules(site: Site, make: Make, size: int) -> Site:
    """Give the house with so many idle rules, and one that answers the event."""
    answers = _rule("answers", _becomes(SENSOR), None)
    book = RuleBook({rule.id: rule for rule in (*make(site, size), answers)})
    ready = replace(site, rules=book)
    program(ready)
    return ready


def elsewhere(site: Site, size: int) -> list[Rule]:
    """Give rules on sensors that tell nothing."""
    del site
    return [_rule(f"rule_{n}", _becomes(1_000 + n), None) for n in range(size)]


def here(site: Site, size: int) -> list[Rule]:
    """Give rules on the very sensor that tells something, in an arming state that is not."""
    condition = compile_text('area.house.mode == "night"', scope(site))
    return [_rule(f"rule_{n}", _becomes(SENSOR), condition) for n in range(size)]


def unlit(site: Site, size: int) -> list[Rule]:
    """Give rules on the very sensor, which another device's reading keeps from running."""
    condition = compile_text('device["contact 2"].contact == "open"', scope(site))
    return [_rule(f"rule_{n}", _becomes(SENSOR), condition) for n in range(size)]


BOOKS: dict[str, Make] = {
    "on other sensors": elsewhere,
    "on the same sensor, not armed": here,
    "on the same sensor, another device not so": unlit,
}


def step(site: Site, state: State) -> int:
    """Take one step; give how many commands it brought."""
    _, effects = engine.step(site, state, OPENED, AT)
    return sum(isinstance(effect, Perform) for effect in effects)


def _becomes(number: int) -> Becomes:
    return Becomes(device(number), Capability.CONTACT, Contact.OPEN)


def _rule(name: str, when: Becomes, condition: Compiled | None) -> Rule:
    act = Act(TurnSwitch(LAMP, on=True))
    return Rule(name, (when,), (act,), condition, unless_within=timedelta(minutes=1))


def _against_none(name: str, sites: dict[int, Site], state: State) -> list[Figure]:
    taken: dict[int, list[float]] = {size: [] for size in sites}
    for _ in range(ROUNDS):
        for size, site in sites.items():
            taken[size] += _timed(site, state)
    medians = {size: percentile(samples, 0.5) for size, samples in taken.items()}
    ratio = medians[SIZES[-1]] / medians[SIZES[0]]
    return [
        *(Figure(f"an event, {size} rules {name}", us, "us") for size, us in medians.items()),
        Figure(f"{SIZES[-1]} rules {name} against none", ratio, "x", target=TARGET_RATIO),
    ]


def _timed(site: Site, state: State) -> list[float]:
    taken = []
    for _ in range(STEPS):
        began = time.perf_counter_ns()
        step(site, state)
        taken.append((time.perf_counter_ns() - began) / NANOSECONDS_PER_MICROSECOND)
    return taken


def _build(site: Site) -> Figure:
    began = time.perf_counter_ns()
    indexed(site.rules)
    taken = (time.perf_counter_ns() - began) / NANOSECONDS_PER_MICROSECOND / 1_000
    return Figure(f"the index of {SIZES[-1]} rules", taken, "ms", target=TARGET_BUILD_MS)


def _compiled() -> Figure:
    """Load a file with so many rules, checked and indexed, as a start and a reload do."""
    rules = "".join(_in_toml(number) for number in range(SIZES[-1]))
    with tempfile.TemporaryDirectory(prefix="nightlatch-") as folder:
        file = Path(folder) / "rules.toml"
        file.write_text(hub_file(HOUSE).read_text("utf-8") + rules, "utf-8")
        began = time.perf_counter()
        program(load(file).site())
        taken = time.perf_counter() - began
    return Figure(f"{SIZES[-1]} rules from a file", taken, "s", target=TARGET_COMPILE_SECONDS)


def _in_toml(number: int) -> str:
    return f"""
[[rule]]
id = "rule_{number}"
when = {{ device = "window_0", becomes = "open" }}
if = 'area.house.armed && device["window_1"].contact == "open" && time.hour >= {number % 24}'
do = [{{ notify = "the window is open too, rule {number}" }}]
unless_within = "1m"
"""
