"""From what a program said to orders: the forms of a rule's `do` that move devices, by name."""

from collections.abc import Mapping
from typing import Annotated

import orjson
from pydantic import Field, ValidationError

from gateway.config.errors import did_you_mean, listed
from gateway.config.located import spelled
from gateway.config.rule_do import Order
from gateway.config.rule_orders import command_of, whom
from gateway.config.section import Section
from gateway.config.wording import describe, problems
from gateway.model.command import Command
from gateway.model.device import DeviceId
from gateway.sandbox.bounds import ORDERS_MAX

_BELOW = "rule", 0  # where such orders stand in a file: words are looked up there


class Answer(Section):
    """What a program may say."""

    do: Annotated[list[Order], Field(max_length=ORDERS_MAX)]


class NotUnderstood(Exception):
    """What a program said is no answer; says why."""


def commands(said: bytes, devices: Mapping[str, DeviceId]) -> tuple[Command, ...]:
    """Give the orders in an answer, all or none; silence orders nothing. Raises NotUnderstood."""
    if not said.strip():
        return ()
    try:
        answer = Answer.model_validate(orjson.loads(said))
    except orjson.JSONDecodeError as wrong:
        raise NotUnderstood(f"its answer is no JSON: {wrong}") from None
    except ValidationError as wrong:
        raise NotUnderstood(f"its answer is not understood: {_first(wrong)}") from None
    return tuple(command_of(order, _device(whom(order), devices)) for order in answer.do)


def _first(error: ValidationError) -> str:
    problem = next(problems(error, _BELOW))
    where = spelled(problem.path[len(_BELOW) :], None)
    expected = f"expected {problem.expected}" if problem.expected else ""
    words = "; ".join(part for part in (problem.found, expected, problem.hint) if part)
    return f"{where}: {words}" if where else words


def _device(name: str, devices: Mapping[str, DeviceId]) -> DeviceId:
    if name in devices:
        return devices[name]
    names = list(devices)
    hint = did_you_mean(name, names, f"there are: {listed(names)}" if names else "there is none")
    raise NotUnderstood(f"it names {describe(name)}, which is no device; {hint}")
