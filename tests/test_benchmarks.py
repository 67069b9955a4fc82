"""What the benchmarks report: its shape, its percentiles, its verdicts. Nothing here is timed."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import __main__ as bench
from benchmarks import report, rules_step
from benchmarks.home import CODE, CONTACTS, HOUSE
from benchmarks.report import Figure, Spread, percentile, spread
from gateway.config.load import load
from simulator.play import open_home

SAMPLES = st.lists(st.floats(0, 1e6), min_size=1, max_size=200)


@pytest.mark.parametrize(
    ("part", "expected"), [(0.0, 1), (0.01, 1), (0.5, 50), (0.9, 90), (0.99, 99), (1.0, 100)]
)
def test_percentiles_of_a_hundred(part: float, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), part) == expected


def test_the_most_of_few_samples_is_their_p99() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0


def test_no_samples_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no samples"):
        percentile([], 0.5)


@given(SAMPLES, st.floats(0, 1))
def test_a_percentile_is_a_sample_that_so_many_do_not_exceed(
    samples: list[float], part: float
) -> None:
    found = percentile(samples, part)

    assert found in samples
    assert sum(sample <= found for sample in samples) >= math.floor(len(samples) * part)


@given(SAMPLES)
def test_a_spread_is_in_order(samples: list[float]) -> None:
    found = Spread.of(samples)

    assert found.p50 <= found.p90 <= found.p99 <= found.most == max(samples)


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("a", 1.0, "ms"), None),
        (Figure("a", 1.0, "ms", target=1.0), True),
        (Figure("a", 1.01, "ms", target=1.0), False),
        (Figure("a", 0, "", target=0), True),
        (Figure("a", 99, "/s", target=99, at_least=True), True),
        (Figure("a", 98, "/s", target=99, at_least=True), False),
    ],
)
def test_a_target_is_met_or_missed(figure: Figure, met: bool | None) -> None:  # noqa: FBT001  # a column of the table
    assert figure.met is met


def test_the_ratio_is_to_the_floor() -> None:
    assert Figure("a", 3.0, "ms", floor=2.0).ratio == 1.5
    assert Figure("a", 3.0, "ms").ratio is None


def test_a_spread_has_four_figures_with_their_floors_and_targets() -> None:
    floor = Spread(1, 1, 1, 1)
    targets = Spread(2.0, float("inf"), 1.0, float("inf"))

    figures = spread("alarm", [2.0], "ms", floor, targets)

    assert [figure.name for figure in figures] == [
        "alarm p50",
        "alarm p90",
        "alarm p99",
        "alarm max",
    ]
    assert [figure.met for figure in figures] == [True, None, False, None]
    assert all(figure.floor == 1 for figure in figures)


def test_what_is_kept_has_the_promised_shape(tmp_path: Path) -> None:
    file = tmp_path / "latest.json"

    report.keep([Figure("a", 2.0, "ms", floor=1.0, target=3.0), Figure("b", 1.0, "s")], file)

    assert json.loads(file.read_text("utf-8")) == [
        {"name": "a", "value": 2.0, "unit": "ms", "floor": 1.0, "target": 3.0, "met": True},
        {"name": "b", "value": 1.0, "unit": "s", "floor": None, "target": None, "met": None},
    ]


def test_the_table_says_what_was_missed() -> None:
    lines = report.table([Figure("a", 2.0, "ms", floor=1.5, target=1.0)]).splitlines()

    assert lines[1].split() == ["a", "2", "ms", "1.5", "1.33", "1", "MISSED"]


def test_a_part_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["wires"]) == 2
    assert "there are wire, start" in capsys.readouterr().err


def test_the_house_of_the_benchmarks_is_one(tmp_path: Path) -> None:
    home = open_home(HOUSE)
    config = tmp_path / "nightlatch.toml"
    config.write_text(home.hub_file.read_text("utf-8").replace('"stick"', '"/dev/ttyUSB0"'))
    config.chmod(0o600)

    site = load(config).site()

    assert set(CONTACTS) < set(home.devices)
    assert CODE.isdecimal()
    assert {zone.modes for zone in site.zones.values() if zone.name in CONTACTS} == {
        frozenset({"night", "away"})
    }


def test_the_house_of_the_rules_can_be_armed_and_alarms() -> None:
    site, state = rules_step.house(rules_step.SMALL)

    assert rules_step.armed(site, state).areas["house"].mode == "night"
