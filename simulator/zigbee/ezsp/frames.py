"""EZSP frames: the legacy header of the first `version`, and the extended header after it."""

from dataclasses import dataclass

from simulator.zigbee.ezsp.layout import Fields, Layout, TruncatedError
from simulator.zigbee.ezsp.tables import CALLBACKS, LEGACY_VERSION_ID, VERSIONS, lines

RESPONSE, CALLBACK = 0x80, 0x90  # low byte of the frame control
EXTENDED = 0x01  # its high byte: frame format version 1
STACK_TYPE_MESH = 2
_HEADER = 5


@dataclass(frozen=True, slots=True)
class Command:
    """What the host asked. `name` is empty for a frame id this version does not have."""

    sequence: int
    name: str
    fields: Fields


class MalformedError(Exception):
    """No EZSP frame, or its fields are cut short; `sequence` where there was one."""

    def __init__(self, sequence: int) -> None:
        """Keep the sequence, so that the host can be told."""
        super().__init__("an EZSP frame that ends too early or has a strange header")
        self.sequence = sequence


class Codec:
    """Frames of one EZSP version."""

    def __init__(self, version: int) -> None:
        """Compile the version's tables."""
        if version not in VERSIONS:
            raise ValueError(f"EZSP {version}: this stick speaks {VERSIONS}")
        table = lines(version)
        self._names = {line[0]: name for name, line in table.items() if name not in CALLBACKS}
        self._requests = {name: Layout(line[1], version) for name, line in table.items()}
        self._ids = {name: line[0] for name, line in table.items()}
        self._answers = {name: Layout(line[2], version) for name, line in table.items()}

    @property
    def commands(self) -> frozenset[str]:
        """The names of what a host may ask."""
        return frozenset(self._names.values()) - {"invalidCommand"}

    def decode(self, frame: bytes) -> Command:
        """Read a command with the extended header."""
        if len(frame) < _HEADER or frame[2] != EXTENDED:
            raise MalformedError(frame[0] if frame else 0)
        name = self._names.get(int.from_bytes(frame[3:5], "little"), "")
        if not name:
            return Command(frame[0], "", {})
        try:
            return Command(frame[0], name, self._requests[name].unpack(frame[_HEADER:]))
        except TruncatedError as cut:
            raise MalformedError(frame[0]) from cut

    def answer(self, sequence: int, name: str, fields: Fields) -> bytes:
        """Give a response, carrying the sequence of its command."""
        return self._encode(sequence, RESPONSE, name, fields)

    def callback(self, sequence: int, name: str, fields: Fields) -> bytes:
        """Give a callback, carrying the sequence of the last answered command."""
        return self._encode(sequence, CALLBACK, name, fields)

    def _encode(self, sequence: int, control: int, name: str, fields: Fields) -> bytes:
        head = bytes((sequence, control, EXTENDED)) + self._ids[name].to_bytes(2, "little")
        return head + self._answers[name].pack(fields)


def legacy_version(frame: bytes) -> tuple[int, int] | None:
    """Give sequence and desired version of a `version` command in the legacy header, or None."""
    if len(frame) == 4 and frame[1] & RESPONSE == 0 and frame[2] == LEGACY_VERSION_ID:
        return frame[0], frame[3]
    return None


def legacy_answer(sequence: int, version: int, stack_version: int) -> bytes:
    """Answer it in the header it came in: the host has not yet learned of the other."""
    head = bytes((sequence, RESPONSE, LEGACY_VERSION_ID, version, STACK_TYPE_MESH))
    return head + stack_version.to_bytes(2, "little")
