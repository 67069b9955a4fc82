# ruff: noqa: PTH119, PTH123 - to load pathlib takes it longer than all it does
"""The process between the hub and a program: it shuts itself in, and becomes the program.

    hub ── outer ── first process of its own small world, which becomes the program ── its children

`outer` waits and hands the exit status on. When the first process ends, by itself or by force,
the kernel ends all others of its world; it ends with `outer`, and `outer` with the hub.
"""

import os
import resource
import select
import signal
import sys
from collections.abc import Callable

from gateway.confine import calls, kernel, landlock
from gateway.confine.kernel import Lacking
from gateway.confine.machine import DEVICES, READABLE, READABLE_ETC
from gateway.sandbox import tree
from gateway.sandbox.bounds import (
    ENVIRONMENT,
    FILES_MAX,
    NICE,
    NO_SANDBOX,
    NOT_STARTED,
    PROCESSES_MAX,
    PROGRAM_BYTES_MAX,
    SIGNALLED,
    TMP_BYTES_MAX,
)

_NOBODY = 65534
_WORLDS = (
    "CLONE_NEWUSER",
    "CLONE_NEWNS",
    "CLONE_NEWPID",
    "CLONE_NEWNET",
    "CLONE_NEWIPC",
    "CLONE_NEWUTS",
)


def main() -> None:
    """Run a program; never returns.

    Arguments: the hub's process id, bytes of memory, seconds of processor time, the program and
    its own arguments. An empty program asks only what this machine gives.
    """
    hub, memory, seconds, path, *arguments = sys.argv[1:]
    try:
        program = _read(path)
        _leave_rights(int(hub))
        _own_world()
        status = _wait_for(lambda: _become(path, program, arguments, int(memory), int(seconds)))
    except (Lacking, OSError) as lack:
        status = _say(lack, NO_SANDBOX)
    os._exit(status)


def _read(path: str) -> bytes:
    """Read the program while this process may still read it; empty for a look at the sandbox."""
    if not path:
        return b""
    try:
        with open(path, "rb") as file:
            program = file.read(PROGRAM_BYTES_MAX + 1)
    except OSError as wrong:
        os._exit(_say(f"{path} cannot be read: {wrong.strerror}", NOT_STARTED))
    if len(program) > PROGRAM_BYTES_MAX:
        os._exit(_say(f"{path} has more than {PROGRAM_BYTES_MAX} bytes", NOT_STARTED))
    return program


def _leave_rights(hub: int) -> None:
    """Stop being root, be the last in line for everything, and end with the hub."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
        # Else the kernel keeps our own /proc entries from us.
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != hub:
        os._exit(NO_SANDBOX)
    os.nice(NICE)
    _put("/proc/self/oom_score_adj", "1000")


def _own_world() -> None:
    """Get a user, mount, process, network, ipc and name space of one's own."""
    user, group = os.geteuid(), os.getegid()
    flags = 0
    for name in _WORLDS:
        flags |= getattr(os, name)
    try:
        os.unshare(flags)
        _put("/proc/self/setgroups", "deny")
        _put("/proc/self/uid_map", f"{user} {user} 1")
        _put("/proc/self/gid_map", f"{group} {group} 1")
    except OSError as refused:
        raise Lacking(f"the system gives no user namespaces: {refused.strerror}") from None


def _wait_for(work: Callable[[], None]) -> int:
    """Have the first process of the new world work; give its exit status once all is over."""
    alive, mine = os.pipe()
    child = os.fork()
    if not child:
        os.close(mine)
        _end_with(alive)
        work()
    os.closerange(0, mine)  # the program's pipes are its own; `mine` stays open while we live
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return SIGNALLED - code if code < 0 else code


def _end_with(alive: int) -> None:
    """Have the kernel end this process when the one that made it ends; `alive` is its sign."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if select.select([alive], [], [], 0)[0]:
        os._exit(NO_SANDBOX)  # it was gone before


def _become(program: str, content: bytes, arguments: list[str], memory: int, seconds: int) -> None:
    """Shut every door, and become the program; never returns."""
    try:
        path = tree.build(content, os.path.basename(program) or "none")
        version, filtered = _shut(path)
        if not program:
            os.write(1, f"{version} {filtered:d}".encode())
            os._exit(0)
    except Lacking as lack:
        os._exit(_say(lack, NO_SANDBOX))
    except OSError as refused:
        os._exit(_say(f"the system gives no small root: {refused.strerror}", NO_SANDBOX))
    try:
        _bound(memory, seconds)
        environment = {**ENVIRONMENT, "TMPDIR": tree.TMP}
        os.execve(path, (path, *arguments), environment)  # noqa: S606 - that is what it is for
    except OSError as wrong:
        # ENOEXEC for want of a first line, ENOENT for want of whom it names
        why = f"{wrong.strerror}; its first line must name what runs it: #!/usr/bin/env python3"
        os._exit(_say(f"it cannot be started: {why}", NOT_STARTED))


def _shut(path: str) -> tuple[int, bool]:
    """Put up the walls behind the small root; give Landlock's version, and whether calls too."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    os.chdir(tree.TMP)
    open_to_it = {
        **dict.fromkeys((*READABLE, *READABLE_ETC, path), landlock.RUN),
        **dict.fromkeys((*DEVICES, tree.TMP), landlock.CHANGE),
    }
    return landlock.confine(open_to_it), calls.confine()


def _bound(memory: int, seconds: int) -> None:
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    for number in signal.SIGPIPE, signal.SIGXFSZ:
        signal.signal(number, signal.SIG_DFL)  # Python ignores them, and a program would inherit it
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, TMP_BYTES_MAX),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_NOFILE, FILES_MAX),
        (resource.RLIMIT_NPROC, PROCESSES_MAX),
        (resource.RLIMIT_AS, memory),
    ):
        resource.setrlimit(limit, (value, value))


def _put(path: str, text: str) -> None:
    with open(path, "wb", buffering=0) as file:
        file.write(text.encode())


def _say(what: object, status: int) -> int:
    """Say why it does not run, where the hub reads it."""
    os.write(2, f"{what}\n".encode(errors="replace"))
    return status
