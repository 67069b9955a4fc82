"""How a device answers a ZCL frame: with a command of its own, a Default Response, or silence."""

from simulator.zigbee import zcl
from simulator.zigbee.zcl import Side, Status


def command(cluster: zcl.Cluster, heard: zcl.Frame, asked: zcl.Heard) -> bytes | None:
    """Let a cluster carry out its command, and answer it."""
    handler = cluster.commands.get(heard.command)
    if handler is None:
        return default(heard, Status.UNSUP_CLUSTER_COMMAND)
    try:
        outcome = handler(asked)
    except zcl.Malformed:
        outcome = Status.MALFORMED_COMMAND
    if isinstance(outcome, Status):
        return default(heard, outcome)
    return answer(heard, zcl.CLUSTER_SPECIFIC, outcome.command, outcome.payload)


def refusal_of_extension(heard: zcl.Frame) -> bytes | None:
    """None of our devices has manufacturer-specific attributes or commands."""
    if heard.control & zcl.CLUSTER_SPECIFIC:
        return default(heard, Status.UNSUP_MANUF_CLUSTER_COMMAND)
    return default(heard, Status.UNSUP_MANUF_GENERAL_COMMAND)


def default(heard: zcl.Frame, status: Status) -> bytes | None:
    """ZCL 2.5.12.2: an error always, success unless it is not wanted."""
    if heard.control & zcl.NO_DEFAULT_RESPONSE and status is Status.SUCCESS:
        return None
    payload = zcl.default_response(heard.command, status)
    return answer(heard, 0, zcl.General.DEFAULT_RESPONSE, payload)


def answer(heard: zcl.Frame, control: int, command: int, payload: bytes) -> bytes:
    """Same sequence number and maker, the other direction (ZCL 2.4.1.1.3)."""
    control |= zcl.NO_DEFAULT_RESPONSE | towards(heard.side)
    control |= heard.control & zcl.MANUFACTURER_SPECIFIC
    head = bytes((control,)) + heard.manufacturer + bytes((heard.sequence, command))
    return head + payload


def towards(side: Side) -> int:
    """The direction bit of what this side of a cluster sends."""
    return zcl.TO_CLIENT if side is Side.SERVER else 0
