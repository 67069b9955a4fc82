"""The detection's real process, on simulated cameras: what it tells, keeps, and survives."""

import asyncio
import hashlib
import json
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from gateway.cli.root import app
from gateway.detection.child import PART
from gateway.detection.clip.name import CLIP, PICTURE, place_of
from gateway.detection.clip.seal import sum_of
from gateway.detection.detector.shipped import FIRST
from gateway.detection.keeper import Bounds
from gateway.detection.plan import CameraPlan, DetectorPlan, EvidencePlan, Plan
from gateway.detection.wire import Watched
from gateway.model.capability import Picture
from gateway.model.device import DeviceId
from gateway.model.effect import Inspect, KeepClip
from gateway.model.event import PartFailed, PartWorks
from gateway.model.sight import AnimalSeen, ClipFailed, ClipKept, Inspected, PersonSeen
from tests.crash.test_damage import fill, small_disk
from tests.detection.films import Film, make
from tests.detection.rig import (
    DEVICES,
    HALL,
    PASSWORD,
    YARD,
    Lived,
    detecting,
    plan_of,
    seeing,
)
from tests.waiting import until, until_async

MEGABYTE = 1 << 20


def exported(lived: Lived, name: str, file: Path) -> dict[str, Any]:
    """Give out a clip or picture by the command line; give what it says of it."""
    evidence = lived.plan.evidence
    words = ("clip", "export", name, str(file), "--state", str(evidence.folder.parent), "--json")
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def pictures_of(file: Path) -> list[NDArray[np.uint8]]:
    """Decode a film, or a JPEG."""
    with av.open(str(file)) as film:
        frames = film.decode(video=0)
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in frames]


async def test_a_person_is_told_with_a_picture_and_is_filmed_by_all_cameras_from_before(
    tmp_path: Path,
) -> None:
    async with seeing(tmp_path, "yard", "hall") as lived:
        await lived.act("show", scene="person")
        seen = await lived.heard(PersonSeen)
        lived.detection.see(Inspect((YARD, HALL), 1.5, "a trip"))
        lived.detection.see(KeepClip((YARD, HALL), "house 7", 2.0, pinned=True))

        answer = await lived.heard(Inspected, lambda one: one.device == YARD)
        nobody = await lived.heard(Inspected, lambda one: one.device == HALL)
        yard = await lived.heard(ClipKept, lambda one: one.device == YARD)
        hall = await lived.heard(ClipKept, lambda one: one.device == HALL)

        place = place_of(lived.plan.evidence.folder, seen.picture, PICTURE)
        await until(place.exists)

    assert seen.device == YARD
    assert seen.score >= 0.35
    assert answer.found == ("person",)
    assert nobody.found == ()
    assert nobody.frames > 0
    assert b"JFIF" not in place.read_bytes()
    exported(lived, seen.picture, tmp_path / "seen.jpg")
    (shown,) = pictures_of(tmp_path / "seen.jpg")
    assert shown.shape == (360, 640, 3)
    began: list[str] = []
    for clip in (yard, hall):
        assert clip.incident == "house 7"
        assert clip.before_seconds >= 3.0  # so long it had seen, at least
        file = tmp_path / f"{clip.clip}.mp4"
        assert exported(lived, clip.clip, file)["sha256"] == clip.sha256
        assert hashlib.sha256(file.read_bytes()).hexdigest() == clip.sha256
        assert len(pictures_of(file)) >= 10 * (clip.before_seconds + 1.0)
        note = place_of(lived.plan.evidence.folder, clip.clip, ".json")
        began.append(json.loads(note.read_bytes())["began"])
    first, last = (np.datetime64(moment[:-6]) for moment in sorted(began))
    assert (last - first) / np.timedelta64(1, "s") <= 1.0


async def test_a_cat_is_an_animal_and_nobody(tmp_path: Path) -> None:
    async with seeing(tmp_path, "yard") as lived:
        await lived.act("show", scene="cat")
        await lived.heard(AnimalSeen)

        async def scene() -> object:
            state = await lived.house.air.do("state", device="yard")
            return state["device"]["scene"] if "device" in state else state["scene"]

        await until_async(scene, lambda name: name == "rest")
    assert not lived.of(PersonSeen)


FOUR = "\n".join(
    (
        "[camera]\ndiscovery_port = 0",
        *(f'[[device]]\nradio = "camera"\nname = "{name}"' for name in ("yard", "hall", "a", "b")),
    )
)
CAMERAS = {**DEVICES, "a": DeviceId("onvif:a/0"), "b": DeviceId("onvif:b/0")}


def four(folder: Path) -> Plan:
    """Give the plan of four cameras."""
    return plan_of(folder, *(CameraPlan(device, name) for name, device in CAMERAS.items()))


