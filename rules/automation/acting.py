"""What a run does: every act passes by the same doors as a person's request.

A rule that arms is somebody at the command line without a code. What takes a code (to disarm, to
unlock, to silence) is done in the name of the person whose code started the run, or not at all.
"""

from collections.abc import Iterator
from dataclasses import replace

from gateway.model.capability import Capability, Lock, Switch
from gateway.model.command import Command, LockDoor, SilenceSiren, TurnSwitch, UnlockDoor
from gateway.model.device import DeviceId
from gateway.model.effect import Inspect, KeepClip, Level, Notify, RunProgram
from gateway.model.event import (
    ArmRequested,
    CommandRequested,
    DisarmRequested,
    Event,
    ProgramEnded,
)
from rules import access, panel, sounds, words
from rules.automation import stays
from rules.automation.code import Do, Plain
from rules.automation.triggers import BY_RULE, started
from rules.automation.work import Work
from rules.rulebook import (
    Act,
    ArmArea,
    CallRule,
    DisarmArea,
    Look,
    Record,
    RestoreScene,
    Rule,
    RunScript,
    SetScene,
)
from rules.runs import Start
from rules.state import State, reading_of


def act(work: Work, rule: Rule, number: int, start: Start, action: Plain) -> None:
    """Do one thing."""
    match action:
        case Act(command=command):
            order(work, start, command)
        case Record(cameras=cameras, time=time):
            incident = f"{BY_RULE}{rule.id} {number}"
            clip = KeepClip(cameras, incident, time.total_seconds(), pinned=False)
            work.effects.append(clip)
        case Look(cameras=cameras, time=time):
            work.effects.append(Inspect(cameras, time.total_seconds(), f"{BY_RULE}{rule.id}"))
        case ArmArea(area=area, mode=mode, force=force):
            me = BY_RULE + rule.id
            request(work, start, ArmRequested(area, mode, me, me, force))
        case DisarmArea(area=area):
            request(work, start, DisarmRequested(area, start.person, BY_RULE + rule.id))
        case CallRule(rule=other):
            # A code opens what its own rule opens: it is not handed on.
            fields = {"by": f"rule {rule.id}"}
            called = Start(other, f"called by rule {rule.id}", fields, called=True)
            work.start([replace(called, depth=start.depth + 1)])
        case SetScene(commands=commands):
            _remember(work, rule, commands)
            _orders(work, start, commands)
        case RestoreScene(rule=other):
            _orders(work, start, _remembered(work, other or rule.id))
        case RunScript():
            work.effects.append(_program(rule, number, start, action))


def answer(work: Work, event: ProgramEnded) -> None:
    """Do what a rule's program asks, of that which the rule allows it."""
    start = Start(event.rule, f"its program {event.program}")
    may = {
        command
        for one in work.program.index.code.get(event.rule, ())
        for command in _allowed(one, event.program)
    }
    for command in event.commands:
        if command in may:
            order(work, start, command)
        else:
            _refuse(work, start, f"its program may not do this: {words.order(work.site, command)}")


def order(work: Work, start: Start, command: Command) -> None:
    """Have a command carried out, if it may be."""
    if isinstance(command, SilenceSiren) and (why := _alarms(work, command.device)):
        _refuse(work, start, why)
        return
    me = start.person or BY_RULE + start.rule
    request(work, start, CommandRequested(command, me))


def _orders(work: Work, start: Start, commands: tuple[Command, ...]) -> None:
    # An order costs as much as the three actions that a loop of one takes.
    work.instructions_left = max(0, work.instructions_left - 3 * len(commands))
    for command in commands:
        order(work, start, command)


def request(work: Work, start: Start, event: Event) -> None:
    """Ask the panel; what that changes may start rules in turn, and they come one deeper."""
    refusal = access.refusal(work.site, work.state, event, work.at)
    if refusal:
        _refuse(work, start, refusal)
        return
    before = work.state
    work.state, effects = panel.step(work.site, before, event, work.at)
    work.effects += effects
    stays.noticed(work, before, event)
    found = started(work.site, work.program.index, before, work.state, event)
    work.start(replace(one, depth=start.depth + 1) for one in found)


def _alarms(work: Work, siren: DeviceId) -> str:
    """Say for which alarm a siren sounds: no rule ends that, whoever's code started it."""
    areas = sounds.alarms(work.site, work.state, siren)
    name = work.site.names.get(siren, siren)
    return f"{name} sounds for the alarm of {', '.join(areas)}" if areas else ""


def _refuse(work: Work, start: Start, why: str) -> None:
    work.effects.append(Notify(f"rule {start.rule} refused: {why}", Level.INFO))


def _program(rule: Rule, number: int, start: Start, script: RunScript) -> RunProgram:
    return RunProgram(
        rule=rule.id,
        run=number,
        program=script.program,
        arguments=script.arguments,
        given=start.event,
        deadline=script.deadline,
        memory_bytes=script.memory_bytes,
        may=script.may,
    )


def _allowed(instruction: object, program: str) -> tuple[Command, ...]:
    match instruction:
        case Do(action=RunScript(program=name, may=may)) if name == program:
            return may
        case _:
            return ()


# -- scenes ----------------------------------------------------------------------------------------


def _remember(work: Work, rule: Rule, commands: tuple[Command, ...]) -> None:
    """Keep how the devices were, once: a scene set twice is still restored to the beginning."""
    kept = work.of(rule.id)
    known = {getattr(command, "device", None) for command in kept.scene}
    fresh = tuple(
        back
        for command in commands
        for back in _back(work.state, command)
        if back.device not in known
    )
    if fresh:
        work.put(rule.id, replace(kept, scene=(*kept.scene, *fresh)))


def _back(state: State, command: Command) -> Iterator[TurnSwitch | LockDoor | UnlockDoor]:
    """Give what would set a device back; nothing where nobody knows how it is."""
    match command:
        case TurnSwitch(device=device):
            was = reading_of(state, device, Capability.SWITCH)
            if was != Switch.UNKNOWN:
                yield TurnSwitch(device, on=was is Switch.ON)
        case LockDoor(device=device) | UnlockDoor(device=device):
            yield from _bolt(state, device)
        case _:
            return


def _bolt(state: State, device: DeviceId) -> Iterator[LockDoor | UnlockDoor]:
    match reading_of(state, device, Capability.LOCK):
        case Lock.LOCKED:
            yield LockDoor(device)
        case Lock.UNLOCKED:
            yield UnlockDoor(device)
        case _:
            return


def _remembered(work: Work, rule: str) -> tuple[Command, ...]:
    """Take out what sets a scene back."""
    kept = work.of(rule)
    if kept.scene:
        work.put(rule, replace(kept, scene=()))
    return kept.scene
