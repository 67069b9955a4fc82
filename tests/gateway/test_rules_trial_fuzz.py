"""Whatever story a configuration accepts can be played: no test of a rule breaks the player."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config import load
from rules.trial.trials import Trials, run_all
from tests.gateway.test_rules_config import RULES

FIFTY = (RULES / "fifty.toml").read_text("utf-8")
GIVEN = (
    "at_rest = true",
    "sun.is_up = true",
    'sun.is_up = "unknown"',
    'area.house.phase = "entry"',
    'area.house.phase = "alarm"',
    'area.house.mode = "night"',
    "area.house.alarmed = true",
    "zone.hall_motion.bypassed = true",
    'device.front_door.battery = "low"',
    'device.hall_siren.siren = "sounding"',
    'device.front_lock.lock = "jammed"',
    'device.front_door.contact = "open"',
    'time = "2026-03-29T02:30"',
    'time = "2026-12-31T22:00"',
)
EVENTS = (
    "front_door open",
    "front_door left",
    "hall_keypad panic",
    "garage_door open",
    "kitchen_smoke smoke",
    "hall_siren tampered",
    "arm house away",
    "arm house night force by Anna",
    "disarm house by Anna",
    "disarm house by Cleaner",
    "unlock front_lock by Anna",
    "wrong_code hall_keypad",
    "wrong_code",
    "lost zigbee",
    "found zigbee",
    "jammed zigbee",
    "unjammed zigbee",
    "call raise_the_roof",
    "call blink_after_alarm",
    "-",
)


RULE = """
[[rule]]
id = "watcher"
when = [
  { trouble = "any" }, { at = "22:30" }, { called = true }, { area = "house", becomes = "alarm" },
]
if = 'zones.exists(z, z.tripped) || trouble.any || sun.is_up'
mode = "parallel:3"
do = [
  { lock = "front_lock" }, { wait = "1h", cancel_if = '!sun.is_up' }, { call = "raise_the_roof" },
]

"""


@st.composite
def stories(draw: st.DrawFn) -> str:
    """Give a `[[rule.test]]` that may make little sense."""
    keys = draw(st.lists(st.sampled_from(GIVEN), unique_by=lambda key: key.partition(" ")[0]))
    if any(".phase" in key for key in keys):
        keys = [key for key in keys if ".mode" not in key]
    pauses = draw(st.lists(st.integers(0, 10_000), max_size=6))
    times = [sum(pauses[: n + 1]) for n in range(len(pauses))]
    events = ", ".join(f'"{time}s {draw(st.sampled_from(EVENTS))}"' for time in times)
    given_ = f"given = {{ {', '.join(keys)} }}"
    expect = draw(st.sampled_from(["20h lock", "on", "call raise_the_roof", "silence hall_siren"]))
    return f'[[rule.test]]\n{given_}\nevents = [{events}]\nexpect = ["{expect}"]\n'


@settings(max_examples=30, deadline=None)
@given(tests=st.lists(stories(), min_size=4, max_size=4))
def test_every_story_is_played_to_its_end_and_judged(tests: list[str]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "house.toml"
        file.write_text(FIFTY + RULE + "\n".join(tests), "utf-8")
        config = load(file)
    trials = Trials(config.site(), config.rule_tests())

    results = [*run_all(trials, ["watcher"])]

    assert len(results) == len(tests)
    assert results == [*run_all(trials, ["watcher"])]
    for result in results:
        assert result.ok or all(one.expected and one.seen and one.why for one in result.failures)
