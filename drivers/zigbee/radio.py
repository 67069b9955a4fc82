"""Opens and closes the stick through zigpy and bellows, with every outward habit switched off."""

import asyncio
import contextlib
import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bellows.ash import AshException  # type: ignore[import-untyped]  # bellows ships no types
from bellows.exception import EzspError  # type: ignore[import-untyped]  # same
from bellows.zigbee.application import (  # type: ignore[import-untyped]  # same
    ControllerApplication,
)
from zigpy.exceptions import RadioException, ZigbeeException

from drivers import shared
from drivers.zigbee.settings import ZigbeeSettings
from gateway.model.driver import RadioLost

log = logging.getLogger(__name__)

# What opening may meet. RuntimeError is bellows' "Connection has been closed".
TROUBLES = (
    *(OSError, TimeoutError, RuntimeError),
    *(AshException, EzspError, ZigbeeException, RadioException),
)
SHARED_MEMORY = "/dev/shm"  # noqa: S108  # a private folder is made in it
COMMIT_SECONDS = 1  # by default half a minute of what devices told is lost with the hub
CLOSE_SECONDS = 10.0  # a stick that is gone cannot hold up our end


def configuration(settings: ZigbeeSettings) -> dict[str, Any]:
    """Say how zigpy is to behave: it speaks to the stick, to nobody else, and keeps still."""
    return {
        "database_path": str(settings.database),
        "database_commit_interval": COMMIT_SECONDS,
        "device": {"path": settings.port, "baudrate": settings.baud},
        "network": {"channel": settings.channel, "channels": [settings.channel]},
        # By default zigpy asks three servers on the internet for firmware.
        "ota": {"enabled": False, "broadcast_enabled": False, "providers": []},
        "topology_scan_enabled": False,  # asks every device of the house, every 4 hours
        "backup_enabled": False,  # some 380 commands; see README.md
        "use_thread": settings.use_thread,
    }


@contextlib.contextmanager
def database(path: Path) -> Iterator[Path]:
    """Give zigpy's database, made ours alone before it is opened: it holds the network key.

    On a disk that takes no writing it is a copy, private and gone with us: the devices are known
    from it, and the alarm goes on.
    """
    try:
        make_private(path)
    except OSError as error:
        log.warning("%s cannot be written (%s): what changes is lost", path, error.strerror)
        with tempfile.TemporaryDirectory(prefix="nightlatch-", dir=memory()) as folder:
            yield copied(path, Path(folder))
    else:
        yield path


def memory() -> str | None:
    """Give a folder in memory, where there is one: a full disk is full for /tmp as well."""
    return SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None


def make_private(path: Path) -> None:
    """Make the file, if it is not there, for our eyes only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)  # it may be older than we are


def copied(path: Path, folder: Path) -> Path:
    """Copy a database, and what its last commits left beside it."""
    for file in path.parent.glob(f"{path.name}*"):
        shutil.copyfile(file, folder / file.name)
    return folder / path.name


def hush_libraries() -> None:
    """Keep zigpy from writing frames to a log at DEBUG: a keypad's frames hold codes."""
    for name in ("zigpy", "bellows", "serialx"):
        logger = logging.getLogger(name)
        if logger.getEffectiveLevel() < logging.INFO:
            logger.setLevel(logging.INFO)
    # It warns of frames that it cannot parse by printing them, a network key among them.
    logging.getLogger("bellows.ezsp.protocol").setLevel(logging.ERROR)


class Loss(shared.Loss):
    """Hears from zigpy that the connection is lost. A listener of zigpy's application."""

    def __init__(self) -> None:
        super().__init__("the Zigbee stick is lost")

    def connection_lost(self, error: BaseException | None) -> None:
        """Be told by zigpy, by whatever name it calls the end: None, OSError, NcpFailure."""
        self.tell(lost_sentence(error))


def lost_sentence(error: BaseException | None) -> str:
    """Say for people why the stick is gone."""
    if error is None:
        return "the Zigbee stick's connection was closed"
    return f"the Zigbee stick is gone: {error!r}"


@contextlib.asynccontextmanager
async def loaded(settings: ZigbeeSettings) -> AsyncIterator[ControllerApplication]:
    """Give zigpy's application with its database loaded and no radio yet; close it, always.

    zigpy's database runs a thread that outlives an application nobody shut down, so loading is
    waited for even when we are cancelled meanwhile.
    """
    hush_libraries()
    with database(settings.database) as file:
        wishes = configuration(replace(settings, database=file))
        load = asyncio.ensure_future(ControllerApplication.new(wishes, start_radio=False))
        try:
            await asyncio.shield(load)
            yield load.result()
        finally:
            await asyncio.wait((load,))
            if not load.cancelled() and load.exception() is None:
                await _close(load.result())


async def _close(app: ControllerApplication) -> None:
    closing = asyncio.ensure_future(app.shutdown())
    try:
        await asyncio.wait((closing,), timeout=CLOSE_SECONDS)
    finally:
        if not closing.done():
            log.warning("the Zigbee stick did not close within %s s", CLOSE_SECONDS)
            closing.cancel()


async def open_radio(
    app: ControllerApplication, port: str, loss: Loss, on_connected: Callable[[], None]
) -> None:
    """Connect, and load the stick's network or form one. Raises RadioLost with a sentence."""
    try:
        await app.connect()
        on_connected()
        await app.initialize(auto_form=True)
        if app.backups.most_recent_backup() is None:
            # The one backup that is made unasked: with it, zigpy puts the network on a new stick.
            await app.backups.create_backup(load_devices=False)
    except TROUBLES as error:
        if loss.sentence.done():
            raise RadioLost(loss.sentence.result()) from error
        raise RadioLost(why_not(error, port)) from error


# In this order: serialx says PermissionError also of a port that somebody else has locked.
_WHY_NOT: dict[type[BaseException], str] = {
    BlockingIOError: "another program holds {}: end it, or set another port",
    FileNotFoundError: "there is no {}: is the stick plugged in?",
    PermissionError: "{} may not be opened: add the hub's user to the group of the file",
    ConnectionRefusedError: "nobody listens on {}",
}


def why_not(error: BaseException, port: str) -> str:
    """Say for people why the stick could not be started, and what to do."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(cause)
    for kind, sentence in _WHY_NOT.items():
        if any(isinstance(each, kind) for each in chain):
            return sentence.format(port)
    return f"the Zigbee stick on {port} could not be started: {error!r}"
