"""Constants between text and value: quoted words, durations, instants."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from rules.expression.kinds import DURATION_MAX

_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "?": "?", '"': '"', "'": "'", "`": "`",
}  # fmt: skip
_ESCAPE = re.compile(
    r"\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.?))",
    re.DOTALL,
)
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(h|ms|us|m|s)", re.ASCII)
_DURATION = re.compile(rf"-?(?:{_PART.pattern})+", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_MICROSECONDS = {
    "h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000, "ms": 1_000, "us": 1
}  # fmt: skip


def unquoted(body: str) -> str | None:
    """Give what stands between two quotes, its escapes (CEL's) resolved; None for a bad escape."""
    bad = False

    def one(match: re.Match[str]) -> str:
        nonlocal bad
        hexed = match[1] or match[2] or match[3]
        code = int(hexed, 16) if hexed else int(match[4], 8) if match[4] else None
        if code is None:
            bad = bad or match[5] not in _ESCAPES
            return _ESCAPES.get(match[5], "")
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            bad = True
            return ""
        return chr(code)

    text = _ESCAPE.sub(one, body)
    return None if bad else text


def quoted(text: str) -> str:
    """Give the literal of a text."""
    return '"' + "".join(_quoted(char) for char in text) + '"'


def _quoted(char: str) -> str:
    if char in {'"', "\\"}:
        return "\\" + char
    if char.isprintable():
        return char
    return f"\\U{ord(char):08x}"


def duration(text: str) -> timedelta | None:
    """Read `1h30m`, `-1.5s`, `250ms`; None if it is none, longer than CEL's or finer than 1 us."""
    if not _DURATION.fullmatch(text):
        return None
    parts = _PART.findall(text)
    total = sum(Decimal(number) * _MICROSECONDS[unit] for number, unit in parts)
    if total != int(total) or total > DURATION_MAX // timedelta(microseconds=1):
        return None
    span = timedelta(microseconds=int(total))
    return -span if text.startswith("-") else span


def duration_text(span: timedelta) -> str:
    """Write a duration as short as it can be read again."""
    sign, rest = ("-", -span) if span < timedelta(0) else ("", span)
    hours, rest = divmod(rest, timedelta(hours=1))
    minutes, rest = divmod(rest, timedelta(minutes=1))
    seconds, rest = divmod(rest, timedelta(seconds=1))
    parts = (hours, "h"), (minutes, "m"), (seconds, "s"), (rest.microseconds, "us")
    return sign + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0s")


def instant(text: str) -> datetime | None:
    """Read an RFC 3339 timestamp, which names its offset; None if it is none."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def instant_text(when: datetime) -> str:
    """Write an instant in UTC."""
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")
