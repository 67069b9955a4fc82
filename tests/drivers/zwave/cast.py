"""Devices for a scripted server that no simulated stick has, made of the plug that it told of."""

from typing import Any

from tests.drivers.zwave.scripted import PLUG, Message, other

SIREN, LOCK = 8, 9
_ROUTING, _SLEEPING = 4, 1


def enter(state: Message, number: int, *classes: int, **about: Any) -> Message:
    """Put a node with these command classes into a network; give it."""
    plug = next(node for node in state["nodes"] if node["nodeId"] == PLUG)
    node = other(plug, number) | about
    kept = {0x25} if not classes else set()
    (endpoint,) = node["endpoints"]
    endpoint["commandClasses"] = [
        one for one in endpoint["commandClasses"] if one["id"] in kept or one["id"] != 0x25
    ]
    endpoint["commandClasses"] += [
        {"id": each, "name": hex(each), "version": 1, "isSecure": True} for each in classes
    ]
    node["values"] = [one for one in node["values"] if one["commandClass"] in {0x25} & kept]
    state["nodes"].append(node)
    return node


def value(
    node: Message, number: int, name: str, now: Any, key: str | None = None, **about: Any
) -> None:
    """Have a node hold a value."""
    metadata = {"type": "any", "readable": True, "writeable": True, "stateful": True}
    told = {"endpoint": 0, "commandClass": number, "commandClassName": hex(number)}
    told |= {"property": name, "propertyName": name, "ccVersion": 1, "value": now}
    told |= {} if key is None else {"propertyKey": key, "propertyKeyName": key}
    node["values"].append(told | {"metadata": metadata | about})


def enter_siren(state: Message) -> None:
    """Add a siren that confirms."""
    siren = enter(state, SIREN, 0x79, 0x71)
    # A cache that was cut off: the value is there, what it is of is not.
    value(siren, 0x71, "Home Security", 0, key="Cover status")
    value(siren, 0x79, "toneId", 0, states={"0": "off", "1": "Burglar (30 sec)"})


def enter_lock(state: Message) -> None:
    """Add a lock of the newer kind, with users and their credentials."""
    lock = enter(state, LOCK, 0x62, 0x83)
    value(lock, 0x62, "currentMode", 255)
