"""The Zigbee driver: an EZSP stick by zigpy and bellows, with a fast lane for alarms."""

from drivers.zigbee.driver import ZigbeeDriver
from drivers.zigbee.settings import ZigbeeSettings

__all__ = ["ZigbeeDriver", "ZigbeeSettings"]
