"""A device that joins asks for its key: mistyped, or given by nobody, it never holds the stick."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import pytest

from gateway.model.command import GiveJoinKey, PermitJoin
from gateway.model.credential import Code
from gateway.model.driver import CommandRefused
from gateway.model.event import DeviceFault, DriverFound, Fault, JoiningChanged, JoinKeyWanted
from tests.drivers.air import AirError
from tests.drivers.house import living
from tests.drivers.zwave.bench import running
from tests.drivers.zwave.rig import Rig, Stage, on, staged
from tests.drivers.zwave.scripted import Server
from tests.waiting import until

FIRST, SECOND = "stranger", "stranger_lock"
BUSY = 3


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.fixture
async def live(stage: Stage) -> AsyncIterator[Rig]:
    async with on(stage) as rig, living(rig.driver, rig.house):
        await rig.house.heard(DriverFound(rig.driver.id))
        yield rig


@contextlib.asynccontextmanager
async def asking(rig: Rig, name: str) -> AsyncIterator[None]:
    """Open the network, and have a device come that asks for its key."""
    since = len(rig.house.told)
    await rig.driver.perform(PermitJoin(rig.driver.id, 120))
    pressing = asyncio.create_task(_press(rig, name))
    await rig.house.until(lambda event: isinstance(event, JoinKeyWanted), since=since)
    yield
    with contextlib.suppress(AirError):  # it did not get what it wanted
        await pressing


async def _press(rig: Rig, name: str) -> None:
    await rig.air.do("join", device=name)


async def opens(rig: Rig) -> None:
    """The stick does as it is asked: nothing holds it."""
    since = len(rig.house.told)
    await rig.driver.perform(PermitJoin(rig.driver.id, 60))
    await rig.house.heard(JoiningChanged(rig.driver.id, open=True), since=since)
    await rig.driver.perform(PermitJoin(rig.driver.id, 0))
    await rig.house.heard(JoiningChanged(rig.driver.id, open=False), since=since)


async def test_who_closes_lets_no_device_wait_for_its_key(live: Rig) -> None:
    async with asking(live, FIRST):
        await live.driver.perform(PermitJoin(live.driver.id, 0))
        insecure = DeviceFault(live.device(FIRST), Fault.INSECURE, present=True)
        await live.house.heard(insecure)

    await opens(live)


async def test_a_key_that_nobody_has_ends_the_wait_and_a_mistyped_one_does_not(live: Rig) -> None:
    async with asking(live, SECOND):
        with pytest.raises(CommandRefused, match="the key is mistyped"):
            await live.driver.perform(GiveJoinKey(live.driver.id, Code("1234")))
        since = len(live.house.told)
        await live.driver.perform(PermitJoin(live.driver.id, 120))
        await live.house.until(lambda event: isinstance(event, JoinKeyWanted), since=since)
        await live.driver.perform(GiveJoinKey(live.driver.id, None))
        insecure = DeviceFault(live.device(SECOND), Fault.INSECURE, present=True)
        await live.house.heard(insecure)

    await live.driver.perform(PermitJoin(live.driver.id, 0))
    await opens(live)


async def test_a_device_that_is_amid_its_joining_is_not_shut_out_by_the_clock() -> None:
    async with running() as bench:
        states = ("controller", "inclusion state changed")

        async def begin(_: object) -> dict[str, bool]:
            await bench.server.tell(*states, state=BUSY)
            return {"success": True}

        bench.server.on("controller.begin_inclusion", begin)
        await bench.driver.perform(PermitJoin(bench.driver.id, 1))
        dsk = "*****-23456-34567-45678-56789-01234-12345-23456"
        await bench.server.tell("controller", "validate dsk and enter pin", dsk=dsk)
        clock = asyncio.get_running_loop().time
        over = clock() + 2.0
        await until(lambda: clock() > over)
        assert not bench.server.commands("controller.stop_inclusion")
        await bench.driver.perform(GiveJoinKey(bench.driver.id, Code("12345")))
        assert bench.server.given("controller.validate_dsk_and_enter_pin")["pin"] == "12345"
        await bench.server.tell(*states, state=0)
        await bench.house.heard(JoiningChanged(bench.driver.id, open=False))


async def test_what_an_earlier_life_was_asked_is_answered_by_nobody() -> None:
    def amid_joining(server: Server) -> None:
        server.state["controller"]["inclusionState"] = BUSY

    async with running(set_up=amid_joining) as bench:
        await bench.server.until_asked("controller.validate_dsk_and_enter_pin")
        await bench.house.heard(JoiningChanged(bench.driver.id, open=False))


async def test_a_server_that_is_amid_a_joining_says_so_in_words() -> None:
    async with running() as bench:
        bench.server.refuse("controller.begin_inclusion", "inclusion_already_in_progress")
        with pytest.raises(CommandRefused, match="wait for its end, or close that"):
            await bench.driver.perform(PermitJoin(bench.driver.id, 60))
