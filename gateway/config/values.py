"""The forms that single values take: names, device ids, ports, code hashes, time zones."""

import re
import zoneinfo
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from gateway.config.errors import did_you_mean

MAX_NAME = 40
DRIVERS = ("zigbee", "zwave")
CAMERAS = "onvif"
"""The driver of cameras, which have a section each; a device of theirs is a relay or an input."""
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
    if driver not in _FORMS:
        known = " or ".join(_FORMS)
        raise fault(value, f"an id that begins with {known}", did_you_mean(driver, [*_FORMS]))
    form, expected = _FORMS[driver]
    if re.fullmatch(form, address, re.ASCII) is None:
        raise fault(value, expected, _repaired(driver, address))
    return value


_FORMS = {
    "zigbee": (
        r"[0-9a-f]{16}/([1-9]\d?|1\d\d|2[0-3]\d|240)",
        "zigbee:, the address as 16 digits 0-9 and a-f, a slash, the endpoint 1 to 240",
    ),
    "zwave": (
        r"[0-9a-f]{8}/[1-9]\d{0,3}/(\d|[1-9]\d|1[01]\d|12[0-7])",
        "zwave:, the network as 8 digits 0-9 and a-f, a slash, the node, a slash, the endpoint",
    ),
    CAMERAS: (
        r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}/(input|relay)[0-9]{1,3}",
        "onvif:, the camera's name, a slash, input or relay with its number",
    ),
}


def _repaired(driver: str, address: str) -> str:
    """Offer the id in our form when it is only written in another way."""
    digits, _, part = address.partition("/")
    digits = re.sub(r"[:.-]|^0x", "", digits.lower())
    sound = re.fullmatch(r"[0-9a-f]{16}", digits) is not None and part.isdecimal()
    if driver != "zigbee" or not sound:
        return "`nightlatch devices` shows the ids"
    return f'write "zigbee:{digits}/{int(part)}"'


def _port(value: str) -> str:
    return address(value, "socket", "socket://192.168.1.20:6638")


def address(value: str, scheme: str, example: str) -> str:
    """Give a stick's device file or address as it is, if it is one; else raise the fault."""
    if not value or not value.isprintable():
        raise fault(value, f"the stick's device file, or {scheme}://host:port")
    if "://" in value and (wrong := _wrong_address(value, scheme)):
        raise fault(value, f"{scheme}://host:port", f'{wrong}: as in "{example}"')
    return value


def _wrong_address(value: str, scheme: str) -> str:
    """Say what is wrong with an address; nothing where it is sound."""
    try:
        url = urlsplit(value)
    except ValueError:
        return "the host cannot be read"
    if url.scheme != scheme:
        return f"this radio takes {scheme}://, not {url.scheme}://"
    if not url.hostname:
        return "the host is missing"
    if url.path or url.query or url.fragment or url.username:
        return "nothing but host and port"
    return _wrong_port(url)


def _wrong_port(url: SplitResult) -> str:
    try:
        port = url.port
    except ValueError:  # no number, or too great
        port = 0
    if port is None:
        return "the port is missing"
    return "" if port else "a port is a number from 1 to 65535"


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
    Field(
        json_schema_extra={
            "pattern": "^(zigbee:[0-9a-f]{16}/[1-9][0-9]{0,2}|"
            "zwave:[0-9a-f]{8}/[1-9][0-9]{0,3}/[0-9]{1,3}|"
            "onvif:[A-Za-z0-9_-]+/(input|relay)[0-9]{1,3})$"
        }
    ),
]
type Port = Annotated[str, AfterValidator(_port), Field(json_schema_extra={"minLength": 1})]
type CodeHash = Annotated[
    str,
    BeforeValidator(_code_hash),
    Field(json_schema_extra={"pattern": r"^\$argon2id\$"}),
]
type TimeZone = Annotated[str, AfterValidator(_timezone)]
