"""How Z-Wave devices are paired: one after the other, each with its PIN, and what is said else."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

import pytest

from simulator.play import pairing_cameras, pairing_zwave, patience
from simulator.play.far import Far
from simulator.play.house import Radio, Resident
from simulator.play.hub import Hub
from simulator.play.pairing import NotPaired
from simulator.play.runner import hub_fields
from simulator.play.scenario import Ask
from simulator.play.virtual import VirtualHouse

PIN = "12345"
DOOR = Resident("door", Radio.ZWAVE, "contact")
PIR = Resident("pir", Radio.ZWAVE, "motion")


class World:
    """A stick with its devices and a hub, of which each test says what it does not do."""

    def __init__(self, *, asks: bool = True, secure: bool = True, security: str = "access") -> None:
        self.devices = {
            name: {"joined": False, "node": 0, "security": security, "pin": PIN}
            for name in ("door", "pir")
        }
        self.asks, self.secure = asks, secure
        self.keys: list[object] = []
        self.open = False
        self.heard: set[int] = set()
        self.told: list[asyncio.Queue[Any]] = []
        self.far = self.hub = self

    def tell(self, **event: object) -> None:
        for queue in self.told:
            queue.put_nowait({"event": event})

    def enter(self, node: int) -> None:
        device = f"zwave:7e570001/{node}/0"
        if self.secure:
            self.tell(**{"is": "DeviceJoined", "device": {"id": device}})
        else:
            fault = {"is": "DeviceFault", "device": device, "fault": "insecure", "present": True}
            self.tell(**fault)

    # As the far side.

    async def act(self, do: str, name: str) -> int:
        device = self.devices[name]
        if do == "join":
            node = 2 + sum(bool(one["joined"]) for one in self.devices.values())
            device.update(joined=True, node=node)
            if device["security"] == "none":
                self.enter(node)
            elif self.asks:
                self.tell(**{"is": "JoinKeyWanted", "driver": "zwave"})
        else:
            self.heard.add(cast("int", device["node"]))
        return 1

    # As both.

    async def ask(self, do: str, **fields: object) -> Mapping[str, Any]:
        match do, fields:
            case "state", {"device": str(name)}:
                return {"device": self.devices[name]}
            case "state", _:
                mode = "adding" if self.open else "closed"
                return {"devices": self.devices, "stick": {"mode": mode}}
            case "pair", {"seconds": seconds}:
                self.open = seconds != 0
            case "join_key", {"key": key}:
                self.keys.append(key)
                self.enter(max(int(str(one["node"])) for one in self.devices.values()))
            case "devices", _:
                ids = [f"zwave:7e570001/{node}/0" for node in self.heard]
                known = [{"id": one, "readings": {}, "heard_seconds": 1.0} for one in ids]
                return {"devices": {one["id"]: one for one in known}}
            case _:
                raise AssertionError(do)
        return {}

    # As the hub.

    async def state(self) -> Mapping[str, Any]:
        return {"drivers": {"zwave": {"joining": self.open}}}

    @contextlib.asynccontextmanager
    async def entries(self) -> AsyncIterator[asyncio.Queue[Any]]:
        self.told.append(asyncio.Queue())
        yield self.told[-1]
        self.told.pop()


async def pair(world: World) -> None:
    await pairing_zwave.pair([DOOR, PIR], cast("Far", world), cast("Hub", world))


async def test_each_device_joins_with_its_key_and_is_woken_until_it_was_heard() -> None:
    world = World()

    await pair(world)

    assert world.keys == [PIN, PIN]
    assert world.heard == {2, 3}
    assert not world.open


async def test_a_device_that_asks_for_no_security_is_asked_for_no_key() -> None:
    world = World(security="none")

    await pair(world)

    assert world.keys == []
    assert world.heard == {2, 3}


async def test_who_is_in_the_network_does_not_join_again() -> None:
    world = World()
    await pair(world)
    world.heard.clear()

    await pair(world)

    assert world.keys == [PIN, PIN]
    assert world.heard == {2, 3}


async def test_a_device_that_joined_without_its_security_is_not_paired() -> None:
    with pytest.raises(NotPaired, match="zwave:7e570001/2/0 joined without its security"):
        await pair(World(secure=False))


async def test_a_hub_that_asks_for_no_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing_zwave, "JOIN_SECONDS", 0.05)

    with pytest.raises(NotPaired, match=r"door did not join .*: it waits for the hub, to ask for"):
        await pair(World(asks=False))


class Cameras:
    """Two cameras, one of them without ONVIF, and a hub that sees and hears them by and by."""

    def __init__(self, *, seeing: int, heard: int) -> None:
        self.seeing, self.heard = seeing, heard
        self.far = self.hub = self

    async def state(self) -> Mapping[str, Any]:
        self.seeing -= 1
        picture = "seeing" if self.seeing < 0 else "unknown"
        plain = {"readings": {"camera": "seeing"}}
        return {"devices": {"yard": {"readings": {"camera": picture}}, "hall": plain}}

    async def ask(self, do: str, **_: object) -> Mapping[str, Any]:
        assert do == "state"
        self.heard -= 1
        yard = {"onvif": "127.0.0.1:1", "subscriptions": [{}] if self.heard < 0 else []}
        return {"devices": {"yard": yard, "hall": {"subscriptions": []}}}


CAMERAS = [Resident(name, Radio.CAMERA, "camera") for name in ("yard", "hall")]


async def test_cameras_are_waited_for_until_the_hub_sees_with_them_and_hears_them() -> None:
    world = Cameras(seeing=2, heard=2)

    await pairing_cameras.pair(CAMERAS, cast("Far", world), cast("Hub", world))

    assert (world.seeing, world.heard) == (-1, -1)


@pytest.mark.parametrize(
    ("world", "said"),
    [
        (Cameras(seeing=9999, heard=0), "cameras that the hub does not see with .*: yard$"),
        (Cameras(seeing=0, heard=9999), "cameras that the hub does not hear .*: yard$"),
    ],
)
async def test_a_camera_that_is_not_seen_with_or_heard_is_named(
    world: Cameras, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PAIRING_SECONDS", 0.1)

    with pytest.raises(NotPaired, match=said):
        await pairing_cameras.pair(CAMERAS, cast("Far", world), cast("Hub", world))


@pytest.mark.parametrize(
    ("ask", "fields"),
    [
        (Ask("join_key", {"device": "door"}), {"driver": "zwave", "key": PIN}),
        (Ask("join_key", {"pin": "00000"}), {"driver": "zwave", "key": "00000"}),
        (Ask("pair", {"radio": "zwave", "seconds": 0}), {"driver": "zwave", "seconds": 0}),
        (Ask("arm", {"mode": "away"}), {"mode": "away"}),
    ],
)
async def test_what_a_scenario_asks_is_put_as_the_hub_takes_it(
    ask: Ask, fields: Mapping[str, object]
) -> None:
    assert await hub_fields(ask, cast("VirtualHouse", World())) == fields
