"""The rounds: mains devices are heard now and then, and a jammed radio is noticed."""

import logging
import sqlite3
from pathlib import Path

import pytest

from drivers.zigbee.rounds import JAMMED_AFTER_ROUNDS, Verdict
from gateway.model.capability import Capability
from gateway.model.command import PermitJoin
from gateway.model.driver import CommandRefused
from gateway.model.event import DeviceJoined, DriverFound, JamChanged
from tests.drivers.house import living
from tests.drivers.zigbee.rig import zigbee_rig
from tests.waiting import until

QUICK = 0.1


def verdict(*rounds: tuple[int, bool]) -> list[bool | None]:
    """Give what each round changed."""
    air = Verdict()
    return [air.judge(failures, heard=heard) for failures, heard in rounds]


def test_busy_air_in_which_nobody_is_heard_is_jammed_after_three_rounds() -> None:
    assert JAMMED_AFTER_ROUNDS == 3
    assert verdict((0, True), (4, False), (8, False), (12, False), (16, False)) == [
        None,
        None,
        None,
        True,
        None,
    ]


def test_who_is_heard_ends_a_jam_at_once() -> None:
    assert verdict((0, True), (4, False), (8, False), (12, False), (12, True))[-1] is False


def test_a_dead_device_alone_is_no_jam() -> None:
    assert verdict(*[(7, False)] * 20) == [None] * 20


def test_busy_air_in_which_devices_are_still_heard_is_no_jam() -> None:
    assert verdict(*[(4 * n, n % 2 == 0) for n in range(20)]) == [None] * 20


def test_a_count_that_was_cleared_meanwhile_is_understood() -> None:
    assert verdict((90, True), (94, False), (3, False), (6, False))[-1] is True


async def test_a_jammed_radio_is_reported_and_so_is_its_end(tmp_path: Path) -> None:
    async with (
        zigbee_rig(tmp_path, round_seconds=QUICK) as rig,
        living(rig.driver, rig.house),
    ):
        await rig.pair("plug")
        await rig.air.do("jam")
        await rig.house.heard(JamChanged(rig.driver.id, jammed=True))

        await rig.air.do("unjam")
        await rig.house.heard(JamChanged(rig.driver.id, jammed=False))


async def test_a_mains_device_is_asked_for_a_sign_of_life_again_and_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "drivers.zigbee.rounds")
    async with (
        zigbee_rig(tmp_path, round_seconds=QUICK) as rig,
        living(rig.driver, rig.house),
    ):
        await rig.pair("plug", "contact")
        await rig.air.do("mute", device="plug")
        await rig.air.do("mute", device="contact")

        silent = f"{rig.device('plug')} gave no sign of life"
        await until(lambda: caplog.text.count(silent) >= 2, bound=30)
        assert str(rig.device("contact")) not in caplog.text


async def test_where_only_install_codes_admit_the_network_does_not_open_without(
    tmp_path: Path,
) -> None:
    async with (
        zigbee_rig(tmp_path, install_codes_only=True) as rig,
        living(rig.driver, rig.house),
    ):
        await rig.house.heard(DriverFound(rig.driver.id))
        with pytest.raises(CommandRefused, match="install code"):
            await rig.driver.perform(PermitJoin(rig.driver.id, 60))


async def test_a_zone_whose_type_was_lost_in_a_crash_is_a_contact_again(tmp_path: Path) -> None:
    async with zigbee_rig(tmp_path) as rig:
        async with living(rig.driver, rig.house):
            await rig.pair("contact")
        forget_attributes(rig.settings.database)

        since = len(rig.house.told)
        async with living(rig.driver, rig.house):
            joined = await rig.house.until(lambda e: isinstance(e, DeviceJoined), since=since)

        assert Capability.CONTACT in joined.device.capabilities


def forget_attributes(database: Path) -> None:
    """Take out what zigpy had not yet written when its process was killed."""
    db = sqlite3.connect(database)
    with db:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'attributes_c%'"
        tables = db.execute(query)
        for (table,) in tables.fetchall():
            db.execute(f"DELETE FROM {table}")
    db.close()
