"""Landlock: the kernel's own list of what this process and its children may open. Kernel 5.13 on.

For a program of a rule it stands behind a small root of its own (`gateway/sandbox/tree.py`): what
one wall lets through, the other does not.
"""

import ctypes
import os
import stat
from collections.abc import Mapping

from gateway.confine import kernel

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE, _READ, _LIST, _TRUNCATE, _IOCTL = 1, 2, 4, 8, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL
_REMOVE, _MAKE, _MOVE = 0x30, 0x1580, 1 << 13  # folders, files, pipes and links
LOOK = _READ | _LIST
"""Read, and neither run nor change."""
RUN = _EXECUTE | LOOK
"""Read and run, and change nothing."""
CHANGE = _READ | _WRITE | _LIST | _TRUNCATE | _REMOVE | _MAKE | _MOVE
"""Read and change everything, and run nothing."""
DRIVE = _READ | _WRITE | _LIST | _IOCTL
"""Of devices."""

_TCP = 3  # bind and connect
_OTHERS = 3  # signals to, and abstract sockets of, those who are not confined with us


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("access", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """Give the version of Landlock that the kernel has; 0 for none."""
    try:
        return kernel.syscall(_CREATE, 0, 0, _VERSION)
    except OSError:
        return 0


def confine(allowed: Mapping[str, int], *, tcp: bool = False) -> int:
    """Shut this process out of every file but those at or below the paths, for good.

    And out of TCP, unless it may have that. Needs `no_new_privs`. Paths that lead nowhere are
    passed over. Gives the version; with 0 nothing was shut.
    """
    found = version()
    if not found:
        return 0
    attributes, size = _ruleset(found, tcp=tcp)
    rules = kernel.syscall(_CREATE, ctypes.byref(attributes), size, 0)
    try:
        for path, access in allowed.items():
            _allow(rules, path, access & attributes.files)
        kernel.syscall(_RESTRICT, rules, 0)
    finally:
        os.close(rules)
    return found


def _ruleset(version: int, *, tcp: bool) -> tuple[_Ruleset, int]:
    """Say what is refused unless it is allowed, as far as this version knows of it."""
    bits = 13 if version < 2 else 14 if version < 3 else 15 if version < 5 else 16
    net = _TCP if version >= 4 and not tcp else 0
    scoped = _OTHERS if version >= 6 else 0
    return _Ruleset((1 << bits) - 1, net, scoped), 8 if version < 4 else 16 if version < 6 else 24


def _allow(rules: int, path: str, access: int) -> None:
    try:
        there = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(there).st_mode):
            access &= _OF_FILES
        beneath = _Beneath(access, there)
        kernel.syscall(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(beneath), 0)
    finally:
        os.close(there)
