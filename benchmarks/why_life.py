"""A long life of a home of a hundred sensors and a hundred rules, written down in bulk.

The rows are those that a hub writes: the same step, chain, orders and snapshots. Only the commits
are of a thousand entries, and nothing waits for them.
"""

import random
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from benchmarks.home import Bench
from gateway.config.load import load
from gateway.config.source import pack
from gateway.journal.chain import forge, sealed
from gateway.journal.folder import JOURNAL
from gateway.journal.journal import Journal
from gateway.journal.records import Head, Row, Settled, Snapshot
from gateway.journal.store import MIGRATIONS, Store
from gateway.model.capability import Battery, Capability, Contact, Tamper
from gateway.model.clock import HouseTime
from gateway.model.device import Device, DeviceId, DriverId
from gateway.model.effect import Order, OrderId
from gateway.model.event import (
    ArmRequested,
    DeviceHeard,
    DeviceJoined,
    DisarmRequested,
    DriverFound,
    Entry,
    Event,
    Reported,
    Started,
    Ticked,
)
from gateway.recovery import Configured, Snapshots
from rules import engine

SENSORS = 100
RULES = 100
AT_ONCE = 1_000
SAY_EVERY = 100_000
SNAPSHOT_EVERY = 1_000
PAUSE_US = 9_000_000
DAY = 2_000
"""Entries between an arming and the next."""
WALL = datetime(2026, 11, 21, tzinfo=UTC)
SIREN = DeviceId("zigbee:00124b001cbe9999/1")
LAMP = DeviceId("zigbee:00124b001cbe9998/1")
HEAD = """
[site]
name = "bench"
timezone = "Europe/Berlin"
[zigbee]
port = "/dev/ttyUSB0"
[[area]]
name = "house"
sirens = ["siren"]
[area.modes.away]
exit_delay = "60s"
entry_delay = "30s"
[[person]]
name = "anna"
code = "$argon2id$v=19$m=19456,t=2,p=1$tJvC98VuSzHPYowXe4U/kw$\
WEhSRGENOGuC//hSo60wejS1+T1hqsbXeJtYW3mmXJM"
[[device]]
name = "siren"
id = "{siren}"
[[device]]
name = "lamp"
id = "{lamp}"
"""
SENSOR = """
[[device]]
name = "sensor_{n}"
id = "{device}"
supervision = "off"
[[zone]]
name = "zone_{n}"
area = "house"
device = "sensor_{n}"
reading = "contact"
kind = "instant"
modes = ["away"]
"""
RULE = """
[[rule]]
id = "rule_{n}"
when = {{ device = "sensor_{n}", becomes = "open" }}
if = 'area.house.mode == "disarmed" && device.sensor_{m}.contact == "closed"'
do = [{{ on = "lamp" }}]
unless_within = "30m"
"""


def sensor(number: int) -> DeviceId:
    """Name a sensor."""
    return DeviceId(f"zigbee:00124b001cbe{number:04d}/1")


@dataclass(slots=True)
class Lived:
    """What was written, and what it took."""

    folder: Path
    config: Path
    now: Configured
    snapshots: list[float] = field(default_factory=list[float])
    indexing: float = 0.0
    snapshot_bytes: int = 0
    _taken: tuple[int, bytes] | None = None

    def snapshot(self, number: int, body: bytes) -> None:
        """Be the journal to which snapshots are given."""
        self._taken = number, body

    def keep_areas(self, number: int, body: bytes) -> None:
        """The second copy is of no use here."""

    def taken(self, row: Row) -> Snapshot | None:
        """Give the snapshot that was taken since, of the last row."""
        if self._taken is None:
            return None
        (number, body), self._taken = self._taken, None
        return sealed(
            Snapshot(number, row.at_us, row.wall, row.era, str(engine.VERSION), row.hash, body)
        )


