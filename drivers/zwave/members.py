"""The jobs about who is in the network: a device leaves, makes way, is asked anew, is expected."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from zwave_js_server.const import (
    InclusionState,
    InclusionStrategy,
    NodeStatus,
    RemoveNodeReason,
    SecurityClass,
)
from zwave_js_server.model.controller import Controller
from zwave_js_server.model.controller.inclusion_and_provisioning import ProvisioningEntry
from zwave_js_server.model.node import Node

from drivers.zwave.asking import BUSY, STICK, Outcome, asked, called, hearing, stopped
from drivers.zwave.join_key import refuse_key
from drivers.zwave.labels import KEY_SECONDS, dsk, pin
from gateway.model.credential import Code
from gateway.model.device import DeviceId
from gateway.model.driver import CommandRefused, CommandUnsupported
from gateway.model.upkeep import Progress

FORGET_SECONDS = 90.0  # Z-Wave JS pings three times, with pauses, before it lets the stick forget
REMOVE_SECONDS = 60.0  # until somebody pressed the button of a device
REPLACE_FAILED = 0x63  # of the Serial API (INS12350): replace a failed node
REPLACE_SECONDS = 30.0  # until the stick is ready for the new device
BOOTSTRAP_SECONDS = 60.0  # from the press of its button to its keys, where the key is known
S2_CLASSES = [
    SecurityClass.S2_ACCESS_CONTROL,
    SecurityClass.S2_AUTHENTICATED,
    SecurityClass.S2_UNAUTHENTICATED,
]
_AT_REST = (InclusionState.IDLE, InclusionState.SMART_START)


@dataclass(frozen=True, slots=True)
class Members:
    """Who is in the network of one stick."""

    controller: Controller
    progress: Progress

    async def remove(self, node: Node) -> str:
        """Forget a dead device; have a living one leave when its button is pressed."""
        if node.status is NodeStatus.DEAD:
            return await self.forget(node)
        return await self.exclude(node, REMOVE_SECONDS)

    async def exclude(self, node: Node | None, seconds: float) -> str:
        """Have a device that somebody wakes leave; `node` names the one that is meant."""
        left = Outcome[int | None]()
        began = False

        def rested(event: Mapping[str, Any]) -> None:
            if began and event["state"] in _AT_REST:
                left.is_(None)  # a device of another network left: the stick removes that too

        heard = {
            "node removed": lambda event: left.is_(event["node"].node_id),
            "exclusion failed": lambda _: left.fails("the stick could not remove it: try again"),
            "inclusion state changed": rested,
        }
        with hearing(self.controller, heard):
            try:
                began = await asked(STICK, self.controller.async_begin_exclusion())
                if not began:
                    raise CommandRefused(BUSY)
                self.progress(None, "press the button of the device that is to leave")
                gone = await left.within(seconds, "nobody pressed the button of a device")
            finally:
                await stopped(self.controller.async_stop_exclusion())
        return self._who_left(gone, node)

    def _who_left(self, gone: int | None, node: Node | None) -> str:
        if gone is None:
            if node is None:
                return "a device left that was not in this network"
            raise CommandRefused("a device left that was not in this network")
        left = called(self.controller, gone)
        if node is not None and gone != node.node_id:
            raise CommandRefused(f"another device left instead of {self._called(node)}: {left}")
        return f"{left} left the network"

    def _called(self, node: Node) -> DeviceId:
        return called(self.controller, node.node_id)

    async def forget(self, node: Node) -> str:
        """Take a dead device out of the network."""
        self.progress(None, "listening whether it answers")
        call = self.controller.async_remove_failed_node(node)
        await asked(self._called(node), call, FORGET_SECONDS)
        return f"{self._called(node)} is out of the network"

    async def replace(self, node: Node, key: Code | None, seconds: float) -> str:
        """Put a new device in the place of a dead one.

        Without its key here, who watches is asked for it, as when a device joins.
        """
        digits = None if key is None else pin(key)
        if REPLACE_FAILED not in self.controller.supported_function_types:
            # Z-Wave JS (15.29) would never answer, and be busy with it for good.
            raise CommandUnsupported("this stick cannot do that")
        added = Outcome[bool]()
        answering: list[asyncio.Task[None]] = []

        def key_asked(_: Mapping[str, Any]) -> None:
            if digits is not None:
                call = self.controller.async_validate_dsk_and_enter_pin(digits)
                answering.append(asyncio.get_running_loop().create_task(stopped(call)))
            known = digits is not None
            self.progress(None, f"it {'proves itself with' if known else 'asks for'} its key")

        heard = {
            "node added": _of(node, lambda event: added.is_(_is_secure(event))),
            "node removed": _of(node, self._made_way),
            "inclusion failed": lambda _: added.fails("the stick did not take the new device"),
            "validate dsk and enter pin": key_asked,
        }
        with hearing(self.controller, heard):
            self.progress(None, "listening whether the old device answers")
            call = self.controller.async_replace_failed_node(node, InclusionStrategy.SECURITY_S2)
            most = seconds + (BOOTSTRAP_SECONDS if digits is not None else KEY_SECONDS)
            begun = secure = False
            try:
                begun = await asked(self._called(node), call, REPLACE_SECONDS)
                if begun:
                    self.progress(None, "press the button of the new device")
                    secure = await added.within(most, "no new device came")
            except BaseException:
                await refuse_key(self.controller)
                await stopped(self.controller.async_stop_inclusion())
                raise
            finally:
                for task in answering:
                    task.cancel()
        if not begun:
            raise CommandRefused(BUSY)
        if not secure:
            raise CommandRefused(
                f"the new {self._called(node)} joined without security, and guards nothing: "
                "was its key right? Exclude it, and pair it anew"
            )
        return f"a new device is {self._called(node)} now"

    def _made_way(self, event: Mapping[str, Any]) -> None:
        if event["reason"] == RemoveNodeReason.REPLACED:
            self.progress(None, "the new device is there, and is given its keys")

    async def interview(self, node: Node, seconds: float) -> str:
        """Ask a device anew all that it can do. One that sleeps must be woken for it."""
        began, ended = Outcome[bool](), Outcome[bool]()
        far = 0.0

        def went_on(event: Mapping[str, Any]) -> None:
            nonlocal far
            if began.told:  # before that, the end of an earlier interview is told once more
                # Z-Wave JS may learn of more to ask: that is no step back.
                far = max(far, min(1.0, event["progress"] / 100))
                self.progress(far, "it tells what it can do")

        heard = {
            "interview started": lambda _: began.is_(True),
            "interview completed": lambda _: ended.is_(True),
            "interview failed": lambda event: _failed(event, began, ended),
            "interview progress": went_on,
        }
        asleep = node.status is NodeStatus.ASLEEP
        with hearing(node, heard):
            await asked(self._called(node), node.async_refresh_info())
            self.progress(None, "it sleeps: wake it by its button" if asleep else "asking it")
            await began.within(
                seconds,
                f"{self._called(node)} sleeps: it is asked when it wakes up"
                if asleep
                else f"{self._called(node)} was not asked: is it dead?",
            )
            await ended.within(None, "")
        return f"{self._called(node)} told anew all it can do"

    async def expect(self, key: Code | None) -> str:
        """Expect a device by its key, or say which are expected."""
        if key is None:
            known = await asked(STICK, self.controller.async_get_provisioning_entries())
            return _expected(known)
        entry = ProvisioningEntry(dsk(key), S2_CLASSES)
        await asked(STICK, self.controller.async_provision_smart_start_node(entry))
        return "it joins by itself some minutes after it is powered"


def _is_secure(event: Mapping[str, Any]) -> bool:
    return not (event.get("result") or {}).get("lowSecurity")


def _of(
    node: Node, heard: Callable[[Mapping[str, Any]], None]
) -> Callable[[Mapping[str, Any]], None]:
    """Hear only of this node's number: the new device has the old one's."""
    number = node.node_id
    return lambda event: heard(event) if event["node"].node_id == number else None


def _failed(event: Mapping[str, Any], *outcomes: Outcome[bool]) -> None:
    if event["args"].get("isFinal"):
        for outcome in outcomes:
            outcome.fails("it did not answer to the end: bring it nearer, and ask it again")


def _expected(known: list[ProvisioningEntry]) -> str:
    """Name who is expected, without the digits that prove it."""
    if not known:
        return "no device is expected"
    names = ", ".join(f"*****{entry.dsk[5:]}" for entry in known)
    return f"expected: {names}"
