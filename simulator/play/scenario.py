"""A scenario: what is done, in order, and what is expected of the house. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from simulator.play.house import Home, Radio
from simulator.play.sentence import Sentence


class Job(StrEnum):
    """What can be done to the hub's process."""

    KILL = "kill"
    START = "start"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Act:
    """Something happens at the far side; without a device, to the radio's stick or its line."""

    do: str
    device: str = ""
    fields: Mapping[str, object] = field(default_factory=dict[str, object])
    radio: Radio | None = None

    def __str__(self) -> str:
        return _listed(f"{self.device or 'stick'}: {self.do}", self.fields)


@dataclass(frozen=True, slots=True)
class Ask:
    """A person asks the hub for something."""

    do: str
    fields: Mapping[str, object] = field(default_factory=dict[str, object])
    refused: str | None = None  # a part of the sentence with which the hub must refuse

    def __str__(self) -> str:
        return _listed(f"hub: {self.do}", self.fields)


@dataclass(frozen=True, slots=True)
class Reload:
    """Other rules stand in the hub's configuration, and it loads them while it runs.

    `plan` has parts of the sentences in which the hub says what it does to what waits: of each
    kind that is named, all of them.
    """

    rules: str
    plan: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    refused: str | None = None  # as in Ask

    def __str__(self) -> str:
        return "hub: reload"


@dataclass(frozen=True, slots=True)
class SetWall:
    """The hub's wall clock is set."""

    wall: datetime  # UTC
    written: str  # as it stands in the file

    def __str__(self) -> str:
        return f"the wall clock shows {self.written}"


@dataclass(frozen=True, slots=True)
class Run:
    """The hub's process is killed, started or stopped."""

    job: Job

    def __str__(self) -> str:
        return f"{self.job} the hub"


@dataclass(frozen=True, slots=True)
class Server:
    """The Z-Wave server that the hub runs is killed, hung or resumed."""

    word: str

    def __str__(self) -> str:
        return f"{self.word} the Z-Wave server"


@dataclass(frozen=True, slots=True)
class Detection:
    """The process in which the hub's detection runs is killed, hung or resumed."""

    word: str

    def __str__(self) -> str:
        return f"{self.word} the detection"


@dataclass(frozen=True, slots=True)
class Clips:
    """Cameras must have recorded one incident, each in a clip that spans these moments."""

    cameras: tuple[str, ...]
    within_ms: int  # for as long it is looked for
    begins_before: str = ""  # a moment's name; "": whenever
    at_least_ms: int = 0  # before that moment
    begins_after: str = ""
    lasts_until: str = ""
    short_ms: int = 0  # so much may be missing at its end
    skew_ms: int | None = None  # they begin no further apart
    state: str = ""  # open, whole, cut short; "": any

    def __str__(self) -> str:
        begins = f" from before {self.begins_before}" if self.begins_before else ""
        begins += f" from after {self.begins_after}" if self.begins_after else ""
        until = f" to {self.lasts_until}" if self.lasts_until else ""
        return f"clips of {', '.join(self.cameras)}{begins}{until}"


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing happens for a while, counted from a named moment (or from now)."""

    milliseconds: int
    after: str = ""

    def __str__(self) -> str:
        until = f" after {self.after}" if self.after else ""
        return f"wait {self.milliseconds} ms{until}"


@dataclass(frozen=True, slots=True)
class Until:
    """Nothing happens until an area is in a phase, or (`leaves`) no longer in it."""

    phase: str
    leaves: bool
    area: str  # "": any
    within_ms: int

    def __str__(self) -> str:
        return f"wait until {self.area or 'hub'} is {'no longer ' * self.leaves}{self.phase}"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must be seen (or, `absent`, must not) in a span of time after a named moment."""

    sentence: Sentence
    after: str  # a moment's name; "": the last step that was no expectation
    within_ms: int
    not_before_ms: int = 0
    absent: bool = False

    def __str__(self) -> str:
        return f"{'not: ' * self.absent}{self.sentence}"


type Deed = (
    Act | Ask | Reload | SetWall | Run | Server | Detection | Pause | Until | Expectation | Clips
)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the play."""

    line: int  # of the file
    deed: Deed
    moment: str = ""  # the name under which later steps know when this was


@dataclass(frozen=True, slots=True)
class Scenario:
    """A play in one house."""

    file: Path
    name: str
    about: str
    home: Home
    steps: tuple[Step, ...]
    rules: str = ""  # added to the hub's configuration
    outside: frozenset[str] = frozenset()  # devices that have not joined when it begins

    @property
    def sets_wall(self) -> bool:
        """Whether the hub needs a wall clock that can be set."""
        return any(isinstance(step.deed, SetWall) for step in self.steps)


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of one expectation, or of a step that could not be played."""

    expect: str
    within_ms: int | None
    seen_ms: float | None  # after the moment it is counted from
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a scenario."""

    scenario: str
    passed: bool
    steps: tuple[StepResult, ...]

    def as_dict(self) -> dict[str, object]:
        """The outcome as plain data, for JSON."""
        keys = ("expect", "within_ms", "seen_ms", "passed", "detail")
        return {
            "scenario": self.scenario,
            "passed": self.passed,
            "steps": [{key: getattr(step, key) for key in keys} for step in self.steps],
        }


def _listed(text: str, fields: Mapping[str, object]) -> str:
    # A code belongs in no log, not even the demo's.
    hidden = ("code", "new_code", "install_code", "pin", "password")
    shown = (f"{key}={'****' if key in hidden else value}" for key, value in fields.items())
    return " ".join((text, *shown))
