"""Every shipped scenario, played through real processes: the sticks, their devices, and our hub."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.cli.hub_command import hub_command
from simulator.play import Outcome, Scenario, VirtualHouse, load, shipped, simulate

BESIDE = 3
PLAYED = "test_the_house_does_what_the_scenario_expects"


class Paired:
    """The work folders of houses whose devices are all paired, to be copied for each play."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pairing: dict[str, asyncio.Task[Path]] = {}

    async def of(self, scenario: Scenario) -> Path | None:
        """Pair a house at most once; None where a play begins with devices that have not joined."""
        house = scenario.home.file.stem
        if scenario.outside:
            return None
        if house not in self._pairing:
            self._pairing[house] = asyncio.create_task(self._pair(scenario))
        return await self._pairing[house]

    async def _pair(self, scenario: Scenario) -> Path:
        work = self._folder / scenario.home.file.stem
        async with VirtualHouse(scenario.home, hub_command=hub_command, work=work):
            return work


@pytest.fixture(scope="session")
def outcomes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Outcome | BaseException]:
    """What became of each scenario that was asked for.

    A play is mostly waiting, so a few run beside each other. One that cannot be played ends no
    other.
    """
    names = [
        str(item.callspec.params["name"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.originalname == PLAYED
    ]
    folder = tmp_path_factory.mktemp("paired")

    async def play(name: str, paired: Paired, beside: asyncio.Semaphore) -> Outcome:
        async with beside:
            prepared = await paired.of(load(name))
            return await simulate(name, hub_command=hub_command, prepared=prepared)

    async def play_all() -> list[Outcome | BaseException]:
        paired, beside = Paired(folder), asyncio.Semaphore(BESIDE)
        plays = (play(name, paired, beside) for name in names)
        return await asyncio.gather(*plays, return_exceptions=True)

    return dict(zip(names, asyncio.run(play_all()), strict=True))


@pytest.mark.parametrize("name", shipped())
def test_the_house_does_what_the_scenario_expects(
    name: str, outcomes: Mapping[str, Outcome | BaseException]
) -> None:
    outcome = outcomes[name]
    if isinstance(outcome, BaseException):
        raise outcome
    assert outcome.passed, failures(outcome)


@pytest.mark.parametrize("name", ["break-in", "killed-while-armed", "reload-in-wait"])
async def test_the_house_does_so_over_tcp_and_from_nothing(name: str) -> None:
    outcome = await simulate(name, hub_command=hub_command, listen="tcp", ezsp=14)

    assert outcome.passed, failures(outcome)


def failures(outcome: Outcome) -> str:
    return "\n".join(step.detail for step in outcome.steps if not step.passed)
