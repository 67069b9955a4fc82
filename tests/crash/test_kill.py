"""SIGKILL at random moments of a break-in: no alarm lost, no door opened late, no entry broken."""

import os
from pathlib import Path
from random import Random

import pytest

from tests.crash.burglary import ENTRY_SECONDS, commit

LONGEST = 0.3 + ENTRY_SECONDS + 0.7  # into the sounding of the siren
SAMPLE, SOAK = 4, 200


def moments(count: int) -> list[tuple[float, bool]]:
    """Draw the moments of the kills. The seed is in the test's output, or given."""
    seed = os.environ.get("NIGHTLATCH_SEED") or os.urandom(4).hex()
    print(f"NIGHTLATCH_SEED={seed}")  # noqa: T201  # pytest shows it when the test fails
    chance = Random(seed)
    return [(chance.uniform(0, LONGEST), chance.random() < 0.5) for _ in range(count)]


async def test_a_hub_killed_in_a_break_in_sounds_the_siren_all_the_same(tmp_path: Path) -> None:
    await commit(tmp_path, moments(SAMPLE))


@pytest.mark.soak
async def test_so_does_one_killed_at_two_hundred_moments(tmp_path: Path) -> None:
    await commit(tmp_path, moments(SOAK))
