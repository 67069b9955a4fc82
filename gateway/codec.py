"""The only serializer: values of the house to canonical JSON, and back.

Canonical means that equal values give equal bytes: keys sorted, no spaces, sets sorted, mappings
whose keys are no strings as sorted pairs. What the journal holds is written and read here, so a
change that moves a byte of `tests/gateway/golden/` breaks every journal in the field.
"""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, Never, TypeAliasType, cast, get_args, get_origin

import orjson
from cattrs import Converter, transform_error
from cattrs.errors import (
    BaseValidationError,
    ForbiddenExtraKeysError,
    StructureHandlerNotFoundError,
)
from cattrs.preconf.orjson import make_converter
from cattrs.strategies import configure_tagged_union

from gateway.model.capability import READINGS, Capability, Reading, capability_of
from gateway.model.clock import MICROSECOND
from gateway.model.command import Command
from gateway.model.credential import Code
from gateway.model.effect import Effect
from gateway.model.event import Event

TAG = "is"
HIDDEN = "****"
_MISREADINGS = (
    BaseValidationError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    StructureHandlerNotFoundError,
)
_SORTED = orjson.OPT_SORT_KEYS


class CodecError(ValueError):
    """A value cannot be written, or bytes are not what they should be. A sentence for people."""


def encode(value: object, as_type: object) -> bytes:
    """Give the canonical JSON of a value, written as `as_type`."""
    plain = _writer(as_type)(value)
    try:
        return orjson.dumps(plain, option=_SORTED)
    except TypeError:
        return _encode_odd_text(plain)


def decode[T](data: bytes, as_type: type[T]) -> T:
    """Read what `encode` wrote; raise CodecError where it is anything else."""
    return cast("T", _decode(data, as_type))


def decode_event(data: bytes) -> Event:
    """Read an event: to type checkers, a `type X = A | B` is no `type[T]`."""
    return cast("Event", _decode(data, Event))


def decode_effect(data: bytes) -> Effect:
    """Read an effect."""
    return cast("Effect", _decode(data, Effect))


def _decode(data: bytes, as_type: object) -> object:
    try:
        return _reader(as_type)(orjson.loads(data))
    except orjson.JSONDecodeError as broken:
        raise CodecError(f"this is not JSON: {broken}") from None
    except _MISREADINGS as wrong:
        raise CodecError(f"this is no {_name(as_type)}: {_why(wrong)}") from None


def _encode_odd_text(plain: object) -> bytes:
    """Write text with lone surrogates, which JSON cannot hold, with U+FFFD in their place.

    They come off the air in device names. To lose an event over one would be worse.
    """
    try:
        return orjson.dumps(_mended(plain), option=_SORTED)
    except TypeError as wrong:
        raise CodecError(f"this value cannot be written: {wrong}") from None


def _mended(plain: object) -> object:
    match plain:
        case str():
            return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_mended(key): _mended(value) for key, value in plain.items()}
        case list() | tuple():
            return [_mended(value) for value in plain]
        case _:
            return plain


def _name(as_type: object) -> str:
    return str(getattr(as_type, "__name__", as_type))


def _why(wrong: Exception) -> str:
    """Tell what is wrong and where, without the value: it might be a secret."""
    if isinstance(wrong, BaseValidationError):
        return "; ".join(transform_error(wrong, format_exception=_say))
    return _say(wrong, None)


def _say(wrong: BaseException, expected: type | None) -> str:
    match wrong:
        case CodecError():
            return str(wrong)
        case ForbiddenExtraKeysError():
            return f"unknown fields {', '.join(sorted(wrong.extra_fields))}"
        case KeyError():
            return "a field or a known tag is missing"
        case _ if expected is not None:
            return f"expected {_name(expected)}"
        case _:
            return f"it has another shape ({type(wrong).__name__})"


@cache
def _writer(as_type: object) -> Callable[[object], Any]:
    return _CONVERTER.get_unstructure_hook(_plain(as_type))


@cache
def _reader(as_type: object) -> Callable[[object], Any]:
    kind = _plain(as_type)
    hook = _CONVERTER.get_structure_hook(kind)
    return lambda plain: hook(plain, kind)


def _plain(as_type: object) -> Any:
    return as_type.__value__ if isinstance(as_type, TypeAliasType) else as_type


def _write_reading(reading: Reading) -> str:
    return f"{capability_of(reading)}:{reading.value}"


def _read_reading(value: object, _: object) -> Reading:
    capability, colon, word = _text(value).partition(":")
    if not colon:
        raise CodecError("a reading is written as capability:value")
    return READINGS[Capability(capability)](word)


def _write_code(code: object) -> str | None:
    return None if code is None else HIDDEN