async def test_a_camera_that_is_covered_sprayed_turned_or_frozen_says_so_and_sees_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.detection.rig.DEVICES", CAMERAS)
    acts = {"yard": "cover", "hall": "spray", "a": "turn", "b": "freeze"}
    wanted = {
        "cover": (Picture.COVERED, Picture.DARK),
        "spray": (Picture.BLIND,),
        "turn": (Picture.TURNED,),
        "freeze": (Picture.FROZEN,),
    }
    async with seeing(tmp_path, *CAMERAS, plan=four(tmp_path), house=FOUR) as lived:
        for camera, act in acts.items():
            await lived.act(act, camera)
        for camera, act in acts.items():
            await lived.picture(camera, *wanted[act])

        lived.detection.see(Inspect((YARD,), 1.5, "a trip"))
        blind = await lived.heard(Inspected)
        assert blind.frames == 0
        assert "its picture is" in blind.reason

        said = len(lived.said)
        for camera in acts:
            await lived.act("rest", camera)
        for camera in acts:
            await lived.picture(camera, Picture.SEEING, after=said)


async def test_a_stream_that_is_no_use_is_told_and_why_and_never_with_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tests.detection.rig.DEVICES", CAMERAS)
    async with detecting(tmp_path, plan=four(tmp_path), house=FOUR) as lived:
        await lived.act("fault", "hall", garbage_rtp=True)
        await lived.act("fault", "a", unknown_codec=True)
        lived.find("yard", login="nightlatch:wrong-word")
        for camera in ("hall", "a", "b"):
            lived.find(camera)
        for camera in ("yard", "hall", "a"):
            await lived.picture(camera, Picture.LOST)
        await lived.picture("b", Picture.SEEING)
        lived.detection.see(Inspect(tuple(CAMERAS.values()), 1.0, "a trip"))
        await until(lambda: len(lived.of(Inspected)) == 4)
        why = {one.device: one.reason for one in lived.of(Inspected)}

        said = len(lived.said)
        await lived.act("fault", "b", stream_stop=True)
        await lived.picture("b", Picture.LOST, after=said)
        await lived.act("fault", "b", clear=True)
        await lived.picture("b", Picture.SEEING, after=said)
        cameras = await until_async(_standing(lived), lambda found: len(found) == 4)

    assert "refuses the user or the password" in why[YARD]
    assert why[HALL]
    assert "H.264 or H.265" in why[CAMERAS["a"]]
    assert not why[CAMERAS["b"]]
    assert cameras["yard"].small_lost
    assert "H.264 or H.265" in caplog.text
    for secret in (PASSWORD, "wrong-word"):
        assert f":{secret}@" not in caplog.text
        assert "wrong-word" not in repr(lived.events)


def _comes(watched: Watched) -> bool:
    return not watched.small_lost and watched.per_second > 0


def _standing(lived: Lived) -> Any:
    async def ask() -> Any:
        return lived.detection.standing.cameras

    return ask


LARGE = """
[camera]
discovery_port = 0

[[device]]
radio = "camera"
name = "yard"
sub = false
[device.scenes]
rest = "large.mkv"

[[device]]
radio = "camera"
name = "hall"
sub = false
[device.scenes]
rest = "hevc.mkv"
"""


