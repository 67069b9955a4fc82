"""What `doctor` finds out by itself, without a hub: a name, whether it is well, a sentence."""

import os
import shutil
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from gateway.cli.hub import SOCKET, too_long
from gateway.clock import this_moment
from gateway.journal.verify import verify

if TYPE_CHECKING:
    from gateway.config import Config

FREE_MEGABYTES = 200
MEGABYTE = 1_000_000
CONNECT_SECONDS = 3.0
RADIO_LIBRARIES = ("bellows", "zigpy")
JOURNAL = "journal.sqlite"
OTHERS = stat.S_IRWXG | stat.S_IRWXO
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    ok: bool
    sentence: str


def well(name: str, sentence: str) -> Check:
    """Say that something is as it should be."""
    return Check(name, ok=True, sentence=sentence)


def failed(name: str, sentence: str) -> Check:
    """Say that something is not, and what to do."""
    return Check(name, ok=False, sentence=sentence)


def checks_here(config: Path, folder: Path, found: bool | None) -> Iterator[Check]:  # noqa: FBT001 - three answers
    """Look at everything on this machine. `found`: the running hub has its radio; None: no hub."""
    checked, loaded = _configuration(config)
    yield checked
    yield _folder(folder)
    if loaded is not None and loaded.zigbee_port is not None:
        yield _port(loaded.zigbee_port, found)
    yield _clock(folder, ZoneInfo(loaded.place.timezone) if loaded is not None else UTC)
    yield _disk(folder)
    yield _journal(folder)
    yield _versions()


def _configuration(config: Path) -> "tuple[Check, Config | None]":
    # pydantic is heavy, and `--help` loads every command.
    from gateway.config import ConfigErrors, load  # noqa: PLC0415 - see above

    try:
        loaded = load(config)
    except ConfigErrors as wrong:
        first = wrong.errors[0].sentence()
        many = len(wrong.errors)
        more = f"{first} (and {many - 1} more: `nightlatch check {config}`)" if many > 1 else first
        return failed("configuration", more), None
    if config.stat().st_mode & stat.S_IROTH and loaded.codes:
        return failed("configuration", f"anybody may read {config}: chmod 600 {config}"), loaded
    return well("configuration", f"{config} is good"), loaded


def _folder(folder: Path) -> Check:
    name = "state folder"
    try:
        about = folder.stat()
    except FileNotFoundError:
        return _no_folder_yet(folder)
    except OSError as error:
        return failed(name, f"{folder} cannot be reached: {error.strerror}")
    if not stat.S_ISDIR(about.st_mode):
        return failed(name, f"{folder} is no folder: move it away")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return failed(name, f"{folder} may not be written: give it to the user who runs the hub")
    if sentence := too_long(folder.absolute() / SOCKET):
        return failed(name, sentence)
    if about.st_mode & OTHERS:
        return failed(name, f"others may look into {folder}: chmod 700 {folder}")
    return well(name, f"{folder} is ours alone")


def _no_folder_yet(folder: Path) -> Check:
    if sentence := too_long(folder.absolute() / SOCKET):
        return failed("state folder", sentence)
    above = next(parent for parent in folder.absolute().parents if parent.exists())
    if os.access(above, os.W_OK | os.X_OK):
        return well("state folder", f"{folder} is not there yet: the hub will make it")
    return failed("state folder", f"{folder} is not there, and {above} may not be written: make it")


def _port(port: str, found: bool | None) -> Check:  # noqa: FBT001 - three answers, see above
    if "://" in port:
        return _network_port(port) if found is None else _of_the_hub(port, found=found)
    try:
        mode = Path(port).stat().st_mode
    except FileNotFoundError:
        return failed("port", f"{port} is not there: plug the stick in, or correct the name")
    except OSError as error:
        return failed("port", f"{port} cannot be reached: {error.strerror}")
    if not stat.S_ISCHR(mode):
        return failed("port", f"{port} is no serial port: correct the name")
    if found is not None:
        return _of_the_hub(port, found=found)
    if not os.access(port, os.R_OK | os.W_OK):
        return failed("port", f"{port} may not be used: add the hub's user to the group dialout")
    if holder := _holder(Path(port).resolve()):
        return failed("port", f"{port} is busy: stop {holder}, which holds it")
    return well("port", f"{port} is there and free")


def _of_the_hub(port: str, *, found: bool) -> Check:
    if found:
        return well("port", f"{port} is the running hub's, and its radio answers")
    sentence = "the running hub does not find its radio: plug the stick in anew, or restart the hub"
    return failed("port", f"{port} is there, yet {sentence}")


def _network_port(port: str) -> Check:
    address = urlsplit(port)
    place = address.hostname or "", address.port or 0
    try:
        socket.create_connection(place, CONNECT_SECONDS).close()
    except OSError as error:
        reason = error.strerror or "no answer"
        return failed("port", f"{port} does not answer ({reason}): look at its power and network")
    return well("port", f"{port} answers")


def _holder(device: Path) -> str | None:
    """Name a process that has the port open; of other users' we may not know."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            held = any(link.readlink() == device for link in (process / "fd").iterdir())
            if held:
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:  # not ours to look at, or gone meanwhile
            continue
    return None


def _clock(folder: Path, zone: tzinfo) -> Check:
    now = this_moment().wall.astimezone(zone)
    journal = folder / JOURNAL
    if journal.exists() and journal.stat().st_mtime > now.timestamp() + 1:
        return failed(
            "clock",
            f"it is {now:%Y-%m-%d %H:%M %Z} here, and the journal is younger: set the clock",
        )
    known = "the system says it is synchronised" if SYNCHRONISED.exists() else "compare it"
    return well("clock", f"{now:%Y-%m-%d %H:%M:%S %Z} ({known})")


def _disk(folder: Path) -> Check:
    place = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(place).free // MEGABYTE
    if free < FREE_MEGABYTES:
        wanted = f"make room until {FREE_MEGABYTES} MB are free"
        return failed("disk", f"only {free} MB are free on {place}: {wanted}")
    return well("disk", f"{free} MB are free")


def _journal(folder: Path) -> Check:
    if not (folder / JOURNAL).exists():
        return well("journal", "there is none yet: the hub will begin it")
    found = verify(folder)
    return Check("journal", found.ok, found.sentence)


def _versions() -> Check:
    try:
        words = ", ".join(f"{name} {version(name)}" for name in RADIO_LIBRARIES)
    except PackageNotFoundError as error:
        return failed("libraries", f"{error.name} is missing: install nightlatch anew")
    return well("libraries", words)
