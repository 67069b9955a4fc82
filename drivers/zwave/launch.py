"""Becomes another program, which the kernel ends with the process that started it.

`python -I -S -B launch.py PARENT PROGRAM ARGUMENTS...`: also a server that hangs, and hears
nothing any more, does not outlive the hub and hold the stick.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9


def main() -> None:
    """Run the program; never returns."""
    parent, *line = sys.argv[1:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    if os.getppid() != int(parent):  # it is gone already, and nobody would tell us
        sys.exit(1)
    os.umask(0o077)  # what it writes holds the secrets of devices
    os.execv(line[0], line)  # noqa: S606  # the program that the hub names


if __name__ == "__main__":
    main()