async def test_of_a_4k_stream_only_key_frames_are_looked_at_and_h265_reads_like_any(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make(tmp_path / "large.mkv", Film(seconds=2.0, width=3840, height=2160, patterned=True))
    make(tmp_path / "hevc.mkv", Film(seconds=2.0, codec="libx265", patterned=True))
    async with detecting(tmp_path, house=LARGE) as lived:
        lived.find("yard", sub=False)
        lived.find("hall", sub=False)
        found = await until_async(
            _standing(lived),
            lambda told: len(told) == 2 and all(_comes(one) for one in told.values()),
        )
        for camera in ("yard", "hall"):
            await lived.picture(camera, Picture.SEEING)
        lived.detection.see(Inspect((YARD,), 1.5, "a trip"))
        lived.detection.see(Inspect((HALL,), 6.0, "a trip"))  # beside the other's decoding
        few = await lived.heard(Inspected, lambda one: one.device == YARD)
        many = await lived.heard(Inspected, lambda one: one.device == HALL)
    assert (few.found, few.frames) == ((), 0)
    assert "looked at" in few.reason  # only one, or two, or none
    assert many.frames >= 3
    assert "3840x2160 is too large to be looked at whole" in caplog.text
    assert "key frames" in found["yard"].small
    assert found["yard"].per_second <= 2.0
    assert found["hall"].small.startswith("hevc")


async def test_a_model_with_another_hash_is_refused_in_a_sentence(tmp_path: Path) -> None:
    other = DetectorPlan(model=replace(FIRST, sha256="0" * 64))
    async with detecting(tmp_path, detector=other) as lived:
        lived.find("yard")
        failed = await lived.heard(PartFailed)
        lived.detection.see(Inspect((YARD,), 1.5, "a trip"))
        answer = await lived.heard(Inspected)
    assert failed.part == PART
    assert "has the sha256" in failed.reason
    assert answer.frames == 0


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
async def test_a_process_that_hangs_or_dies_holds_up_nobody_and_goes_on_recording(
    tmp_path: Path, how: signal.Signals
) -> None:
    async with seeing(tmp_path, "yard") as lived:
        lived.detection.see(KeepClip((YARD,), "house 7", 12.0, pinned=True))
        evidence = lived.plan.evidence.folder
        await until(lambda: [f for f in evidence.glob(f"*/*{CLIP}") if f.stat().st_size > 50_000])
        old, now = lived.pid(), asyncio.get_running_loop().time
        lived.kill(how)
        asked = now()
        lived.detection.see(Inspect((YARD,), 1.5, "a trip"))
        await lived.heard(Inspected)
        assert now() - asked < 2.0  # the rules wait for no longer, and need no picture to alarm
        await lived.picture("yard", Picture.UNKNOWN)
        await lived.heard(PartFailed, lambda one: one.part == PART)
        said = len(lived.said)

        await lived.heard(PartWorks, lambda one: one.part == PART)
        await lived.picture("yard", Picture.SEEING, after=said)
        assert lived.pid() != old
        await until(lambda: len(lived.of(ClipKept)) == 2)

    assert {clip.incident for clip in lived.of(ClipKept)} == {"house 7"}
    for clip in lived.of(ClipKept):
        file = tmp_path / f"{clip.clip}.mp4"
        exported(lived, clip.clip, file)
        assert hashlib.sha256(file.read_bytes()).hexdigest() == clip.sha256
        assert pictures_of(file)


async def test_a_process_that_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    async with detecting(tmp_path, bounds=Bounds(40 * MEGABYTE, 0)) as lived:
        failed = await lived.heard(PartFailed)
    assert "MiB of memory" in failed.reason


async def test_what_is_masked_is_in_no_picture_and_in_no_clip(tmp_path: Path) -> None:
    upper = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.25), (0.0, 0.25))
    plan = plan_of(tmp_path, CameraPlan(YARD, "yard", masks=(upper,)))
    async with seeing(tmp_path, "yard", plan=plan) as lived:
        await lived.act("show", scene="person")
        lived.detection.see(KeepClip((YARD,), "house 7", 3.0, pinned=True))
        seen = await lived.heard(PersonSeen)
        clip = await lived.heard(ClipKept)
        await until(place_of(lived.plan.evidence.folder, seen.picture, PICTURE).exists)
    for name, kind in ((seen.picture, "jpg"), (clip.clip, "mp4")):
        file = tmp_path / f"out.{kind}"
        exported(lived, name, file)
        shown = pictures_of(file)
        assert shown
        for picture in shown:
            assert picture[: int(0.24 * picture.shape[0])].max() < 40
            assert picture[int(0.3 * picture.shape[0]) :].max() > 100


async def test_evidence_that_cannot_be_kept_stops_nobody_from_looking(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    plan.evidence.folder.write_text("no folder", "ascii")
    async with seeing(tmp_path, "yard", plan=plan) as lived:
        failed = await lived.heard(PartFailed)
        lived.detection.see(KeepClip((YARD,), "house 7", 1.0, pinned=True))
        await lived.act("show", scene="person")
        seen = await lived.heard(PersonSeen)
        clip = await lived.heard(ClipFailed)
        plan.evidence.folder.unlink()
        await lived.heard(PartWorks, lambda one: one.part == failed.part)
    assert failed.part == "the evidence store"
    assert seen.picture == ""
    assert clip.incident == "house 7"


def _has_content(evidence: EvidencePlan) -> bool:
    """Tell whether a part of a clip is whole: its first one is written page by page."""
    clips = (one for one in evidence.folder.glob(f"*/*{CLIP}") if one.stat().st_size > 50_000)
    return any(sum_of(one, one.stem, evidence.key_file.read_bytes())[0].size for one in clips)


async def test_a_disk_that_is_full_ends_the_recording_and_nobody_s_watch(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    with small_disk(plan.evidence.folder):
        async with seeing(tmp_path, "yard", plan=plan) as lived:
            lived.detection.see(KeepClip((YARD,), "house 7", 60.0, pinned=True))
            folder = plan.evidence.folder
            await until(lambda: _has_content(plan.evidence))
            fill(folder)
            failed = await lived.heard(ClipFailed)
            said = len(lived.said)
            await lived.act("show", scene="person")
            await lived.heard(PersonSeen, after=said)
            lived.detection.see(Inspect((YARD,), 1.5, "a trip"))
            assert (await lived.heard(Inspected)).frames > 0
            (clip,) = [file.stem for file in folder.glob(f"*/*{CLIP}")]
            (folder / "filler").unlink()
            kept = await lived.heard(ClipKept)
            exported(lived, clip, tmp_path / "out.mp4")
    assert "the disk is full" in failed.reason
    assert kept.clip == clip
    assert pictures_of(tmp_path / "out.mp4")
