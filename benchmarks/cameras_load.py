"""`python -m benchmarks.cameras_load ASKED`: the detection's parts at work, and what they took.

ASKED is JSON: streams by camera, seconds, the small stream's file. Prints one line of JSON. The
parts are those of `gateway.detection.process`, without its pipe. The floor is the CPU time of the
decoder's and the models' own calls for the very same pictures, noted around each call; beside it
stands what they take by themselves, in a loop that keeps all of it in the CPU's caches.
"""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import numpy as np

from gateway.detection.clip.clerk import Clerk
from gateway.detection.clip.store import Store
from gateway.detection.detector.detector import Detector
from gateway.detection.detector.session import Session
from gateway.detection.detector.shipped import FIRST
from gateway.detection.eye import Eye, Tools
from gateway.detection.looking import Job, Looker, Shown
from gateway.detection.plan import CameraPlan, DetectorPlan, EvidencePlan
from gateway.detection.stream import sub
from gateway.model.credential import Code, StreamsFound
from gateway.model.device import DeviceId

VOTES = (2, 3)
WARM_SECONDS = 8.0  # until each is seen to see, and its first reports are made
RECORD_SECONDS = 10.0
PART_SECONDS = 2.0
MODEL_RUNS = 60


BARE = {"decoder": 0.0, "models": 0.0}
"""CPU seconds of the calls themselves."""
RUNS = {"decoder": 0, "models": 0}


