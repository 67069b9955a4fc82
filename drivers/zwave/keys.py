"""The network's six keys: made once, kept in one file that is ours alone, never made anew.

Whoever holds them opens the locks; whoever loses them has to join every device again.
"""

import contextlib
import logging
import os
import secrets
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

_MESH = ("S0_Legacy", "S2_Unauthenticated", "S2_Authenticated", "S2_AccessControl")
_LONG_RANGE = ("S2_Authenticated", "S2_AccessControl")
_BYTES = 16
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_HEAD = """\
# The keys of this Z-Wave network. Whoever reads them can open its locks: keep the file to yourself,
# and a copy in a safe place. Without it every device has to be joined again.
"""


class KeysUnusable(Exception):
    """The keys are missing, damaged, or cannot be kept. The message is a sentence without keys."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys, each as 32 digits 0-9 and a-f."""

    mesh: Mapping[str, str] = field(repr=False)
    long_range: Mapping[str, str] = field(repr=False)


def load_or_make(file: Path, *, fresh: bool) -> Keys:
    """Give the keys; make them where there are none. Raises KeysUnusable.

    `fresh`: no device ever joined. Else keys that are gone are not replaced by others: with those
    the locks and sirens that joined would hear us no more.
    """
    try:
        text = file.read_text("ascii")
    except FileNotFoundError:
        if not fresh:
            raise KeysUnusable(
                f"the keys are gone from {file}, and devices joined with them: put the file back "
                f"from your copy; to begin a new network, move {file.parent} away"
            ) from None
        return _make(file)
    except UnicodeDecodeError:
        raise _damaged(file) from None
    except OSError as error:
        raise KeysUnusable(f"{file} cannot be read ({error.strerror})") from None
    _make_private(file)
    return parsed(text, file)


def parsed(text: str, file: Path) -> Keys:
    """Give the keys that a file holds. Raises KeysUnusable; nothing of the text is in it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise _damaged(file) from None
    long_range = data.pop("long_range", None)
    mesh = _checked(data, _MESH)
    far = _checked(long_range, _LONG_RANGE)
    if mesh is None or far is None or len({*mesh.values(), *far.values()}) < len(mesh) + len(far):
        raise _damaged(file)
    return Keys(mesh, far)


def _checked(table: object, names: tuple[str, ...]) -> dict[str, str] | None:
    """Give the keys of a table; None unless it holds exactly these, each of 16 bytes."""
    if not isinstance(table, dict) or set(table) != set(names):
        return None
    found = {name: _hex(table[name]) for name in names}
    return {name: key for name, key in found.items() if key} if all(found.values()) else None


def _hex(value: object) -> str | None:
    digits = value.lower() if isinstance(value, str) else ""
    sound = len(digits) == 2 * _BYTES and not set(digits) - set("0123456789abcdef")
    return digits if sound else None


def _damaged(file: Path) -> KeysUnusable:
    return KeysUnusable(
        f"{file} is damaged: it must hold six different keys of 32 digits 0-9 and a-f. "
        "Put it back from your copy; it is never made anew while it is there"
    )


def _make(file: Path) -> Keys:
    """Make the keys and write them down, for good before anybody uses them."""
    keys = Keys(
        {name: secrets.token_hex(_BYTES) for name in _MESH},
        {name: secrets.token_hex(_BYTES) for name in _LONG_RANGE},
    )
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(file, "\n".join(_lines(keys)) + "\n")
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise KeysUnusable(f"{file} cannot be written ({why}): no network is begun") from None
    return keys


def _lines(keys: Keys) -> Iterator[str]:
    yield _HEAD
    yield from (f'{name} = "{key}"' for name, key in keys.mesh.items())
    yield "\n[long_range]"
    yield from (f'{name} = "{key}"' for name, key in keys.long_range.items())


def _write_once(file: Path, text: str) -> None:
    """Write a file that is whole or not there, and never in the place of another."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        number = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(number, "w") as out:
            out.write(text)
            out.flush()
            os.fsync(number)
        os.link(draft, file)  # unlike a rename, it takes nobody's place
        _sync_folder(file.parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _make_private(file: Path) -> None:
    if not file.stat().st_mode & _OTHERS:
        return
    log.warning("others might have read %s: it is private from now on", file)
    with contextlib.suppress(OSError):  # another's file: `nightlatch doctor` tells of it
        file.chmod(0o600)
