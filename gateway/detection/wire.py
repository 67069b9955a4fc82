"""What the hub and the detection say to each other: lines of JSON, by the child's stdin and stdout.

Addresses of streams hold passwords, so a line is never logged.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import orjson
from cattrs import Converter
from cattrs.errors import BaseValidationError
from cattrs.preconf.orjson import make_converter
from cattrs.strategies import configure_tagged_union

from gateway.codec import CodecError, decode_event, encode
from gateway.detection.plan import Plan
from gateway.model.credential import Code, Noticed, StreamsFound, ViewChanged
from gateway.model.device import DeviceId
from gateway.model.effect import Inspect, KeepClip
from gateway.model.event import Event, Telemetry

LINE_BYTES_MAX = 1 << 20
"""Of what the detection says."""
ASK_BYTES_MAX = 64 << 20
"""Of what the hub says: the plan of a hundred cameras with all their zones is one line."""


@dataclass(frozen=True, slots=True)
class Begin:
    """Look at these cameras. The first line, and the only one of its kind."""

    plan: Plan


type Ask = Begin | StreamsFound | Noticed | ViewChanged | Inspect | KeepClip
"""What the hub says."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The model is loaded and has found the person in its own picture."""

    provider: str
    words: str  # for the log: which model


@dataclass(frozen=True, slots=True)
class Beat:
    """The detection lives, and so do its threads. Told once a second."""

    looked: int  # pictures looked at since the last beat
    skipped: int  # pictures that a newer one overtook


@dataclass(frozen=True, slots=True)
class Happened:
    """An event for the house."""

    event: Event


@dataclass(frozen=True, slots=True)
class Failed:
    """The detection cannot begin, or go on; a sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class Watched:
    """How a camera's streams are. Told every few seconds, for `nightlatch doctor`."""

    device: DeviceId
    small: str  # "h264 640x360"; where it is lost, why
    small_lost: bool
    per_second: float  # pictures of it that were decoded
    large: str = ""  # "": it is not opened
    large_lost: bool = False


type Answer = Ready | Beat | Happened | Watched | Telemetry | Failed
"""What the detection says."""


def line(said: Ask | Answer) -> bytes:
    """Write one line."""
    kind = Ask if isinstance(said, Ask.__value__) else Answer
    return orjson.dumps(_converter().unstructure(said, unstructure_as=kind)) + b"\n"


def read_ask(data: bytes) -> Ask:
    """Read a line of the hub's; raise CodecError."""
    return cast("Ask", _read(data, Ask))


def read_answer(data: bytes) -> Answer:
    """Read a line of the detection's; raise CodecError."""
    return cast("Answer", _read(data, Answer))


def _read(data: bytes, kind: Any) -> object:
    try:
        return _converter().structure(orjson.loads(data), kind)
    except (ValueError, TypeError, LookupError, AttributeError, BaseValidationError) as wrong:
        # Nothing of the line itself: it may hold a password.
        raise CodecError(f"a line that is none of ours: {type(wrong).__name__}") from None


@cache
def _converter() -> Converter:
    made = make_converter()
    made.register_unstructure_hook(Code, lambda code: code.text)
    made.register_structure_hook(Code, lambda text, _: Code(str(text)))
    made.register_unstructure_hook(Path, str)
    made.register_structure_hook(Path, lambda text, _: Path(str(text)))
    # Events have their own tagged form, the one of the journal.
    made.register_unstructure_hook(
        Happened, lambda one: {"event": encode(one.event, Event).decode()}
    )
    made.register_structure_hook(
        Happened, lambda one, _: Happened(decode_event(str(one["event"]).encode()))
    )
    for union in (Ask, Answer):
        configure_tagged_union(union, made, tag_name="is")
    return made
