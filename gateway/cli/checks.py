"""What `doctor` finds out by itself, without a hub: a name, whether it is well, a sentence."""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, tzinfo
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from gateway.cli.camera_checks import camera_checks
from gateway.cli.checking import Check, failed, well
from gateway.cli.hub import SOCKET, too_long
from gateway.cli.ports import has, port_check
from gateway.cli.zwave_checks import zwave_checks
from gateway.clock import this_moment
from gateway.journal.verify import verify

if TYPE_CHECKING:
    from gateway.config import Config

FREE_MEGABYTES = 200
MEGABYTE = 1_000_000
RADIO_LIBRARIES = ("bellows", "zigpy")
JOURNAL = "journal.sqlite"
OTHERS = stat.S_IRWXG | stat.S_IRWXO
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")


def checks_here(config: Path, folder: Path, found: Mapping[str, bool] | None) -> Iterator[Check]:
    """Look at everything on this machine.

    `found`: which of its radios the running hub has; None: no hub runs.
    """
    checked, loaded = _configuration(config)
    yield checked
    yield _folder(folder)
    if loaded is not None and loaded.zigbee_port is not None:
        yield port_check("zigbee port", loaded.zigbee_port, has(found, "zigbee"))
    if loaded is not None and loaded.zwave is not None:
        yield from zwave_checks(loaded, has(found, "zwave"))
    if loaded is not None:
        yield from camera_checks(loaded)
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
