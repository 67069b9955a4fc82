"""ASH, the frame layer of the host's line (UG101), from the stick's side.

Pure: bytes and the time go in, events and frames come out, `deadline` says when to tick next.
"""

import re
from binascii import crc_hqx
from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

from simulator.zigbee.seams import Nanoseconds
from simulator.zigbee.tally import Tally

FLAG, ESCAPE, CANCEL, SUBSTITUTE = 0x7E, 0x7D, 0x1A, 0x18
ASH_VERSION = 2
WINDOW = 5  # unacknowledged frames the stick allows itself; numbers are modulo 8
MAX_QUEUE = 255  # packet buffers: what waits for the window beyond these is lost
MIN_DATA, MAX_DATA = 3, 220  # UG101 knows 128; the extended EZSP header (v8) came with more
MAX_STUFFED = 2 * (1 + MAX_DATA + 2)
MAX_TIMEOUTS = 4  # in a row; one more and the link has failed
EXCEEDED_TIMEOUTS = 0x51
SOFTWARE = 0x0B  # the reset code (UG101 table 13); some hosts take no other while they connect
SECOND: Nanoseconds = 1_000_000_000
ACK_WAIT_FIRST, ACK_WAIT_MIN, ACK_WAIT_MAX = 16 * SECOND // 10, 4 * SECOND // 10, 32 * SECOND // 10

_RESERVED = re.compile(rb"[\x7e\x7d\x11\x13\x18\x1a]")
_ESCAPED = re.compile(rb"\x7d(.)", re.DOTALL)
_FLOW_CONTROL = b"\x11\x13"


class Kind(Enum):
    """What the control byte says the frame is (UG101 4.1)."""

    DATA = auto()
    ACK = auto()
    NAK = auto()
    RST = auto()
    RSTACK = auto()
    ERROR = auto()


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame without its check: control byte taken apart, data in the clear."""

    kind: Kind
    number: int = 0
    acknowledges: int = 0
    again: bool = False
    data: bytes = b""


class BadFrameError(Exception):
    """The bytes between two flags are no frame."""


class BadCheckError(BadFrameError):
    """They were one, and its check does not hold."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The host's next EZSP frame, in order and once."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class HostReset:
    """The host reset the stick; the answer already waits to be sent."""


type Event = Delivered | HostReset


def _pseudo_random() -> bytes:
    """Make the sequence that data fields are mixed with, so that no byte repeats (UG101 4.3)."""
    sequence, value = bytearray(), 0x42
    for _ in range(MAX_DATA):
        sequence.append(value)
        value = value >> 1 ^ (0xB8 if value & 1 else 0)
    return bytes(sequence)


_SEQUENCE = _pseudo_random()


def mix(data: bytes) -> bytes:
    """Randomise a data field, or make it clear again: the same act."""
    size = len(data)
    mixed = int.from_bytes(data) ^ int.from_bytes(_SEQUENCE[:size])
    return mixed.to_bytes(size)


def encode(frame: Frame) -> bytes:
    """Give the frame's bytes on the wire: check, stuffing and closing flag included."""
    body = _body(frame)
    body += crc_hqx(body, 0xFFFF).to_bytes(2)
    stuffed = _RESERVED.sub(lambda found: bytes((ESCAPE, found[0][0] ^ 0x20)), body)
    return stuffed + b"\x7e"


def _body(frame: Frame) -> bytes:
    match frame.kind:
        case Kind.DATA:
            control = frame.number << 4 | frame.again << 3 | frame.acknowledges
            return bytes((control,)) + mix(frame.data)
        case Kind.ACK:
            return bytes((0x80 | frame.acknowledges,))
        case Kind.NAK:
            return bytes((0xA0 | frame.acknowledges,))
        case Kind.RST:
            return b"\xc0"
        case Kind.RSTACK:
            return b"\xc1" + frame.data
        case Kind.ERROR:
            return b"\xc2" + frame.data


def decode(stuffed: bytes) -> Frame:
    """Read what stood between two flags."""
    if len(stuffed) > MAX_STUFFED or SUBSTITUTE in stuffed or stuffed.endswith(b"\x7d"):
        raise BadFrameError
    body = _ESCAPED.sub(lambda found: bytes((found[1][0] ^ 0x20,)), stuffed)
    if len(body) < 3:
        raise BadFrameError
    if crc_hqx(body, 0xFFFF) != 0:  # a check appended to what it checks leaves nothing
        raise BadCheckError
    return _read(body[0], body[1:-2])


