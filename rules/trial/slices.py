"""Which rules have a say in what another does: a test needs those, and no other.

What a rule does depends on what it reads (readings, areas, troubles), on who calls it, on whom it
calls and on whose scene it sets back; and so on through those. What is left out cannot matter.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from gateway.model.capability import Capability
from gateway.model.command import (
    Command,
    DimLight,
    LockDoor,
    MoveGate,
    SilenceSiren,
    TurnSwitch,
    TurnValve,
    UnlockDoor,
)
from gateway.model.device import DeviceId
from rules.automation.code import message
from rules.expression import Path
from rules.rulebook import (
    Act,
    Action,
    AreaBecomes,
    ArmArea,
    Becomes,
    CallRule,
    Changes,
    CodeUsed,
    DisarmArea,
    RestoreScene,
    Rule,
    RuleBook,
    SetScene,
    Tell,
    Trigger,
    TroubleComes,
)
from rules.site import Site
from rules.state import TroubleKind
from rules.trial.tree import conditions, walk
from rules.zones import devices_of

type Key = tuple[str, ...]
"""What one writes and another reads: ("reading", device, capability), ("areas",), ..."""

AREAS: Key = ("areas",)
ANY_TROUBLE: Key = ("trouble", "")
_MENDED = {None, TroubleKind.SILENT, TroubleKind.LEFT, TroubleKind.BOLT}
"""Troubles that a device's answer to an order ends."""


class Slices:
    """Knows who has a say in what, for a book of rules."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ids = {name: device for device, name in site.names.items()}
        self._book = site.rules.rules
        self._uses: dict[str, set[str]] = {}  # whom it calls, whose scene it sets back
        self._users: dict[str, set[str]] = defaultdict(set)
        self._writers: dict[Key, list[str]] = defaultdict(list)
        self._read: dict[str, frozenset[Key]] = {}
        for rule in self._book.values():
            self._uses[rule.id] = set(_used(rule))
            for other in self._uses[rule.id]:
                self._users[other].add(rule.id)
            for key in dict.fromkeys(self._writes(rule)):
                self._writers[key].append(rule.id)

    def of(self, rule: str) -> RuleBook:
        """Give a rule and all that have a say in what it does, in their order."""
        found, todo = {rule}, deque([rule])
        seen: set[Key] = set()
        while todo:
            one = todo.popleft()
            near = self._uses[one] | self._users.get(one, set())
            if one not in self._read:
                self._read[one] = frozenset(self._reads(self._book[one]))
            for key in self._read[one] - seen:
                seen.add(key)
                near.update(self._writers.get(key, ()))
            fresh = (near & self._book.keys()) - found
            found |= fresh
            todo.extend(sorted(fresh))
        if len(found) == 1:
            return replace(self._site.rules, rules={rule: self._book[rule]})
        kept = {name: one for name, one in self._book.items() if name in found}
        return replace(self._site.rules, rules=kept)

    def users(self, rule: str) -> set[str]:
        """Name a rule, who calls it or sets back its scene, and who calls those."""
        return _closed(rule, self._users)

    def used(self, rule: str) -> set[str]:
        """Name a rule, whom it calls or whose scene it sets back, and so on."""
        return _closed(rule, self._uses)

    # -- what a rule reads -------------------------------------------------------------------------

    def _reads(self, rule: Rule) -> Iterator[Key]:
        for trigger in rule.when:
            yield from _of_trigger(trigger)
        for _, condition in conditions(rule):
            for path in condition.footprint:
                yield from self._of_path(path)
        for _, action in walk(rule.do):
            yield from self._of_action(action)

    def _of_path(self, path: Path) -> Iterator[Key]:
        match path:
            case ("device", name, capability) if name in self._ids:
                yield "reading", self._ids[name], capability
            case ("zone", name, _) if name in self._site.zones:
                zone = self._site.zones[name]
                yield "reading", zone.device, zone.capability
                yield AREAS
            case ("zones",):
                yield AREAS
                for zone in self._site.zones.values():
                    yield "reading", zone.device, zone.capability
            case ("area", *_):
                yield AREAS
            case ("trouble", *_):
                yield ANY_TROUBLE
            case _:
                return

    def _of_action(self, action: Action) -> Iterator[Key]:
        match action:
            case Tell(text=text):
                for part in message(text):
                    if not isinstance(part, str):
                        yield from self._of_path(part)
            case ArmArea(area=area):
                # What keeps it from being armed: open zones, troubles of its devices.
                yield from self._of_path(("zones",))
                for device in devices_of(self._site, self._site.areas[area]):
                    yield "trouble", device
            case DisarmArea() | Act(command=UnlockDoor() | SilenceSiren() | MoveGate(up=True)):
                yield AREAS
            case SetScene(commands=commands):
                for command in commands:
                    yield from _reading_of(command)
            case RestoreScene():
                yield AREAS  # it may unlock
            case _:
                return

    # -- what a rule writes ------------------------------------------------------------------------

    def _writes(self, rule: Rule) -> Iterator[Key]:
        for _, action in walk(rule.do):
            match action:
                case Act(command=command):
                    yield from self._of_command(command)
                case SetScene(commands=commands):
                    for command in commands:
                        yield from self._of_command(command)
                case RestoreScene(rule=str() as other) if other in self._book:
                    for _, theirs in walk(self._book[other].do):
                        for command in theirs.commands if isinstance(theirs, SetScene) else ():
                            yield from self._of_command(command)
                case ArmArea() | DisarmArea():
                    yield from self._of_areas()
                case _:
                    pass

    def _of_command(self, command: Command) -> Iterator[Key]:
        for key in _reading_of(command):
            yield key
            yield "trouble", key[1]
            yield ANY_TROUBLE
            if (DeviceId(key[1]), Capability(key[2])) in self._site.by_device:
                yield from self._of_areas()  # it may trip a zone

    def _of_areas(self) -> Iterator[Key]:
        """Give the areas, and what an alarm switches on."""
        yield AREAS
        for area in self._site.areas.values():
            for light in area.lights:
                yield from _reading_of(TurnSwitch(light, on=True))
                yield "trouble", light
                yield ANY_TROUBLE


def _closed(rule: str, near: Mapping[str, set[str]]) -> set[str]:
    found, todo = {rule}, deque([rule])
    while todo:
        fresh = near.get(todo.popleft(), set[str]()) - found
        found |= fresh
        todo.extend(fresh)
    return found


def _used(rule: Rule) -> Iterator[str]:
    for _, action in walk(rule.do):
        match action:
            case CallRule(rule=other):
                yield other
            case RestoreScene(rule=str() as other):
                yield other
            case _:
                pass


def _of_trigger(trigger: Trigger) -> Iterator[Key]:
    match trigger:
        case Becomes() | Changes():
            yield "reading", trigger.device, trigger.capability
        case AreaBecomes() | CodeUsed():
            yield AREAS
        case TroubleComes(kind=kind, subject=subject) if kind in _MENDED:
            yield "trouble", subject or ""
        case _:
            return


def _reading_of(command: Command) -> Iterable[Key]:
    match command:
        case MoveGate(device=device):
            return [("reading", device, Capability.GATE)]
        case TurnValve(device=device):
            return [("reading", device, Capability.VALVE)]
        case TurnSwitch(device=device) | DimLight(device=device):
            return [("reading", device, Capability.SWITCH)]
        case LockDoor(device=device) | UnlockDoor(device=device):
            return [("reading", device, Capability.LOCK)]
        case _:
            return []
