"""The detection's process: shuts itself in, reads what the hub asks, tells what cameras see.

`python -m gateway.detection.process PARENT`: it ends with its stdin, or with the process PARENT.
"""

import contextlib
import logging
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from gateway.codec import CodecError
from gateway.confine import kernel
from gateway.detection import walls
from gateway.detection.plan import Plan
from gateway.detection.wire import ASK_BYTES_MAX, Ask, Begin, Failed, line, read_ask

if TYPE_CHECKING:
    from gateway.detection.serving import Server

NICER, KILLED_SOONER = 5, 500
"""Where the machine runs out of time or memory, the hub goes first and the pictures give way."""


def main() -> int:
    """Run until stdin ends; give the exit status."""
    _die_with(int(sys.argv[1]))
    _give_way()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for the hub, which ends us
    logging.basicConfig(level=logging.WARNING, format="%(message)s")  # stderr: the hub reads it
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # nobody else writes on the wire
    begun = _first(sys.stdin.buffer)
    if begun is None:
        return 1
    server = _server(begun.plan, out)
    if isinstance(server, Failed):
        out.write(line(server))
        out.flush()
        return 1
    server.start()
    asks: queue.Queue[Ask | None] = queue.Queue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, asks), daemon=True).start()
    try:
        server.serve(asks)
    finally:
        server.close()
    return 0


def _server(plan: Plan, out: BinaryIO) -> "Server | Failed":
    """Shut this process in, and load what it works with; say why where that cannot be."""
    try:
        shut = walls.shut(plan)
        # Not before: libraries start threads, and those would stay outside.
        from gateway.detection.detector.tensors import ModelRefused  # noqa: PLC0415 - see above
        from gateway.detection.serving import Server  # noqa: PLC0415 - same
    except (OSError, ImportError) as error:
        return Failed(f"it cannot begin: {error}")
    try:
        return Server(plan, shut, out)
    except (ModelRefused, OSError) as refused:
        return Failed(str(refused))


def _first(stdin: BinaryIO) -> Begin | None:
    said = stdin.readline(ASK_BYTES_MAX)
    asked = read_ask(said) if said else None
    return asked if isinstance(asked, Begin) else None


def _read(stdin: BinaryIO, asks: "queue.Queue[Ask | None]") -> None:
    while said := stdin.readline(ASK_BYTES_MAX):
        try:
            asks.put(read_ask(said))
        except CodecError as wrong:
            logging.getLogger("nightlatch.detection").warning("%s", wrong)
    asks.put(None)


def _die_with(parent: int) -> None:
    """Have the kernel end us with the hub, also when we hang."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it is gone already, and nobody would tell us
        sys.exit(1)
    os.umask(0o077)


def _give_way() -> None:
    os.nice(NICER)
    # Where each session has its share of the machine, ours is told apart from the hub's.
    for name, value in (("autogroup", NICER), ("oom_score_adj", KILLED_SOONER)):
        with contextlib.suppress(OSError):  # a kernel without it
            Path("/proc/self", name).write_text(f"{value}\n", "ascii")


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)  # threads may wait for a camera, or hang: nobody waits for them
