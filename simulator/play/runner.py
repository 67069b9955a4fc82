"""Plays a scenario in a virtual house, step by step, and has each expectation judged."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from simulator.play.clips import judge_clips, read_clips
from simulator.play.far_side import Listen
from simulator.play.house import Radio
from simulator.play.judge import Moment, judge, settled
from simulator.play.line import LineError, Message, Refused
from simulator.play.parse import load
from simulator.play.plan import judge_plan
from simulator.play.process import ProcessEnded
from simulator.play.recorder import Recorder, boottime_ns
from simulator.play.scenario import (
    Act,
    Ask,
    Clips,
    Detection,
    Expectation,
    Job,
    Outcome,
    Pause,
    Reload,
    Run,
    Scenario,
    Server,
    SetWall,
    Step,
    StepResult,
    Until,
)
from simulator.play.seen import Seen
from simulator.play.virtual import HubCommand, VirtualHouse

NANOSECONDS = 1_000_000  # in a millisecond
GRACE_MS = 300
"""What was seen in time may reach us so much later; it is judged by its own moment all the same."""
LOOK_SECONDS = 0.2  # the hub's state is looked at as often, entry or not
WALL_SECONDS = 10.0
"""The hub looks at its wall clock every second or so."""
START = "the start"


class Kind(StrEnum):
    """What a piece of progress is."""

    BUILD = "build"  # the house is being built: devices join
    STEP = "step"  # a step begins
    SEEN = "seen"  # something happened
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Progress:
    """One line for whoever watches the play."""

    kind: Kind
    at_ms: float  # since the first step; while the house is built, since that began
    text: str


type Tell = Callable[[Progress], None]


class NotPlayed(Exception):
    """A step came to nothing, and those after it would mean nothing."""


async def simulate(  # noqa: PLR0913  # each is a wish of its own; all but one are named
    path: Path | str,
    *,
    hub_command: HubCommand,
    listen: Listen = "pty",
    ezsp: int = 13,
    work: Path | None = None,
    prepared: Path | None = None,
    node_tree: Path | None = None,
    progress: Tell = lambda _: None,
) -> Outcome:
    """Play a scenario file (or one of ours, by name) against a real hub, and judge it.

    Raises ScenarioError for a file that makes no sense, VirtualHouseError where the house cannot
    be built. `work`, `prepared` and `node_tree` are those of VirtualHouse.
    """
    scenario = load(path)
    player = Player(scenario, progress)
    player.tell(Kind.BUILD, f"building {scenario.home.file.stem}: sticks, devices, hub, pairing")
    house = VirtualHouse(
        scenario.home,
        hub_command=hub_command,
        listen=listen,
        ezsp=ezsp,
        work=work,
        prepared=prepared,
        rules=scenario.rules,
        sets_wall=scenario.sets_wall,
        outside=scenario.outside,
        node_tree=node_tree,
        happened=player.recorder.happened,
        entered=player.recorder.wrote,
    )
    async with house:
        return await player.play(house)


@dataclass(slots=True)
class Player:
    """One performance of one scenario."""

    scenario: Scenario
    progress: Tell
    recorder: Recorder = field(init=False)
    _began_ns: int = field(default_factory=boottime_ns)
    _moments: dict[str, Moment] = field(default_factory=dict[str, Moment])
    _last: Moment = field(init=False)  # the last step that was no expectation
    _playing: bool = False
    _results: list[StepResult] = field(default_factory=list[StepResult])

    def __post_init__(self) -> None:
        self.recorder = Recorder(self._saw)

    async def play(self, house: VirtualHouse) -> Outcome:
        """Play all steps, or up to the first that cannot be played."""
        self.recorder.looked(await house.hub.state())
        self._began_ns, self._playing = boottime_ns(), True
        self._last = Moment(START, self._began_ns, self._began_ns)
        async with self._looking(house):
            for step in self.scenario.steps:
                self.tell(Kind.STEP, str(step.deed))
                try:
                    await self._step(step, house)
                    house.far.check()
                    house.hub.check()
                except (NotPlayed, LineError, ProcessEnded) as error:
                    self._result(StepResult(str(step.deed), None, None, False, str(error)))  # noqa: FBT003  # positional as in the outcome
                    break
        passed = all(result.passed for result in self._results)
        return Outcome(self.scenario.name, passed, tuple(self._results))

    def tell(self, kind: Kind, text: str, at_ns: int | None = None) -> None:
        """Let the watcher know."""
        at_ns = boottime_ns() if at_ns is None else at_ns
        self.progress(Progress(kind, (at_ns - self._began_ns) / NANOSECONDS, text))

    async def _step(self, step: Step, house: VirtualHouse) -> None:
        if isinstance(step.deed, Expectation):
            await self._expect(step.deed)
            return
        if isinstance(step.deed, Clips):
            await self._look_for(step.deed, house)
            return
        now_ns = boottime_ns()
        at_ns = await self._do(step, house, now_ns)
        self._last = Moment(step.moment or str(step.deed), at_ns, min(now_ns, at_ns))
        if step.moment:
            self._moments[step.moment] = self._last

    async def _do(self, step: Step, house: VirtualHouse, now_ns: int) -> int:
        """Do what is to be done; give the moment at which it was."""
        match step.deed:
            case Act(do=do, device=device, fields=fields, radio=radio):
                return await house.far.act(do, device, radio=radio, **fields) or now_ns
            case Ask() as ask:
                await self._ask(ask, house, ask.do, await hub_fields(ask, house))
            case Reload() as reload:
                house.write_rules(reload.rules)
                answer = await self._ask(reload, house, "reload", {})
                for result in judge_plan(reload, answer.get("plan", {})):
                    self._result(result)
            case SetWall(wall=wall):
                return await self._set_wall(wall, house)
            case Run() | Server() | Detection() as trick:
                await _run(trick, house)
            case Pause(milliseconds=wait_ms, after=after):
                start_ns = self._moments[after].at_ns if after else now_ns
                return await _sleep_until(start_ns + wait_ms * NANOSECONDS)
            case Until() as until:
                return await self._until(until, house)
            case Expectation() | Clips():
                pass
        return now_ns

    async def _ask(
        self, ask: Ask | Reload, house: VirtualHouse, do: str, fields: Mapping[str, object]
    ) -> Message:
        answer: Message = {}
        try:
            answer = await house.hub.ask(do, **fields)
        except Refused as no:
            if ask.refused is None:
                raise
            passed = ask.refused.casefold() in str(no).casefold()
            detail = f"the hub refused: {no}"
        else:
            if ask.refused is None:
                return answer
            passed, detail = False, "the hub did it"
        expected = f"{ask}, refused: {ask.refused}"
        self._result(StepResult(expected, None, None, passed, detail))
        return answer

    async def _set_wall(self, wall: datetime, house: VirtualHouse) -> int:
        """Set the hub's wall clock, and wait until a running hub has told its rules."""
        at_ns = house.show_wall(wall)
        end_ns = at_ns + round(WALL_SECONDS * 1e9)
        while house.hub.pid is not None and not self.recorder.shows(wall, at_ns):
            if not await self.recorder.wait(end_ns):
                raise NotPlayed(f"the hub saw no step of its wall clock in {WALL_SECONDS:g} s")
        return at_ns

    async def _until(self, until: Until, house: VirtualHouse) -> int:
        """Wait for a phase; give when it began (or ended), by the hub's own word."""
        phases: dict[str, str] = {}
        end_ns = boottime_ns() + until.within_ms * NANOSECONDS
        while True:
            state = await house.hub.state()
            self.recorder.looked(state)
            areas = {n: a for n, a in state["areas"].items() if until.area in ("", n)}
            phases = {name: area["phase"] for name, area in areas.items()}
            offset_us = int(state["boottime_offset_us"])
            there = [n for n, phase in phases.items() if (phase == until.phase) != until.leaves]
            if there:
                return (int(areas[there[0]]["since_us"]) - offset_us) * 1000
            if not await self.recorder.wait(min(end_ns, _soon_ns())) and boottime_ns() >= end_ns:
                said = ", ".join(f"{name} is {phase}" for name, phase in phases.items())
                raise NotPlayed(f"not so within {until.within_ms} ms: {said}")

    async def _expect(self, expectation: Expectation) -> None:
        moment = self._moments[expectation.after] if expectation.after else self._last
        end_ns = moment.at_ns + (expectation.within_ms + GRACE_MS) * NANOSECONDS
        while not settled(expectation, moment, self.recorder.seen):
            if not await self.recorder.wait(end_ns):
                break
        self._result(judge(expectation, moment, self.recorder.seen))

    async def _look_for(self, clips: Clips, house: VirtualHouse) -> None:
        end_ns = boottime_ns() + clips.within_ms * NANOSECONDS
        while True:
            there = await asyncio.to_thread(read_clips, house.hub.evidence)
            result = judge_clips(clips, there, self._moments)
            if result.passed or boottime_ns() >= end_ns:
                break
            await _sleep_until(min(end_ns, _soon_ns()))
        self._result(result)

    def _result(self, result: StepResult) -> None:
        self._results.append(result)
        self.tell(Kind.PASSED if result.passed else Kind.FAILED, result.detail)

    def _saw(self, seen: Seen) -> None:
        if self._playing:
            self.tell(Kind.SEEN, str(seen), seen.at_ns)
        elif seen.verb == "joins":  # of the hundred things that happen, people want to see these
            self.tell(Kind.BUILD, str(seen), seen.at_ns)

    @contextlib.asynccontextmanager
    async def _looking(self, house: VirtualHouse) -> AsyncIterator[None]:
        looking = asyncio.create_task(self._look(house))
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _look(self, house: VirtualHouse) -> None:
        """Look at the hub's state whenever it wrote an entry: phases and troubles stand there."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self.recorder.entered.wait()
            self.recorder.entered.clear()
            with contextlib.suppress(LineError, ProcessEnded):  # it may be down on purpose
                self.recorder.looked(await house.hub.state())


async def hub_fields(ask: Ask, house: VirtualHouse) -> Mapping[str, object]:
    """Give the fields as the hub's socket has them: whose PIN it is, is not its business."""
    match ask.do, dict(ask.fields):
        case "pair", {"radio": radio, **others}:
            return {**others, "driver": radio}
        case "join_key", {"device": str(device)}:
            told = await house.far.ask("state", device=device)
            return {"driver": Radio.ZWAVE, "key": told["device"]["pin"]}
        case "join_key", {"pin": pin}:
            return {"driver": Radio.ZWAVE, "key": pin}
        case _, fields:
            return fields


async def _run(trick: Run | Server | Detection, house: VirtualHouse) -> None:
    hub = house.hub
    match trick:
        case Server(word=word):
            await hub.signal_server(word)
        case Detection(word=word):
            await hub.signal_detection(word)
        case Run(job=job):
            await {Job.KILL: hub.kill, Job.START: hub.start, Job.STOP: hub.stop}[job]()


async def _sleep_until(at_ns: int) -> int:
    await asyncio.sleep(max(0, at_ns - boottime_ns()) / 1e9)
    return at_ns


def _soon_ns() -> int:
    return boottime_ns() + int(LOOK_SECONDS * 1e9)
