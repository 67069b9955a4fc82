"""What starts a rule: the forms of `when`, each with its keys."""

from typing import Annotated, Never

from pydantic import Field, Tag

from gateway.config.rule_forms import NONE, NoForm, tag, told_by
from gateway.config.rule_values import Stay, Texts, Yes
from gateway.config.section import Section
from gateway.config.values import Name

ANYBODY = "any"


class DeviceWhen(Section):
    """A reading of a device becomes something, or changes."""

    device: Name = Field(description="A device, by its name: its reading starts the rule.")
    becomes: str | None = Field(None, description="What its reading becomes, as `open`.")
    changes: str | None = Field(
        None, description="The reading that changes to another known value, as `contact`."
    )
    stays: Stay | None = Field(None, alias="for", description="It must remain so for so long.")


class AreaWhen(Section):
    """An area enters a phase or a mode."""

    area: Name = Field(description="An area: its arming starts the rule.")
    becomes: str = Field(description="The phase or the mode that it enters.")
    stays: Stay | None = Field(None, alias="for", description="It must remain so for so long.")


class CodeWhen(Section):
    """Somebody used their code."""

    code: str = Field(
        description="Whose code is used: the name of a person, or `any`. Never a code itself."
    )
    to: str | None = Field(
        None, description="What it is used for: `arm`, `disarm` or `unlock`; left out: any of them."
    )


class WrongCodeWhen(Section):
    """A wrong code was typed."""

    wrong_code: Yes = Field(description="`true`: a wrong code starts the rule.")
    at: Name | None = Field(None, description="With `wrong_code`: only at this keypad.")


class TroubleWhen(Section):
    """A trouble comes."""

    trouble: str = Field(description="A trouble that comes, as `battery`; `any` for all kinds.")
    of: Name | None = Field(None, description="The device (or `zigbee`) whose trouble it is.")


class TroubleOverWhen(Section):
    """A trouble ends."""

    trouble_over: str = Field(description="A trouble that ends, as `silent`; `any` for all kinds.")
    of: Name | None = Field(None, description="The device (or `zigbee`) whose trouble it was.")


class CameraWhen(Section):
    """A camera sees somebody, or something that crosses a line or loiters."""

    camera: Name = Field(description="A camera, by its name: what it sees starts the rule.")
    sees: str | None = Field(
        None, description="`person`, `vehicle` or `animal`; of a line or a loiterer: only these."
    )
    in_: Name | None = Field(
        None, alias="in", description="With `sees` alone: only in this zone of the camera's own."
    )
    crosses: Name | None = Field(None, description="The camera's line that is crossed.")
    way: str | None = Field(
        None, description="With `crosses`: `inward` or `outward`; left out: either."
    )
    loiters: Name | None = Field(
        None, description="The camera's zone in which somebody stays for longer than its `loiter`."
    )


class PressedWhen(Section):
    """A button is pressed, or a doorbell."""

    pressed: Name = Field(
        description="A doorbell or a scene controller, by its name: its button starts the rule."
    )
    button: Annotated[int, Field(ge=1, le=99)] | None = Field(
        None, description="Only this one, as printed on it; left out: any."
    )
    gesture: str | None = Field(
        None, description="Only this: `once`, `twice`, `three times`, `held` or `released`."
    )


class ScheduleWhen(Section):
    """A schedule fires; docs/schedules.md says what each key means."""

    at: Texts | None = Field(None, description="A local time or several, as `07:30`.")
    cron: str | None = Field(None, description="Minute, hour, day, month, weekday.")
    sun: str | None = Field(
        None, description="`dawn`, `sunrise`, `noon`, `sunset` or `dusk`; or with an offset."
    )
    dates: Texts | None = Field(None, description="Days as `12-24` or `2026-05-01`, with `at`.")
    every: str | None = Field(None, description="An interval, as `90m` or `2w`.")
    from_: str | None = Field(None, alias="from", description="When `every` counts from each day.")
    start: str | None = Field(None, description="The first day of `every` in days or weeks.")
    calendar: str | None = Field(None, description="The events of a calendar with `ics`.")
    edge: str | None = Field(None, description="`begin` or `end` of a calendar's events.")
    offset: str | None = Field(
        None, description="Earlier or later than the sun or the calendar says, as `-30m`."
    )
    if_never: str | None = Field(
        None, description="Where the sun does not set: `skip`, `noon` or `error`."
    )
    days: Texts | None = Field(None, description="Only on these weekdays, as `mon-fri`.")
    only: Texts | None = Field(None, description="Only on days of these calendars.")
    except_: Texts | None = Field(
        None, alias="except", description="Not on days of these calendars."
    )

    def keys(self) -> dict[str, object]:
        """Give what stands in the file, as rules.schedule reads it."""
        return self.model_dump(by_alias=True, exclude_none=True)


class WindowWhen(Section):
    """A window of time begins or ends."""

    window: Name = Field(description="A window, by its name: its begin or its end starts the rule.")
    becomes: str = Field(description="`open` or `closed`.")


class CalledWhen(Section):
    """Only another rule or a person starts it, by its id."""

    called: Yes = Field(description="`true`: nothing but a call starts the rule.")


SCHEDULES = ("cron", "sun", "dates", "every", "calendar", "at")
MARKERS = (
    "device",
    "camera",
    "pressed",
    "area",
    "code",
    "wrong_code",
    "trouble",
    "trouble_over",
    "window",
    "called",
    *SCHEDULES,
)

type When = Annotated[
    Annotated[DeviceWhen, Tag(tag("device"))]
    | Annotated[CameraWhen, Tag(tag("camera"))]
    | Annotated[PressedWhen, Tag(tag("pressed"))]
    | Annotated[AreaWhen, Tag(tag("area"))]
    | Annotated[CodeWhen, Tag(tag("code"))]
    | Annotated[WrongCodeWhen, Tag(tag("wrong_code"))]
    | Annotated[TroubleWhen, Tag(tag("trouble"))]
    | Annotated[TroubleOverWhen, Tag(tag("trouble_over"))]
    | Annotated[WindowWhen, Tag(tag("window"))]
    | Annotated[CalledWhen, Tag(tag("called"))]
    | Annotated[ScheduleWhen, Tag(tag("cron"))]
    | Annotated[ScheduleWhen, Tag(tag("sun"))]
    | Annotated[ScheduleWhen, Tag(tag("dates"))]
    | Annotated[ScheduleWhen, Tag(tag("every"))]
    | Annotated[ScheduleWhen, Tag(tag("calendar"))]
    | Annotated[ScheduleWhen, Tag(tag("at"))]
    | Annotated[Never, NoForm("what starts a rule", MARKERS), Tag(tag(NONE))],
    told_by(MARKERS),
]
