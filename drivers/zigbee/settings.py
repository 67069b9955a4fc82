"""What the Zigbee driver must be told."""

from dataclasses import dataclass
from pathlib import Path

LONGEST_PERMIT_SECONDS = 254  # Zigbee 2.4.3.3.7: 0xFF would leave the network open for ever


@dataclass(frozen=True, slots=True)
class ZigbeeSettings:
    """One stick and its network."""

    port: str  # a device path, or socket://host:port
    channel: int  # 11..26; used when a network is formed
    database: Path  # zigpy's; it holds the network key in clear, so it is made 0600
    baud: int = 115200
    permit_seconds_max: int = LONGEST_PERMIT_SECONDS
    install_codes_only: bool = False  # nobody joins without the code printed on the device
    round_seconds: float = 10.0  # each asks one mains device for a sign of life
    use_thread: bool = False  # see README.md: measured, one loop is faster and leaks nothing

    def __post_init__(self) -> None:
        if not 11 <= self.channel <= 26:
            raise ValueError(f"a Zigbee channel lies in 11..26, not {self.channel}")
        if not 0 < self.permit_seconds_max <= LONGEST_PERMIT_SECONDS:
            raise ValueError(f"joining may be open for 1..254 s, not {self.permit_seconds_max}")
