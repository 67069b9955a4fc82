"""Makes the evidence folder and its key, from a process of its own that no wall holds.

A disk may hang, or not be there yet: nobody waits for it but this process. It begins before the
walls are shut, reads nothing that strangers sent, and ends as soon as both are there.
"""

import contextlib
import os
import select
import signal
import time

from gateway.confine import kernel
from gateway.detection.clip.key import KeyRefused, read_or_make_key
from gateway.detection.clip.shelf import days_of, found_in
from gateway.detection.plan import EvidencePlan

PATIENCE_SECONDS = 2.0
"""A disk that has not answered by then hangs."""
AGAIN_SECONDS = 5.0


class Maker:
    """The process, from the side of who began it."""

    def __init__(self, evidence: EvidencePlan) -> None:
        """Begin it. Only for a process of one thread. Raises OSError."""
        self._answer, says = os.pipe()
        parent = os.getpid()
        self._process = os.fork()
        if not self._process:
            try:
                _live(parent, says, evidence)
            finally:
                os._exit(0)
        os.close(says)

    def answered(self, seconds: float | None) -> bool:
        """Tell whether the disk answered within so many seconds; None: wait for it."""
        return bool(select.select([self._answer], [], [], seconds)[0])

    def bury(self) -> None:
        """Have the kernel forget it, once it has ended. Never waits."""
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._process, os.WNOHANG)


def _live(parent: int, says: int, evidence: EvidencePlan) -> None:
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for used in (0, 1, 2):  # who reads what our parent says must see when that ends
        os.dup2(nothing, used)
    made = False
    while not made and os.getppid() == parent:
        made = _made(evidence)
        os.write(says, b".")
        if not made:
            time.sleep(AGAIN_SECONDS)


def _made(evidence: EvidencePlan) -> bool:
    """Make what is missing; where that fails, the store says why."""
    with contextlib.suppress(OSError, KeyRefused):
        evidence.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        needed = any(True for day in days_of(evidence.folder) for _ in found_in(day))
        read_or_make_key(evidence.key_file, needed=needed)
        return True
    return False