def _read(control: int, data: bytes) -> Frame:
    if control < 0x80 and MIN_DATA <= len(data) <= MAX_DATA:
        return Frame(Kind.DATA, control >> 4, control & 7, again=bool(control & 8), data=mix(data))
    match control, len(data):
        case 0xC0, 0:
            return Frame(Kind.RST)
        case 0xC1, 2:
            return Frame(Kind.RSTACK, data=data)
        case 0xC2, 2:
            return Frame(Kind.ERROR, data=data)
        case _, 0 if control & 0xE0 == 0x80:
            return Frame(Kind.ACK, acknowledges=control & 7)
        case _, 0 if control & 0xE0 == 0xA0:
            return Frame(Kind.NAK, acknowledges=control & 7)
        case _:
            raise BadFrameError


class Splitter:
    """Cuts the stream at its flags, in bounded memory, the same at any chunking."""

    def __init__(self) -> None:
        """Begin between two frames."""
        self._rest = b""

    def split(self, data: bytes) -> list[bytes]:
        """Give the stuffed frames these bytes complete."""
        *frames, rest = (self._rest + data).split(b"\x7e")
        self._rest = _after_cancel(rest)[: MAX_STUFFED + 1]
        return [frame for frame in map(_after_cancel, frames) if frame]


def _after_cancel(stuffed: bytes) -> bytes:
    """Forget what a cancel byte called back, and flow control the host may have put between."""
    return stuffed[stuffed.rfind(CANCEL) + 1 :].translate(None, _FLOW_CONTROL)


class _Link(Enum):
    DOWN = auto()  # no RSTACK was sent yet
    UP = auto()
    FAILED = auto()  # the host answered too little; only its RST helps


@dataclass(slots=True)
class _Sent:
    number: int
    payload: bytes
    at: Nanoseconds
    again: bool = False


