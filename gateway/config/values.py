"""The forms that single values take: names, device ids, ports, code hashes, time zones."""

import re
import zoneinfo
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from gateway.config.errors import did_you_mean

MAX_NAME = 40
DRIVERS = ("zigbee",)
HIDDEN = "hidden"
"""Given as a value in an error, it stands for one that nobody may see."""

_HASH = re.compile(
    r"\$argon2id\$v=19\$m=(\d{4,7}),t=(\d{1,2}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}",
    re.ASCII,
)
_MAX_MEMORY_KIB = 262_144  # a check must not take more memory than a small computer has
_MAX_PASSES = 16


def fault(value: object, expected: str, hint: str = "") -> PydanticCustomError:
    """Make the error for a value of the right type and the wrong content."""
    context = {"value": value, "expected": expected, "hint": hint}
    return PydanticCustomError("nightlatch", "a wrong value", context)


def _name(value: str) -> str:
    if not value or len(value) > MAX_NAME:
        raise fault(value, f"a name of 1 to {MAX_NAME} characters")
    if not value.isprintable() or value != value.strip():
        raise fault(value, "a name of visible characters, without spaces at its ends")
    if not value[0].isalnum() or set(value) & set("\"'`/\\:,;"):
        expected = (
            "a name that begins with a letter or a digit, without quotes or any of / \\ : , ;"
        )
        raise fault(value, expected)
    return value


def _device_id(value: str) -> str:
    driver, colon, address = value.partition(":")
    if not colon or not driver:
        raise fault(value, "driver:address/part", 'as in "zigbee:00124b001ca10001/1"')
    if driver not in DRIVERS:
        known = " or ".join(DRIVERS)
        raise fault(value, f"an id that begins with {known}", did_you_mean(driver, DRIVERS))
    if re.fullmatch(r"[0-9a-f]{16}/([1-9]\d?|1\d\d|2[0-3]\d|240)", address, re.ASCII) is None:
        expected = "zigbee:, the address as 16 digits 0-9 and a-f, a slash, the endpoint 1 to 240"
        raise fault(value, expected, _repaired(address))
    return value


def _repaired(address: str) -> str:
    """Offer the id in our form when it is only written in another way."""
    digits, _, part = address.partition("/")
    digits = re.sub(r"[:.-]|^0x", "", digits.lower())
    if re.fullmatch(r"[0-9a-f]{16}", digits) is None or not part.isdecimal():
        return "`nightlatch devices` shows the ids"
    return f'write "zigbee:{digits}/{int(part)}"'


def _port(value: str) -> str:
    if not value or not value.isprintable():
        raise fault(value, "the stick's device file, or socket://host:port")
    if "://" not in value:
        return value
    try:
        url = urlsplit(value)
        sound = url.scheme == "socket" and bool(url.hostname) and url.port is not None
        bare = not (url.path or url.query or url.fragment or url.username)
    except ValueError:  # a port that is no number, or too great
        sound = bare = False
    if not sound or not bare:
        raise fault(value, "socket://host:port", 'as in "socket://192.168.1.20:6638"')
    return value


def _code_hash(value: object) -> str:
    hint = "run `nightlatch hash-code` and put its line here"
    if not isinstance(value, str):
        raise fault(HIDDEN, "the hash of a code, a text in quotes", hint)
    if value.isdecimal():
        hint = f"{hint}; think of a new code, as this one was stored in plain"
        raise fault(HIDDEN, "the hash of a code, never the code itself", hint)
    match = _HASH.fullmatch(value)
    if match is None:
        raise fault(HIDDEN, "the whole hash of a code, beginning with $argon2id$", hint)
    memory, passes, lanes = map(int, match.groups())
    if not 1 <= lanes <= 8 or not 1 <= passes <= _MAX_PASSES or memory > _MAX_MEMORY_KIB:
        raise fault(HIDDEN, "a hash that a small computer can check", hint)
    if memory < 8 * lanes:  # below, argon2 refuses to work at all
        raise fault(HIDDEN, "a hash with sound parameters", hint)
    return value


def _timezone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = sorted(zoneinfo.available_timezones())
        advice = (
            "look it up in the list of tz database time zones"
            if known
            else "this machine has no time zones: install its tzdata package"
        )
        hint = did_you_mean(value, known, advice)
        raise fault(value, 'an IANA time zone, as in "Europe/Berlin"', hint) from None
    return value


type Name = Annotated[str, AfterValidator(_name), Field(min_length=1, max_length=MAX_NAME)]
type DeviceAddress = Annotated[
    str,
    AfterValidator(_device_id),
    Field(json_schema_extra={"pattern": "^zigbee:[0-9a-f]{16}/[1-9][0-9]{0,2}$"}),
]
type Port = Annotated[str, AfterValidator(_port), Field(json_schema_extra={"minLength": 1})]
type CodeHash = Annotated[
    str,
    BeforeValidator(_code_hash),
    Field(json_schema_extra={"pattern": r"^\$argon2id\$"}),
]
type TimeZone = Annotated[str, AfterValidator(_timezone)]
