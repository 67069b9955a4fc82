"""What a rule does: the forms of `do`, each with its keys."""

from datetime import timedelta
from typing import Annotated, Never

from pydantic import Field, Tag

from gateway.config.rule_forms import NONE, NoForm, tag, told_by
from gateway.config.rule_values import (
    Condition,
    Deadline,
    Film,
    Gaze,
    Memory,
    Noise,
    Pause,
    Tables,
    Texts,
    Yes,
)
from gateway.config.section import Section
from gateway.config.values import Name
from gateway.model.command import CELSIUS_MAX, CELSIUS_MIN, Infrared
from gateway.model.effect import Level


class LockDo(Section):
    """Throw a bolt."""

    lock: Name = Field(description="Throw the bolt of this lock.")


class UnlockDo(Section):
    """Draw a bolt."""

    unlock: Name = Field(description="Draw the bolt. Only in rules that a code starts.")


class OnDo(Section):
    """Switch on."""

    on: Name = Field(description="Switch this plug or lamp on.")


class OffDo(Section):
    """Switch off."""

    off: Name = Field(description="Switch it off.")


class DimDo(Section):
    """Bring a lamp to a brightness."""

    dim: Name = Field(description="Bring this lamp to a brightness.")
    percent: int = Field(ge=0, le=100, description="How bright; 0 is off.", examples=[40])


class OpenDo(Section):
    """Open a garage door or a barrier."""

    open: Name = Field(
        description="Open this garage door or barrier. Only in rules that a code starts."
    )


class CloseDo(Section):
    """Close a garage door or a barrier."""

    close: Name = Field(description="Close this garage door or barrier.")


class ShutDo(Section):
    """Shut a valve."""

    shut: Name = Field(description="Shut this valve.")


class FlowDo(Section):
    """Let a valve flow."""

    flow: Name = Field(description="Open this valve.")


class HoldDo(Section):
    """Have a thermostat hold a temperature."""

    hold: Name = Field(description="Have this thermostat hold a temperature.")
    celsius: float = Field(
        ge=CELSIUS_MIN, le=CELSIUS_MAX, description="Which, in degrees Celsius.", examples=[20.5]
    )


class SirenDo(Section):
    """Sound a siren for a while."""

    siren: Name = Field(description="Sound this siren.")
    time: Noise = Field(
        timedelta(seconds=10), alias="for", description="For how long; it stops by itself."
    )


class SilenceDo(Section):
    """Silence a siren."""

    silence: Name = Field(
        description="Silence this siren. One that sounds for an alarm goes on: that takes a code."
    )


class AimDo(Section):
    """Turn a camera."""

    aim: Name = Field(description="Turn this camera to one of its positions.")
    preset: Annotated[str, Field(min_length=1, max_length=64)] = Field(
        description="Which, by the name that it has in the camera.", examples=["gate"]
    )


class InfraredDo(Section):
    """Switch a camera's infrared light."""

    infrared: Name = Field(description="Switch this camera's infrared light.")
    mode: Infrared = Field(strict=False, description="To `on`, `off` or `auto`.")


class RecordDo(Section):
    """Record cameras."""

    record: Texts = Field(
        description="Record these cameras, all as one incident, from some seconds before."
    )
    time: Film = Field(timedelta(seconds=30), alias="for", description="For how long.")


class LookDo(Section):
    """Have cameras look hard."""

    look: Texts = Field(description="Have these cameras look hard, though nothing moves.")
    time: Gaze = Field(timedelta(seconds=5), alias="for", description="For how long.")


class NotifyDo(Section):
    """Tell people."""

    notify: Annotated[str, Field(min_length=1, max_length=1000)] = Field(
        description="Tell people this; `{device.front_door.contact}` is replaced by the value."
    )
    level: Level = Field(
        Level.INFO, strict=False, description="How loudly: `info`, `trouble` or `alarm`."
    )


class ArmDo(Section):
    """Ask to arm an area."""

    arm: Name = Field(description="Ask to arm this area, as a person without a code would.")
    mode: str = Field(description="The mode to arm it in.")
    force: bool = Field(default=False, description="Arm although zones are open: leave those out.")


class DisarmDo(Section):
    """Disarm an area."""

    disarm: Name = Field(description="Disarm this area in the name of whose code started the rule.")


class WaitDo(Section):
    """Go on later."""

    wait: Pause = Field(description="Go on after so long; a restart keeps the time.")
    cancel_if: Condition | None = Field(
        None, description="End the run at once when this becomes true meanwhile."
    )


class Branch(Section):
    """One way of several."""

    if_: Condition | None = Field(
        None, alias="if", description="The condition of this way; the last may have none."
    )
    do: "Tables[Do]" = Field(description="What to do then.")


class ChooseDo(Section):
    """Do the first of several that holds."""

    choose: Annotated[list[Branch], Field(min_length=1, max_length=100)] = Field(
        description="Do the first of these whose `if` holds."
    )


