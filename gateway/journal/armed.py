"""The second copy of what is armed: a small file of its own, for when the journal is lost.

It is read only where the journal ends before it, so it never speaks against a whole journal.
"""

import os
from pathlib import Path
from typing import Any

import orjson

from gateway.durable import sync_folder
from gateway.journal.chain import is_sealed
from gateway.journal.records import Snapshot

ARMED = "armed.json"
_NEW = "armed.new.json"


def write_armed(folder: Path, copy: Snapshot) -> None:
    """Put a sealed copy in the place of the one before, whole or not at all. Raises OSError."""
    fields = {
        "number": copy.number,
        "at_us": copy.at_us,
        "wall": copy.wall,
        "era": copy.era,
        "version": copy.version,
        "chain": copy.chain.hex(),
        "body": copy.body.decode(),
        "hash": copy.hash.hex(),
    }
    new = folder / _NEW
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(orjson.dumps(fields))
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / ARMED)
    sync_folder(folder)


def read_armed(folder: Path) -> Snapshot | None:
    """Read the copy; None where there is none. Raises OSError, and ValueError on a damaged one."""
    try:
        raw = (folder / ARMED).read_bytes()
    except FileNotFoundError:
        return None
    try:
        copy = _read(orjson.loads(raw))
    except (LookupError, TypeError, AttributeError, ValueError) as wrong:
        raise ValueError(f"{ARMED} is damaged ({type(wrong).__name__})") from None
    if not is_sealed(copy):
        raise ValueError(f"{ARMED} is not what was written")
    return copy


def _read(fields: Any) -> Snapshot:
    number, at_us = int(fields["number"]), int(fields["at_us"])
    wall, era, version = (str(fields[name]) for name in ("wall", "era", "version"))
    chain, sealed = bytes.fromhex(fields["chain"]), bytes.fromhex(fields["hash"])
    return Snapshot(number, at_us, wall, era, version, chain, fields["body"].encode(), sealed)
