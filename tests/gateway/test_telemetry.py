"""Telemetry: kept where it can be, counted where it cannot, never in anybody's way."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from gateway.journal.telemetry import BATCH_ROWS, FILE, HELD_ROWS, TelemetryLog
from gateway.model.clock import HouseTime
from gateway.model.device import DeviceId
from gateway.model.event import Telemetry

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HALL = DeviceId("zigbee:1/1")


def add(log: TelemetryLog, count: int) -> None:
    for number in range(count):
        log.add(HouseTime(number), NOON, Telemetry(HALL, "temperature_celsius", number / 10))


def rows(folder: Path) -> int:
    with closing(sqlite3.connect(folder / FILE)) as db:
        return int(db.execute("SELECT count(*) FROM telemetry").fetchone()[0])


def test_measurements_are_kept(tmp_path: Path) -> None:
    log = TelemetryLog(tmp_path)
    add(log, BATCH_ROWS + 7)
    log.close()

    assert rows(tmp_path) == BATCH_ROWS + 7
    assert log.dropped == 0
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_the_oldest_measurements_make_room(tmp_path: Path) -> None:
    log = TelemetryLog(tmp_path, keep=50)
    add(log, 80)
    log.close()

    assert rows(tmp_path) == 50


def test_a_disk_that_is_away_costs_measurements_and_nothing_else(tmp_path: Path) -> None:
    log = TelemetryLog(tmp_path / "nowhere")
    add(log, HELD_ROWS + 500)
    log.close()

    assert log.dropped == HELD_ROWS + 500


def test_a_value_that_is_no_number_is_dropped_alone(tmp_path: Path) -> None:
    log = TelemetryLog(tmp_path)
    log.add(HouseTime(0), NOON, Telemetry(HALL, "lqi", float("nan")))
    add(log, 3)
    log.close()

    assert (rows(tmp_path), log.dropped) == (3, 1)
