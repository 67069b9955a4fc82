"""The long jobs of a Z-Wave stick, against a scripted server: what no mock stick can do."""

import asyncio
import base64
import io
import os
import stat
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from drivers.zwave import files
from drivers.zwave.driver import ZwaveDriver
from drivers.zwave.files import BACKUPS_MOST, FIRMWARE_BYTES_MOST, NVM_BYTES_MOST
from drivers.zwave.seams import External
from drivers.zwave.settings import ZwaveSettings
from gateway.model.credential import Code
from gateway.model.device import DeviceId
from gateway.model.driver import (
    CommandRefused,
    DeviceUnknown,
    DeviceUnreachable,
    DriverError,
    RadioLost,
)
from gateway.model.event import DriverFound
from gateway.model.upkeep import Job, Task, Upkeep
from tests.drivers.house import House, living
from tests.drivers.zwave.scripted import DEAD, PLUG, SLEEPER, Message, Refuse, Server, scripted
from tests.waiting import until

MEMORY = bytes(range(256)) * 16
HOME = "e0f1a2b3"
DSK = "12345-23456-34567-45678-56789-01234-12345-23456"


def device(node: int) -> DeviceId:
    """Name a node's root."""
    return DeviceId(f"zwave:{HOME}/{node}/0")


@dataclass(slots=True)
class Bench:
    """A driver, the script it speaks to, and what its job told."""

    server: Server
    driver: ZwaveDriver
    life: asyncio.Task[None]
    folder: Path
    went: list[tuple[float | None, str]] = field(default_factory=list[tuple[float | None, str]])

    @property
    def backups(self) -> list[Path]:
        """Give the backups that are kept, oldest first."""
        return sorted((self.folder / "backups").glob("*.nvm"))

    async def do(self, job: Job, node: int | None = None, **about: Any) -> str:
        """Do a job."""
        task = Task(job, None if node is None else device(node), **about)
        return await self.driver.upkeep(task, lambda far, words: self.went.append((far, words)))

    def fractions(self, words: str) -> list[float | None]:
        """Give how far it was told to be, where the words were these."""
        return [far for far, said in self.went if words in said]

    def file(self, what: bytes = b"firmware", name: str = "new.gbl") -> Path:
        """Write a file for the hub to read."""
        file = self.folder / name
        file.write_bytes(what)
        return file

    def remembers(self) -> None:
        """Have the stick tell its memory, in two parts."""

        async def backup(_: Message) -> Message:
            for read in (1024, 4096):
                await self.server.tell(
                    "controller", "nvm backup progress", bytesRead=read, total=4096
                )
            return {"nvmData": base64.b64encode(MEMORY).decode()}

        self.server.on("controller.backup_nvm_raw", backup)

    async def left(self, node: int, reason: int) -> None:
        """Tell that a node is no longer in the network."""
        about = next(one for one in self.server.state["nodes"] if one["nodeId"] == node)
        await self.server.tell("controller", "node removed", node=about, reason=reason)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Give a driver whose radio answers."""
    async with running(tmp_path) as made:
        yield made


@asynccontextmanager
async def running(folder: Path, backups: str = "backups") -> AsyncIterator[Bench]:
    """Run a driver against a scripted server."""
    async with scripted() as server:
        settings = ZwaveSettings(External(server.url), backups=folder / backups)
        driver, house = ZwaveDriver(settings), House()
        async with living(driver, house) as life:
            await house.heard(DriverFound(driver.id))
            yield Bench(server, driver, life, folder)


def test_the_driver_offers_every_job() -> None:
    driver = ZwaveDriver(ZwaveSettings(External("ws://127.0.0.1:1")))

    assert isinstance(driver, Upkeep)
    assert driver.jobs == frozenset(Job)


async def test_without_a_server_there_is_no_job() -> None:
    driver = ZwaveDriver(ZwaveSettings(External("ws://127.0.0.1:1")))

    with pytest.raises(RadioLost):
        await driver.upkeep(Task(Job.BACKUP), lambda _far, _words: None)


# The stick's memory


async def test_a_backup_is_ours_alone_and_says_of_which_network_it_is(bench: Bench) -> None:
    bench.remembers()

    said = await bench.do(Job.BACKUP)

    (kept,) = bench.backups
    assert str(kept) in said
    assert kept.read_bytes() == MEMORY
    assert kept.name.endswith(f"Z-{HOME}.nvm")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert bench.fractions("reading") == [0.0, 0.25, 1.0]


async def test_only_the_newest_backups_are_kept(bench: Bench) -> None:
    bench.remembers()
    folder = bench.folder / "backups"
    folder.mkdir()
    old = [f"2020{month:02}01T000000Z-{HOME}.nvm" for month in range(1, 13)]
    old += [f"2021{month:02}01T000000Z-{HOME}.nvm" for month in range(1, 13)]
    for name in old:
        (folder / name).touch()
    (folder / "notes.txt").touch()

    await bench.do(Job.BACKUP)

    kept = [file.name for file in bench.backups]
    assert kept[:-1] == old[len(old) - BACKUPS_MOST + 1 :]
    assert (folder / "notes.txt").exists()


def test_backups_of_one_second_do_not_write_over_each_other(tmp_path: Path) -> None:
    kept = [files.keep(tmp_path, 0xE0F1A2B3, bytes([n]), lambda: "now") for n in range(1, 4)]

    assert [file.read_bytes() for file in kept] == [b"\1", b"\2", b"\3"]


def test_a_file_that_came_to_be_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_bytes(b"precious")

    with pytest.raises(CommandRefused, match="is there already"):
        files.write(there, MEMORY)
    assert there.read_bytes() == b"precious"


async def test_a_backup_to_a_named_file_never_writes_over_one(bench: Bench) -> None:
    bench.remembers()
    there = bench.file(b"precious", "mine.nvm")

    with pytest.raises(CommandRefused, match="is there already"):
        await bench.do(Job.BACKUP, file=there)
    assert there.read_bytes() == b"precious"
    assert not bench.server.commands("controller.backup_nvm_raw")

    new = bench.folder / "new.nvm"
    await bench.do(Job.BACKUP, file=new)
    assert new.read_bytes() == MEMORY
    assert stat.S_IMODE(new.stat().st_mode) == 0o600


async def test_a_backup_that_cannot_be_written_leaves_no_half(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    async with running(tmp_path, "taken") as bench:
        bench.remembers()

        with pytest.raises(CommandRefused, match="cannot be made"):
            await bench.do(Job.BACKUP)


async def test_a_stick_that_keeps_its_memory_to_itself_is_told(bench: Bench) -> None:
    bench.server.refuse("controller.backup_nvm_raw", 203)

    with pytest.raises(CommandRefused, match="the stick said no"):
        await bench.do(Job.BACKUP)
    assert not bench.backups


async def test_before_a_restore_what_was_there_is_kept(bench: Bench) -> None:
    bench.remembers()
    server, file = bench.server, bench.file(b"older memory", "old.nvm")

    async def restore(_: Message) -> Message:
        assert [kept.read_bytes() for kept in bench.backups] == [MEMORY]
        await server.tell("controller", "nvm convert progress", bytesRead=5, total=10)
        await server.tell("controller", "nvm restore progress", bytesWritten=6, total=10)
        return {}

    server.on("controller.restore_nvm", restore)
    doing = asyncio.create_task(bench.do(Job.RESTORE, file=file))
    await until(lambda: bench.fractions("starts anew"))
    assert not doing.done()  # only a stick that answers again has been restored
    await server.tell("driver", "driver ready")

    said = await doing
    assert str(bench.backups[0]) in said
    assert base64.b64decode(server.given("controller.restore_nvm")["nvmData"]) == b"older memory"
    assert bench.fractions("fitting") == [0.0, 0.5]
    assert bench.fractions("writing") == [0.6]
    with pytest.raises(RadioLost, match="began anew"):  # what was known of devices is of before
        await bench.life


async def test_a_restore_that_is_answered_after_the_stick_began_anew_is_done(bench: Bench) -> None:
    bench.remembers()
    over = asyncio.Event()

    async def restore(_: Message) -> Message:
        await bench.server.tell("driver", "driver ready")
        await bench.server.tell("controller", "nvm restore progress", bytesWritten=9, total=10)
        await over.wait()
        return {}

    bench.server.on("controller.restore_nvm", restore)
    doing = asyncio.create_task(bench.do(Job.RESTORE, file=bench.file()))
    await until(lambda: bench.fractions("writing"))  # so the one before that was heard, too
    over.set()

    assert str(bench.backups[0]) in await doing
    with pytest.raises(RadioLost, match="began anew"):
        await bench.life


async def test_without_a_backup_nothing_is_restored(bench: Bench) -> None:
    bench.server.refuse("controller.backup_nvm_raw", 203)

    with pytest.raises(CommandRefused):
        await bench.do(Job.RESTORE, file=bench.file())
    assert not bench.server.commands("controller.restore_nvm")


async def test_a_restore_that_the_stick_refuses_says_why_and_the_radio_goes_on(
    bench: Bench,
) -> None:
    bench.remembers()
    bench.server.refuse("controller.restore_nvm", 280)

    with pytest.raises(CommandRefused, match="has a format that nobody knows"):
        await bench.do(Job.RESTORE, file=bench.file())
    assert not bench.life.done()


@pytest.mark.parametrize("job", [Job.RESTORE, Job.FIRMWARE])
async def test_what_is_no_file_for_it_never_reaches_the_stick(bench: Bench, job: Job) -> None:
    most = NVM_BYTES_MOST if job is Job.RESTORE else FIRMWARE_BYTES_MOST
    pipe, large, link = (bench.folder / name for name in ("pipe", "large", "link"))
    os.mkfifo(pipe)
    with large.open("wb") as file:
        file.truncate(most + 1)
    link.symlink_to("/dev/zero")
    bench.remembers()
    bad = {
        pipe: "no regular file",
        link: "no regular file",
        bench.folder: "no regular file",
        large: "has more than",
        bench.folder / "nothing": "cannot be read",
        bench.file(b""): "is empty",
    }

    for one, sentence in bad.items():
        with pytest.raises(CommandRefused, match=sentence):
            await bench.do(job, file=one)
    with pytest.raises(CommandRefused, match="say which file"):
        await bench.do(job)
    assert not bench.server.commands(
        "controller.backup_nvm_raw", "controller.restore_nvm", "driver.firmware_update_otw"
    )


async def test_a_stick_that_begins_anew_by_itself_ends_the_life(bench: Bench) -> None:
    await bench.server.tell("driver", "driver ready")

    with pytest.raises(RadioLost, match="began anew"):
        await bench.life


# Firmware


def unpacked(update: Message) -> dict[str, bytes]:
    """Give what is in the ZIP that a firmware is sent in, by its names."""
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(update["file"]))) as box:
        return {name: box.read(name) for name in box.namelist()}


def sends(bench: Bench, command: str, source: str, result: Message, **about: Any) -> None:
    """Have a firmware taken in two parts."""

    async def update(_: Message) -> Message:
        for sent in (5, 10):
            progress = {"sentFragments": sent, "totalFragments": 10, "progress": 10.0 * sent}
            if source == "node":
                progress |= {"currentFile": 1, "totalFiles": 1}
            await bench.server.tell(source, "firmware update progress", progress=progress, **about)
        return {"result": result}

    bench.server.on(command, update)


async def test_a_device_is_given_its_firmware_by_a_connection_of_its_own(bench: Bench) -> None:
    result = {"status": 255, "success": True, "waitTime": 5, "reInterview": True}
    sends(bench, "node.update_firmware", "node", result, nodeId=PLUG)

    said = await bench.do(Job.FIRMWARE, PLUG, file=bench.file(b"new firmware"))

    assert said == f"{device(PLUG)} has its new firmware; it is back in 5 s"
    given = bench.server.given("node.update_firmware")
    assert given["nodeId"] == PLUG
    (update,) = given["updates"]
    assert unpacked(update) == {"firmware.gbl": b"new firmware"}
    assert not bench.server.is_listener("node.update_firmware")
    assert bench.fractions("part") == [0.5, 1.0]
    await until(lambda: bench.server.clients == 1)
    assert not bench.life.done()


@pytest.mark.parametrize(
    ("status", "sentence"), [(2, "another maker's"), (0, "with mistakes"), (99, "did not take it")]
)
async def test_a_device_that_does_not_take_it_says_why(
    bench: Bench, status: int, sentence: str
) -> None:
    bench.server.answer(
        "node.update_firmware", result={"status": status, "success": False, "reInterview": False}
    )

    with pytest.raises(CommandRefused, match=sentence):
        await bench.do(Job.FIRMWARE, PLUG, file=bench.file())


@pytest.mark.parametrize(("code", "sentence"), [(1501, "over the air"), (1507, "of no kind")])
async def test_a_firmware_that_cannot_begin_says_why(
    bench: Bench, code: int, sentence: str
) -> None:
    bench.server.refuse("node.update_firmware", code)

    with pytest.raises(CommandRefused, match=sentence):
        await bench.do(Job.FIRMWARE, PLUG, file=bench.file())


async def test_a_zip_goes_as_it_is_and_what_is_of_no_kind_does_not_go(bench: Bench) -> None:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as packing:
        packing.writestr("their name.OTZ", b"theirs")
    result = {"status": 254, "success": True, "reInterview": False}
    bench.server.answer("node.update_firmware", result=result)

    said = await bench.do(Job.FIRMWARE, PLUG, file=bench.file(box.getvalue(), "theirs.zip"))

    assert said == f"{device(PLUG)} has its new firmware"
    (update,) = bench.server.given("node.update_firmware")["updates"]
    assert base64.b64decode(update["file"]) == box.getvalue()
    with pytest.raises(CommandRefused, match="of no kind that is known here"):
        await bench.do(Job.FIRMWARE, PLUG, file=bench.file(name="holiday.jpg"))


async def test_a_firmware_whose_connection_breaks_is_taken_back_and_said_so(bench: Bench) -> None:
    async def hang_up(_: Message) -> Message:
        await bench.server.asked_by["node.update_firmware"].close()
        raise Refuse(0)

    bench.server.on("node.update_firmware", hang_up)

    with pytest.raises(RadioLost, match="closed the connection of the file"):
        await bench.do(Job.FIRMWARE, PLUG, file=bench.file())
    await bench.server.until_asked("node.abort_firmware_update")
    assert not bench.life.done()


async def test_a_firmware_that_is_stopped_is_taken_back(bench: Bench) -> None:
    await cancelled(bench, "node.update_firmware", Job.FIRMWARE, PLUG, file=bench.file())

    await bench.server.until_asked("node.abort_firmware_update")
    await until(lambda: bench.server.clients == 1)


async def test_the_stick_is_backed_up_before_its_firmware(bench: Bench) -> None:
    bench.remembers()
    sends(bench, "driver.firmware_update_otw", "driver", {"status": 255, "success": True})
    doing = asyncio.create_task(bench.do(Job.FIRMWARE, file=bench.file(b"stick")))
    await until(lambda: bench.fractions("starts anew"))
    await bench.server.tell("driver", "driver ready")

    said = await doing
    assert str(bench.backups[0]) in said
    order = bench.server.commands("controller.backup_nvm_raw", "driver.firmware_update_otw")
    assert order == ["controller.backup_nvm_raw", "driver.firmware_update_otw"]
    given = bench.server.given("driver.firmware_update_otw")
    assert unpacked(given) == {"firmware.gbl": b"stick"}
    assert bench.fractions("leave it plugged in") == [None, 0.5, 1.0]
    with pytest.raises(RadioLost, match="began anew"):
        await bench.life


async def test_no_firmware_without_a_backup(bench: Bench) -> None:
    bench.server.refuse("controller.backup_nvm_raw", 203)

    with pytest.raises(CommandRefused):
        await bench.do(Job.FIRMWARE, file=bench.file())
    assert not bench.server.commands("driver.firmware_update_otw")


# Routes


async def test_all_that_listen_find_their_routes_and_who_did_not_is_named(bench: Bench) -> None:
    steps = ("pending", "pending"), ("done", "pending"), ("done", "failed")

    async def begin(_: Message) -> Message:
        far = [{"5": plug, "6": dead, "7": "skipped"} for plug, dead in steps]
        for how in far:
            await bench.server.tell("controller", "rebuild routes progress", progress=how)
        await bench.server.tell("controller", "rebuild routes done", result=far[-1])
        return {"success": True}

    bench.server.on("controller.begin_rebuilding_routes", begin)

    said = await bench.do(Job.REBUILD)

    assert said == (
        "1 device has new routes; "
        f"{device(DEAD)} did not answer; 1 device was left out (asleep or dead)"
    )
    assert [far for far, _ in bench.went] == [0.0, 0.5, 1.0]
    options = bench.server.given("controller.begin_rebuilding_routes")["options"]
    assert options == {"includeSleeping": False}  # or it would wait for hours
    assert not bench.server.commands("controller.stop_rebuilding_routes")


async def test_routes_that_are_being_rebuilt_already_are_not_begun_again(bench: Bench) -> None:
    bench.server.answer("controller.begin_rebuilding_routes", success=False)

    with pytest.raises(CommandRefused, match="already"):
        await bench.do(Job.REBUILD)


@pytest.mark.parametrize("node", [None, PLUG])
async def test_a_rebuild_that_is_stopped_stops_at_the_stick(bench: Bench, node: int | None) -> None:
    command = "begin_rebuilding_routes" if node is None else "rebuild_node_routes"
    await cancelled(bench, f"controller.{command}", Job.REBUILD, node)

    assert bench.server.commands("controller.stop_rebuilding_routes")


async def test_one_device_finds_its_routes_or_is_said_not_to(bench: Bench) -> None:
    assert await bench.do(Job.REBUILD, PLUG) == f"{device(PLUG)} has new routes"

    bench.server.answer("controller.rebuild_node_routes", success=False)
    with pytest.raises(CommandRefused, match="did not answer to the end"):
        await bench.do(Job.REBUILD, PLUG)


# Who is in the network


async def excluding(bench: Bench, node: int | None, *, leaves: int | None) -> str:
    """Exclude, and have a device leave; None: one of another network."""
    states = ("controller", "inclusion state changed")
    await bench.server.tell(*states, state=0)  # SmartStart pauses first

    async def begin(_: Message) -> Message:
        await bench.server.tell(*states, state=0)
        await bench.server.tell(*states, state=2)
        return {"success": True}

    bench.server.on("controller.begin_exclusion", begin)
    doing = asyncio.create_task(bench.do(Job.EXCLUDE, node))
    await until(lambda: bench.fractions("press the button"))
    await bench.server.tell("controller", "exclusion stopped")
    if leaves is not None:
        await bench.left(leaves, 0)
    await bench.server.tell(*states, state=0)
    try:
        return await doing
    finally:
        assert bench.server.commands("controller.stop_exclusion")


async def test_the_device_whose_button_is_pressed_leaves(bench: Bench) -> None:
    assert await excluding(bench, PLUG, leaves=PLUG) == f"{device(PLUG)} left the network"


async def test_a_device_may_leave_that_nobody_named(bench: Bench) -> None:
    assert await excluding(bench, None, leaves=DEAD) == f"{device(DEAD)} left the network"


async def test_that_another_device_left_is_no_success(bench: Bench) -> None:
    other = f"another device left instead of {device(PLUG)}: {device(DEAD)}"
    with pytest.raises(CommandRefused, match=other):
        await excluding(bench, PLUG, leaves=DEAD)


async def test_a_device_of_another_network_can_be_freed(bench: Bench) -> None:
    said = await excluding(bench, None, leaves=None)

    assert said == "a device left that was not in this network"


async def test_nobody_presses_a_button(bench: Bench) -> None:
    with pytest.raises(CommandRefused, match="nobody pressed"):
        await bench.do(Job.EXCLUDE, seconds=0)
    assert bench.server.commands("controller.stop_exclusion")


async def test_a_stick_that_includes_does_not_exclude(bench: Bench) -> None:
    bench.server.answer("controller.begin_exclusion", success=False)

    with pytest.raises(CommandRefused, match="busy with joining"):
        await bench.do(Job.EXCLUDE)


async def test_an_exclusion_that_is_stopped_lets_nobody_leave_any_more(bench: Bench) -> None:
    await cancelled(bench, "controller.begin_exclusion", Job.EXCLUDE)
    assert bench.server.commands("controller.stop_exclusion")

    bench.server.asked.clear()
    bench.server.answer("controller.begin_exclusion", success=True)
    doing = asyncio.create_task(bench.do(Job.EXCLUDE))
    await until(lambda: bench.fractions("press the button"))
    doing.cancel()
    with suppress(asyncio.CancelledError):
        await doing
    assert bench.server.commands("controller.stop_exclusion")


async def test_a_dead_device_is_forgotten_and_a_living_one_not(bench: Bench) -> None:
    bench.server.refuse("controller.remove_failed_node", 360)
    with pytest.raises(CommandRefused, match="it answers, so it is not dead"):
        await bench.do(Job.FORGET, PLUG)

    bench.server.answer("controller.remove_failed_node")
    assert await bench.do(Job.FORGET, DEAD) == f"{device(DEAD)} is out of the network"
    assert bench.server.asked[-1]["nodeId"] == DEAD


async def replacing(bench: Bench, key: Code | None, result: Message) -> str:
    """Replace the dead plug."""
    doing = asyncio.create_task(bench.do(Job.REPLACE, DEAD, key=key, seconds=5))
    await until(lambda: bench.fractions("button of the new device"))
    about = next(one for one in bench.server.state["nodes"] if one["nodeId"] == DEAD)
    await bench.left(DEAD, 3)
    await bench.server.tell("controller", "validate dsk and enter pin", dsk=f"*****{DSK[5:]}")
    if key is not None:
        await bench.server.until_asked("controller.validate_dsk_and_enter_pin")
    await bench.server.tell("controller", "node added", node=about, result=result)
    return await doing


async def test_a_new_device_takes_the_place_of_a_dead_one_with_its_key(bench: Bench) -> None:
    said = await replacing(bench, Code("12345"), {"lowSecurity": False})

    assert said == f"a new device is {device(DEAD)} now"
    assert bench.server.given("controller.replace_failed_node")["options"] == {"strategy": 4}
    assert bench.server.given("controller.validate_dsk_and_enter_pin")["pin"] == "12345"


async def test_a_new_device_without_security_is_no_success(bench: Bench) -> None:
    with pytest.raises(CommandRefused, match="guards nothing"):
        await replacing(bench, Code(DSK), {"lowSecurity": True, "lowSecurityReason": 6})


async def test_a_device_that_comes_in_vain_does_not_wait_for_its_key(bench: Bench) -> None:
    doing = asyncio.create_task(bench.do(Job.REPLACE, DEAD, seconds=5))
    await until(lambda: bench.fractions("button of the new device"))
    await bench.server.tell("controller", "validate dsk and enter pin", dsk=f"*****{DSK[5:]}")
    await until(lambda: bench.fractions("asks for its key"))
    doing.cancel()
    with suppress(asyncio.CancelledError):
        await doing

    assert bench.server.given("controller.validate_dsk_and_enter_pin")["pin"] == ""
    assert bench.server.commands("controller.stop_inclusion")


async def test_a_mistyped_key_begins_nothing_and_is_not_shown(bench: Bench) -> None:
    with pytest.raises(CommandRefused) as refused:
        await bench.do(Job.REPLACE, DEAD, key=Code("4321x"))

    assert "4321" not in str(refused.value)
    assert not bench.server.commands("controller.replace_failed_node")


async def test_a_device_that_answers_is_not_replaced(bench: Bench) -> None:
    bench.server.refuse("controller.replace_failed_node", 362)

    with pytest.raises(CommandRefused, match="it answers"):
        await bench.do(Job.REPLACE, PLUG)


async def test_a_device_is_asked_anew(bench: Bench) -> None:
    async def refresh(message: Message) -> Message:
        assert message["nodeId"] == PLUG
        about = {"nodeId": PLUG, "stage": "CommandClasses"}
        await bench.server.tell("node", "interview progress", **about, progress=100)  # its last one
        await bench.server.tell("node", "interview started", nodeId=PLUG)
        await bench.server.tell("node", "interview progress", **about, progress=40)
        args = {"errorMessage": "no", "isFinal": False}  # it tries once more
        await bench.server.tell("node", "interview failed", nodeId=PLUG, args=args)
        await bench.server.tell("node", "interview completed", nodeId=PLUG)
        return {}

    bench.server.on("node.refresh_info", refresh)

    assert await bench.do(Job.INTERVIEW, PLUG) == f"{device(PLUG)} told anew all it can do"
    assert bench.fractions("it tells") == [0.4]


async def test_a_device_that_goes_silent_ends_its_interview(bench: Bench) -> None:
    async def refresh(_: Message) -> Message:
        await bench.server.tell("node", "interview started", nodeId=PLUG)
        args = {"errorMessage": "no", "isFinal": True}
        await bench.server.tell("node", "interview failed", nodeId=PLUG, args=args)
        return {}

    bench.server.on("node.refresh_info", refresh)

    with pytest.raises(CommandRefused, match="did not answer to the end"):
        await bench.do(Job.INTERVIEW, PLUG)


async def test_a_device_that_sleeps_is_to_be_woken(bench: Bench) -> None:
    with pytest.raises(CommandRefused, match="it is asked when it wakes up"):
        await bench.do(Job.INTERVIEW, SLEEPER, seconds=0)
    assert bench.fractions("wake it by its button")


async def test_a_device_is_expected_by_its_key(bench: Bench) -> None:
    await bench.do(Job.SMART_START, key=Code(DSK.replace("-", " ")))

    entry = bench.server.given("controller.provision_smart_start_node")["entry"]
    assert entry["dsk"] == DSK
    assert entry["securityClasses"] == [2, 1, 0]


async def test_who_is_expected_is_told_without_the_digits_that_prove_it(bench: Bench) -> None:
    entries = [{"dsk": DSK, "securityClasses": [1]}]
    bench.server.answer("controller.get_provisioning_entries", entries=entries)
    said = await bench.do(Job.SMART_START)

    assert said == f"expected: *****{DSK[5:]}"
    bench.server.answer("controller.get_provisioning_entries", entries=[])
    assert await bench.do(Job.SMART_START) == "no device is expected"


# Whatever comes between


async def cancelled(
    bench: Bench, command: str, job: Job, node: int | None = None, **about: Any
) -> None:
    """Begin a job, and stop it once the server works on it."""

    async def work(_: Message) -> Message:
        await asyncio.Event().wait()
        raise Refuse(0)

    bench.server.on(command, work)
    doing = asyncio.create_task(bench.do(job, node, **about))
    await bench.server.until_asked(command)
    doing.cancel()
    with suppress(asyncio.CancelledError):
        await doing


@pytest.mark.parametrize("job", [Job.INTERVIEW, Job.FORGET, Job.REPLACE])
async def test_a_job_about_a_device_wants_one_that_is_there(bench: Bench, job: Job) -> None:
    with pytest.raises(CommandRefused, match="say which device"):
        await bench.do(job)
    with pytest.raises(DeviceUnknown):
        await bench.do(job, 99)
    with pytest.raises(DeviceUnknown):
        await bench.do(job, 1)  # the stick is no device


@pytest.mark.parametrize(
    ("job", "command"),
    [
        (Job.BACKUP, "controller.backup_nvm_raw"),
        (Job.REBUILD, "controller.begin_rebuilding_routes"),
        (Job.EXCLUDE, "controller.begin_exclusion"),
        (Job.FIRMWARE, "node.update_firmware"),
    ],
)
async def test_a_server_that_goes_away_ends_a_job(bench: Bench, job: Job, command: str) -> None:
    async def hang_up(_: Message) -> Message:
        await bench.server.hang_up()
        raise Refuse(0)

    bench.server.on(command, hang_up)
    node = PLUG if job is Job.FIRMWARE else None

    with pytest.raises(DriverError) as ended:
        async with asyncio.timeout(20):
            await bench.do(job, node, file=bench.file() if node else None)
    assert isinstance(ended.value, RadioLost | DeviceUnreachable)
    await asyncio.wait((bench.life,))
