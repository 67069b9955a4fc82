# ruff: noqa: PTH101, PTH102, PTH110, PTH112, PTH114, PTH115, PTH123, PTH211 - pathlib loads slowly
"""The small root that a program sees: interpreters, itself, a private /tmp, and nothing else.

What is not in it cannot be named, so no right and no socket's mode matters: neither the state
folder nor the configuration, nobody's home, nobody's processes, no socket of any service.
"""

import os

from gateway.confine import kernel
from gateway.confine.machine import DEVICES, READABLE, READABLE_ETC
from gateway.sandbox.bounds import (
    PROGRAM_BYTES_MAX,
    TMP_BYTES_MAX,
    TMP_NODES_MAX,
)

SCRIPT = "/script"
TMP = "/tmp"  # noqa: S108 - a private one, made below
_SITE = "/tmp"  # noqa: S108 - where the new root is put together: any folder that is there


def build(program: bytes, name: str) -> str:
    """Make the small root and enter it; give the program's path there.

    For the first process of a new mount namespace, which has rights there.
    """
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    size = PROGRAM_BYTES_MAX + 2**20
    kernel.mount("tmpfs", _SITE, "tmpfs", kernel.MS_NOSUID, f"size={size},mode=755")
    for path in READABLE:
        _show(path)
    os.mkdir(_SITE + "/etc")
    for path in READABLE_ETC:
        _show(path)
    _copy(program, name)
    os.mkdir(_SITE + TMP)
    os.mkdir(_SITE + "/dev")
    for path in DEVICES:
        _show(path)
    kernel.make_readonly(_SITE)
    flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    options = f"size={TMP_BYTES_MAX},nr_inodes={TMP_NODES_MAX},mode=700"
    kernel.mount("tmpfs", _SITE + TMP, "tmpfs", flags, options)
    kernel.enter(_SITE)
    return f"{SCRIPT}/{name}"


def _show(path: str) -> None:
    """Have a path of the machine in the new root too: a link as a link, all else as it is."""
    target = _SITE + path
    if os.path.islink(path):
        os.symlink(os.readlink(path), target)
    elif os.path.isdir(path):
        os.mkdir(target)
        kernel.mount(path, target, "", kernel.MS_BIND | kernel.MS_REC)
    elif os.path.exists(path):
        _write(target, b"", 0o444)
        kernel.mount(path, target, "", kernel.MS_BIND)


def _copy(program: bytes, name: str) -> None:
    os.mkdir(_SITE + SCRIPT)
    _write(f"{_SITE}{SCRIPT}/{name}", program, 0o555)


def _write(path: str, content: bytes, mode: int) -> None:
    with open(path, "xb") as file:
        file.write(content)
    os.chmod(path, mode)
