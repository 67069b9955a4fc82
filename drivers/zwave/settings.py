"""What the Z-Wave driver must be told."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from drivers.zwave.seams import Server
from gateway.model.device import DeviceId

LONGEST_PERMIT_SECONDS = 254

type Source = Literal["basic", "binary_sensor", "binary_switch", "notification"]


@dataclass(frozen=True, slots=True)
class Override:
    """What one value of one device means, where the map of notifications does not know it.

    `source = "notification"` takes `name` as "Home Security/Cover status"; "binary_sensor" takes
    the sensor's type; "basic" (what a device sends by Basic Set) and "binary_switch" take none.
    """

    device: DeviceId
    source: Source
    reads: dict[int, str]  # {0: "contact.closed", 255: "contact.open"}; on and off are 255 and 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class ZwaveSettings:
    """One Z-Wave JS server and how to live with it."""

    server: Server
    overrides: tuple[Override, ...] = ()
    siren_tone: int | None = None  # None: the one that is called burglar or alarm, else the default
    siren_volume: int = 100  # percent
    permit_seconds_max: int = LONGEST_PERMIT_SECONDS
    pulse_seconds: float = 2.0  # between two questions whether the server still lives
    hung_seconds: float = 8.0  # a server that answers nothing for so long is lost
    round_seconds: float = 30.0  # each round pings one listening device
    sleepy_round_seconds: float = 14400.0  # a lock on batteries is pinged this often
    wake_up_seconds: int = 14400  # what a sleeping device is told at joining
    rearm_seconds: float = 60.0  # a break of glass is an event: then the detector is ready again
    ready_seconds: float = 10.0  # after the start a device may take so long to be ready
    backups: Path | None = None  # the folder of what the stick's memory held

    def __post_init__(self) -> None:
        if not 0 < self.permit_seconds_max <= LONGEST_PERMIT_SECONDS:
            raise ValueError(f"joining may be open for 1..254 s, not {self.permit_seconds_max}")
        if not 0 < self.siren_volume <= 100:
            raise ValueError(f"a siren's volume is 1..100 percent, not {self.siren_volume}")
