"""The clerk writes while there is anything to write, and no fault of one camera stops another's."""

import asyncio
import logging
import os
import threading
from pathlib import Path

import pytest

from gateway.detection.clip import store as storing
from gateway.detection.clip.clerk import Clerk
from gateway.detection.clip.keep import Recorder
from gateway.detection.clip.store import Store, Told, new_note
from gateway.detection.plan import CameraPlan, EvidencePlan
from gateway.detection.stream.ring import Ring
from gateway.model.device import DeviceId
from gateway.model.sight import ClipKept
from tests.detection.films import NOON, Clock, samples_of
from tests.waiting import until

YARD = DeviceId("onvif:yard/0")


async def test_a_clip_that_is_being_closed_holds_up_no_recording(
    tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, told = Clock(), list[Told]()

    def kept() -> list[str]:
        return [one.incident for one in told if isinstance(one, ClipKept)]

    plan = EvidencePlan(tmp_path / "evidence", tmp_path / "evidence.key")
    store = Store(plan, clock.wall, told.append)
    store.open()
    left = store.begin(new_note(YARD, "yard", "home 1", NOON, 6.0, pinned=True))
    left.seal.write(b"what was recorded")
    os.close(left.seal._file)
    held, begun = threading.Event(), threading.Event()

    def slow(*_: object) -> float:
        begun.set()
        held.wait(60)
        return 1.0

    monkeypatch.setattr(storing, "seconds_of", slow)
    store = Store(plan, clock.wall, told.append)
    ring = Ring(6.0)
    recorder = Recorder(
        CameraPlan(YARD, "yard"), ring, store, told.append, now=clock.now, wall=clock.wall
    )
    clerk = Clerk(store, [recorder], asyncio.get_running_loop().time)
    clerk.start()
    try:
        await until(begun.is_set)
        for sample in samples_of(film)[:70]:
            ring.put(sample)
        clock.seconds = 107.0
        recorder.keep("home 2", 0.0, pinned=True)
        clerk.wake()
        await until(kept)
    finally:
        held.set()
    assert await asyncio.to_thread(clerk.stop, 20)
    await until(lambda: len(kept()) == 2)

    assert kept() == ["home 2", "home 1"]


class Broken(Recorder):
    """A recorder with a fault."""

    def step(self) -> None:
        raise RuntimeError("a fault")

    def close(self) -> None:
        raise RuntimeError("a fault")


async def test_a_fault_of_one_camera_stops_no_other(
    tmp_path: Path, film: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    clock, told = Clock(), list[Told]()
    plan = EvidencePlan(tmp_path / "evidence", tmp_path / "evidence.key")
    store = Store(plan, clock.wall, told.append)
    store.open()
    rings = (Ring(6.0), Ring(6.0))
    broken, sound = (
        kind(
            CameraPlan(DeviceId(f"onvif:{name}/0"), name),
            ring,
            store,
            told.append,
            now=clock.now,
            wall=clock.wall,
        )
        for kind, name, ring in zip((Broken, Recorder), ("door", "yard"), rings, strict=True)
    )
    clerk = Clerk(store, [broken, sound], asyncio.get_running_loop().time)
    clerk.start()
    for sample in samples_of(film)[:70]:
        rings[1].put(sample)
    clock.seconds = 107.0
    sound.keep("home 1", 2.0, pinned=True)
    clerk.wake()
    await until(lambda: any(kept.is_open for kept in store.all()))
    assert await asyncio.to_thread(clerk.stop, 20)

    assert [type(one) for one in told] == [ClipKept]
    assert "a piece of work failed" in caplog.text
