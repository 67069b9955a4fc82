"""A recording whose process is killed: what is left plays, and lacks the last second at most."""

import hashlib
import io
import random
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.detection.clip.name import CLIP, place_of
from gateway.detection.clip.seal import Reading
from gateway.detection.clip.store import Store, Told
from gateway.detection.plan import EvidencePlan
from gateway.model.sight import ClipKept
from tests.detection.films import NOON, RATE, Film, brightness, frames_of, make

LOST_MOST = RATE  # packets: a second
KILLS = 6


def killed(folder: Path, film: Path, after: int) -> int:
    """Record, and kill the process once so many packets came; give how many did."""
    command = [sys.executable, "-m", "tests.detection.recording", str(folder), str(film)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= after:
                process.kill()
                break
        came = [int(line) for line in process.stdout.read().split() if line]
    return max([after, *came]) + 1


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a film whose key frames are far apart: they are not what saves its end."""
    return make(tmp_path_factory.mktemp("films") / "main.mkv", Film(gop=60))


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_recording_lacks_the_last_second_at_most(
    tmp_path: Path, film: Path, seed: int
) -> None:
    came = killed(tmp_path, film, random.Random(seed).randint(15, 260))

    told: list[Told] = []
    plan = EvidencePlan(tmp_path / "evidence", tmp_path / "evidence.key")
    store = Store(plan, lambda: NOON, told.append)
    store.open()
    store.mend()
    (kept,) = told
    assert isinstance(kept, ClipKept)
    path = place_of(plan.folder, kept.clip, CLIP)
    content = b"".join(Reading(path, kept.clip, plan.key_file.read_bytes()))
    numbers = [brightness(frame) for frame in frames_of(io.BytesIO(content))]
    assert came - LOST_MOST <= len(numbers) <= came
    assert numbers == [number % (12 * RATE) for number in range(len(numbers))]
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert kept.seconds == pytest.approx(len(numbers) / RATE, abs=0.3)
