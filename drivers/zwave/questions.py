"""What a node is asked for its readings, and what its answers say that Z-Wave JS does not pass on.

Z-Wave JS tells a state as it changes: that of a detector that was idle and still is, it does not.
The answer itself is looked at here: "nothing" is a reading too.
"""

from collections.abc import Iterator
from typing import Any

from zwave_js_server.model.node import Node

from drivers.zwave.cc import Cc
from drivers.zwave.directory import Place, classes_of, command_class, values_of
from drivers.zwave.safe import answered, ask
from gateway.model.capability import Capability

REFRESHED = (
    *(Cc.DOOR_LOCK, Cc.BINARY_SENSOR, Cc.BINARY_SWITCH, Cc.MULTILEVEL_SWITCH, Cc.BARRIER),
    *(Cc.THERMOSTAT_MODE, Cc.THERMOSTAT_SETPOINT, Cc.MULTILEVEL_SENSOR, Cc.BATTERY),
)
ANSWERED = (*REFRESHED, Cc.NOTIFICATION, Cc.SOUND_SWITCH)
NOTHING = (0x00, 0xFE)  # the events of a notification that is idle (SDS13713 4.4)
ACCESS_CONTROL, HOME_SECURITY = 6, 7
_KINDS = {
    "Smoke Alarm": 1,
    "CO Alarm": 2,
    "Water Alarm": 5,
    "Access Control": ACCESS_CONTROL,
    "Home Security": HOME_SECURITY,
    "Power Management": 8,
    "System": 9,
    "Siren": 14,
}


def is_readable(place: Place) -> bool:
    """Say whether there is anything to ask an endpoint for."""
    return any(place.has(number) for number in ANSWERED)


async def refresh(node: Node, number: Cc, seconds: float | None) -> None:
    """Have a node report a command class anew; its reports come as any other."""
    question = node.async_send_command(
        "refresh_cc_values", commandClass=number.value, wait_for_result=True
    )
    await answered(f"node {node.node_id}", question, seconds)


async def tone(place: Place, seconds: float | None) -> None:
    """Have a siren tell what it plays."""
    endpoint = place.node.endpoints[place.endpoint]
    question = endpoint.async_invoke_cc_api(
        command_class(Cc.SOUND_SWITCH), "getPlaying", wait_for_result=True
    )
    await answered(place.id, question, seconds)


async def notified(place: Place, kind: int) -> bool:
    """Ask for a type of notification; say whether the answer was that there is none."""
    answer = await ask(place, Cc.NOTIFICATION, "get", {"notificationType": kind})
    return isinstance(answer, dict) and answer.get("notificationEvent") in NOTHING


def kinds(place: Place) -> list[int]:
    """Give the types of notification that an endpoint is asked for.

    Never a lock for its Access Control: it answers with the last thing that happened, and Z-Wave JS
    tells that as if it had happened again. "Unlocked by the code of slot 3", at each start.
    """
    found = {kind for kind, _ in _states(place)}
    if place.has(Cc.DOOR_LOCK):
        found.discard(ACCESS_CONTROL)
    if Capability.GLASS in place.capabilities and Cc.NOTIFICATION in classes_of(
        place.node, place.endpoint
    ):
        found.add(HOME_SECURITY)
    return sorted(found)


def idle(place: Place, kind: int) -> Iterator[dict[str, Any]]:
    """Give an event for each state that is idle now, as the server would have sent it."""
    for its_kind, variable in _states(place):
        found = place.part.words.states.get(variable)
        if its_kind == kind and found is not None and 0 in found.readings:
            args = {
                "commandClass": Cc.NOTIFICATION.value,
                "property": variable[0],
                "propertyKey": variable[1],
                "newValue": 0,
            }
            yield {"event": "value updated", "args": args}


def _states(place: Place) -> Iterator[tuple[int, tuple[str, str]]]:
    for value in values_of(place.node, place.endpoint):
        # A server that was killed may remember a value, and no longer what it is of.
        kind = value.metadata.cc_specific.get("notificationType", _KINDS.get(str(value.property_)))
        variable = (str(value.property_), str(value.property_key))
        known = value.command_class == Cc.NOTIFICATION and variable in place.part.words.states
        if known and isinstance(kind, int):
            yield kind, variable
