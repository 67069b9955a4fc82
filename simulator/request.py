"""A line of a control socket: one JSON object whose fields are checked against what is known."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.table import near


class CannotDo(Exception):
    """The device has no such part, or is in no state to do this."""


@dataclass(frozen=True, slots=True)
class Field:
    """What may stand in one field of a request."""

    fits: Callable[[object], bool]
    expected: str
    needed: bool = True


type Request = Mapping[str, object]
type Requests = Mapping[str, Mapping[str, Field]]
"""What may be asked (`do`), and the fields of each."""


def encode(told: Mapping[str, object]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"


def decoded(line: bytes) -> Request:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CannotDo(f"the line is not JSON: {error}") from None
    if not isinstance(request, dict):
        raise CannotDo('expected one object, such as {"id": 1, "do": "state"}')
    return request


def number_of(request: Request) -> int | str | None:
    number = request.get("id")
    if isinstance(number, int | str | None):
        return number
    raise CannotDo(f"id: expected a number or a string, found {type(number).__name__}")


def checked(request: Request, requests: Requests) -> Request:
    do = request.get("do")
    if not isinstance(do, str):
        raise CannotDo(f"do: expected one of {', '.join(sorted(requests))}")
    fields = requests.get(do)
    if fields is None:
        raise CannotDo(f"no request {do!r}{near(do, requests)}")
    for key in request:
        if key not in fields and key not in ("id", "do"):
            raise CannotDo(f"{do!r} has no field {key!r}{near(key, ['id', 'do', *fields])}")
    for key, field in fields.items():
        if (key in request and not field.fits(request[key])) or (field.needed > (key in request)):
            found = f"found {request[key]!r}" if key in request else "found nothing"
            raise CannotDo(f"{key}: expected {field.expected}, {found}")
    return request


TROUBLES = (CannotDo, ValueError, OSError, RuntimeError)
"""What a request that cannot be carried out may come to."""


class Asked:
    """A line that somebody wrote, and the lines that may answer it."""

    def __init__(self, line: bytes, requests: Requests) -> None:
        self._number: object = None
        self._request: Request | CannotDo
        try:
            request = decoded(line)
            self._number = number_of(request)
            self._request = checked(request, requests)
        except CannotDo as wrong:
            self._request = wrong

    @property
    def request(self) -> Request:
        """Give what is asked; raise CannotDo where the line is no request."""
        if isinstance(self._request, CannotDo):
            raise self._request
        return self._request

    def done(self, told: Mapping[str, object]) -> bytes:
        """Answer that it was done."""
        return encode({"id": self._number, "ok": True, "at_ns": 0, **told})

    def failed(self, error: Exception) -> bytes:
        """Answer why it was not."""
        return encode({"id": self._number, "ok": False, "error": str(error)})


def amount(value: object) -> float:
    """Give a number that was checked, or 0 where none was needed."""
    return float(value) if isinstance(value, int | float) else 0.0


def is_text(value: object) -> bool:
    return isinstance(value, str)


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def is_flag(value: object) -> bool:
    return isinstance(value, bool)


def up_to(most: float) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        return is_number(value) and 0 <= amount(value) <= most

    return fits


def whole_up_to(most: int) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most

    return fits
