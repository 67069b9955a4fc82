"""A connection to one camera: logged in, its services found, every answer within a time."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from drivers.onvif.client import Client, Hear, asked
from drivers.onvif.faults import CameraFault, Garbled
from drivers.onvif.profiles import Choice, Profile, choose
from drivers.onvif.redact import with_login
from drivers.onvif.settings import CameraSettings, Timing
from gateway.model.credential import Code

_SETUP = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
TEXT_MOST = 64


@dataclass(frozen=True, slots=True)
class About:
    """What a camera says of itself."""

    manufacturer: str = ""
    model: str = ""
    serial: str = ""


class Link:
    """Asks the camera. Every method raises a CameraFault where that comes to nothing."""

    def __init__(self, client: Client, settings: CameraSettings, timing: Timing) -> None:
        self._client = client
        self._settings = settings
        self._timing = timing
        self._secrets = (settings.password.text,)
        self.about = About()
        self.choice: Choice | None = None

    @property
    def settings(self) -> CameraSettings:
        """Give what it was logged in with."""
        return self._settings

    @property
    def client(self) -> Client:
        """Give the library's side of it, for subscriptions."""
        return self._client

    @property
    def host(self) -> str:
        """Give the host that answered."""
        return str(self._client.host)

    @property
    def skew_seconds(self) -> float | None:
        """Give how far the camera's clock was ahead at the login; None: it does not say."""
        return self._client.skew_seconds

    @property
    def source(self) -> str:
        """Give the token of the lens that is looked through."""
        return "" if self.choice is None else self.choice.main.source

    @property
    def profile(self) -> str:
        """Give the token of the profile that is recorded."""
        return "" if self.choice is None else self.choice.main.token

    async def enter(self) -> None:
        """Log in."""
        async with asked(self._secrets, 3 * self._timing.answer):
            told = await self._client.enter()
        words = ("Manufacturer", "Model", "SerialNumber")
        self.about = About(*(_text(told, word) for word in words))

    async def pulse(self) -> None:
        """Have it give a sign of life."""
        await self.ask("devicemgmt", "authless_GetSystemDateAndTime")

    async def check(self) -> None:
        """Have it give a sign of life to who knows the password."""
        await self.ask("devicemgmt", "GetDeviceInformation")

    async def skew_now(self) -> float | None:
        """Give how far its clock is ahead now."""
        # Beside, as the library makes its services anew for it, under those who use them.
        beside = Client(self.host, int(self._client.port), "", "", lambda _: None)
        try:
            async with asked(self._secrets, self._timing.answer):
                return await beside.read_clock()
        finally:
            await beside.close()

    async def ask(self, service: str, operation: str, what: Mapping[str, Any] | None = None) -> Any:
        """Have a service of the camera do something."""
        async with asked(self._secrets, self._timing.answer):
            made = await getattr(self._client, f"create_{service}_service")()
            return await getattr(made, operation)(dict(what or {}))

    async def streams(self) -> tuple[Code, Code | None]:
        """Give the addresses of the stream that is recorded, and of the one that is looked at."""
        self.choice = choose(await self._profiles())
        if self.choice is None:
            raise Garbled("it has no profile with a picture")
        main = await self._stream(self.choice.main)
        sub: Code | None = None
        if self.choice.sub is not None:
            with contextlib.suppress(CameraFault):  # then the one is looked at, too
                sub = await self._stream(self.choice.sub)
        return main, sub

    async def relays(self) -> tuple[str, ...]:
        """List the tokens of its relays."""
        told = await self.ask("devicemgmt", "GetRelayOutputs")
        tokens = (str(getattr(one, "token", "") or "") for one in told or ())
        return tuple(token for token in tokens if 0 < len(token) <= TEXT_MOST)

    async def snapshot_address(self) -> str:
        """Give where a picture of now is to be had, without a login in it."""
        told = await self.ask("media", "GetSnapshotUri", {"ProfileToken": self.profile})
        return self._ours(str(told.Uri or ""), "http")

    async def _profiles(self) -> list[Profile]:
        told = await self.ask("media", "GetProfiles")
        return [_profile(one) for one in told or ()]

    async def _stream(self, profile: Profile) -> Code:
        what = {"StreamSetup": _SETUP, "ProfileToken": profile.token}
        told = await self.ask("media", "GetStreamUri", what)
        url = self._ours(str(told.Uri or ""), "rtsp")
        return Code(with_login(url, self._settings.user, self._settings.password.text))

    def _ours(self, address: str, scheme: str) -> str:
        """Have an address lead to the host that answered: a login goes nowhere else."""
        try:
            parts = urlsplit(address.strip())
            port = parts.port
        except ValueError:
            raise Garbled("it gave an address that is none") from None
        if parts.scheme not in (scheme, f"{scheme}s") or not parts.hostname:
            raise Garbled("it gave an address that is none")
        host = f"[{self.host}]" if ":" in self.host else self.host
        if scheme == "http" and parts.hostname != self.host:
            port = int(self._client.port)
        return urlunsplit(parts._replace(netloc=host if port is None else f"{host}:{port}"))


@contextlib.asynccontextmanager
async def connected(
    settings: CameraSettings, place: tuple[str, int], timing: Timing, hear: Hear
) -> AsyncIterator[Link]:
    """Give a camera that let us in; raise a CameraFault where it does not."""
    client = Client(*place, settings.user, settings.password.text, hear)
    try:
        link = Link(client, settings, timing)
        await link.enter()
        yield link
    finally:
        await client.close()


def _profile(told: Any) -> Profile:
    """Read a profile: parts that are left out are left out."""
    source = getattr(told, "VideoSourceConfiguration", None)
    encoder = getattr(told, "VideoEncoderConfiguration", None)
    size = getattr(encoder, "Resolution", None)
    return Profile(
        token=_text(told, "token"),
        name=_text(told, "Name"),
        source=_text(source, "SourceToken"),
        encoding=_text(encoder, "Encoding"),
        width=_whole(size, "Width"),
        height=_whole(size, "Height"),
    )


def _text(told: object, name: str) -> str:
    return str(getattr(told, name, None) or "")[:TEXT_MOST]


def _whole(told: object, name: str) -> int:
    value = getattr(told, name, None)
    return value if isinstance(value, int) else 0
