"""The system calls that Python does not have. Each raises OSError, as those of `os` do."""

import ctypes
import os

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38

_MNT_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41}
_MOUNT_SETATTR = 442
_WORD_BYTES = 8
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_ATTR_RDONLY, _ATTR_NOSUID = 1, 2

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.mount.argtypes = (
    ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p,
)  # fmt: skip


class Lacking(Exception):
    """The machine lacks what a program must not run without; says what."""


def machine() -> str:
    """Name the machine whose numbers of calls hold; "" for programs of 32 bits on one of 64."""
    return os.uname().machine if ctypes.sizeof(ctypes.c_void_p) == _WORD_BYTES else ""


def syscall(number: int, *arguments: object) -> int:
    """Call the kernel by number; give what it gives."""
    return _checked(_libc.syscall(ctypes.c_long(number), *map(_word, arguments)))


def prctl(option: int, value: int, pointer: object = 0) -> None:
    """Set a property of this process."""
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(option, ctypes.c_ulong(value), _word(pointer), zero, zero))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount `source` of a kind at `target`; with MS_BIND show it there a second time."""
    texts = [os.fsencode(text) or None for text in (source, target, kind)]
    _checked(_libc.mount(*texts, flags, os.fsencode(options) or None))


def make_readonly(folder: str) -> None:
    """Make all that is mounted at or below a folder readable only, and void of raised rights."""
    attributes = (ctypes.c_uint64 * 4)(_ATTR_RDONLY | _ATTR_NOSUID, 0, 0, 0)
    path = ctypes.c_char_p(os.fsencode(folder))
    size = ctypes.sizeof(attributes)
    syscall(_MOUNT_SETATTR, _AT_FDCWD, path, _AT_RECURSIVE, ctypes.byref(attributes), size)


def enter(folder: str) -> None:
    """Make a folder the root of all, and let go of what was the root before."""
    number = _PIVOT_ROOT.get(machine())
    if number is None:
        raise Lacking(f"nobody has told it the system calls of {os.uname().machine}")
    os.chdir(folder)
    here = ctypes.c_char_p(b".")
    syscall(number, here, here)
    _checked(_libc.umount2(here, _MNT_DETACH))
    os.chdir("/")


def _word(value: object) -> object:
    return ctypes.c_long(value) if isinstance(value, int) else value


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
