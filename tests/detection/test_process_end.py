"""How the detection's process ends: with its input, with its parent, and waiting for nobody."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from gateway.detection.plan import CameraPlan
from gateway.detection.wire import Begin, Happened, Ready, line, read_answer
from gateway.model.capability import Picture
from gateway.model.credential import Code, StreamsFound
from gateway.model.effect import KeepClip
from gateway.model.event import Event, Reported
from gateway.model.sight import ClipKept
from tests.detection.rig import BOTH, YARD, plan_of
from tests.simulator.camera.cameras import cameras
from tests.waiting import until

PROGRAM = (sys.executable, "-m", "gateway.detection.process")
PARENT = """
import os, subprocess, sys, time
words = [*sys.argv[2:], str(os.getpid())]
child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=sys.stdout)
child.stdin.write(open(sys.argv[1], "rb").read())
child.stdin.flush()
time.sleep(600)
"""


async def started(folder: Path) -> Process:
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, str(os.getpid()), stdin=PIPE, stdout=PIPE
    )
    assert process.stdin is not None
    process.stdin.write(line(Begin(plan_of(folder, CameraPlan(YARD, "yard")))))
    return process


async def happened(process: Process, wanted: type[Event] | Event) -> Event:
    """Read until it says so."""
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while heard := await process.stdout.readline():
            said = read_answer(heard)
            if isinstance(said, Happened) and (
                said.event == wanted
                or (isinstance(wanted, type) and isinstance(said.event, wanted))
            ):
                return said.event
    raise AssertionError("it ended")


async def test_it_ends_with_its_input_though_a_camera_is_silent_and_tells_of_its_clip(
    tmp_path: Path,
) -> None:
    async with cameras(tmp_path, BOTH) as house:
        process = await started(tmp_path)
        assert process.stdin is not None
        main, sub = (Code(house.url("yard", name)) for name in ("main", "sub"))
        process.stdin.write(line(StreamsFound(YARD, main, sub)))
        await happened(process, Reported(YARD, Picture.SEEING))
        process.stdin.write(line(KeepClip((YARD,), "house 7", 600.0, pinned=True)))
        await until(lambda: list((tmp_path / "evidence").glob("*/*.clip")))
        await house.air.do("fault", device="yard", stream_stop=True)
        process.stdin.close()
        clip = await happened(process, ClipKept)
        async with asyncio.timeout(3.0):  # less than a camera is waited for
            assert await process.wait() == 0
    assert isinstance(clip, ClipKept)
    assert clip.incident == "house 7"


async def test_it_ends_with_its_parent_even_where_that_is_killed(tmp_path: Path) -> None:
    begin = tmp_path / "begin"
    begin.write_bytes(line(Begin(plan_of(tmp_path))))
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(begin), *PROGRAM, stdout=PIPE
    )
    assert parent.stdout is not None
    async with asyncio.timeout(60):
        assert isinstance(read_answer(await parent.stdout.readline()), Ready)
        os.kill(parent.pid, signal.SIGKILL)
        while await parent.stdout.readline():
            pass  # a beat that was under way; then the pipe's last writer is gone
    await parent.wait()


def killed_sooner(pid: int) -> int:
    """Give how soon the kernel ends a process where memory runs out."""
    return int(Path(f"/proc/{pid}/oom_score_adj").read_text("ascii"))


async def test_it_gives_way_to_the_hub(tmp_path: Path) -> None:
    process = await started(tmp_path)
    assert process.stdout is not None
    assert process.stdin is not None
    assert isinstance(read_answer(await process.stdout.readline()), Ready)
    assert os.getpriority(os.PRIO_PROCESS, process.pid) > os.getpriority(os.PRIO_PROCESS, 0)
    assert killed_sooner(process.pid) > killed_sooner(os.getpid())
    process.stdin.close()
    assert await process.wait() == 0


async def test_what_is_no_first_line_of_ours_ends_it() -> None:
    for said in (b"", b"{}\n", line(KeepClip((YARD,), "house 7", 1.0, pinned=False))):
        process = await asyncio.create_subprocess_exec(
            *PROGRAM, str(os.getpid()), stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        await process.communicate(said)
        assert process.returncode == 1


async def test_the_hub_loads_none_of_the_cameras_libraries() -> None:
    ask = "import gateway.app, sys; print({'av', 'numpy', 'onnxruntime'} & set(sys.modules))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", ask, stdout=PIPE)
    out, _ = await process.communicate()
    assert out.strip() == b"set()"
