"""The vault: PINs for locks, which the hub must be able to write, encrypted in the state folder.

VaultRefused   the vault is damaged, foreign or cannot be written; it is left as it is

AES-256-GCM under a key in a file beside it, both of mode 0600. That keeps PINs out of what is read,
searched or sent without the key; whoever may read the whole state folder has them.
docs/lock-codes.md says what it protects from, and from what not.
"""

import contextlib
import logging
import os
import stat
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from secrets import token_bytes

import orjson

from gateway.durable import sync_folder
from gateway.model.credential import Code

VAULT = "secrets.json"
KEY = "secrets.key"
KEY_BYTES = 32
NONCE_BYTES = 12
BYTES_MAX = 4 * 1024 * 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_IS = "nightlatch secrets"
_VERSION = 1
_BOUND = f"{_IS} {_VERSION}".encode()  # what the seal holds beside the content

log = logging.getLogger("nightlatch.secrets")


class VaultRefused(Exception):
    """The vault cannot be used. The message is a sentence and holds no secret."""


class Vault:
    """PINs by the name of what they are for. For any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._kept: dict[str, Code] | None = None

    def open(self) -> None:
        """Read it, where there is one. Raises VaultRefused, and then gives and takes nothing."""
        with self._lock:
            self._kept = {name: Code(text) for name, text in self._read().items()}

    @property
    def is_open(self) -> bool:
        """Tell whether it was read, or is new."""
        return self._kept is not None

    def names(self) -> tuple[str, ...]:
        """Name what it holds."""
        return tuple(self._kept or ())

    def get(self, name: str) -> Code | None:
        """Give a PIN; None where there is none."""
        return (self._kept or {}).get(name)

    def holds(self, code: Code, besides: str = "") -> bool:
        """Tell whether a PIN is kept already, under another name than `besides`."""
        return any(kept == code for name, kept in (self._kept or {}).items() if name != besides)

    def change(self, put: dict[str, Code], remove: Iterable[str] = ()) -> None:
        """Keep some PINs and others no longer, at once; on disk when this returns.

        Slow; for a thread. Raises VaultRefused.
        """
        with self._lock:
            was = self._opened()
            kept = {name: code for name, code in was.items() if name not in set(remove)} | put
            if kept != was:
                self._write(kept)

    def _opened(self) -> dict[str, Code]:
        if self._kept is None:
            raise VaultRefused(f"{self._folder / VAULT} was not opened: nothing is kept in it")
        return self._kept

    def _read(self) -> dict[str, str]:
        sealed = _bytes_of(self._folder / VAULT)
        if sealed is None:
            return {}
        key = self._key()
        if key is None:
            raise VaultRefused(
                f"{self._folder / VAULT} cannot be read without {self._folder / KEY}: "
                "put the key back from the backup, or move the vault away and set the PINs anew"
            )
        opened = _unsealed(key, sealed)
        if opened is None:
            raise VaultRefused(
                f"{self._folder / VAULT} is damaged, or {self._folder / KEY} is not its key: "
                "put both back from the backup, or move both away and set the PINs anew"
            )
        return opened

    def _write(self, kept: dict[str, Code]) -> None:
        key = self._key() or self._new_key()
        sealed = _sealed(key, {name: code.text for name, code in kept.items()})
        try:
            _replace(self._folder / VAULT, sealed)
        except OSError as error:
            raise VaultRefused(f"{self._folder / VAULT}: {error.strerror}") from None
        self._kept = kept

    def _key(self) -> bytes | None:
        key = _bytes_of(self._folder / KEY)
        if key is not None and len(key) != KEY_BYTES:
            raise VaultRefused(f"{self._folder / KEY} is no key: put it back from the backup")
        return key

    def _new_key(self) -> bytes:
        key = token_bytes(KEY_BYTES)
        try:
            _replace(self._folder / KEY, key)
        except OSError as error:
            raise VaultRefused(f"{self._folder / KEY}: {error.strerror}") from None
        return key


def _sealed(key: bytes, kept: Mapping[str, str]) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 30 ms, seldom needed

    nonce = token_bytes(NONCE_BYTES)
    box = AESGCM(key).encrypt(nonce, orjson.dumps(kept), _BOUND)
    whole = {"is": _IS, "version": _VERSION, "nonce": nonce.hex(), "box": box.hex()}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2)


def _unsealed(key: bytes, sealed: bytes) -> dict[str, str] | None:
    """Open what `_sealed` made with this key; None where it is anything else."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see _sealed
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see _sealed

    try:
        whole = orjson.loads(sealed)
        if (whole["is"], whole["version"]) != (_IS, _VERSION):
            return None
        nonce, box = bytes.fromhex(whole["nonce"]), bytes.fromhex(whole["box"])
        return {
            str(n): str(c) for n, c in orjson.loads(AESGCM(key).decrypt(nonce, box, _BOUND)).items()
        }
    except (InvalidTag, ValueError, TypeError, KeyError, AttributeError):
        return None


def _bytes_of(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            _make_private(file.fileno(), path)
            return file.read(BYTES_MAX)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise VaultRefused(f"{path} cannot be read: {error.strerror}") from None


def _make_private(handle: int, path: Path) -> None:
    """Shut others out of a file that came back from a backup, say, with other rights."""
    if os.fstat(handle).st_mode & _OTHERS:
        log.warning("others might have read %s: it is private from now on", path)
        with contextlib.suppress(OSError):  # another's file
            os.fchmod(handle, stat.S_IRUSR | stat.S_IWUSR)


def _replace(path: Path, data: bytes) -> None:
    """Put a file in place whole or not at all, for its owner alone, and on disk."""
    new = path.with_name(f"{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(new, flags, stat.S_IRUSR | stat.S_IWUSR), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(path.parent)