def now() -> float:
    """Give the seconds that all parts share."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def noted[**P, R](work: Callable[P, R], what: str) -> Callable[P, R]:
    """Have what a call takes noted."""

    def timed(*words: P.args, **named: P.kwargs) -> R:
        began = time.thread_time()
        try:
            return work(*words, **named)
        finally:
            BARE[what] += time.thread_time() - began
            RUNS[what] += 1

    return timed


class Timed(Looker):
    """A looker that notes how long each picture took from its packet to what came of it."""

    def __init__(self, detector: Detector) -> None:
        super().__init__(detector, now)
        self.took: list[float] = []

    def show(self, camera: str, job: Job) -> None:
        """Have a picture looked at, and note when it was."""

        def done(shown: Shown) -> None:
            job.done(shown)
            self.took.append(1000 * (now() - shown.at))

        super().show(camera, Job(job.frame, job.part, job.at, done))


class Load:
    """The parts, and what each thread has taken."""

    def __init__(self, folder: Path, streams: Mapping[str, Mapping[str, str]]) -> None:
        evidence = EvidencePlan(folder / "evidence", folder / "key")
        self.looker = Timed(Detector.open(DetectorPlan()))
        self._store = Store(evidence, _wall, lambda _: None)
        self._store.open()
        tools = Tools(
            self.looker,
            self._store,
            lambda _: None,
            now,
            _wall,
            wake=lambda: self.clerk.wake(),  # noqa: PLW0108  # it is not there yet
            keep=lambda name, jpeg: self.clerk.keep(name, jpeg),  # noqa: PLW0108  # nor here
        )
        self.eyes = {
            name: Eye(CameraPlan(DeviceId(f"onvif:{name}/0"), name), VOTES, tools)
            for name in streams
        }
        self.clerk = Clerk(self._store, [e.recorder for e in self.eyes.values()], now)
        self.looker.start()
        self.clerk.start()
        for name, eye in self.eyes.items():
            urls = (Code(streams[name][stream]) for stream in ("main", "sub"))
            eye.streams(StreamsFound(eye.plan.device, *urls))

    def close(self) -> None:
        """Let go of all."""
        for eye in self.eyes.values():
            eye.close()
        self.looker.stop(10.0)
        self.clerk.stop(10.0)


def main(asked: dict[str, Any]) -> dict[str, float | list[float]]:
    """Measure, and give what was measured."""
    sub._decoded = noted(sub._decoded, "decoder")  # noqa: SLF001 - noted, not changed
    Session.run = noted(Session.run, "models")  # type: ignore[method-assign]  # it is noted, not changed
    with tempfile.TemporaryDirectory(prefix="nightlatch-") as folder:
        before = floor(Path(asked["film"]))
        load = Load(Path(folder), asked["streams"])
        time.sleep(WARM_SECONDS)
        whole = window(load, asked["seconds"])
        for eye in load.eyes.values():
            eye.keep("benchmark", RECORD_SECONDS, pinned=False)
        time.sleep(PART_SECONDS)
        recording = window(load, RECORD_SECONDS - 2 * PART_SECONDS)
        time.sleep(2 * PART_SECONDS)
        still = window(load, RECORD_SECONDS - 2 * PART_SECONDS)
        load.close()
        after = floor(Path(asked["film"]))
    decode, model = ((before[n] + after[n]) / 2 for n in range(2))
    cameras = len(asked["streams"])
    return {
        "took": load.looker.took,
        "cpu": whole["cpu"] / asked["seconds"],
        "floor": whole["bare"] / asked["seconds"],
        "looked": whole["looked"] / asked["seconds"],
        "again": whole["again"] / asked["seconds"],
        "decode_ms": 1000 * decode,
        "model_ms": 1000 * model,
        "recording": (recording["kept"] - still["kept"]) / recording["seconds"] / cameras,
        "ring": still["kept"] / still["seconds"] / cameras,
        **{f"thread_{name}": value / asked["seconds"] for name, value in whole["threads"].items()},
    }


def window(load: Load, seconds: float) -> dict[str, Any]:
    """Give what was taken within so many seconds."""
    load.looker.took.clear()
    load.looker.counted()
    began, cpu, threads = now(), time.process_time(), _threads()
    bare, models, runs = BARE["decoder"] + BARE["models"], BARE["models"], RUNS["models"]
    time.sleep(seconds)
    passed = now() - began
    after = _threads()
    models, runs = BARE["models"] - models, RUNS["models"] - runs
    looked = load.looker.counted()[0]
    by = {name: after.get(name, 0.0) - spent for name, spent in threads.items()}
    return {
        "cpu": time.process_time() - cpu,
        "bare": BARE["decoder"] + BARE["models"] - bare,
        "seconds": passed,
        "threads": by,
        "kept": by.get("clerk", 0.0) + by.get("main", 0.0),
        "looked": looked,
        "again": models * max(0, runs - looked) / max(runs, 1),  # for second opinions
    }


def _threads() -> dict[str, float]:
    """Give the CPU seconds of the threads, by the last word of their names, summed."""
    spent: dict[str, float] = {}
    for thread in threading.enumerate():
        if thread.ident is not None:
            name = thread.name.split()[-1]
            clock = time.pthread_getcpuclockid(thread.ident)
            spent[name] = spent.get(name, 0.0) + time.clock_gettime(clock)
    return spent


def floor(film: Path) -> tuple[float, float]:
    """Give the CPU seconds to decode a picture of a film, and to put one through the model."""
    session = Session(FIRST.file, FIRST.sha256, "cpu", 1)
    shown = np.zeros((1, 300, 300, 3), np.float32)
    model = _spent(lambda: session.run(shown), MODEL_RUNS)
    return _decoding(film), model


def _decoding(film: Path) -> float:
    with av.open(str(film)) as source:
        stream = source.streams.video[0]
        stream.codec_context.thread_count = 1
        packets = [packet for packet in source.demux(stream) if packet.size]
        began, count = time.process_time(), 0
        for packet in packets:
            count += len(stream.codec_context.decode(packet))
        return (time.process_time() - began) / max(count, 1)


def _spent(work: Callable[[], object], runs: int) -> float:
    work()
    began = time.process_time()
    for _ in range(runs):
        work()
    return (time.process_time() - began) / runs


def _wall() -> datetime:
    return datetime.fromtimestamp(time.clock_gettime(time.CLOCK_REALTIME), UTC)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))) + "\n")
