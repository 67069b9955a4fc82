"""The thin layer over onvif-zeep-async: everything of that library, zeep and lxml is in here.

Its time offset, its services and its messages are used; of its subscription managers, none.
"""

import asyncio
import contextlib
import datetime as dt
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import zeep.exceptions
from lxml import etree  # type: ignore[import-untyped]  # it has none
from onvif import ONVIFCamera, ONVIFError  # type: ignore[import-untyped]  # it has none
from onvif.util import (  # type: ignore[import-untyped]  # same
    extract_subcodes_as_strings,
    replace_host_port,
)
from zeep.plugins import Plugin

from drivers.onvif.faults import Garbled, Refused, Unreachable, WrongPassword
from drivers.onvif.message import Message, messages
from drivers.onvif.redact import Redacting, hide

MEDIA = "http://www.onvif.org/ver10/media/wsdl"
EVENTS = "http://www.onvif.org/ver10/events/wsdl"
PULL = "PullPointSubscription"
PUSH = "NotificationConsumer"
ANSWER_MOST = 2 * 1024 * 1024  # bytes, unpacked
_LIBRARIES = ("onvif", "zeep")
_DENIED = frozenset({401, 403})
_DENIALS = ("not authorized", "notauthorized", "unauthorized", "authority failure")

type Hear = Callable[[Message], None]


