"""The connection to the server: opened, watched, and its loss told in one sentence.

The library writes every message, PINs among them, to its log at DEBUG, and some of its errors hold
what was received: neither reaches a log or an error of ours.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

from aiohttp import ClientSession
from zwave_js_server.client import Client
from zwave_js_server.const import MAX_SERVER_SCHEMA_VERSION, MIN_SERVER_SCHEMA_VERSION
from zwave_js_server.exceptions import CannotConnect, InvalidServerVersion
from zwave_js_server.model.driver import Driver

from drivers import shared
from drivers.zwave.seams import Served
from drivers.zwave.settings import ZwaveSettings
from gateway.model.driver import RadioLost

log = logging.getLogger(__name__)

OPEN_SECONDS = 30.0  # the state of a large network is megabytes
CLOSE_SECONDS = 5.0
HUNG_CLOSE_SECONDS = 0.2  # nobody says goodbye at the other end
REASON_SECONDS = 2.0  # a server of ours says why it ends a moment after it hung up
LIBRARY = "zwave_js_server"
HUNG_UP = "the Z-Wave server closed the connection"


def hush_library() -> None:
    """Keep the library from writing messages to a log at DEBUG: a keypad's hold codes."""
    for name in (LIBRARY, "aiohttp"):
        # Its own level, not the one it happens to inherit: somebody may lower that later.
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))


class Loss(shared.Loss):
    """The one place where the end of the connection is known."""

    def __init__(self) -> None:
        super().__init__("the Z-Wave server is lost")
        self.is_hung = False

    def hangs(self, sentence: str) -> None:
        """Say that the server is there, and does nothing more: nobody waits for it."""
        self.is_hung = True
        self.tell(sentence)

    async def reason(self, ended: asyncio.Future[str]) -> str:
        """Wait for the loss, and give why: a server that hung up may have a better word for it."""
        sentence = await asyncio.shield(self.sentence)
        if sentence != HUNG_UP:
            return sentence
        await asyncio.wait((ended,), timeout=REASON_SECONDS)
        told = ended.done() and not ended.cancelled() and ended.exception() is None
        return ended.result() if told else sentence


class _Ready(asyncio.Event):
    """Set by the library when it has the network's state, before it takes in the first event."""

    def __init__(self, client: Client, begin: Callable[[Driver], None]) -> None:
        super().__init__()
        self._client = client
        self._begin = begin

    def set(self) -> None:
        """Begin at once: an event that came before anybody listens would be lost."""
        if self._client.driver is not None:
            self._begin(self._client.driver)
        super().set()


@contextlib.asynccontextmanager
async def connected(
    served: Served, loss: Loss, settings: ZwaveSettings, begin: Callable[[Driver], None]
) -> AsyncIterator[None]:
    """Connect, and have the library's driver begun with; raise RadioLost where that fails."""
    hush_library()
    served.ended.add_done_callback(lambda end: _end_told(end, loss))
    async with ClientSession() as session:
        client = Client(served.url, session)
        try:
            await _reach(client, served.url)
        except RadioLost:
            await _hang_up(client, CLOSE_SECONDS)
            raise
        ready = _Ready(client, begin)
        tasks = {
            asyncio.create_task(_listen(client, ready, loss)),
            asyncio.create_task(_pulse(client, ready, loss, settings)),
        }
        try:
            await _until_ready(ready, loss)
            yield
        finally:
            if loss.is_hung:
                served.kill()
            await _leave(client, tasks, HUNG_CLOSE_SECONDS if loss.is_hung else CLOSE_SECONDS)


async def _reach(client: Client, url: str) -> None:
    try:
        async with asyncio.timeout(OPEN_SECONDS):
            await client.connect()
    except InvalidServerVersion:
        raise RadioLost(_mismatch(client)) from None
    except (CannotConnect, OSError, TimeoutError):
        raise RadioLost(f"no Z-Wave server answers at {_place(url)}") from None
    except Exception as error:  # noqa: BLE001  # whatever answers
        raise RadioLost(
            f"what answers at {_place(url)} is no Z-Wave server: {_kind(error)}"
        ) from None


def _place(url: str) -> str:
    """Name where a server is, without what only its friends know."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _mismatch(client: Client) -> str:
    ours = f"{MIN_SERVER_SCHEMA_VERSION} to {MAX_SERVER_SCHEMA_VERSION}"
    its = client.version
    if its is None:
        return f"the Z-Wave server does not speak schema {ours}"
    return (
        f"the Z-Wave server {its.server_version} speaks schema {its.min_schema_version} to "
        f"{its.max_schema_version}, and this hub {ours}: they must overlap"
    )


async def _listen(client: Client, ready: asyncio.Event, loss: Loss) -> None:
    """Listen until the end. It may end without an error: that is a loss all the same."""
    try:
        await client.listen(ready)
    except Exception as error:  # noqa: BLE001  # whatever the library met, this life is over
        loss.tell(f"the Z-Wave server sent what cannot be understood: {_kind(error)}")
    else:
        loss.tell(HUNG_UP)


async def _pulse(client: Client, ready: asyncio.Event, loss: Loss, settings: ZwaveSettings) -> None:
    """Ask again and again for something small: a server that hangs keeps its connection open."""
    await ready.wait()
    while True:
        await asyncio.sleep(settings.pulse_seconds)
        try:
            async with asyncio.timeout(settings.hung_seconds):
                await client.async_send_command({"command": "driver.get_log_config"})
        except TimeoutError:
            loss.hangs(f"the Z-Wave server hangs: no answer in {settings.hung_seconds:g} s")
            return
        except Exception as error:  # noqa: BLE001  # the listener tells what came to an end
            log.info("a pulse failed: %s", _kind(error))


async def _until_ready(ready: asyncio.Event, loss: Loss) -> None:
    waiting = asyncio.create_task(ready.wait())
    try:
        async with asyncio.timeout(OPEN_SECONDS):
            await loss.watch(waiting)
    except TimeoutError:
        loss.hangs(sentence := f"the Z-Wave server told nothing in {OPEN_SECONDS:g} s")
        raise RadioLost(sentence) from None


async def _leave(client: Client, tasks: set[asyncio.Task[None]], seconds: float) -> None:
    """Leave nothing behind, however the server is."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await _hang_up(client, seconds)


async def _hang_up(client: Client, seconds: float) -> None:
    with contextlib.suppress(Exception):
        async with asyncio.timeout(seconds):
            await client.disconnect()


def _end_told(end: asyncio.Future[str], loss: Loss) -> None:
    if not end.cancelled() and end.exception() is None:
        loss.tell(end.result())


def _kind(error: BaseException) -> str:
    """Name an error without its text: that may hold what was received."""
    return type(error).__name__
