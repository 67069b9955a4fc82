"""The key that evidence is sealed with: 32 bytes in a file of its own, made once.

KeyRefused   there is no key to be had; what is there is left as it is
"""

import os
import secrets
import stat
from pathlib import Path

from gateway.durable import sync_folder

KEY_BYTES = 32


class KeyRefused(Exception):
    """The key cannot be used. The message is a sentence and holds no secret."""


def read_key(file: Path) -> bytes:
    """Read the key, and keep others from reading it. Raises KeyRefused."""
    try:
        with file.open("rb") as source:
            key = source.read(KEY_BYTES + 1)
            if os.fstat(source.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                os.fchmod(source.fileno(), 0o600)
    except FileNotFoundError:
        raise KeyRefused(f"{file} is not there: put it back from the backup") from None
    except OSError as error:
        raise KeyRefused(f"{file} cannot be read: {error.strerror}") from None
    if len(key) != KEY_BYTES:
        raise KeyRefused(f"{file} is no key: put it back from the backup")
    return key


def read_or_make_key(file: Path, *, needed: bool) -> bytes:
    """Read the key; make one where there is none, unless one is `needed` to read what is there."""
    if file.exists() or file.is_symlink():
        return read_key(file)
    if needed:
        raise KeyRefused(
            f"{file} is not there, and what was recorded cannot be read without it: "
            "put it back from the backup, or move the evidence folder away"
        )
    try:
        _make(file)
    except FileExistsError:
        pass  # another was quicker: its key it is
    except OSError as error:
        raise KeyRefused(f"{file} cannot be made: {error.strerror}") from None
    return read_key(file)


def _make(file: Path) -> None:
    """Make a key that is there whole or not at all, and never in place of another."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(secrets.token_bytes(KEY_BYTES))
            target.flush()
            os.fsync(target.fileno())
        os.link(new, file)
    finally:
        new.unlink()
    sync_folder(file.parent)
