"""The thread that writes evidence: recordings as they go on, and the store's housekeeping.

Beside it another one closes what a crash left open, which takes as long as the clip is.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterable

from gateway.detection.clip.keep import Recorder
from gateway.detection.clip.store import Store
from gateway.detection.stream.line import Now

log = logging.getLogger("nightlatch.detection")

WRITE_SECONDS = 0.2
"""So often what came is written."""
STORE_SECONDS = 5.0
"""So often the store does its next piece."""
PICTURES_WAITING_MOST = 64
"""Pictures that wait for the disk, some tens of KiB each."""


class Clerk:
    """Writes for all cameras, from `start` to `stop`."""

    def __init__(self, store: Store, recorders: Iterable[Recorder], now: Now) -> None:
        self._store = store
        self._recorders = tuple(recorders)
        self._now = now
        self._asked = threading.Event()
        self._pictures: queue.Queue[tuple[str, bytes]] = queue.Queue(PICTURES_WAITING_MOST)
        self._ending = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._live, name="clerk", daemon=True)
        self._mender = threading.Thread(target=self._mend, name="mender", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Be told that a recording was asked for."""
        self._asked.set()

    def keep(self, name: str, jpeg: bytes) -> None:
        """Have a picture written, by its name; never waits, and lets it go where the disk does."""
        try:
            self._pictures.put_nowait((name, jpeg))
        except queue.Full:
            log.warning("a picture is not kept: the disk is too slow")
        self._asked.set()

    def stop(self, seconds: float | None = None) -> bool:
        """End every recording well, and itself; tell whether it has.

        A clip that is being mended is left to the next start.
        """
        self._ending = True
        self._over.set()
        self._asked.set()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _live(self) -> None:
        looked = self._now()
        _guarded(self._store.step)  # opens it, before anything is to be kept
        self._mender.start()
        while not self._ending:
            self._asked.clear()
            _guarded(self._write_pictures)
            for recorder in self._recorders:
                _guarded(recorder.step)
            if self._now() - looked >= STORE_SECONDS:
                looked = self._now()
                _guarded(self._store.step)
            busy = any(recorder.is_recording for recorder in self._recorders)
            self._asked.wait(WRITE_SECONDS if busy else STORE_SECONDS)
        for recorder in self._recorders:
            _guarded(recorder.close)
        _guarded(self._write_pictures)

    def _mend(self) -> None:
        while not self._over.is_set():
            if not _guarded(self._store.mend):
                self._over.wait(STORE_SECONDS)

    def _write_pictures(self) -> None:
        while True:
            try:
                name, jpeg = self._pictures.get_nowait()
            except queue.Empty:
                return
            if not self._store.keep_picture(name, jpeg):
                log.warning("a picture could not be kept")


def _guarded(work: Callable[[], object]) -> bool:
    """Do a piece of work, and tell what it does; one that fails stops no other (law 6)."""
    try:
        return bool(work())
    except Exception:
        log.exception("evidence: a piece of work failed")
        return False
