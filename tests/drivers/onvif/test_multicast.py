"""WS-Discovery by multicast, in a network namespace where it is heard."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ALONE = ("unshare", "--map-root-user", "--net")
PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def alone() -> tuple[str, ...]:
    """Give what runs a program in a namespace of its own, where the kernel lets us."""
    if shutil.which(ALONE[0]) is None:
        pytest.skip("there is no unshare")
    if subprocess.run([*ALONE, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this kernel gives no namespaces to whoever asks")
    return ALONE


async def test_a_camera_answers_a_probe_to_the_group(
    alone: tuple[str, ...], tmp_path: Path
) -> None:
    asking = await asyncio.create_subprocess_exec(
        *(*alone, sys.executable, "-m", "tests.drivers.onvif.lonely", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        out, _ = await asking.communicate()
    told = json.loads(out)

    (yard,) = told["found"]
    assert told["ready"]["discovery"] == {"port": 3702, "multicast": True}
    assert f"{yard['host']}:{yard['port']}" == told["ready"]["cameras"]["yard"]["onvif"]
    assert yard["name"] == "yard"