def _read_no_code(value: object, _: object) -> None:
    if value not in (None, HIDDEN):
        raise CodecError("a code is never written in clear")


def _read_code(_value: object, _type: object) -> Never:
    raise CodecError("a code is never read back")


def _write_datetime(value: datetime) -> str:
    if value.tzinfo is None:
        raise CodecError("a wall time needs its zone")
    return value.astimezone(UTC).isoformat()


def _read_datetime(value: object, _: object) -> datetime:
    read = datetime.fromisoformat(_text(value))
    if read.tzinfo is None:
        raise CodecError("a wall time needs its zone")
    return read.astimezone(UTC)


def _write_float(value: float) -> float:
    if not math.isfinite(value):
        raise CodecError("a number must be finite")
    return value


def _text(value: object) -> str:
    return cast("str", _exact(str)(value, str))


def _exact(kind: type) -> Callable[[object, object], object]:
    """Take a value of just this type: what the journal says is never bent into shape."""

    def read(value: object, wanted: Any) -> object:
        if type(value) is not kind:
            raise CodecError(f"expected {kind.__name__}")
        # A StrEnum is a str to cattrs, and comes here too.
        is_enum = isinstance(wanted, type) and issubclass(wanted, Enum)
        return wanted(value) if is_enum else value

    return read


def _read_float(value: object, _: object) -> float:
    if type(value) not in (int, float):
        raise CodecError("expected a number")
    return float(cast("float", value))


def _write_set(kind: Any, converter: Converter) -> Callable[[Any], list[Any]]:
    item = converter.get_unstructure_hook(get_args(kind)[0])
    return lambda values: sorted((item(value) for value in values), key=_order)


def _order(plain: object) -> bytes:
    return plain.encode() if type(plain) is str else orjson.dumps(plain, option=_SORTED)


def _is_mapping(kind: Any) -> bool:
    origin = get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _has_text_keys(kind: Any) -> bool:
    """Tell whether the keys of a mapping may stand as JSON's own."""
    key = get_args(kind)[0]
    while hasattr(key, "__supertype__"):
        key = key.__supertype__
    return isinstance(key, type) and issubclass(key, str)


def _write_mapping(kind: Any, converter: Converter) -> Callable[[Any], Any]:
    key, value = (converter.get_unstructure_hook(part) for part in get_args(kind))
    if _has_text_keys(kind):
        return lambda pairs: {key(k): value(v) for k, v in pairs.items()}
    return lambda pairs: sorted(([key(k), value(v)] for k, v in pairs.items()), key=_order)


def _read_mapping(kind: Any, converter: Converter) -> Callable[[Any, Any], dict[Any, Any]]:
    key_kind, value_kind = get_args(kind)
    key, value = (converter.get_structure_hook(part) for part in get_args(kind))
    has_text_keys = _has_text_keys(kind)

    def read(plain: Any, _: object) -> dict[Any, Any]:
        pairs = plain.items() if has_text_keys else plain
        return {key(k, key_kind): value(v, value_kind) for k, v in pairs}

    return read


def _is_set(kind: Any) -> bool:
    return get_origin(kind) in (frozenset, set)


def _converter() -> Converter:
    """Build the hooks: leaves first, because each tagged union keeps those of its members."""
    converter = make_converter(forbid_extra_keys=True)
    _add_leaves(converter)
    converter.register_unstructure_hook_factory(_is_set, _write_set)
    converter.register_unstructure_hook_factory(_is_mapping, _write_mapping)
    converter.register_structure_hook_factory(_is_mapping, _read_mapping)
    for union in (Command, Effect, Event):
        configure_tagged_union(union.__value__, converter, tag_name=TAG)
    return converter


def _add_leaves(converter: Converter) -> None:
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _exact(kind))
    converter.register_structure_hook(float, _read_float)
    converter.register_unstructure_hook(float, _write_float)
    converter.register_unstructure_hook(datetime, _write_datetime)
    converter.register_structure_hook(datetime, _read_datetime)
    converter.register_unstructure_hook(timedelta, lambda delay: delay // MICROSECOND)
    converter.register_structure_hook(timedelta, lambda us, _: _exact(int)(us, int) * MICROSECOND)  # type: ignore[operator]
    converter.register_unstructure_hook(Reading.__value__, _write_reading)
    converter.register_structure_hook(Reading.__value__, _read_reading)
    converter.register_unstructure_hook(Code, _write_code)
    converter.register_structure_hook(Code, _read_code)
    converter.register_unstructure_hook(Code | None, _write_code)
    converter.register_structure_hook(Code | None, _read_no_code)


_CONVERTER = _converter()
