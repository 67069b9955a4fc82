"""Every shipped scenario, played through real processes: the stick, its devices, and our hub."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.cli.hub_command import hub_command
from simulator.play import Outcome, VirtualHouse, open_home, shipped, simulate
from simulator.play.house import HOUSES

BESIDE = 3
PLAYED = "test_the_house_does_what_the_scenario_expects"


@pytest.fixture(scope="session")
def paired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work folder of a house whose devices are all paired, to be copied for each play."""
    work = tmp_path_factory.mktemp("paired")

    async def pair() -> None:
        async with VirtualHouse(
            open_home(HOUSES / "home.toml"), hub_command=hub_command, work=work
        ):
            pass

    asyncio.run(pair())
    return work


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest, paired: Path) -> Mapping[str, Outcome | BaseException]:
    """What became of each scenario that was asked for.

    A play is mostly waiting, so a few run beside each other. One that cannot be played ends no
    other.
    """
    names = [
        str(item.callspec.params["name"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.originalname == PLAYED
    ]
    beside = asyncio.Semaphore(BESIDE)

    async def play(name: str) -> Outcome:
        async with beside:
            return await simulate(name, hub_command=hub_command, prepared=paired)

    async def play_all() -> list[Outcome | BaseException]:
        return await asyncio.gather(*map(play, names), return_exceptions=True)

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