class RepeatDo(Section):
    """Do something several times."""

    repeat: Annotated[int, Field(ge=1, le=1000)] = Field(description="Do it so many times.")
    do: "Tables[Do]" = Field(description="What to repeat.")
    until: Condition | None = Field(None, description="Stop when this holds before a turn.")


class CallDo(Section):
    """Start another rule."""

    call: Name = Field(description="Start this rule, by its id, and go on without waiting.")


class SceneDo(Section):
    """Set devices, and remember how they were."""

    scene: "Tables[Order]" = Field(
        description="Set these (`on`, `off`, `lock`), and remember how they were."
    )


class RestoreDo(Section):
    """Set back what a scene changed."""

    restore: Yes = Field(description="`true`: set back what this rule's `scene` changed.")
    of: Name | None = Field(None, description="The rule whose scene it is, instead of this one.")


class ScriptDo(Section):
    """Run a program in a sandbox."""

    script: Annotated[str, Field(min_length=1, max_length=400)] = Field(
        description="Run this program in a sandbox; a relative path starts at the file's folder."
    )
    arguments: Texts = Field(default_factory=list[str], description="What it is started with.")
    deadline: Deadline = Field(
        timedelta(seconds=5), description="It is ended when it takes longer."
    )
    memory: Memory = Field(64 * 10**6, description="How much it may use: `8MB` to `1GB`.")
    may: "Annotated[list[Order], Field(max_length=100)]" = Field(
        default_factory=list["Order"], description="The only orders that it may answer with."
    )


ORDERS = (
    *("lock", "unlock", "on", "off", "dim", "open", "close", "shut", "flow", "hold"),
    *("siren", "silence", "aim", "infrared"),
)
MARKERS = (
    *ORDERS,
    "record",
    "look",
    "notify",
    "arm",
    "disarm",
    "wait",
    "choose",
    "repeat",
    "call",
    "scene",
    "restore",
    "script",
)

type Order = Annotated[
    Annotated[LockDo, Tag(tag("lock"))]
    | Annotated[UnlockDo, Tag(tag("unlock"))]
    | Annotated[OnDo, Tag(tag("on"))]
    | Annotated[OffDo, Tag(tag("off"))]
    | Annotated[DimDo, Tag(tag("dim"))]
    | Annotated[OpenDo, Tag(tag("open"))]
    | Annotated[CloseDo, Tag(tag("close"))]
    | Annotated[ShutDo, Tag(tag("shut"))]
    | Annotated[FlowDo, Tag(tag("flow"))]
    | Annotated[HoldDo, Tag(tag("hold"))]
    | Annotated[SirenDo, Tag(tag("siren"))]
    | Annotated[SilenceDo, Tag(tag("silence"))]
    | Annotated[AimDo, Tag(tag("aim"))]
    | Annotated[InfraredDo, Tag(tag("infrared"))]
    | Annotated[Never, NoForm("an order to a device", ORDERS), Tag(tag(NONE))],
    told_by(ORDERS),
]
"""What one device is told to do."""

type Do = Annotated[
    Annotated[LockDo, Tag(tag("lock"))]
    | Annotated[UnlockDo, Tag(tag("unlock"))]
    | Annotated[OnDo, Tag(tag("on"))]
    | Annotated[OffDo, Tag(tag("off"))]
    | Annotated[DimDo, Tag(tag("dim"))]
    | Annotated[OpenDo, Tag(tag("open"))]
    | Annotated[CloseDo, Tag(tag("close"))]
    | Annotated[ShutDo, Tag(tag("shut"))]
    | Annotated[FlowDo, Tag(tag("flow"))]
    | Annotated[HoldDo, Tag(tag("hold"))]
    | Annotated[SirenDo, Tag(tag("siren"))]
    | Annotated[SilenceDo, Tag(tag("silence"))]
    | Annotated[AimDo, Tag(tag("aim"))]
    | Annotated[InfraredDo, Tag(tag("infrared"))]
    | Annotated[RecordDo, Tag(tag("record"))]
    | Annotated[LookDo, Tag(tag("look"))]
    | Annotated[NotifyDo, Tag(tag("notify"))]
    | Annotated[ArmDo, Tag(tag("arm"))]
    | Annotated[DisarmDo, Tag(tag("disarm"))]
    | Annotated[WaitDo, Tag(tag("wait"))]
    | Annotated[ChooseDo, Tag(tag("choose"))]
    | Annotated[RepeatDo, Tag(tag("repeat"))]
    | Annotated[CallDo, Tag(tag("call"))]
    | Annotated[SceneDo, Tag(tag("scene"))]
    | Annotated[RestoreDo, Tag(tag("restore"))]
    | Annotated[ScriptDo, Tag(tag("script"))]
    | Annotated[Never, NoForm("something to do", MARKERS), Tag(tag(NONE))],
    told_by(MARKERS),
]

for _model in (Branch, ChooseDo, RepeatDo, SceneDo, ScriptDo):
    _model.model_rebuild()
