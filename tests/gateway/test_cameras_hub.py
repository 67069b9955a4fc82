"""A whole hub with cameras: what the pictures do to an alarm, and that nothing of them holds it up.

The trip is a back door at a camera's input, the witness a plain RTSP stream; no stick is needed.
"""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from simulator.play import family
from simulator.play.hub import DETECTION
from tests.gateway.camera_hub import PASSWORD, CameraHub, camera_hub, ran
from tests.waiting import until

NIGHTLATCH = (sys.executable, "-m", "gateway")


def at_us(hub: CameraHub, word: str) -> int:
    """Give when the first entry whose sentence or order says so was made."""
    return next(int(one["at_us"]) for one in hub.entries if word in json.dumps(one))


def detection_of(hub: CameraHub) -> int:
    """Give the hub's detection process."""
    assert hub.hub.pid is not None
    (pid,) = family.modules_below(hub.hub.pid, DETECTION)
    return pid


async def test_a_person_confirms_the_trip_and_the_clip_is_in_the_journal_and_no_password(
    tmp_path: Path,
) -> None:
    async with camera_hub(tmp_path) as hub:
        await hub.armed()
        await hub.act("show", scene="person")
        await until(lambda: hub.events("PersonSeen"))
        await hub.trip()
        told = await hub.told("ALARM")
        await until(lambda: (hub.state_folder / "evidence").glob("*/*.clip"))
        code, doctor = await ran(*NIGHTLATCH, "doctor", "--config", str(hub.config))
        await hub.hub.stop()  # in the midst of the recording

        assert "confirmed by yard camera (person, 0." in told
        assert "small stream h264 640x360" in doctor
        assert "camera gate services" in doctor
        assert "CPUExecutionProvider" in doctor
        assert PASSWORD not in doctor
        words = ("--config", str(hub.config), "--json")
        code, out = await ran(*NIGHTLATCH, "clip", "list", *words)
        assert code == 0, out
        (clip,) = [json.loads(line) for line in out.splitlines()]
        code, out = await ran(*NIGHTLATCH, "clip", "verify", *words)
        assert code == 0, out
        name = clip.get("clip") or clip["name"]
        film = tmp_path / "out.mp4"
        code, out = await ran(*NIGHTLATCH, "clip", "export", name, str(film), *words)
        assert code == 0, out
        assert film.stat().st_size > 50_000
        await hub.hub.start()
        kept = hub.events("ClipKept")
        assert [one["clip"] for one in kept] == [name]
        assert kept[0]["before_seconds"] > 3.0
        assert json.loads(out)["sha256"] == kept[0]["sha256"]
    assert not [file for file in files_of(tmp_path) if PASSWORD.encode() in file.read_bytes()]


def files_of(work: Path) -> list[Path]:
    """Give all that the hub wrote; what holds the password by right is left out."""
    given = {"yard.password", "house.toml"}
    return [file for file in work.rglob("*") if file.is_file() and file.name not in given]


async def test_a_view_is_accepted_by_whoever_asks_while_nothing_is_armed_and_then_with_a_code(
    tmp_path: Path,
) -> None:
    async with camera_hub(tmp_path) as hub:
        await hub.reads("yard", "seeing")
        relearn = (*NIGHTLATCH, "relearn", "yard", "--config", str(hub.config))
        code, out = await ran(*relearn)
        assert code == 0, out
        await until(lambda: hub.events("CommandConfirmed"))
        await hub.armed()
        code, out = await ran(*relearn)
        assert code == 2
        assert "a code is needed" in out

    asked = [one["command"] for one in hub.events("CommandRequested")]
    assert asked == [{"is": "LearnView", "device": "onvif:yard/0"}] * 2
    assert len(hub.events("CommandConfirmed")) == 1  # the journal keeps who was refused


async def test_a_cat_confirms_nothing(tmp_path: Path) -> None:
    async with camera_hub(tmp_path, otherwise="notice") as hub:
        await hub.armed()
        await hub.act("show", scene="cat")
        await until(lambda: hub.events("AnimalSeen"))
        await hub.trip()
        told = await hub.told("no alarm in house")
        assert "nobody is to be seen" in told
        assert not hub.events("PersonSeen")
        await hub.act("input", "gate", on=False)
        await hub.reads("back_door", "closed")
        await hub.trip()
        assert "ALARM" in await hub.told("ALARM")  # the second within a minute


async def test_a_dead_camera_makes_no_alarm_weaker(tmp_path: Path) -> None:
    async with camera_hub(tmp_path, otherwise="notice") as hub:
        await hub.armed()
        await hub.act("unplug")
        await hub.reads("yard", "lost")
        await hub.trip()
        assert "yard does not see (lost)" in await hub.told("ALARM")
        assert at_us(hub, "ALARM") == at_us(hub, "contact:open")  # in the very same entry


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
async def test_a_detection_that_hangs_or_dies_in_the_wait_weakens_and_delays_nothing(
    tmp_path: Path, how: signal.Signals
) -> None:
    async with camera_hub(tmp_path, otherwise="notice") as hub:
        await hub.armed()
        os.kill(detection_of(hub), how)
        await hub.trip()
        told = await hub.told("ALARM")
        assert "unconfirmed" in told
        # Not the end of the wait, which is 2 s: the answer that nobody could look came before it.
        assert "could not look" in told or "does not see" in told
        await until(lambda: hub.events("PartWorks"))
        await hub.reads("yard", "seeing")
