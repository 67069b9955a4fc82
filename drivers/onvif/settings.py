"""What the ONVIF driver must be told."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from gateway.model.credential import Code

HTTP_PORT = 80
LONGEST_PERMIT_SECONDS = 254


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """One camera: an ONVIF device by its address, or any other by its RTSP stream."""

    name: str
    address: str = ""  # host, host:port, or urn:uuid:... of one that is looked for
    user: str = ""
    password: Code = field(default_factory=lambda: Code(""))
    rtsp: str = ""  # of a camera without ONVIF; no user and no password in it
    rtsp_sub: str = ""
    read_password: Callable[[], Code] | None = None  # from its file, at each try; None: as it is

    def __post_init__(self) -> None:
        if bool(self.address) == bool(self.rtsp):
            raise ValueError(f"camera {self.name}: either an address or an RTSP stream")

    @property
    def is_looked_for(self) -> bool:
        """Tell whether it is known by its urn only."""
        return self.address.startswith("urn:")

    def now(self) -> "CameraSettings":
        """Give it with the password of now. May wait for a disk."""
        read = self.read_password
        return self if read is None else replace(self, password=read())


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take, in seconds."""

    answer: float = 10.0  # for any answer of a camera
    pull: float = 10.0  # that a camera holds a pull back while nothing happens
    term: float = 120.0  # of a subscription; it is renewed at half of it
    pulse: float = 10.0  # between two questions to a camera that does not pull
    grace: float = 10.0  # a camera may be gone before anybody hears of it
    retry: float = 1.0  # before the second try; then twice as long each time
    retry_most: float = 60.0
    locked: float = 60.0  # between two tries with a password that was refused: cameras lock
    events_retry: float = 120.0  # before a camera without events is asked for them again
    settle: float = 5.0  # for a camera to say how everything stands, once it talks
    proof: float = 20.0  # for the first post of a camera that pushes
    clock: float = 3600.0  # between two looks at a camera's clock
    heard: float = 60.0  # at most one sign of life in so long
    repeat: float = 10.0  # a camera that says the same again and again is passed on this often


@dataclass(frozen=True, slots=True)
class OnvifSettings:
    """All cameras, and how to live with them."""

    cameras: tuple[CameraSettings, ...]
    probe: tuple[tuple[str, int], ...] = ()  # where discovery asks; none: the group of the standard
    timing: Timing = field(default_factory=Timing)
    jitter: Callable[[], float] | None = None  # gives 0..1; None: chance

    def __post_init__(self) -> None:
        names = [camera.name for camera in self.cameras]
        if len(set(names)) != len(names):
            raise ValueError("two cameras have one name")


def host_of(address: str) -> tuple[str, int]:
    """Give host and port of `host` or `host:port`."""
    parts = urlsplit(f"//{address}")
    return parts.hostname or "", parts.port or HTTP_PORT