def lived(bench: Bench, folder: Path, count: int) -> Lived:
    """Write a life of so many entries."""
    life = _begun(folder)
    life.folder.mkdir()
    snapshots = Snapshots(cast("Journal", life), life.now, count + 1)
    store = Store.open(life.folder, keep=count)
    site, state, head = life.now.site, engine.initial(life.now.site), Head()
    rows: list[Row | Settled] = []
    dice = random.Random(11)
    for number in range(1, count + 1):
        at = HouseTime(number * PAUSE_US)
        due = engine.next_deadline(state)
        event = Ticked() if due is not None and due <= at else _event(number, dice)
        state, effects = engine.step(site, state, event, at)
        orders = [Order(OrderId(f"{number}.{n}"), one, at) for n, one in enumerate(effects)]
        entry = Entry(number, at, WALL + timedelta(microseconds=at), event)
        row = forge(head, entry, orders, "bench:0")
        head = row.head
        rows += [row, *(Settled(order.id, "confirmed") for order in orders)]
        if number == 1 or number % SNAPSHOT_EVERY == 0:
            began = time.perf_counter()
            snapshots.take(number, state)
            life.snapshots.append((time.perf_counter() - began) * 1e3)
        if number == 1 or number % AT_ONCE == 0:
            store.write(rows, life.taken(row))
            rows.clear()
        if number % SAY_EVERY == 0:
            bench.say(f"why: {number} entries of {count} written")
    store.close()
    _look(life, bench)
    return life


def _begun(folder: Path) -> Lived:
    config = folder / "nightlatch.toml"
    parts = [HEAD.format(siren=SIREN, lamp=LAMP)]
    parts += [SENSOR.format(n=n, device=sensor(n)) for n in range(SENSORS)]
    parts += [RULE.format(n=n, m=(n + 1) % SENSORS) for n in range(RULES)]
    config.write_text("".join(parts), "utf-8")
    loaded = load(config)
    now = Configured(loaded.site(), pack(loaded.source))
    return Lived(folder / "state", config, now)


def _event(number: int, dice: random.Random) -> Event:
    devices = [SIREN, LAMP, *map(sensor, range(SENSORS))]
    if number <= len(_FIRST):
        return _FIRST[number - 1]
    if number <= len(_FIRST) + len(devices):
        device = devices[number - len(_FIRST) - 1]
        can = frozenset({Capability.CONTACT, Capability.TAMPER, Capability.BATTERY})
        return DeviceJoined(Device(device, can, "Acme", "Contact 3000"))
    return _daily(number, dice)


def _daily(number: int, dice: random.Random) -> Event:
    """Arm and disarm each day; in between sensors open, close and say that they are there."""
    device = sensor(dice.randrange(SENSORS))
    match number % DAY:
        case 500:
            return ArmRequested("house", "away", "anna", "cli", force=True)
        case 900:
            return DisarmRequested("house", "anna", "cli")
        case _:
            roll = dice.random()
            if roll < 0.2:
                return DeviceHeard(device)
            if roll < 0.3:
                return Reported(device, Tamper.INTACT if roll < 0.25 else Battery.GOOD)
            # Hourly reports repeat what stands; half of these are news.
            return Reported(device, Contact.OPEN if dice.random() < 0.3 else Contact.CLOSED)


def _look(life: Lived, bench: Bench) -> None:
    """Weigh the snapshots, and time how long an older journal takes to get its indexes."""
    bench.say("why: indexing anew")
    script = (MIGRATIONS / "0002.sql").read_text("utf-8")
    with closing(sqlite3.connect(life.folder / JOURNAL, isolation_level=None)) as db:
        total = "SELECT coalesce(sum(length(body)), 0) FROM snapshot"
        life.snapshot_bytes = int(db.execute(total).fetchone()[0])
        for index in ("entry_reading", "entry_kind", "outbox_about"):
            db.execute(f"DROP INDEX {index}")
        began = time.perf_counter()
        db.executescript(script)
        life.indexing = time.perf_counter() - began


_FIRST: tuple[Event, ...] = (Started(0.0, trusted=True), DriverFound(DriverId("zigbee")))
