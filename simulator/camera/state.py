"""One camera as it is: its faults, its contacts, what it looks at, and what it told."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulator.camera import topics
from simulator.camera.auth import Login
from simulator.camera.events import Events
from simulator.camera.footage.programme import Programme, Which
from simulator.camera.house import CameraSpec, Kind

type Happened = Callable[[str, Mapping[str, object]], None]


@dataclass(slots=True)
class Faults:
    """What is wrong with it. The names are those of the control socket."""

    refuse_renewal: bool = False
    slow: float = 0.0  # seconds before every answer of the device service and its kin
    malformed: str = ""  # the service whose answers have an undeclared prefix
    clock: float = 0.0  # seconds that its clock is ahead
    xaddr: str = ""  # host or host:port that it believes to have; "": its own
    no_events: bool = False  # it says that it has no events, and has
    push_only: bool = False
    stream_stop: bool = False  # the lines stay open, and nothing comes
    garbage_rtp: bool = False
    unknown_codec: bool = False


@dataclass(slots=True)
class State:
    spec: CameraSpec
    address: str
    programme: Programme
    now: Callable[[], float]  # the loop's clock
    wall: Callable[[], float]  # the true time, in seconds since 1970
    happened: Happened
    login: Login
    faults: Faults = field(default_factory=Faults)
    port: int = 0
    rtsp_port: int = 0
    relays: dict[str, bool] = field(default_factory=dict)
    inputs: dict[str, bool] = field(default_factory=dict)
    infrared: str = "AUTO"  # the filter against it: ON (day), OFF (night), AUTO
    position: str = ""  # the preset that it was turned to
    calls: Counter[str] = field(default_factory=Counter)  # of each operation
    refused: int = 0  # proofs of identity that did not hold
    reboot: Callable[[float], None] = lambda _: None
    events: Events = field(init=False)

    def __post_init__(self) -> None:
        self.events = Events(self.clock, self.now)

    def refuse(self, how: str) -> None:
        """Count a proof of identity that did not hold."""
        self.refused += 1
        self.happened("refused", {"how": how, "refused": self.refused})

    def clock(self) -> float:
        """Give the time as the camera has it."""
        return self.wall() + self.faults.clock

    def host(self, port: int) -> str:
        """Give host and port as it says them."""
        said = self.faults.xaddr or self.address
        return said if ":" in said else f"{said}:{port}"

    def url(self, path: str) -> str:
        return f"http://{self.host(self.port)}/onvif/{path}"

    def stream_url(self, which: Which) -> str:
        host = (self.faults.xaddr or self.address).partition(":")[0]
        return f"rtsp://{host}:{self.rtsp_port}/{which}"

    @property
    def streams(self) -> tuple[Which, ...]:
        return tuple(Which) if self.spec.sub else (Which.MAIN,)

    def establish(self) -> None:
        """Begin as a camera that was just switched on."""
        for one in topics.PROPERTIES:
            self.events.establish(one.topic, one.source, one.data(on=False))
        if self.spec.kind is Kind.DOORBELL:
            ring = topics.VISITOR
            self.events.establish(ring.topic, ring.source, ring.data(on=False))
        for token, on in self.inputs.items():
            self.events.establish(topics.INPUT, {"InputToken": token}, _flag(on=on))
        for token, on in self.relays.items():
            self.events.establish(topics.RELAY, {"RelayToken": token}, _contact(on=on))

    def turn_relay(self, token: str, *, on: bool) -> None:
        self.relays[token] = on
        self.events.change(topics.RELAY, {"RelayToken": token}, _contact(on=on))
        self.happened("relay", {"relay": int(token.removeprefix("relay")), "on": on})

    def turn_input(self, token: str, *, on: bool) -> bool:
        self.inputs[token] = on
        return self.events.change(topics.INPUT, {"InputToken": token}, _flag(on=on))


def _flag(*, on: bool) -> Mapping[str, str]:
    return {"LogicalState": "true" if on else "false"}


def _contact(*, on: bool) -> Mapping[str, str]:
    return {"LogicalState": "active" if on else "inactive"}
