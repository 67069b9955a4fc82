"""What nearly every device has: Basic, Identify, and an OTA client that names its version."""

from simulator.zigbee import zcl
from simulator.zigbee.devices.node import Node
from simulator.zigbee.zcl import Side, Type, number, text

BASIC = 0x0000
IDENTIFY = 0x0003
OTA = 0x0019
FILE_VERSION = 0x0100_0002
_MAINS, _BATTERY = 0x01, 0x03  # power source (ZCL 3.2.2.2.8)
_IDENTIFY_TIME = 0x0000


def fit(node: Node, *, battery: bool) -> None:
    """Fit the clusters that every device has."""
    node.fit(_basic(node, battery=battery), _identify(), _ota())


def _basic(node: Node, *, battery: bool) -> zcl.Cluster:
    """ZCL 3.2."""
    attributes = {
        0x0000: number(Type.UINT8, 3),  # ZCL version
        0x0001: number(Type.UINT8, 1),  # application version
        0x0003: number(Type.UINT8, 1),  # hardware version
        0x0004: text(node.spec.manufacturer),
        0x0005: text(node.spec.model),
        0x0007: number(Type.ENUM8, _BATTERY if battery else _MAINS),
        0x4000: text("1.0.2"),  # software build
    }
    return zcl.Cluster(BASIC, attributes=attributes)


def _identify() -> zcl.Cluster:
    """ZCL 3.5. The time is not counted down: nobody sees the lamp blink."""
    seconds = number(Type.UINT16, 0, writable=True)

    def identify(heard: zcl.Heard) -> zcl.Status:
        if len(heard.payload) < 2:
            return zcl.Status.MALFORMED_COMMAND
        seconds.raw = heard.payload[:2]
        return zcl.Status.SUCCESS

    def query(_: zcl.Heard) -> zcl.Reply | zcl.Status:
        return zcl.Reply(0x00, seconds.raw) if seconds.number else zcl.Status.SUCCESS

    return zcl.Cluster(
        IDENTIFY, attributes={_IDENTIFY_TIME: seconds}, commands={0x00: identify, 0x01: query}
    )


def _ota() -> zcl.Cluster:
    """ZCL 11: the device is the client, so its answers go from client to server."""
    attributes = {
        0x0002: number(Type.UINT32, FILE_VERSION),
        0x0006: number(Type.ENUM8, 0),  # image upgrade status: normal
        0x0007: number(Type.UINT16, 0x1234),
        0x0008: number(Type.UINT16, 0x0001),
    }
    return zcl.Cluster(OTA, Side.CLIENT, attributes)
