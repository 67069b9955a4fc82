"""The driver beside a scripted server: with a plug, a dead one, a sleeper, a siren and a lock."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from drivers.zwave.driver import ZwaveDriver
from drivers.zwave.seams import External
from drivers.zwave.settings import ZwaveSettings
from gateway.model.device import DeviceId
from gateway.model.event import DriverFound
from tests.drivers.house import House, living
from tests.drivers.zwave.cast import enter_lock, enter_siren
from tests.drivers.zwave.scripted import SLEEPER, Message, Refuse, Server, scripted

INVOKE = "endpoint.invoke_cc_api"
TURNED_ON = {"commandClass": 37, "endpoint": 0, "property": "currentValue", "newValue": True}


def device(node: int) -> DeviceId:
    """Name a node's root."""
    return DeviceId(f"zwave:e0f1a2b3/{node}/0")


@dataclass(slots=True)
class Bench:
    """A driver and the script it speaks to."""

    server: Server
    driver: ZwaveDriver
    house: House
    calls: list[tuple[int, str]]

    def asked(self, method: str) -> list[Message]:
        """Give the calls of a method, in their order."""
        return [one for one in self.server.asked if one.get("methodName") == method]

    async def wake(self) -> None:
        """Have the sleeper wake up."""
        await self.server.tell("node", "wake up", nodeId=SLEEPER)


def put_to_sleep(server: Server) -> None:
    """Make the sleeper what it is: one that does not listen, and is told when to wake."""
    sleeper = next(node for node in server.state["nodes"] if node["nodeId"] == SLEEPER)
    sleeper["isListening"] = False
    (endpoint,) = sleeper["endpoints"]
    endpoint["commandClasses"].append(
        {"id": 0x84, "name": "Wake Up", "version": 2, "isSecure": False}
    )


@asynccontextmanager
async def running(
    answers: dict[str, Any] | None = None,
    set_up: Callable[[Server], None] = lambda _: None,
    **wishes: Any,
) -> AsyncIterator[Bench]:
    """Run a driver; `answers` are what devices say to a call of a method, or why not."""
    async with scripted() as server:
        enter_siren(server.state)
        enter_lock(server.state)
        set_up(server)
        calls: list[tuple[int, str]] = []

        async def invoke(message: Message) -> Message:
            calls.append((message["nodeId"], message["methodName"]))
            said = (answers or {}).get(message["methodName"], {"status": 255})
            if isinstance(said, Refuse):
                raise said
            return {"response": said} if said is not None else {}

        server.on(INVOKE, invoke)
        driver, house = ZwaveDriver(ZwaveSettings(External(server.url), **wishes)), House()
        async with living(driver, house):
            await house.heard(DriverFound(driver.id))
            yield Bench(server, driver, house, calls)
