"""Rules as the engine runs them: names resolved, types checked, expressions and schedules compiled.

The configuration compiles `[[rule]]` into these (gateway/config/rules.py); nothing here can fail at
run time but by being unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from gateway.model.capability import Capability, Reading
from gateway.model.command import Command
from gateway.model.device import DeviceId
from gateway.model.effect import Level
from gateway.model.sight import Seen
from rules.expression import Compiled
from rules.schedule import CatchUp, Schedule, Window
from rules.state import Phase, TroubleKind

# -- when ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Becomes:
    """A reading becomes a value, and (with `stays`) remains it for so long."""

    device: DeviceId
    capability: Capability
    value: Reading
    stays: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """A reading changes to another known value."""

    device: DeviceId
    capability: Capability


@dataclass(frozen=True, slots=True)
class AreaBecomes:
    """An area enters a phase, or a mode (None: any), and (with `stays`) remains so for so long."""

    area: str
    phase: Phase | None = None
    mode: str | None = None
    stays: timedelta | None = None


@dataclass(frozen=True, slots=True)
class CodeUsed:
    """Somebody armed or disarmed with a code, or opened a lock with their PIN."""

    person: str | None = None  # None: anybody
    what: str | None = None  # "arm", "disarm", "unlock"; None: any


@dataclass(frozen=True, slots=True)
class CodeWrong:
    """A wrong code was typed."""

    via: str | None = None


@dataclass(frozen=True, slots=True)
class TroubleComes:
    """A trouble is raised (`over`: ends)."""

    kind: TroubleKind | None = None
    subject: str | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Sees:
    """A camera sees something of a class, anywhere or in one of its own zones."""

    device: DeviceId
    seen: Seen
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Crosses:
    """Something crosses one of a camera's lines; None: of any class, in either direction."""

    device: DeviceId
    line: str
    seen: Seen | None = None
    inward: bool | None = None


@dataclass(frozen=True, slots=True)
class Loiters:
    """Something stays in one of a camera's zones for longer than that allows."""

    device: DeviceId
    place: str
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button is pressed, that of a doorbell among them; None: any."""

    device: DeviceId
    button: int | None = None
    gesture: str | None = None


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A schedule fires."""

    schedule: Schedule
    catch_up: CatchUp
    said: str = "its schedule fires"


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody, or another rule, calls it by name. Every rule can be called."""


type Trigger = (
    Becomes
    | Changes
    | AreaBecomes
    | CodeUsed
    | CodeWrong
    | TroubleComes
    | Sees
    | Crosses
    | Loiters
    | Pressed
    | Scheduled
    | Called
)

# -- do --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Act:
    """Command a device."""

    command: Command


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell people. `{path}` in the text is replaced by the value of that path; `{{` is a brace."""

    text: str
    level: Level = Level.INFO


@dataclass(frozen=True, slots=True)
class ArmArea:
    """Ask to arm an area, as a person at the command line without a code would."""

    area: str
    mode: str
    force: bool = False


@dataclass(frozen=True, slots=True)
class DisarmArea:
    """Disarm in the name of the person whose code started the run. Law 10: no code, no disarming;
    the configuration refuses it in a rule that CodeUsed does not start."""

    area: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Go on later; end the run at once when `cancel_if` becomes true meanwhile."""

    time: timedelta
    cancel_if: Compiled | None = None


@dataclass(frozen=True, slots=True)
class Choose:
    """Do the first branch whose condition holds; a branch without one always does."""

    branches: tuple[tuple[Compiled | None, tuple["Action", ...]], ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Do something `times` times (1..1000), or until `until` holds before."""

    times: int
    body: tuple["Action", ...]
    until: Compiled | None = None


@dataclass(frozen=True, slots=True)
class CallRule:
    """Start another rule; go on without waiting for it."""

    rule: str


@dataclass(frozen=True, slots=True)
class SetScene:
    """Set devices, and remember under this rule's name how their switches and bolts were."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class RestoreScene:
    """Set back what a SetScene of a rule changed (its own, by default)."""

    rule: str | None = None


@dataclass(frozen=True, slots=True)
class RunScript:
    """Run a program in a sandbox: JSON in, JSON out, a deadline, a memory bound, and only the
    commands it declared here."""

    program: str
    arguments: tuple[str, ...]
    deadline: timedelta
    memory_bytes: int
    may: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """Record cameras, all as one incident: from some seconds before, for so long."""

    cameras: tuple[DeviceId, ...]
    time: timedelta


@dataclass(frozen=True, slots=True)
class Look:
    """Have cameras look hard for so long."""

    cameras: tuple[DeviceId, ...]
    time: timedelta


type Action = (
    Act
    | Record
    | Look
    | Tell
    | ArmArea
    | DisarmArea
    | Wait
    | Choose
    | Repeat
    | CallRule
    | SetScene
    | RestoreScene
    | RunScript
)

# -- how -------------------------------------------------------------------------------------------


class Overlap(StrEnum):
    """What a trigger does while the rule is already running."""

    SINGLE = "single"  # the new run is dropped, and the drop is journaled
    RESTART = "restart"  # the old run ends
    QUEUED = "queued"  # the new run waits, up to `at_most`
    PARALLEL = "parallel"  # both run, up to `at_most`


class OnUnknown(StrEnum):
    """What a condition counts as that nobody can decide."""

    FALSE = "false"
    TRUE = "true"
    FAIL_SAFE = "fail_safe"  # true where the rule protects (siren, lock, arm, notify), else false


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule."""

    id: str
    when: tuple[Trigger, ...]  # any of them
    do: tuple[Action, ...]
    if_: Compiled | None = None
    overlap: Overlap = Overlap.SINGLE
    at_most: int = 10  # of QUEUED and PARALLEL
    unless_within: timedelta | None = None  # a rate limit: not again sooner than this
    on_unknown: OnUnknown = OnUnknown.FALSE
    enabled: bool = True
    source: str = ""  # "nightlatch.toml:120", for explanations
    digest: str = ""  # of its text: a reload keeps the timers of rules that did not change


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules of a site."""

    rules: Mapping[str, Rule] = field(default_factory=dict[str, Rule])
    windows: Mapping[str, Window] = field(default_factory=dict[str, Window])
