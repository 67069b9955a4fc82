"""A host for one stick, byte by byte and without a loop, and an air that writes things down."""

from dataclasses import dataclass, field
from pathlib import Path

from simulator.zigbee.ash import Frame, Kind, Splitter, decode, encode
from simulator.zigbee.ncp import Model, Ncp
from simulator.zigbee.seams import ApsFrame, Happening, Nanoseconds
from simulator.zigbee.tally import Tally

EUI64 = bytes.fromhex("0100000000 4b1200")
RST = bytes.fromhex("1ac038bc7e")
SECOND = 1_000_000_000


class QuietAir:
    """An air on which everything arrives, or nothing."""

    def __init__(self) -> None:
        self.acknowledges = True
        self.sent: list[tuple[int, ApsFrame]] = []
        self.spread: list[ApsFrame] = []
        self.forgotten: list[int] = []

    async def unicast(self, nwk: int, frame: ApsFrame, at: Nanoseconds) -> bool:
        assert at > 0
        self.sent.append((nwk, frame))
        return self.acknowledges

    def broadcast(self, frame: ApsFrame, at: Nanoseconds) -> None:
        assert at > 0
        self.spread.append(frame)

    def forget(self, nwk: int) -> None:
        self.forgotten.append(nwk)

    def energy(self, channel: int) -> int:
        return channel


@dataclass(slots=True)
class Told:
    """A frame of the stick: its frame id and parameters."""

    sequence: int
    control: int
    frame_id: int
    parameters: bytes


@dataclass(slots=True)
class Host:
    """Speaks to a stick over a perfect line, and acknowledges at once."""

    version: int = 14
    state: Path | None = None
    tally: Tally = field(default_factory=Tally)
    air: QuietAir = field(default_factory=QuietAir)
    time: Nanoseconds = SECOND
    callbacks: list[Told] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    ncp: Ncp = field(init=False)
    _wire: bytearray = field(default_factory=bytearray)
    _splitter: Splitter = field(default_factory=Splitter)
    _next: int = 0
    _expected: int = 0
    _sequence: int = 0

    def __post_init__(self) -> None:
        model = Model(self.version, EUI64)
        self.ncp = Ncp(model, self.state, self.tally, lambda: self.time, self.happenings.append)
        self.ncp.attach(self.air, self)

    def write(self, frame: bytes) -> Nanoseconds:
        self._wire += frame
        self.time += 1
        return self.time

    def connect(self) -> None:
        """Reset the stick and agree on the version."""
        self._next = self._expected = self._sequence = 0
        self._wire.clear()
        self.ncp.receive(RST, self.time)
        self.callbacks.clear()
        self._wire.clear()
        self.send(bytes((0, 0, 0, 4)))
        self.ask(0x0000, bytes((self.version,)))

    def ask(self, frame_id: int, parameters: bytes = b"") -> bytes:
        """Give the parameters of the answer."""
        self._sequence = self._sequence + 1 & 0xFF
        head = bytes((self._sequence, 0x00, 0x01)) + frame_id.to_bytes(2, "little")
        answers = [told for told in self.send(head + parameters) if told.control == 0x80]
        assert [told.sequence for told in answers] == [self._sequence]
        assert answers[0].frame_id in {frame_id, 0x0058}
        return answers[0].parameters

    def send(self, payload: bytes) -> list[Told]:
        """Send an EZSP frame; give what came back, and keep the callbacks among it."""
        self.ncp.receive(encode(Frame(Kind.DATA, self._next, self._expected, data=payload)), 1)
        self._next = self._next + 1 & 7
        return self.listen()

    def listen(self) -> list[Told]:
        """Take what the stick wrote meanwhile, until it has no more to say."""
        heard = list[Told]()
        while self._wire:
            wire, self._wire = bytes(self._wire), bytearray()
            frames = [decode(stuffed) for stuffed in self._splitter.split(wire)]
            data = [frame for frame in frames if frame.kind is Kind.DATA]
            self._expected = self._expected + len(data) & 7
            if data:
                self.ncp.receive(encode(Frame(Kind.ACK, acknowledges=self._expected)), self.time)
            heard += [_told(frame.data) for frame in data]
        self.callbacks += [told for told in heard if told.control == 0x90]
        return heard

    def form(self) -> None:
        """Form a network on channel 15 with known keys."""
        state = (0x1BC4).to_bytes(2, "little") + b"L" * 16 + b"N" * 16 + b"\0" + EUI64
        wide = 1 if self.version < 14 else 4
        assert self.ask(0x0068, state) == bytes(wide)
        network = b"EXTENDED" + bytes.fromhex("341a 08 0f 00 0000 00 00f8ff07")
        assert self.ask(0x001E, network) == bytes(wide)

    def permit(self, seconds: int, policy: int = 0x03) -> None:
        """Open the network as a host does: policy, wildcard key, door."""
        self.ask(0x0055, bytes((0x00, policy)))
        self.ask(0x0111, b"\xff" * 8 + b"ZigBeeAlliance09" + b"\0")
        self.ask(0x0022, bytes((seconds,)))

    def told(self, frame_id: int) -> list[bytes]:
        """Give the parameters of the callbacks of one kind."""
        self.listen()
        return [told.parameters for told in self.callbacks if told.frame_id == frame_id]


def _told(payload: bytes) -> Told:
    if len(payload) == 7 and payload[2] == 0:  # the answer to `version` in the legacy header
        return Told(payload[0], payload[1], 0x0000, payload[3:])
    return Told(payload[0], payload[1], int.from_bytes(payload[3:5], "little"), payload[5:])
