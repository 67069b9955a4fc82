"""The Zigbee driver: an EZSP stick by zigpy and bellows, with a fast lane for alarms."""

from drivers.zigbee.deferred import defer

# zigpy imports these for firmware updates from the internet, which are off: 12 MB and 0.15 s.
defer("aiohttp", "jsonschema")

from drivers.zigbee.driver import ZigbeeDriver  # noqa: E402  # zigpy comes with it
from drivers.zigbee.settings import ZigbeeSettings  # noqa: E402  # same

__all__ = ["ZigbeeDriver", "ZigbeeSettings"]
