"""A process that records until it is killed: `python -m tests.detection.recording FOLDER FILM`.

It prints the number of each packet that came, before it is written. Its clock is the film's own, so
that what a kill costs does not hang on how busy the machine is.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path

from gateway.detection.clip.clerk import WRITE_SECONDS
from gateway.detection.clip.keep import Recorder
from gateway.detection.clip.store import Store
from gateway.detection.plan import CameraPlan, EvidencePlan
from gateway.detection.stream.ring import Ring
from gateway.model.device import DeviceId
from tests.detection.films import Clock, samples_of


def main(folder: Path, film: Path) -> None:
    """Record the film again and again."""
    clock = Clock()
    plan = EvidencePlan(folder / "evidence", folder / "evidence.key")
    store = Store(plan, clock.wall, lambda _: None)
    store.open()
    ring = Ring(6.0)
    camera = CameraPlan(DeviceId("onvif:yard/0"), "yard")
    recorder = Recorder(camera, ring, store, lambda _: None, now=clock.now, wall=clock.wall)
    recorder.keep("home 1", 500.0, pinned=True)
    written, number, later = clock.now(), 0, 0.0
    samples = samples_of(film)
    length = samples[-1].at - samples[0].at + 0.1
    while True:
        for sample in samples:
            shift = int(1e6 * later)
            clock.seconds = sample.at + later
            ring.put(
                replace(
                    sample,
                    at=clock.seconds,
                    decode_us=sample.decode_us + shift,
                    show_us=sample.show_us + shift,
                )
            )
            print(number, flush=True)  # noqa: T201 - for who kills us
            number += 1
            if clock.seconds - written >= WRITE_SECONDS:
                written = clock.seconds
                recorder.step()
            time.sleep(0.001)  # the disk is not the test's: others work here too
        later += length


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
