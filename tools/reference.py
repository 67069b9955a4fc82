"""Writes docs/reference.md from the docstrings of the waist: `python -m tools.reference`."""

import dataclasses
from collections.abc import Iterator
from inspect import getdoc
from pathlib import Path
from typing import TypeAliasType, get_args

from gateway.model.capability import READINGS
from gateway.model.command import Command
from gateway.model.effect import Effect, Perform, repeat_of
from gateway.model.event import Event

FILE = Path(__file__).parent.parent / "docs" / "reference.md"

HEAD = """# Reference: events, effects, commands, readings

What the journal holds and what the rules speak; `python -m tools.reference` makes this page from
the docstrings in `gateway/model/`. Golden JSON of each stands in `tests/gateway/golden/` and is
kept for ever. Zone types, phases and troubles: [alarm.md](alarm.md).
"""


def reference() -> str:
    """Give the whole page."""
    return "\n".join(
        [
            HEAD,
            "## Events",
            "What happened (a fact), or what somebody asks (a request). The house stamps the time.",
            *_table("event", Event),
            "## Effects",
            "What the rules want done.",
            *_table("effect", Effect),
            "## Commands",
            "What one device is asked. What repeats as `set` may leave before it is on disk.",
            *_commands(),
            "## Readings",
            "What a device can tell. Every one has `unknown`.",
            *_readings(),
        ]
    )


def _table(head: str, union: TypeAliasType) -> Iterator[str]:
    yield f"\n| {head} | fields | meaning |\n|---|---|---|"
    for kind in get_args(union.__value__):
        yield f"| `{kind.__name__}` | {_fields(kind)} | {_doc(kind)} |"
    yield ""


def _commands() -> Iterator[str]:
    yield "\n| command | fields | repeat | meaning |\n|---|---|---|---|"
    for kind in get_args(Command.__value__):
        blank = object.__new__(kind)
        repeat = repeat_of(Perform(blank))
        yield f"| `{kind.__name__}` | {_fields(kind)} | {repeat} | {_doc(kind)} |"
    yield ""


def _readings() -> Iterator[str]:
    yield "\n| reading | values | of |\n|---|---|---|"
    for name, kind in READINGS.items():
        yield f"| `{name}` | {', '.join(kind)} | {_doc(kind)} |"
    yield ""


def _fields(kind: type) -> str:
    return ", ".join(field.name for field in dataclasses.fields(kind)) or "-"


def _doc(kind: type) -> str:
    return " ".join((getdoc(kind) or "").split())


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