class Ash:
    """One end of the link: the stick's."""

    def __init__(self, tally: Tally) -> None:
        """Begin with the link down."""
        self._tally = tally
        self._clear()
        self._state = _Link.DOWN

    def _clear(self) -> None:
        self._splitter = Splitter()
        self._control: list[bytes] = []
        self._waiting: deque[bytes] = deque()
        self._sent: deque[_Sent] = deque()
        self._next = 0
        self._expected = 0
        self._owes_ack = False
        self._rejecting = False  # one NAK per gap (UG101 5.3.3), else they echo for ever
        self._timeouts = 0
        self._ack_wait = ACK_WAIT_FIRST
        self.deadline: Nanoseconds | None = None

    @property
    def up(self) -> bool:
        """Whether a host can be told anything."""
        return self._state is _Link.UP

    def restart(self, code: int) -> None:
        """Reset the link and tell the host why."""
        self._clear()
        self._state = _Link.UP
        self._tally.resets += 1
        self._control.append(encode(Frame(Kind.RSTACK, data=bytes((ASH_VERSION, code)))))

    def go_down(self) -> None:
        """Forget the host: its line is gone."""
        self._clear()
        self._state = _Link.DOWN

    def send(self, payload: bytes) -> bool:
        """Queue a payload; False when the link is down or no buffer is left."""
        if self._state is not _Link.UP:
            return False
        if len(self._waiting) >= MAX_QUEUE:
            self._tally.overflows += 1
            return False
        self._waiting.append(payload)
        return True

    def receive(self, data: bytes, now: Nanoseconds) -> list[Event]:
        """Take bytes off the wire. The caller drains afterwards, when it has answered."""
        events: list[Event] = []
        for stuffed in self._splitter.split(data):
            self._tally.frames_in += 1
            event = self._take(stuffed, now)
            if event is not None:
                events.append(event)
        return events

    def drain(self, now: Nanoseconds) -> list[bytes]:
        """Give the frames to be written now; an acknowledgement rides on data where it can."""
        frames, self._control = self._control, []
        while self._waiting and len(self._sent) < WINDOW and self._state is _Link.UP:
            sent = _Sent(self._next, self._waiting.popleft(), now)
            self._next = self._next + 1 & 7
            self._sent.append(sent)
            frames.append(self._data(sent))
            if self.deadline is None:
                self.deadline = now + self._ack_wait
        if self._owes_ack:
            frames.append(encode(Frame(Kind.ACK, acknowledges=self._expected)))
            self._owes_ack = False
        self._tally.frames_out += len(frames)
        return frames

    def tick(self, now: Nanoseconds) -> None:
        """Send again what was not acknowledged in time, and give up after too many times."""
        if self.deadline is None or now < self.deadline:
            return
        self._timeouts += 1
        self._tally.timeouts += 1
        if self._timeouts > MAX_TIMEOUTS:
            self._fail()
            return
        self._ack_wait = min(2 * self._ack_wait, ACK_WAIT_MAX)
        self._send_again(now)

    def _data(self, sent: _Sent) -> bytes:
        self._owes_ack = False
        return encode(
            Frame(Kind.DATA, sent.number, self._expected, again=sent.again, data=sent.payload)
        )

    def _fail(self) -> None:
        self._clear()
        self._state = _Link.FAILED
        self._control.append(_error())

    def _send_again(self, now: Nanoseconds) -> None:
        for sent in self._sent:
            sent.again = True
            sent.at = now
            self._control.append(self._data(sent))
        self._tally.retransmissions_sent += len(self._sent)
        self.deadline = now + self._ack_wait if self._sent else None

    def _take(self, stuffed: bytes, now: Nanoseconds) -> Event | None:
        try:
            frame = decode(stuffed)
        except BadCheckError:
            self._tally.crc_errors += 1
            self._reject()
            return None
        except BadFrameError:
            self._tally.framing_errors += 1
            self._reject()
            return None
        if frame.kind is Kind.RST:
            self.restart(SOFTWARE)
            return HostReset()
        if self._state is _Link.FAILED and frame.kind is Kind.DATA:
            self._control.append(_error())
        if self._state is not _Link.UP:
            return None
        return self._follow(frame, now)

    def _follow(self, frame: Frame, now: Nanoseconds) -> Event | None:
        match frame.kind:
            case Kind.ACK:
                self._acknowledged(frame.acknowledges, now)
            case Kind.NAK:
                self._tally.nak_received += 1
                if self._acknowledged(frame.acknowledges, now):
                    self._send_again(now)
            case Kind.DATA:
                return self._data_came(frame, now)
            case _:
                pass  # RSTACK and ERROR are the stick's to say; a host's echo means nothing
        return None

    def _data_came(self, frame: Frame, now: Nanoseconds) -> Event | None:
        self._tally.retransmissions_received += frame.again
        if not self._acknowledged(frame.acknowledges, now):
            return None
        if frame.number == self._expected:
            self._expected = self._expected + 1 & 7
            self._owes_ack = True
            self._rejecting = False
            return Delivered(frame.data)
        if frame.again:  # our acknowledgement was lost
            self._owes_ack = True
        else:
            self._tally.out_of_sequence += 1
            self._reject()
        return None

    def _acknowledged(self, up_to: int, now: Nanoseconds) -> bool:
        """Take off what is acknowledged; False when the number lies outside what was sent."""
        count = up_to - (self._next - len(self._sent)) & 7
        if count > len(self._sent):
            self._tally.out_of_sequence += 1
            return False
        for _ in range(count):
            self._measure(self._sent.popleft(), now)
        if count:
            self._timeouts = 0
            self.deadline = now + self._ack_wait if self._sent else None
        return True

    def _measure(self, sent: _Sent, now: Nanoseconds) -> None:
        """Adapt the wait to the host (UG101 5.6), from frames that went out only once."""
        if not sent.again:
            wait = self._ack_wait * 7 // 8 + (now - sent.at) // 2
            self._ack_wait = max(ACK_WAIT_MIN, min(ACK_WAIT_MAX, wait))

    def _reject(self) -> None:
        if self._state is not _Link.UP or self._rejecting:
            return
        self._rejecting = True
        self._tally.nak_sent += 1
        self._control.append(encode(Frame(Kind.NAK, acknowledges=self._expected)))


def _error() -> bytes:
    return encode(Frame(Kind.ERROR, data=bytes((ASH_VERSION, EXCEEDED_TIMEOUTS))))
