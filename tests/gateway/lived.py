"""A life for tests that look back: stories are played and written down, as a hub does."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.config.load import load
from gateway.config.source import pack
from gateway.journal.journal import Journal
from gateway.model.capability import Capability, Contact, Lock, Motion, Reading, Switch
from gateway.model.clock import HouseTime, after
from gateway.model.device import Device, DeviceId, DriverId
from gateway.model.effect import Order, OrderId
from gateway.model.event import DeviceJoined, DriverFound, Entry, Event, Reported, Started, Ticked
from gateway.recovery import Configured, Snapshots
from rules import engine
from rules.state import State
from tests.gateway.journals import start
from tests.waiting import until

BEGAN = datetime(2026, 11, 21, 12, tzinfo=UTC)
ZIGBEE = DriverId("zigbee")
FRONT = DeviceId("zigbee:00124b001ca10001/1")
KITCHEN = DeviceId("zigbee:00124b001ca10002/1")
GARAGE = DeviceId("zigbee:00124b001ca10003/1")
SIREN = DeviceId("zigbee:00124b001ca10004/1")
LOCK = DeviceId("zigbee:00124b001ca10005/1")
LAMP = DeviceId("zigbee:00124b001ca10006/1")
HALL = DeviceId("zigbee:00124b001ca10007/1")
NAMES = {
    "front_door": FRONT,
    "kitchen_window": KITCHEN,
    "garage_door": GARAGE,
    "hall_siren": SIREN,
    "front_lock": LOCK,
    "lamp": LAMP,
    "hall_motion": HALL,
}
RULES = """
[[rule]]
id = "lock_up"
when = { area = "house", becomes = "armed" }
do = [{ lock = "front_lock" }]

[[rule]]
id = "garage_alarm"
when = { device = "garage_door", becomes = "open" }
if = 'area.house.armed && device.kitchen_window.contact == "closed"'
do = [{ siren = "hall_siren", for = "30s" }]
unless_within = "1m"

[[rule]]
id = "slow_lamp"
when = { device = "hall_motion", becomes = "moving" }
do = [{ wait = "1m" }, { on = "lamp" }]

[[rule]]
id = "off_rule"
when = { device = "hall_motion", becomes = "moving" }
do = [{ off = "lamp" }]
enabled = false
"""
HEAD = """
[site]
name = "home"
timezone = "Europe/Berlin"

[zigbee]
port = "/dev/ttyUSB0"

[[area]]
name = "house"
sirens = ["hall_siren"]
siren_time = "3m"

[area.modes.away]
exit_delay = "60s"
entry_delay = "30s"

[area.modes.night]
exit_delay = "0s"
entry_delay = "0s"

[[zone]]
name = "front"
area = "house"
device = "front_door"
reading = "contact"
kind = "entry"
modes = ["away", "night"]

[[zone]]
name = "kitchen"
area = "house"
device = "kitchen_window"
reading = "contact"
kind = "instant"
modes = ["away", "night"]

[[person]]
name = "anna"
code = "$argon2id$v=19$m=19456,t=2,p=1$tJvC98VuSzHPYowXe4U/kw$\
WEhSRGENOGuC//hSo60wejS1+T1hqsbXeJtYW3mmXJM"
lock_slots = { front_lock = 3 }
"""

type Moment = tuple[float, Event]


def write_config(folder: Path, rules: str = RULES) -> Path:
    """Write the configuration of a small home with rules."""
    devices = "".join(
        f'\n[[device]]\nname = "{name}"\nid = "{device}"\nsupervision = "off"\n'
        for name, device in NAMES.items()
    )
    file = folder / "nightlatch.toml"
    file.write_text(HEAD + devices + rules, "utf-8")
    return file


def calm(at: float = 0) -> list[Moment]:
    """Give the events after which every sensor is known and at rest, a second apart."""
    rest: dict[DeviceId, Reading] = {
        FRONT: Contact.CLOSED,
        KITCHEN: Contact.CLOSED,
        GARAGE: Contact.CLOSED,
        LOCK: Lock.UNLOCKED,
        LAMP: Switch.OFF,
        HALL: Motion.STILL,
    }
    joined = (
        DeviceJoined(Device(device, frozenset({Capability.SIREN} if device == SIREN else ())))
        for device in NAMES.values()
    )
    events: list[Event] = [Started(0.0, trusted=True), DriverFound(ZIGBEE), *joined]
    events += [Reported(device, reading) for device, reading in rest.items()]
    return [(at + n / 100, event) for n, event in enumerate(events)]


@dataclass
class Life:
    """A hub's journal, written without a hub."""

    config: Path
    keep: int = 10**6
    every: int = 5_000
    state: State | None = None
    number: int = 0

    @property
    def folder(self) -> Path:
        """Give the state folder."""
        return self.config.parent / "state"

    def live(self, *story: Moment) -> None:
        """Live through a story, ticking at each deadline on the way; each call is a life."""
        asyncio.run(self._live(story))

    async def _live(self, story: tuple[Moment, ...]) -> None:
        loaded = load(self.config)
        self._now = Configured(loaded.site(), pack(loaded.source))
        self._journal = Journal.open(self.folder, str(engine.VERSION), self.keep)
        recovered = self._journal.recover()
        self.number = recovered.number
        self._told = start(self._journal)
        self._snapshots = Snapshots(self._journal, self._now, self.every)
        self.state = self.state or engine.initial(self._now.site)
        for seconds, event in story:
            at = after(HouseTime(0), timedelta(seconds=seconds))
            while (due := engine.next_deadline(self.state)) is not None and due <= at:
                await self._take(Ticked(), due)
            await self._take(event, at)
        assert await asyncio.to_thread(self._journal.close)

    async def _take(self, event: Event, at: HouseTime) -> None:
        assert self.state is not None
        self.state, effects = engine.step(self._now.site, self.state, event, at)
        self.number += 1
        orders = [
            Order(OrderId(f"{self.number}.{n}"), effect, at) for n, effect in enumerate(effects)
        ]
        entry = Entry(self.number, at, BEGAN + timedelta(microseconds=at), event)
        self._journal.append(entry, orders)
        self._snapshots.watch(entry, self.state, orders)
        await asyncio.sleep(0)  # one entry a turn, as in a calm house
        if self.number % min(self.every, 10) == 0:
            # Where the disk lags behind, only the newest of several snapshots is kept.
            number = self.number
            await until(lambda: self._told.durable >= number)
