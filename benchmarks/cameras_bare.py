"""`python -m benchmarks.cameras_bare ASKED`: the least program that looks at the same streams.

For each camera it takes the large stream's packets and decodes the small one; each picture is
scaled to the model's input, at once and with the decoder's own library, and put through the model.
No motion, no tracks, no ring, no second opinion. ASKED is that of `benchmarks.cameras_load`.
Prints one line of JSON: CPU seconds a picture.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from gateway.detection.detector.session import Session
from gateway.detection.detector.shipped import FIRST
from gateway.detection.stream.opening import PATIENCE, open_rtsp
from gateway.model.credential import Code

WARM_SECONDS = 3.0
SIDE = 300


class Bare:
    """The program. Its threads end with the process."""

    def __init__(self, streams: Mapping[str, Mapping[str, str]]) -> None:
        self.pictures = 0
        self._session = Session(FIRST.file, FIRST.sha256, "cpu", 1)
        self._one_at_a_time = threading.Lock()
        for urls in streams.values():
            for work, name in ((self._take, "main"), (self._look, "sub")):
                threading.Thread(target=work, args=(urls[name],), daemon=True).start()

    def _take(self, url: str) -> None:
        with open_rtsp(Code(url), PATIENCE) as opened:
            for _ in opened.demux():
                pass

    def _look(self, url: str) -> None:
        with open_rtsp(Code(url), PATIENCE) as opened:
            opened.streams.video[0].codec_context.thread_count = 1
            for frame in opened.decode(video=0):
                shown = frame.reformat(SIDE, SIDE, "rgb24", threads=1).to_ndarray()
                with self._one_at_a_time:
                    self._session.run((shown * np.float32(1 / 127.5) - np.float32(1))[None])
                    self.pictures += 1


def main(asked: Mapping[str, Any]) -> dict[str, float]:
    """Measure, and give what was measured."""
    bare = Bare(asked["streams"])
    while bare.pictures < len(asked["streams"]):
        time.sleep(WARM_SECONDS)
    cpu, pictures = time.process_time(), bare.pictures
    time.sleep(asked["seconds"])
    return {"cpu": (time.process_time() - cpu) / (bare.pictures - pictures)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))) + "\n")
    sys.stdout.flush()
    os._exit(0)  # its threads wait for the cameras
