"""The section `[area.confirm]`."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from gateway.config.durations import Duration
from gateway.config.section import Section
from gateway.config.values import Name
from rules.site import Otherwise

_SECOND = timedelta(seconds=1)

type Within = Annotated[
    timedelta,
    Duration(_SECOND, 10 * _SECOND, "an alarm waits for no picture longer than this"),
]


class ConfirmSection(Section):
    """That trips of an area wait, for a moment, for a second witness."""

    zones: list[Name] | None = Field(
        None,
        description="The zones whose trips wait. Left out: every `follower` and `instant` zone of "
        "the area that is tripped by `motion`. An entry delay's end, a `24h` zone, tamper and "
        "panic never wait.",
        examples=[["hall_motion"]],
    )
    by: list[Name] | None = Field(
        None,
        description="Who may confirm: names of cameras (by a person) and of zones of the area "
        "(by a trip), of another reading than the zone that waits. Left out: the area's cameras.",
        examples=[["yard", "hall_window"]],
    )
    within: Within = Field(
        timedelta(seconds=2),
        description="How long a trip waits at most; who saw something so long before it counts.",
        examples=["3s"],
    )
    otherwise: Otherwise = Field(
        Otherwise.ALARM,
        strict=False,
        description="What a trip is that nobody confirmed though every camera looked: `alarm`, "
        "marked as unconfirmed, or `notice`: people are told, and a second trip within 60 s "
        "sounds the alarm. Where a camera fails it is always an alarm, at once.",
        examples=["notice"],
    )
