"""From the forms of `do` to actions, and what of them the safety of the whole depends on."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.config.errors import Path, did_you_mean, listed
from gateway.config.rule_do import (
    ArmDo,
    Branch,
    CallDo,
    ChooseDo,
    DisarmDo,
    Do,
    LockDo,
    LookDo,
    NotifyDo,
    OffDo,
    OnDo,
    Order,
    RecordDo,
    RepeatDo,
    RestoreDo,
    SceneDo,
    ScriptDo,
    WaitDo,
)
from gateway.config.rule_house import Findings, House, known
from gateway.config.rule_orders import command_of, needs, opens, verb_of, whom
from gateway.config.rule_texts import condition, constant, message
from gateway.config.wording import describe
from gateway.model.capability import Capability
from gateway.model.command import Command
from gateway.model.device import DeviceId
from rules.expression import Compiled
from rules.rulebook import (
    Act,
    Action,
    ArmArea,
    CallRule,
    Choose,
    DisarmArea,
    Look,
    Record,
    Repeat,
    RestoreScene,
    RunScript,
    SetScene,
    Tell,
    Wait,
)

MAX_DEPTH = 8  # of choose and repeat within each other


@dataclass(slots=True)
class Deeds:
    """Compiles what one rule does, and remembers what its safety depends on."""

    rule: str
    house: House
    findings: Findings
    opens: list[tuple[Path, str]] = field(default_factory=list[tuple[Path, str]])
    """What takes a code: unlock, disarm."""
    calls: list[tuple[Path, str]] = field(default_factory=list[tuple[Path, str]])
    restores: list[tuple[Path, str]] = field(default_factory=list[tuple[Path, str]])
    """The rules whose scenes it sets back."""
    has_scene: bool = False
    scene_locks: bool = False  # to set that back may unlock

    def several(self, do: Iterable[Do], path: Path, depth: int = 0) -> tuple[Action, ...]:
        """Compile a list of actions; those with mistakes are left out."""
        if depth > MAX_DEPTH:
            self.findings.error(path, "too many within each other", f"at most {MAX_DEPTH} levels")
            return ()
        made = (self._one(item, (*path, index), depth) for index, item in enumerate(do))
        return tuple(action for action in made if action is not None)

    def _one(  # noqa: C901, PLR0912 - one line a form: a table
        self, do: Do, path: Path, depth: int
    ) -> Action | None:
        match do:
            case NotifyDo():
                message(do.notify, (*path, "notify"), self.house, self.findings)
                return Tell(do.notify, do.level)
            case RecordDo():
                cameras = self._cameras(do.record, (*path, "record"), records=True)
                return Record(cameras, do.time) if cameras else None
            case LookDo():
                cameras = self._cameras(do.look, (*path, "look"))
                return Look(cameras, do.time) if cameras else None
            case ArmDo():
                return self._arm(do, path)
            case DisarmDo():
                self.opens.append(((*path, "disarm"), f"disarms {do.disarm}"))
                self._area(do.disarm, (*path, "disarm"))
                return DisarmArea(do.disarm)
            case WaitDo():
                return Wait(do.wait, self._if(do.cancel_if, (*path, "cancel_if")))
            case ChooseDo():
                return self._choose(do, path, depth)
            case RepeatDo():
                until = self._if(do.until, (*path, "until"))
                return Repeat(do.repeat, self.several(do.do, (*path, "do"), depth + 1), until)
            case CallDo():
                return self._call(do, path)
            case SceneDo():
                return self._scene(do, path)
            case RestoreDo():
                return self._restore(do, path)
            case ScriptDo():
                return self._script(do, path)
            case _:
                command = self._order(do, path)
                return Act(command) if command is not None else None

    # -- orders to devices -------------------------------------------------------------------

    def _order(self, order: Order, path: Path) -> Command | None:
        place = *path, verb_of(order)
        if deed := opens(order):
            self.opens.append((place, deed))
        device = self.house.device(whom(order), place, self.findings)
        if device is None:
            return None
        camera = self.house.cameras.get(whom(order))
        if camera is not None and camera.is_stream and needs(order) is Capability.CAMERA:
            found = f"{describe(whom(order))}, a stream without ONVIF"
            self.findings.error(place, found, "a camera that takes orders")
        self.house.can(whom(order), needs(order), place, self.findings)
        return command_of(order, device)

    def _orders(self, orders: Iterable[Order], path: Path) -> tuple[Command, ...]:
        made = (self._order(order, (*path, index)) for index, order in enumerate(orders))
        return tuple(command for command in made if command is not None)

    def _cameras(
        self, names: list[str], path: Path, *, records: bool = False
    ) -> tuple[DeviceId, ...]:
        found: dict[DeviceId, None] = {}
        if not names:
            self.findings.error(path, "an empty list", "at least one camera")
        for index, name in enumerate(names):
            parts = known(
                name, self.house.cameras, "the name of a [[camera]]", (*path, index), self.findings
            )
            if parts is None:
                continue
            if records and not parts.records:
                hint = "remove record = false from its section"
                found_ = f"{describe(name)}, which only looks"
                self.findings.error((*path, index), found_, "a camera that records", hint)
            found[self.house.devices[name]] = None
        return tuple(found)

    # -- areas -------------------------------------------------------------------------------

    def _area(self, name: str, path: Path) -> tuple[str, ...] | None:
        return known(name, self.house.areas, "the name of an [[area]]", path, self.findings)

    def _arm(self, do: ArmDo, path: Path) -> Action:
        modes = self._area(do.arm, (*path, "arm"))
        if modes is not None and do.mode not in modes:
            expected = f"a mode of the area: {listed(modes)}" if modes else "an area with modes"
            hint = did_you_mean(do.mode, modes)
            self.findings.error((*path, "mode"), describe(do.mode), expected, hint)
        if self.house.arm_needs_code:
            hint = "a rule has no code: it will be refused while arm_needs_code = true"
            self.findings.warn((*path, "arm"), "arming by a rule", "arm_needs_code = false", hint)
        return ArmArea(do.arm, do.mode, do.force)

    # -- what holds other actions ------------------------------------------------------------

    def _if(self, text: str | None, path: Path) -> Compiled | None:
        return condition(text, path, self.house, self.findings)

    def _choose(self, do: ChooseDo, path: Path, depth: int) -> Action:
        branches: list[tuple[Compiled | None, tuple[Action, ...]]] = []
        taken: dict[str, int] = {}
        always = 0  # the number of the branch behind which none is reached
        for index, branch in enumerate(do.choose):
            place = *path, "choose", index
            made = self._if(branch.if_, (*place, "if"))
            if always:
                found = "a branch that is never reached"
                hint = f"branch {always} always holds: remove one of the two, or swap them"
                self.findings.error(place, found, "none behind one without a condition", hint)
            else:
                self._look_again(branch, made, place, taken, index)
            if branch.if_ is None or constant(made) is True:
                always = always or index + 1
            branches.append((made, self.several(branch.do, (*place, "do"), depth + 1)))
        return Choose(tuple(branches))

    def _look_again(
        self,
        branch: Branch,
        made: Compiled | None,
        place: Path,
        taken: dict[str, int],
        index: int,
    ) -> None:
        """Note a condition that an earlier branch has, or that never holds."""
        if branch.if_ is not None and branch.if_ in taken:
            hint = f"branch {taken[branch.if_]} has the same condition and comes first"
            found = "a branch that is never reached"
            self.findings.error((*place, "if"), found, "another condition", hint)
        elif constant(made) is False:
            found = "a branch that is never reached"
            self.findings.error((*place, "if"), found, "a condition that may hold")
        if branch.if_ is not None:
            taken.setdefault(branch.if_, index + 1)

    # -- other rules, scenes, scripts --------------------------------------------------------

    def _call(self, do: CallDo, path: Path) -> Action:
        place = *path, "call"
        if known(do.call, self.house.rules, "the id of a [[rule]]", place, self.findings):
            self.calls.append((place, do.call))
        return CallRule(do.call)

    def _scene(self, do: SceneDo, path: Path) -> Action:
        self.has_scene = True
        for index, order in enumerate(do.scene):
            if isinstance(order, LockDo):
                self.scene_locks = True
            if not isinstance(order, LockDo | OnDo | OffDo):
                key = verb_of(order)
                place = *path, "scene", index, key
                hint = "write it beside the scene: only these can be set back"
                self.findings.error(place, f"{key} in a scene", "on, off or lock", hint)
        return SetScene(self._orders(do.scene, (*path, "scene")))

    def _restore(self, do: RestoreDo, path: Path) -> Action:
        place = (*path, "of") if do.of is not None else (*path, "restore")
        if do.of is not None:
            known(do.of, self.house.rules, "the id of a [[rule]]", place, self.findings)
        self.restores.append((place, do.of or self.rule))
        return RestoreScene(do.of)

    def _script(self, do: ScriptDo, path: Path) -> Action:
        program = self.house.beside.program(do.script)
        if program is None:
            place = *path, "script"
            self.findings.error(place, describe(do.script), "a program that is there")
        may = self._orders(do.may, (*path, "may"))
        arguments = tuple(do.arguments)
        return RunScript(str(program), arguments, do.deadline, do.memory, may)
