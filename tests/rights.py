"""Becoming somebody without rights: for tests of what may not be read or written."""

import contextlib
import os
from collections.abc import Iterator

NOBODY = 65534


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """Be nobody for a while, where we are root; else be who we are, who is no better."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
