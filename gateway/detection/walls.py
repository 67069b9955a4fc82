"""What the detection's process shuts itself out of: it reads what strangers send.

It may read what it runs on, and change the evidence. The journal, the secrets and all else on the
disk are not to be had, and nothing can be run. What is not shut: docs/decisions/0014-cameras.md.
"""

import contextlib
import logging
import os
import resource
import sys
import threading
import time
from collections.abc import Collection, Iterator
from importlib.util import find_spec
from pathlib import Path

import gateway
from gateway.confine import calls, kernel, landlock
from gateway.confine.machine import DEVICES, READABLE
from gateway.detection.maker import PATIENCE_SECONDS, Maker
from gateway.detection.plan import EvidencePlan, Plan

log = logging.getLogger("nightlatch.detection")

NEEDED = ("av", "numpy", "onnxruntime")
"""What it runs on, beside the hub's own."""
LIBRARIES = ("/opt", "/nix/store", "/gnu/store")
"""Where they lie on some machines, beside `READABLE`."""
SETTINGS = (
    "/etc/alternatives",
    "/etc/crypto-policies",
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/OpenCL",
    "/etc/pki/tls/certs",
    "/etc/pki/tls/openssl.cnf",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
)
"""What libraries ask of them: how a camera's name becomes an address, how a stream is encrypted."""
RESOLVER, HOSTS = Path("/etc/resolv.conf"), Path("/etc/hosts")
LOOK_SECONDS = 1.0
CHANGED = (
    "its evidence folder, the key or the list of names is another one now: it begins anew with that"
)
MACHINE = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys")
"""What libraries ask about the machine."""
ACCELERATORS = {
    "cuda": ("nvidia*",),
    "openvino": ("dri", "accel"),
}
"""What a provider drives, in /dev."""

type _Place = tuple[str, int, int]


class Walls:
    """What was let in, and whether that is still what it was. For the process that is shut in."""

    def __init__(self, evidence: EvidencePlan, maker: Maker) -> None:
        self._evidence = evidence
        self._maker = maker
        self.answers = maker.answered(PATIENCE_SECONDS)
        """Whether the disk of the evidence does; where not, none is let in."""
        self._places = _places(evidence) if self.answers else ()
        self._trouble = ""
        self.version = 0  # of Landlock; 0: nothing is shut

    def watch(self) -> None:
        """Begin to look after what was let in, on a thread of its own: a disk may hang."""
        threading.Thread(target=self._watch, name="walls", daemon=True).start()

    def trouble(self) -> str:
        """Say that all must be let in anew, by a new process; "" while it need not. Never waits."""
        return self._trouble

    def _watch(self) -> None:
        self._maker.answered(None)
        while not self.version or self._places == _places(self._evidence):
            self._maker.bury()
            time.sleep(LOOK_SECONDS)
        self._trouble = CHANGED


def shut(plan: Plan) -> Walls:
    """Shut this process in, for good; what this kernel cannot shut is logged.

    Only for a process of one thread: others would stay outside. Raises OSError.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold pictures and passwords
    walls = Walls(plan.evidence, Maker(plan.evidence))
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    allowed = dict(_allowed(plan)) | (dict(_kept(plan.evidence)) if walls.answers else {})
    walls.version = landlock.confine(allowed, tcp=True)
    if not walls.version:
        log.warning("it may open every file that the hub may: this kernel has no Landlock")
    if not calls.confine(network=True):
        log.warning("it may make every system call: this kernel has no filters for this machine")
    return walls


def _kept(evidence: EvidencePlan) -> Iterator[tuple[str, int]]:
    yield str(evidence.key_file), landlock.LOOK
    yield str(evidence.folder), landlock.CHANGE


def _allowed(plan: Plan) -> Iterator[tuple[str, int]]:
    """Give what may be opened beside the evidence, and what for."""
    private = _private(plan.evidence)
    for root in (*READABLE, *LIBRARIES, sys.prefix, sys.base_prefix):
        yield from ((path, landlock.LOOK) for path in _without(Path(root).resolve(), private))
    for path in (*SETTINGS, *MACHINE, str(_resolver())):
        yield path, landlock.LOOK
    for place in map(Path.resolve, _imported()):
        if not _holds(place, private):
            yield str(place), landlock.LOOK
    for model in (plan.detector.model, plan.detector.second):
        if model is not None:
            yield str(model.file), landlock.LOOK
            yield str(model.labels), landlock.LOOK
    for path in DEVICES:
        yield path, landlock.CHANGE
    yield from _accelerator(plan.detector.provider)


def _imported() -> Iterator[Path]:
    """Give where modules and their libraries are looked for, and where the packages truly lie."""
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    yield from (Path(path) for path in (*sys.path, *libraries) if path)
    yield from map(Path, gateway.__path__)
    for name in NEEDED:
        found = find_spec(name)
        yield from map(Path, (found and found.submodule_search_locations) or ())


def _private(evidence: EvidencePlan) -> tuple[Path, ...]:
    """Give the folders of which nothing is shown but what is named: of the house's own.

    The state folder; the one that it lies in, and the one that the hub runs in: there the
    configuration is, and what else belongs to it. Not where that is one of the machine's own.
    """
    state = evidence.key_file.parent.resolve()
    machine = tuple(Path(root).resolve() for root in READABLE)
    beside = {state.parent, Path.cwd()}
    return (state, *(one for one in beside if not _holds(one, machine)))


def _holds(folder: Path, places: Collection[Path]) -> bool:
    return any(one.is_relative_to(folder) for one in places)


def _without(folder: Path, private: Collection[Path]) -> Iterator[str]:
    """Give a folder; where something private lies in it, its folders without that."""
    if not _holds(folder, private):
        yield str(folder)
    elif folder not in private:
        with contextlib.suppress(OSError):
            for child in sorted(folder.iterdir()):
                if child.is_dir() and not child.is_symlink():
                    yield from _without(child, private)


def _resolver() -> Path:
    """Give where it is written who resolves names; its folder, if that is for this alone.

    Others put a new file into that folder's place; one in /etc that is exchanged is another one.
    """
    real = RESOLVER.resolve()
    return real if real.parent == RESOLVER.parent else real.parent


def _accelerator(provider: str) -> Iterator[tuple[str, int]]:
    if names := ACCELERATORS.get(provider):
        yield "/proc", landlock.LOOK  # its driver is described there
        for name in names:
            yield from ((str(path), landlock.DRIVE) for path in Path("/dev").glob(name))


def _places(evidence: EvidencePlan) -> tuple[_Place, ...]:
    return tuple(map(_place, (evidence.folder, evidence.key_file, _resolver(), HOSTS)))


def _place(path: Path) -> _Place:
    """Say what lies there, or how far the way to it leads."""
    for one in (path, *path.parents):
        with contextlib.suppress(OSError):
            about = one.stat()
            return str(one), about.st_dev, about.st_ino
    return "", 0, 0
