"""The ONVIF driver: network cameras and doorbells, and plain RTSP streams beside them."""

import logging

# The library sets up logging for the whole process as it is imported. A handler that is there
# keeps it from that.
_keep = logging.NullHandler()
logging.getLogger().addHandler(_keep)

from drivers.onvif.driver import OnvifDriver  # noqa: E402  # the library comes with it
from drivers.onvif.settings import CameraSettings, OnvifSettings, Timing  # noqa: E402  # same

logging.getLogger().removeHandler(_keep)

__all__ = ["CameraSettings", "OnvifDriver", "OnvifSettings", "Timing"]
