"""The forms that single values of a rule take: spans of time, memory, texts alone or in a list."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from gateway.config.durations import Duration
from gateway.config.errors import did_you_mean
from gateway.config.values import fault
from rules.rulebook import Overlap

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
MAX_RUNS = 100
_OVERLAP = re.compile(r"(queued|parallel)(?::([0-9]{1,3}))?", re.ASCII)
_MEMORY = re.compile(r"([0-9]{1,9})(KB|MB|GB)", re.ASCII)
_SIZES = {"KB": 10**3, "MB": 10**6, "GB": 10**9}
MIN_MEMORY, MAX_MEMORY = 8 * 10**6, 10**9  # a shell needs 8 MB, Python 32; the panel needs the rest


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _tables(value: object) -> object:
    return [value] if isinstance(value, dict) else value


def overlap(value: str) -> tuple[Overlap, int]:
    """Read "single", "restart", "queued:5" or "parallel:3"."""
    if value in {Overlap.SINGLE, Overlap.RESTART}:
        return Overlap(value), 1
    match = _OVERLAP.fullmatch(value)
    if match is None:
        known = [*Overlap]
        hint = did_you_mean(value.partition(":")[0], known)
        raise fault(value, '"single", "restart", "queued:5" or "parallel:3"', hint)
    at_most = int(match[2] or 10)
    if not 1 <= at_most <= MAX_RUNS:
        raise fault(value, f"1 to {MAX_RUNS} runs", "what would need more is started too often")
    return Overlap(match[1]), at_most


def _memory(value: object) -> int:
    match = _MEMORY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise fault(value, 'a number and KB, MB or GB in quotes, as in "64MB"')
    size = int(match[1]) * _SIZES[match[2]]
    if not MIN_MEMORY <= size <= MAX_MEMORY:
        raise fault(value, '"8MB" to "1GB"', "the panel itself needs the rest")
    return size


def _true(value: object) -> bool:
    if value is not True:
        raise fault(value, "true, without quotes", "leave the key out for anything else")
    return True


type Texts = Annotated[
    list[str],
    BeforeValidator(_listed),
    WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}}),
]
"""One text, or several in a list."""

type Tables[T] = Annotated[
    list[T],
    BeforeValidator(_tables),
    Field(min_length=1, max_length=100, json_schema_extra={"x-alone": True}),
]
"""One table, or several in a list."""

type Yes = Annotated[bool, PlainValidator(_true), WithJsonSchema({"type": "boolean"})]
type Condition = Annotated[str, Field(min_length=1)]
type Memory = Annotated[
    int,
    PlainValidator(_memory),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]+(KB|MB|GB)$"}),
]
type Stay = Annotated[
    timedelta, Duration(_SECOND, 30 * _DAY, "what takes longer is better a schedule")
]
type Pause = Annotated[
    timedelta, Duration(_SECOND, 7 * _DAY, "what takes longer is better a schedule")
]
type Rate = Annotated[timedelta, Duration(_SECOND, 366 * _DAY)]
type Noise = Annotated[
    timedelta, Duration(_SECOND, timedelta(minutes=15), "EN 50131-1 ends at 15 minutes")
]
type Film = Annotated[
    timedelta, Duration(_SECOND, timedelta(minutes=15), "what lasts longer is asked for again")
]
type Gaze = Annotated[
    timedelta, Duration(_SECOND, timedelta(minutes=1), "a look is hard work for the machine")
]
type Deadline = Annotated[
    timedelta, Duration(_SECOND, timedelta(minutes=5), "a script that takes longer is no reaction")
]
