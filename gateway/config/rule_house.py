"""What the rules of a file may name, and what was found wrong with them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from gateway.config.errors import Path as KeyPath
from gateway.config.errors import Problem, did_you_mean, listed
from gateway.config.models import Sections
from gateway.config.source import Beside
from gateway.config.wording import describe
from gateway.model.capability import READINGS, Capability, Reading
from gateway.model.device import DeviceId
from gateway.model.sight import Seen
from rules.expression import Compiled, ExpressionErrors, Scope
from rules.schedule import Calendar, Place, Schedule, Window

type Known = Mapping[DeviceId, frozenset[Capability]]
"""What devices can do, as far as they joined."""

VALUES: Mapping[str, Reading] = {
    str(reading): reading for kind in READINGS.values() for reading in kind if reading != "unknown"
}
"""Every value of a reading by its word: no two readings share one."""

TOLD = tuple(capability for capability, kind in READINGS.items() if len(kind) > 1)
"""The capabilities that tell something."""


@dataclass(slots=True)
class Findings:
    """What is wrong, and what is probably not meant."""

    errors: list[Problem] = field(default_factory=list[Problem])
    warnings: list[Problem] = field(default_factory=list[Problem])

    def error(self, path: KeyPath, found: str, expected: str = "", hint: str = "") -> None:
        """Note a mistake."""
        self.errors.append(Problem(path, found, expected, hint))

    def warn(self, path: KeyPath, found: str, expected: str = "", hint: str = "") -> None:
        """Note what works."""
        self.warnings.append(Problem(path, found, expected, hint))

    def expression(self, path: KeyPath, wrong: ExpressionErrors, shift: int = 0) -> None:
        """Note the mistakes of an expression that begins `shift` characters into the value."""
        for error in wrong.errors:
            offset = shift + error.offset
            self.errors.append(
                Problem(path, error.found, error.expected, error.hint, offset=offset)
            )


@dataclass(frozen=True, slots=True)
class CameraParts:
    """What a camera's section names: its zones and lines, and what is looked for in each."""

    zones: Mapping[str, frozenset[Seen]]
    lines: Mapping[str, frozenset[Seen]]
    loiters: frozenset[str]  # the zones that say for how long
    records: bool
    is_stream: bool  # without ONVIF: it takes no orders


@dataclass(frozen=True, slots=True)
class House:
    """The names of a file that holds, but for its rules."""

    beside: Beside
    devices: Mapping[str, DeviceId]
    areas: Mapping[str, tuple[str, ...]]  # with their modes
    people: Mapping[str, Mapping[DeviceId, int]]  # with their slots in locks
    drivers: tuple[str, ...]
    supervision: Mapping[DeviceId, timedelta]
    arm_needs_code: bool
    uses: Mapping[str, frozenset[Capability]]  # what the file says that a device can do
    scope: Scope
    place: Place
    calendars: Mapping[str, Calendar]
    rules: Mapping[str, str]  # the ids, each by itself
    cameras: Mapping[str, CameraParts]
    since: date  # when the file was written
    known: Known | None = None
    compiled: dict[str, Compiled | ExpressionErrors] = field(
        default_factory=dict[str, "Compiled | ExpressionErrors"]
    )

    windows: Mapping[str, Window] = field(default_factory=dict[str, Window])
    schedules: dict[str, Schedule] = field(default_factory=dict[str, Schedule])

    def device(self, name: str, path: KeyPath, findings: Findings) -> DeviceId | None:
        """Give the id of a device; note it where there is none."""
        return known(name, self.devices, "the name of a [[device]]", path, findings)

    def can(self, name: str, need: Capability, path: KeyPath, findings: Findings) -> None:
        """Note a device that cannot do what is asked of it, or that nothing says can."""
        facts = self.known.get(self.devices[name]) if self.known is not None else None
        if facts is not None:
            if need not in facts:
                can = ", ".join(sorted(facts)) or "nothing"
                found = f"{describe(name)}, which has {can}"
                findings.error(path, found, f"a device with {need}")
            return
        uses = self.uses.get(name, frozenset())
        if uses and need not in uses and need in _MAIN:
            found = f"{describe(name)}, which the file uses for {', '.join(sorted(uses))}"
            findings.warn(path, found, f"a device with {need}", "is another one meant?")


_MAIN = frozenset(TOLD) - {Capability.TAMPER, Capability.BATTERY}


def known[V](
    name: str, names: Mapping[str, V], what: str, path: KeyPath, findings: Findings
) -> V | None:
    """Give what bears a name; note it where nothing does."""
    if name in names:
        return names[name]
    there = f"there are: {listed(list(names))}" if names else "there is none"
    findings.error(path, describe(name), what, did_you_mean(name, list(names), there))
    return None


def parts_of(file: Sections) -> dict[str, CameraParts]:
    """Give what the sections of cameras name."""
    return {
        camera.name: CameraParts(
            zones={zone.name: frozenset(zone.classes) for zone in camera.zones},
            lines={line.name: frozenset(line.classes) for line in camera.lines},
            loiters=frozenset(zone.name for zone in camera.zones if zone.loiter is not None),
            records=camera.record,
            is_stream=camera.rtsp is not None,
        )
        for camera in file.cameras
    }


def uses_of(file: Sections) -> dict[str, frozenset[Capability]]:
    """Give what the rest of a file says that its devices can do."""
    uses: defaultdict[str, set[Capability]] = defaultdict(set)
    for zone in file.zones:
        if zone.reading in _MAIN:
            uses[zone.device].add(zone.reading)
    for area in file.areas:
        for names, capability in (
            (area.sirens, Capability.SIREN),
            (area.keypads, Capability.KEYPAD),
            (area.lights, Capability.SWITCH),
            (area.unlock_disarms, Capability.LOCK),
        ):
            for name in names:
                uses[name].add(capability)
    for person in file.people:
        for lock in person.lock_slots:
            uses[lock].add(Capability.LOCK)
    return {name: frozenset(found) for name, found in uses.items()}
