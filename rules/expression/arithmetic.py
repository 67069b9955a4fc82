"""What operators do with known values. What has no answer is unknown, and says why."""

import operator
from collections.abc import Callable
from datetime import timedelta
from math import isfinite
from typing import Any, cast

from rules.expression.kinds import DURATION_MAX, INT_MAX, INT_MIN, Unknown, Value

type Operation = Callable[[Any, Any], Value | Unknown]
"""The checker has seen to it that the two go together."""


def _held(result: Any) -> Value | Unknown:
    """Give a result if CEL could hold it too. Our floats are finite: a nan is no answer."""
    match result:
        case int() if not INT_MIN <= result <= INT_MAX:
            return Unknown("overflow of an int")
        case float() if not isfinite(result):
            return Unknown("overflow of a float")
        case timedelta() if abs(result) > DURATION_MAX:
            return Unknown("overflow of a duration")
        case _:
            return cast("Value | Unknown", result)


def _guarded(operation: Callable[[Any, Any], Any]) -> Operation:
    def run(left: Any, right: Any) -> Value | Unknown:
        try:
            return _held(operation(left, right))
        except ZeroDivisionError:
            return Unknown("division by zero")
        except OverflowError:
            return Unknown("overflow of a time")

    return run


def _divided(left: Any, right: Any) -> Any:
    """Divide; ints towards zero, as in CEL."""
    if isinstance(left, int) and isinstance(right, int):
        whole = abs(left) // abs(right)
        return whole if (left < 0) is (right < 0) else -whole
    return left / right if right else Unknown("a float divided by zero")


def _rest(left: int, right: int) -> int | Unknown:
    """Give what is left of a division: it has the sign of the dividend."""
    if left == INT_MIN and right == -1:
        return Unknown("overflow of an int")  # there is no quotient to it
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def _is_in(left: Any, right: Any) -> bool:
    return left in right


def negated(value: Any) -> Value | Unknown:
    """Give the negative of a number."""
    return _held(-value)


OPERATIONS: dict[str, Operation] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": _is_in,
    "+": _guarded(operator.add),
    "-": _guarded(operator.sub),
    "*": _guarded(operator.mul),
    "/": _guarded(_divided),
    "%": _guarded(_rest),
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": operator.contains,
}
