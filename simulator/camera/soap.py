"""SOAP 1.2: a call read from its envelope, an answer and a fault put into one."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from xml.etree import ElementTree as ET

from simulator.camera.auth import Token

NAMESPACES = {
    "env": "http://www.w3.org/2003/05/soap-envelope",
    "wsa5": "http://www.w3.org/2005/08/addressing",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
    "wstop": "http://docs.oasis-open.org/wsn/t-1",
    "wsrfr": "http://docs.oasis-open.org/wsrf/r-2",
    "ter": "http://www.onvif.org/ver10/error",
    "tt": "http://www.onvif.org/ver10/schema",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "timg": "http://www.onvif.org/ver20/imaging/wsdl",
    "tptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "tmd": "http://www.onvif.org/ver10/deviceIO/wsdl",
    "tns1": "http://www.onvif.org/ver10/topics",
}
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
CONTENT_TYPE = "application/soap+xml; charset=utf-8"
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}


class SoapFault(Exception):
    """The call is refused."""

    def __init__(
        self, subcode: str, reason: str, *, sender: bool = True, status: int = 400
    ) -> None:
        super().__init__(reason)
        self.subcode = subcode
        self.sender = sender
        self.status = status


class NotAuthorized(SoapFault):
    def __init__(self) -> None:
        super().__init__("ter:NotAuthorized", "Sender not authorized", status=401)


class Unknown(SoapFault):
    """What it names is not there."""

    def __init__(self, what: str) -> None:
        super().__init__("ter:InvalidArgVal", f"there is no {what}")


class NotSupported(SoapFault):
    def __init__(self, what: str) -> None:
        super().__init__("ter:ActionNotSupported", f"{what} is not supported", sender=False)
        self.status = 500


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its operation, as `prefix:name` with our prefixes, and what was said with it."""

    operation: str
    body: ET.Element
    message_id: str = ""
    token: Token | None = None

    def text(self, name: str, default: str = "") -> str:
        """Give the text of the first element of that name, wherever it is."""
        found = next(self.all(name), None)
        return default if found is None else (found.text or "").strip()

    def all(self, name: str) -> Iterator[ET.Element]:
        return (one for one in self.body.iter() if _local(one) == name)


def parse(raw: bytes) -> Call:
    """Read an envelope, or raise SoapFault."""
    try:
        root = ET.fromstring(raw)  # noqa: S314  # our own hub says it
    except (ET.ParseError, ValueError) as error:
        raise SoapFault("ter:WellFormed", f"not XML: {error}") from None
    body = next((one for one in root if _local(one) == "Body"), None)
    if body is None or not len(body):
        raise SoapFault("ter:TagMismatch", "an envelope with a body was expected")
    head = next((one for one in root if _local(one) == "Header"), None)
    said = {} if head is None else {_local(one): one.text or "" for one in head.iter()}
    uri, _, name = body[0].tag.removeprefix("{").partition("}")
    operation = f"{_PREFIXES.get(uri, '?')}:{name}"
    return Call(operation, body[0], said.get("MessageID", ""), _token(said))


def envelope(body: str, *, action: str = "", relates_to: str = "") -> bytes:
    """Wrap the text of an answer."""
    head = f"<wsa5:Action>{action}</wsa5:Action>" if action else ""
    if action and relates_to:
        head += f"<wsa5:RelatesTo>{escape(relates_to)}</wsa5:RelatesTo>"
    text = f"<env:Header>{head}</env:Header><env:Body>{body}</env:Body>"
    return f"{_XML}<env:Envelope {_DECLARED}>{text}</env:Envelope>".encode()


def fault(refused: SoapFault) -> bytes:
    code = "env:Sender" if refused.sender else "env:Receiver"
    sub = f"<env:Subcode><env:Value>{refused.subcode}</env:Value></env:Subcode>"
    reason = f'<env:Reason><env:Text xml:lang="en">{escape(str(refused))}</env:Text></env:Reason>'
    return envelope(
        f"<env:Fault><env:Code><env:Value>{code}</env:Value>{sub}</env:Code>{reason}</env:Fault>"
    )


def _token(said: dict[str, str]) -> Token | None:
    if "Username" not in said or "Password" not in said:
        return None
    names = ("Username", "Password", "Nonce", "Created")
    return Token(*(said.get(name, "").strip() for name in names))


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
