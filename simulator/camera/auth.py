"""Who may: Basic and Digest of HTTP and RTSP, and the UsernameToken of WS-Security."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5, sha1
from urllib.request import parse_http_list, parse_keqv_list

REALM = "Nightlatch"


@dataclass(frozen=True, slots=True)
class Login:
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Token:
    """A UsernameToken as it came, its password as digest."""

    user: str
    digest: str  # base64
    nonce: str  # base64
    created: str  # ISO 8601, UTC

    def age(self, now: float) -> float:
        """Give how many seconds ago it was made, by a clock that says `now`; negative: to be."""
        made = datetime.fromisoformat(self.created)
        return now - (made if made.tzinfo else made.replace(tzinfo=UTC)).timestamp()

    def proves(self, login: Login) -> bool:
        raw = base64.b64decode(self.nonce) + self.created.encode() + login.password.encode()
        digest = base64.b64encode(sha1(raw).digest()).decode()  # noqa: S324  # the standard's choice
        return self.user == login.user and _same(digest, self.digest)


class Gate:
    """Asks for one way of proof, and checks it."""

    def __init__(self, scheme: str, refused: Callable[[str], None]) -> None:
        self._scheme = scheme  # "digest", "basic" or "none"
        self._refused = refused
        self._nonce = secrets.token_hex(16)

    def challenge(self) -> str:
        if self._scheme == "basic":
            return f'Basic realm="{REALM}"'
        return f'Digest realm="{REALM}", nonce="{self._nonce}", qop="auth", algorithm=MD5'

    def admits(self, login: Login, method: str, header: str) -> bool:
        """Tell whether a request with this Authorization header may pass."""
        if self._scheme == "none":
            return True
        scheme, _, rest = header.partition(" ")
        if scheme.lower() != self._scheme:
            return False
        is_true = (
            _basic(login, rest) if self._scheme == "basic" else self._digest(login, method, rest)
        )
        if not is_true:
            self._refused(self._scheme)
        return is_true

    def _digest(self, login: Login, method: str, rest: str) -> bool:
        said = parse_keqv_list(parse_http_list(rest))
        if said.get("nonce") != self._nonce or said.get("username") != login.user:
            return False
        secret = _md5(f"{login.user}:{REALM}:{login.password}")
        asked = _md5(f"{method}:{said.get('uri', '')}")
        middle = self._nonce
        if said.get("qop"):
            middle = f"{self._nonce}:{said.get('nc')}:{said.get('cnonce')}:{said.get('qop')}"
        return _same(_md5(f"{secret}:{middle}:{asked}"), said.get("response", ""))


def _basic(login: Login, rest: str) -> bool:
    try:
        given = base64.b64decode(rest, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return _same(given, f"{login.user}:{login.password}")


def _md5(text: str) -> str:
    return md5(text.encode()).hexdigest()  # noqa: S324  # RFC 2617's choice


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