class Client(ONVIFCamera):  # type: ignore[misc]  # the library has no types
    """One camera, at the address that answers. For one connection: a new one begins anew."""

    def __init__(self, host: str, port: int, user: str, password: str, hear: Hear) -> None:
        super().__init__(host, port, user, password, no_cache=True, adjust_time=True)
        self.dt_diff: dt.timedelta | None = None
        self._hear = hear
        self._making: set[asyncio.Task[Any]] = set()

    async def enter(self) -> Any:
        """Look at its clock, log in, find its services; give what it says of itself.

        The login is the first thing that can be refused: one wrong password is one try.
        """
        device = await self._clock()
        about = await device.GetDeviceInformation()
        if not await self._update_xaddrs_from_services(device):
            await self._update_xaddrs_from_capabilities(device)
        # Cameras that say to have no events may have them all the same.
        self.xaddrs.setdefault(EVENTS, f"http://{self._place}/onvif/event_service")
        return about

    async def read_clock(self) -> float | None:
        """Give by how many seconds the camera's clock is ahead of ours; None: it does not say."""
        await self._clock()
        return self.skew_seconds

    @property
    def skew_seconds(self) -> float | None:
        """Give how far its clock was ahead at the login."""
        return None if self.dt_diff is None else self.dt_diff.total_seconds()

    def rewrite_url(self, url: str | None) -> str | None:
        """Have an address of another host lead to the one that answered: it is behind a NAT."""
        if url is None or (urlsplit(url).hostname or "").lower() == self.host.lower():
            return url
        moved: str | None = replace_host_port(url, self.host, self.port)
        return moved

    async def create_onvif_service(self, *args: Any, **more: Any) -> Any:
        """Give a service whose answers are tidied before they are read."""
        making = asyncio.create_task(super().create_onvif_service(*args, **more))
        self._making.add(making)
        making.add_done_callback(self._made)
        # Given up half-way, it would leave a session open that nobody knows of.
        service = await asyncio.shield(making)
        if not self.user:  # a proof of nobody's identity is refused where none is asked for
            service.ws_client = service.ws_client_authless
        if not any(isinstance(plugin, _Tidy) for plugin in service.zeep_client.plugins):
            _bound(service)
            for client in (service.zeep_client, service.zeep_client_authless):
                client.plugins.append(_Tidy(self._hear))
        return service

    async def close(self) -> None:
        """Hang up, to the end: also for who is cancelled meanwhile."""
        closing = asyncio.create_task(self._close())
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await asyncio.wait([closing])
            raise

    async def _close(self) -> None:
        if self._making:
            await asyncio.wait(self._making)  # what is half made leaves a session, too
        await super().close()

    def _made(self, making: asyncio.Task[Any]) -> None:
        self._making.discard(making)
        if not making.cancelled():
            making.exception()  # somebody looked: where it was given up, nobody else will

    async def subscribed(self, kind: str, reference: Any) -> tuple[Any, Any]:
        """Give what pulls from, and what manages, a subscription that the camera made."""
        address = self.rewrite_url(str(reference.Address._value_1).strip())  # noqa: SLF001  # how zeep calls a text
        self.xaddrs[f"{EVENTS}/{kind}"] = address
        pull = await self.create_onvif_service("pullpoint", port_type=kind)
        manage = await self.create_onvif_service("subscription", port_type=kind)
        return pull, manage

    async def _clock(self) -> Any:
        self.dt_diff = None
        try:
            return await self._devicemgmt_with_time()
        except (AttributeError, TypeError, ValueError):
            # It tells no time, or one that no calendar has: it is taken at our own.
            self.adjust_time = False
            return await self._devicemgmt_with_time()

    @property
    def _place(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class AnswerTooLarge(ValueError):
    """A camera says more than any camera has to say."""


class _Bounded(aiohttp.ClientResponse):
    """An answer that is read up to a size."""

    async def read(self) -> bytes:
        """Give all of it, once; raise AnswerTooLarge."""
        body = bytearray()
        async for chunk in self.content.iter_chunked(64 * 1024):
            body += chunk
            if len(body) > ANSWER_MOST:
                self.close()
                raise AnswerTooLarge
        return bytes(body)


def _bound(service: Any) -> None:
    """Have a service read its answers up to a size: the library reads whatever comes."""
    old: aiohttp.ClientSession = service.transport.session
    if old.closed:
        return
    made = aiohttp.ClientSession(
        connector=old.connector, timeout=old.timeout, response_class=_Bounded
    )
    service.transport.session = service._session = made  # noqa: SLF001  # what it hangs up at the end
    old.detach()


class _Tidy(Plugin):
    """Takes out of an answer what zeep would stumble over, and the notifications, which we read."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear

    def ingress(self, envelope: Any, http_headers: Any, operation: Any) -> Any:
        """Be shown an answer before it is read."""
        for element in [one for one in envelope.iter() if _is_undeclared(one)]:
            _remove(element)
        if operation.name == "PullMessages":
            for message in messages(envelope):
                self._hear(message)
            for element in list(envelope.iter("{*}NotificationMessage")):
                _remove(element)
        return envelope, http_headers


async def preload() -> None:
    """Read the descriptions of the services that every camera is asked for: a second, in a thread.

    The library keeps them, and would else read them once for each camera that comes first.
    """
    client = Client("localhost", 80, "", "", lambda _: None)
    client.xaddrs = dict.fromkeys((MEDIA, EVENTS), "http://localhost/")
    try:
        for service in ("devicemgmt", "media", "events"):
            await client.create_onvif_service(service)
    finally:
        await client.close()


def read_xml(body: bytes) -> Any | None:
    """Read a post of a camera; None where it is no XML. Entities and addresses are left alone."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


@contextlib.asynccontextmanager
async def asked(secrets: Iterable[str], seconds: float) -> AsyncIterator[None]:
    """Bound the wait for an answer, and say in our words what went wrong with it."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise Unreachable(f"it did not answer within {seconds:g} s") from None
    except zeep.exceptions.Fault as fault:
        text = hide(str(fault.message or "without a reason"), secrets)
        if _is_denial(fault):
            raise WrongPassword(f"it refuses the user or the password: {text}") from None
        raise Refused(f"it refused: {text}") from None
    except zeep.exceptions.TransportError as error:
        if error.status_code in _DENIED:
            raise WrongPassword("it refuses the user or the password") from None
        raise Garbled(f"it answered with HTTP status {error.status_code}") from None
    except (aiohttp.ClientError, OSError) as error:
        raise Unreachable(f"it cannot be reached: {why(error)}") from None
    except (ONVIFError, zeep.exceptions.Error, etree.LxmlError) as error:
        raise Garbled(hide(f"it has no such service: {error}", secrets)) from None
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise Garbled(f"its answer makes no sense: {type(error).__name__}") from None


def why(error: Exception) -> str:
    """Say in words why nothing came of a question."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "nobody knows its name"
        case OSError(errno=int(number)):
            return os.strerror(number).lower()
        case TimeoutError():
            return "it took too long"
        case _:
            return "it hung up"


def quiet(secrets: Callable[[], Iterable[str]]) -> contextlib.ExitStack:
    """Have the libraries log nothing secret until the stack is closed."""
    stack = contextlib.ExitStack()
    names = [*_LIBRARIES, *(n for n in logging.root.manager.loggerDict if n.startswith("zeep."))]
    names += [n for n in logging.root.manager.loggerDict if n.startswith("onvif.")]
    for name in sorted(set(names)):
        redacting = Redacting(secrets)
        logging.getLogger(name).addFilter(redacting)
        stack.callback(logging.getLogger(name).removeFilter, redacting)
    return stack


def term_of(answer: Any, wished: float) -> float:
    """Give for how many seconds a subscription holds by what the camera answered."""
    begins, ends = answer.CurrentTime, answer.TerminationTime
    try:
        seconds = (ends - begins).total_seconds()
    except (TypeError, AttributeError, OverflowError):
        return wished
    return float(min(seconds, wished)) if seconds > 0 else wished


def interval(seconds: float) -> dt.timedelta:
    """Give seconds as zeep wants them."""
    return dt.timedelta(seconds=seconds)


def _is_denial(fault: Any) -> bool:
    codes = extract_subcodes_as_strings(fault.subcodes) if fault.subcodes is not None else []
    text = f"{' '.join(codes)} {fault.message or ''}".lower()
    return any(word in text for word in _DENIALS)


def _is_undeclared(element: Any) -> bool:
    tag = element.tag
    return isinstance(tag, str) and ":" in tag and not tag.startswith("{")


def _remove(element: Any) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
