"""A test of a rule, as the configuration compiles `[[rule.test]]` into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.model.event import Event
from rules.expression import Path, Value


@dataclass(frozen=True, slots=True)
class CallAsked:
    """Somebody calls a rule."""

    rule: str


@dataclass(frozen=True, slots=True)
class Moment:
    """What happens so long after the start; None: nothing, time has come."""

    after: timedelta
    what: Event | CallAsked | None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is done: by whom it is done or what is told may be left open ("")."""

    after: timedelta | None  # None: at any time
    verb: str  # one of the configuration's VERBS
    subject: str = ""  # a device's id, an area, a rule; of notify and script a part of the text
    mode: str = ""  # of arm


@dataclass(frozen=True, slots=True)
class RuleTest:
    """A test of a rule."""

    rule: str
    name: str
    given: Mapping[Path, Value | None]  # None: unknown
    time: datetime | None  # local, without a zone
    events: tuple[Moment, ...]
    expect: tuple[Expectation, ...]
    expect_not: tuple[Expectation, ...]
    at_rest: bool = False  # zones that are not given are at rest, not unknown
    number: int = 0  # among the tests of its rule, from 0

    @property
    def end(self) -> timedelta:
        """Give when it is over: with its last event, or what it expects last."""
        wanted = (*self.expect, *self.expect_not)
        times = (one.after for one in wanted if one.after is not None)
        return max((*(moment.after for moment in self.events), *times), default=timedelta())
