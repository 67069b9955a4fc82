"""A bare client of an ONVIF device for tests: envelopes by hand, answers as text."""

import base64
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import Any
from xml.etree import ElementTree as ET

import aiohttp

NAMESPACES = {
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "timg": "http://www.onvif.org/ver20/imaging/wsdl",
    "tptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
    "wsa5": "http://www.w3.org/2005/08/addressing",
}
_SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
ANSWER_SECONDS = 60.0


class Refused(Exception):
    """A SOAP fault: its status and reason."""


class Onvif:
    """Asks one camera as somebody."""

    def __init__(
        self, address: str, user: str = "nightlatch", password: str = "nightlatch"
    ) -> None:
        self.address = address
        self.user = user
        self.password = password
        self.ahead = 0.0  # seconds that its clock is

    async def ask(self, body: str, path: str = "device_service") -> ET.Element:
        """Ask, and give the answer's body; Refused where it is a fault."""
        url = path if path.startswith("http") else f"http://{self.address}/onvif/{path}"
        status, raw = await self.raw(body, url)
        root = ET.fromstring(raw)
        if status != 200:
            reason = root.findtext(".//{http://www.w3.org/2003/05/soap-envelope}Text")
            raise Refused(f"{status} {reason}")
        return root

    async def raw(self, body: str, url: str) -> tuple[int, bytes]:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=self._envelope(body)) as answer,
        ):
            return answer.status, await answer.read()

    async def text(self, body: str, name: str, path: str = "device_service") -> str:
        """Ask, and give the text of the first element of that name."""
        root = await self.ask(body, path)
        return next(one.text or "" for one in root.iter() if one.tag.endswith(f"}}{name}"))

    async def pull_point(self) -> str:
        """Subscribe; give the subscription's address."""
        return await self.text("<tev:CreatePullPointSubscription/>", "Address", "event_service")

    async def pull(self, address: str, seconds: int = 20) -> list[dict[str, Any]]:
        """Pull messages as topic, operation and data."""
        body = f"<tev:PullMessages><tev:Timeout>PT{seconds}S</tev:Timeout><tev:MessageLimit>50"
        root = await self.ask(f"{body}</tev:MessageLimit></tev:PullMessages>", address)
        return [_told(one) for one in root.iter(f"{{{NAMESPACES['wsnt']}}}NotificationMessage")]

    def _envelope(self, body: str) -> str:
        nonce = secrets.token_bytes(16)
        made = datetime.now(UTC) + timedelta(seconds=self.ahead)  # noqa: TID251  # a client's own clock
        created = made.strftime("%Y-%m-%dT%H:%M:%SZ")
        digest = sha1(nonce + created.encode() + self.password.encode()).digest()
        spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
        return (
            f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" {spaces}><s:Header>'
            f'<w:Security xmlns:w="{_SECURITY}" xmlns:u="{_UTILITY}"><w:UsernameToken>'
            f"<w:Username>{self.user}</w:Username>"
            f"<w:Password>{base64.b64encode(digest).decode()}</w:Password>"
            f"<w:Nonce>{base64.b64encode(nonce).decode()}</w:Nonce>"
            f"<u:Created>{created}</u:Created></w:UsernameToken></w:Security></s:Header>"
            f"<s:Body>{body}</s:Body></s:Envelope>"
        )


def _told(message: ET.Element) -> dict[str, Any]:
    told: dict[str, Any] = {"operation": ""}
    for one in message.iter():
        name = one.tag.rpartition("}")[2]
        if name == "Topic":
            told["topic"] = one.text
        elif name == "Message" and "UtcTime" in one.attrib:
            told["operation"] = one.get("PropertyOperation", "")
        elif name == "SimpleItem":
            told[one.get("Name", "")] = one.get("Value")
    return told
