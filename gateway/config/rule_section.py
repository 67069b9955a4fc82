"""The sections of rules: `[[rule]]`, `[[rule.test]]`, `[[calendar]]`."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from gateway.config.rule_do import Do
from gateway.config.rule_values import Condition, Rate, Tables, Texts, overlap
from gateway.config.rule_when import When
from gateway.config.section import Section
from gateway.config.values import Name, fault
from rules.rulebook import OnUnknown


def _overlap(value: str) -> str:
    overlap(value)
    return value


def _date(value: object) -> date:
    # TOML has dates of its own; the schedules' keys take texts: both are understood here.
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else _no_date(value)
    except ValueError:
        return _no_date(value)


def _no_date(value: object) -> date:
    raise fault(value, 'a date, as in "2026-12-24"')


type Day = Annotated[
    date, PlainValidator(_date), WithJsonSchema({"type": "string", "format": "date"})
]


class CalendarSection(Section):
    """Days that schedules may name: holidays, the days the bins are fetched."""

    name: Name = Field(description="What schedules call it; unique.", examples=["holidays"])
    ics: str | None = Field(
        None,
        min_length=1,
        description="An ICS file. A relative path starts at the configuration file's folder.",
        examples=["bins.ics"],
    )
    dates: Annotated[list[Day], Field(min_length=1, max_length=5000)] | None = Field(
        None, description="The days, one by one, instead of a file.", examples=[["2026-12-24"]]
    )


class WindowSection(Section):
    """A span of time that conditions may name, as `window.night.open`: docs/schedules.md."""

    name: Name = Field(
        description="What conditions and triggers call it; unique.", examples=["night"]
    )
    from_: str | None = Field(
        None,
        alias="from",
        description="When it begins: a local time, or the sun with an offset; left out: `00:00`.",
        examples=["22:00"],
    )
    to: str | None = Field(
        None,
        description="When it ends, on the next day if that is not later; left out: `24:00`.",
        examples=["sunrise-30m"],
    )
    days: Texts | None = Field(
        None, description="Only when it begins on one of these weekdays.", examples=["mon-fri"]
    )
    only: Texts | None = Field(
        None, description="Only when it begins on a day of these calendars.", examples=["school"]
    )
    except_: Texts | None = Field(
        None,
        alias="except",
        description="Not when it begins on a day of these calendars.",
        examples=["holidays"],
    )
    if_never: str | None = Field(
        None,
        description="Where the sun does not set: `skip`, `noon` or `error`.",
        examples=["noon"],
    )
    calendar: str | None = Field(
        None,
        description="Instead of all these: while an event of this calendar with `ics` lasts.",
        examples=["bins"],
    )

    def keys(self) -> dict[str, object]:
        """Give what stands in the file, as rules.schedule reads it."""
        return self.model_dump(by_alias=True, exclude_none=True, exclude={"name"})


class TestSection(Section):
    """A test of the rule above it: what is told to a house that is not there, and what it does."""

    __test__ = False  # pytest: this is no test of ours

    name: str = Field("", max_length=200, description="What it shows, for people.")
    given: dict[str, object] = Field(
        default_factory=dict[str, object],
        description="How the house is before: paths with their values, and `time`.",
    )
    events: Texts = Field(
        default_factory=list[str], description="What happens, each with the time since the start."
    )
    expect: Texts = Field(
        default_factory=list[str], description="What must be done, in this order."
    )
    expect_not: Texts = Field(default_factory=list[str], description="What must not be done.")


class RuleSection(Section):
    """A rule: when this happens, if that holds, do these; docs/rules.md tells it all."""

    id: Name = Field(
        description="What calls, explanations and the journal call it; unique.",
        examples=["garage_left_open"],
    )
    when: Tables[When] = Field(description="What starts it: a table, or a list of them (any).")
    if_: Condition | None = Field(
        None,
        alias="if",
        description="The condition without which it does nothing; see docs/expressions.md.",
        examples=['area.house.mode == "night"'],
    )
    do: Tables[Do] = Field(description="What it does, one after the other.")
    mode: Annotated[str, AfterValidator(_overlap)] = Field(
        "single",
        description="What a start does while it runs: `single` drops the new run, `restart` ends "
        "the old one, `queued:5` lets so many wait, `parallel:3` runs so many.",
        examples=["restart"],
    )
    unless_within: Rate | None = Field(
        None, description="Not again sooner than this after its last run began.", examples=["1h"]
    )
    catch_up: str = Field(
        "none",
        description="What becomes of firings that were missed: `none`, `latest`, `all` or "
        "`if_within:2h`.",
        examples=["latest"],
    )
    on_unknown: OnUnknown = Field(
        OnUnknown.FALSE,
        strict=False,
        description="What a condition counts as that nobody can decide. `fail_safe` is true in a "
        "rule that only protects (siren, lock, arm, notify), else false.",
        examples=["fail_safe"],
    )
    enabled: bool = Field(default=True, description="Whether it runs.", examples=[False])
    tests: list[TestSection] = Field(
        default_factory=list[TestSection], alias="test", description="Its tests."
    )
