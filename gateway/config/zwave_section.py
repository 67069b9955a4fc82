"""The section `[zwave]`: a stick whose server the hub runs itself, or a server that is there."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from gateway.config.errors import did_you_mean
from gateway.config.section import Section
from gateway.config.values import Name, address, fault
from gateway.model.capability import READINGS

MAX_DIGITS = 5

OWN_SERVER = ("port", "node", "keys", "soft_reset", "recovery", "log_level")
"""The keys that say how the hub runs a server, and mean nothing for another's."""

_WORDS = tuple(
    f"{capability}.{value}"
    for capability, kind in READINGS.items()
    for value in kind
    if value != "unknown" and len(kind) > 1
)


def _stick(value: str) -> str:
    return address(value, "tcp", "tcp://192.168.1.20:4000")


def _url(value: str) -> str:
    try:
        url = urlsplit(value)
        sound = url.scheme in {"ws", "wss"} and bool(url.hostname) and url.port is not None
    except ValueError:  # a port that is no number, or too great
        sound = False
    if not sound or not value.isprintable():
        raise fault(value, "ws://host:port", 'as in "ws://127.0.0.1:3000"')
    return value


def _number(value: str) -> str:
    if not (value.isascii() and value.isdecimal() and len(value) <= MAX_DIGITS):
        raise fault(value, "a number that the device sends", 'as in { 255 = "contact.open" }')
    return value


def _word(value: str) -> str:
    if value not in _WORDS:
        hint = did_you_mean(value, _WORDS, 'as in "contact.open"')
        raise fault(value, "a reading and its value", hint)
    return value


def _reads(value: Mapping[str, str]) -> Mapping[str, str]:
    if len({word.partition(".")[0] for word in value.values()}) != 1:
        hint = "one number of a device tells one thing"
        raise fault(dict(value), "one value or more, all of one reading", hint)
    return value


type StickPort = Annotated[str, AfterValidator(_stick), Field(json_schema_extra={"minLength": 1})]
type ServerUrl = Annotated[
    str, AfterValidator(_url), Field(json_schema_extra={"pattern": "^wss?://"})
]
type Reads = Annotated[
    dict[Annotated[str, AfterValidator(_number)], Annotated[str, AfterValidator(_word)]],
    AfterValidator(_reads),
]


class LogLevel(StrEnum):
    """How much of the server's own log comes into the hub's."""

    ERROR = "error"
    WARN = "warn"
    INFO = "info"


class Source(StrEnum):
    """Where a device's value comes from."""

    NOTIFICATION = "notification"
    BINARY_SENSOR = "binary_sensor"
    BINARY_SWITCH = "binary_switch"
    BASIC = "basic"


class OverrideSection(Section):
    """What one value of one device means, where Z-Wave's own words do not tell it."""

    device: Name = Field(description="The name of the device.", examples=["garage_door"])
    source: Source = Field(
        strict=False, description="Where the value comes from.", examples=["basic"]
    )
    name: str = Field(
        "",
        max_length=80,
        description="Which one: a notification's type and variable, or the type of a binary "
        "sensor, as `nightlatch log --json` shows them. The other sources have only one.",
        examples=["Home Security/Cover status"],
    )
    reads: Reads = Field(
        description="What its numbers mean, as `reading.value`. Off and on are 0 and 255.",
        examples=[{"0": "contact.closed", "255": "contact.open"}],
    )


class ZwaveSection(Section):
    """The Z-Wave stick. Leave the section out where there is none."""

    port: StickPort | None = Field(
        None,
        description="The stick's device file, or `tcp://host:port` for one on the network. The "
        "name under /dev/serial/by-id stays the same when sticks change places.",
        examples=["/dev/serial/by-id/usb-Zooz_800_Z-Wave_Stick_533D004242-if00"],
    )
    url: ServerUrl | None = Field(
        None,
        description="Instead of `port`: a Z-Wave JS server that somebody else runs. Whoever "
        "reaches it can open the locks, so it belongs on this machine.",
        examples=["ws://127.0.0.1:3000"],
    )
    node: str | None = Field(
        None,
        min_length=1,
        description="The program `node` (22 or newer). Left out: the one that pip brought with "
        "`nightlatch[zwave]`, else the system's.",
        examples=["/usr/bin/node"],
    )
    keys: str | None = Field(
        None,
        min_length=1,
        description="The file of the network's keys; a relative path starts at the configuration "
        "file's folder. Left out: `zwave/keys.toml` in the state folder. It is made once, with "
        "mode 0600: keep a copy in a safe place.",
        examples=["/etc/nightlatch/zwave-keys.toml"],
    )
    soft_reset: bool = Field(
        default=True,
        description="Whether the stick may be restarted by a command. A few old ones, and some "
        "virtual machines, lose a stick by that.",
        examples=[False],
    )
    recovery: bool = Field(
        default=True,
        description="Whether a stick that does not answer is restarted.",
        examples=[False],
    )
    log_level: LogLevel = Field(
        LogLevel.ERROR,
        strict=False,
        description="What of the server's own log comes into the hub's. Codes and keys never do.",
        examples=["warn"],
    )
    siren_tone: Annotated[int, Field(ge=1, le=254)] | None = Field(
        None,
        description="The number of the tone that sirens play in an alarm. Left out: the one that "
        "is named after burglars or alarms, else the siren's own choice.",
        examples=[5],
    )
    siren_volume: int = Field(
        100, ge=1, le=100, description="How loud sirens play it, in percent.", examples=[60]
    )
    overrides: list[OverrideSection] = Field(
        default_factory=list[OverrideSection],
        alias="override",
        description="What devices mean that speak their own way.",
    )
