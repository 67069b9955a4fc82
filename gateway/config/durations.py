"""Durations as people write them: "30s", "10m", "2h", "1h30m"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

OFF = "off"
_PATTERN = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?", re.ASCII)
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def read(text: str) -> timedelta | None:
    """Give the duration that a text names, or None when it names none."""
    match = _PATTERN.fullmatch(text) if text else None
    if match is None:
        return None
    parts = zip(match.groups(), _UNITS.values(), strict=True)
    return timedelta(seconds=sum(int(number or 0) * seconds for number, seconds in parts))


def spell(duration: timedelta) -> str:
    """Give a duration of whole seconds as people write it: the inverse of `read`."""
    return "".join(_parts(int(duration.total_seconds()))) or "0s"


def _parts(seconds: int) -> Iterator[str]:
    # 90s and 255s are what panels' manuals say; nobody writes 4m15s.
    if seconds < 10 * 60 and seconds % 60:
        yield f"{seconds}s"
        return
    for unit, size in _UNITS.items():
        number, seconds = divmod(seconds, size)
        if number:
            yield f"{number}{unit}"


@dataclass(frozen=True, slots=True)
class Duration:
    """Marks a timedelta that the file writes as a text, from `low` to `high`."""

    low: timedelta
    high: timedelta
    why: str = ""  # the reason of the range, for whoever leaves it
    off: bool = False  # may also be "off": None

    @property
    def range(self) -> str:
        """Name what is allowed."""
        words = f'"{spell(self.low)}" to "{spell(self.high)}"'
        return f'{words}, or "{OFF}"' if self.off else words

    def check(self, value: object) -> timedelta | None:
        """Give the duration, or raise the error that says what is wrong with it."""
        if self.off and value == OFF:
            return None
        if not isinstance(value, str):
            raise self._error(value, "a duration in quotes", self._advice(value))
        duration = read(value)
        if duration is None:
            form = 'a number and its unit, as in "30s", "10m" or "2h"'
            raise self._error(value, form, self._advice(value))
        if not self.low <= duration <= self.high:
            raise self._error(value, self.range, self.why)
        return duration

    def _advice(self, value: object) -> str:
        """Guess what was meant: 30, "30" and "30 seconds" are seconds."""
        match = re.fullmatch(r"(\d{1,6})\s*([dhms]?)[a-z]*\.?", str(value).strip().lower())
        return f'write "{match[1]}{match[2] or "s"}"' if match else ""

    @staticmethod
    def _error(value: object, expected: str, hint: str) -> PydanticCustomError:
        context = {"value": value, "expected": expected, "hint": hint}
        return PydanticCustomError("nightlatch", "not a duration", context)

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        # Editors' checkers know neither \d nor look-ahead alike: plain signs, and no empty text.
        form = "".join(f"([0-9]+{unit})?" for unit in _UNITS)
        pattern = f"^({OFF}|{form})$" if self.off else f"^{form}$"
        return {"type": "string", "minLength": 2, "pattern": pattern, "x-range": self.range}
