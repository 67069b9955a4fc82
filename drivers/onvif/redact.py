"""Keeps passwords out of whatever is logged: addresses, errors, the library's own lines. Pure."""

import logging
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus, urlsplit, urlunsplit

HIDDEN = "****"
TEXT_MOST = 300  # of a sentence: cameras send whole pages along with an error
_LOGIN = re.compile(r"(?<=://)[^/@\s]+@")
_QUERY = re.compile(r"(?i)\b(user(?:name)?|pass(?:word|wd)?|pwd|token)=[^&\s\"'<>]+")


def hide(text: str, secrets: Iterable[str] = ()) -> str:
    """Give a text without logins in addresses, without secrets, and of a bearable length."""
    for secret in secrets:
        if secret:
            for form in sorted({secret, quote(secret, safe=""), quote_plus(secret)}, key=len)[::-1]:
                text = text.replace(form, HIDDEN)
    text = _QUERY.sub(rf"\1={HIDDEN}", _LOGIN.sub(f"{HIDDEN}@", text))
    text = " ".join(text.split())
    return text if len(text) <= TEXT_MOST else f"{text[:TEXT_MOST]}…"


def with_login(url: str, user: str, password: str) -> str:
    """Give an address with the login in it, whatever login it had."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    if user:
        login = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
        place = f"{login}@{place}"
    return urlunsplit(parts._replace(netloc=place))


class Redacting(logging.Filter):
    """Hides secrets in the lines of the libraries, and drops what may quote whole messages."""

    def __init__(self, secrets: Callable[[], Iterable[str]]) -> None:
        super().__init__()
        self._secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a warning pass, its text clean; nothing below one: proofs of identity are in it."""
        if record.levelno < logging.WARNING:
            return False
        record.msg = hide(record.getMessage(), self._secrets())
        record.args = ()
        record.exc_info = None
        record.exc_text = None
        return True
