"""The system calls that nobody who is shut in needs: refused by a filter in the kernel (seccomp).

A second wall before the network, and before the corners of the kernel where holes are found.
"""

import ctypes
import errno
import os
import socket
from collections.abc import Iterator

from gateway.confine import kernel

# Each call by its number on x86-64 and on all newer machines (aarch64, riscv64).
_REFUSED = {
    "ptrace": (101, 117),
    "chroot": (161, 51),
    "pivot_root": (155, 41),
    "mount": (165, 40),
    "umount2": (166, 39),
    "init_module": (175, 105),
    "kexec_load": (246, 104),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "unshare": (272, 97),
    "perf_event_open": (298, 241),
    "open_by_handle_at": (304, 265),
    "setns": (308, 268),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "finit_module": (313, 273),
    "kexec_file_load": (320, 294),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "pidfd_getfd": (438, 438),
    "mount_setattr": (442, 442),
}
# These change or end another: only with 0 (itself) or its own number as their first argument.
_OF_OTHERS = {
    "kill": (62, 129),
    "rt_sigqueueinfo": (129, 138),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "tkill": (200, 130),
    "sched_setaffinity": (203, 122),
    "tgkill": (234, 131),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "rt_tgsigqueueinfo": (297, 240),
    "prlimit64": (302, 261),
    "sched_setattr": (314, 274),
}
# These name others in another way, and nobody here needs them.
_OF_OTHERS_ALWAYS = {
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "pidfd_send_signal": (424, 424),
}
_SOCKET = 41, 198
_NETWORK = socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK  # the last: which addresses we have
_CLONE = 56, 220
_CLONE3 = 435, 435  # its flags cannot be looked at; libraries go back to clone when it is missing
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7), "riscv64": (1, 0xC00000F3)}
_X32 = 0x4000_0000  # a second set of numbers on x86-64

_LOAD, _IS, _FROM, _HAS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _KILL, _ERROR = 0x7FFF_0000, 0x8000_0000, 0x0005_0000
_FILTER = 2

type _Instruction = tuple[int, int, int, int]


class _Line(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("then", ctypes.c_uint8),
        ("otherwise", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("lines", ctypes.POINTER(_Line)))


def confine(*, network: bool = False) -> bool:
    """Refuse the calls to this process and its children, for good; needs `no_new_privs`.

    With `network` it may speak to other machines, and is not alone among processes: it may not
    signal, slow down or bound another, nor speak to one through a Unix socket. Gives False where
    the numbers of this machine are not known or the kernel has no filters.
    """
    machine = _MACHINES.get(kernel.machine())
    if machine is None:
        return False
    written = [_Line(*line) for line in _lines(*machine, network=network)]
    lines = (_Line * len(written))(*written)
    try:
        kernel.prctl(kernel.PR_SET_SECCOMP, _FILTER, ctypes.byref(_Program(len(lines), lines)))
    except OSError:
        return False
    return True


def _lines(column: int, machine: int, *, network: bool) -> Iterator[_Instruction]:
    """Write the filter: each test skips its refusal unless the call is the one meant."""
    yield _LOAD, 0, 0, _MACHINE
    yield _IS, 1, 0, machine
    yield _RETURN, 0, 0, _KILL
    yield _LOAD, 0, 0, _NUMBER
    yield _FROM, 0, 1, _X32
    yield _RETURN, 0, 0, _ERROR | errno.ENOSYS
    refused = _REFUSED | (_OF_OTHERS_ALWAYS if network else {})
    for numbers in refused.values():
        yield _IS, 0, 1, numbers[column]
        yield _RETURN, 0, 0, _ERROR | errno.EPERM
    yield from _only(_SOCKET[column], _NETWORK if network else ())
    if network:
        for numbers in _OF_OTHERS.values():
            yield from _only(numbers[column], (0, os.getpid()))
    yield _IS, 0, 1, _CLONE3[column]
    yield _RETURN, 0, 0, _ERROR | errno.ENOSYS
    yield _IS, 0, 3, _CLONE[column]
    yield _LOAD, 0, 0, _FIRST_ARGUMENT
    yield _HAS, 0, 1, os.CLONE_NEWUSER
    yield _RETURN, 0, 0, _ERROR | errno.EPERM
    yield _RETURN, 0, 0, _ALLOW


def _only(number: int, values: tuple[int, ...]) -> Iterator[_Instruction]:
    """Refuse a call whose first argument, an `int`, is none of these."""
    yield _IS, 0, len(values) + 3, number
    yield _LOAD, 0, 0, _FIRST_ARGUMENT  # its lower half: the kernel looks at no more
    for left in range(len(values), 0, -1):
        yield _IS, left, 0, values[-left]
    yield _RETURN, 0, 0, _ERROR | errno.EPERM
    yield _RETURN, 0, 0, _ALLOW
