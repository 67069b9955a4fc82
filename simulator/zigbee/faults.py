"""Faults of the stick's serial line: seeded, so that a bad day can be had again."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from random import Random

ACK, ACK_MASK = 0x80, 0xE0
LINE_BUFFER = 65536
BITS_A_BYTE = 10  # start, eight, stop
SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Faults:
    """How bad the line is. Chances are 0..1 for each frame."""

    drop: float = 0.0
    garble: float = 0.0
    duplicate: float = 0.0
    lose_ack: float = 0.0
    delay_ms: float = 0.0
    byte_by_byte: float = 0.0
    baud: float = 0.0
    seed: float = 0.0

    def changed(self, settings: dict[str, float]) -> "Faults":
        """Give the line with these settings; `clear` heals all but what is named beside it."""
        known = {field.name for field in fields(self)}
        strange = settings.keys() - known - {"clear"}
        if strange:
            raise ValueError(f"no line fault {min(strange)!r}; there are {sorted(known)}")
        start = Faults(seed=self.seed) if settings.get("clear") else self
        return replace(start, **{name: v for name, v in settings.items() if name != "clear"})

    @property
    def touches_frames(self) -> bool:
        """Whether frames must be looked at one by one."""
        return bool(self.drop or self.garble or self.duplicate or self.lose_ack)

    @property
    def paced(self) -> bool:
        """Whether bytes wait for their time."""
        return bool(self.delay_ms or self.baud or self.byte_by_byte)


class Mangler:
    """One direction of a bad line. Cuts its stream at the flags, as the faults are per frame."""

    def __init__(self, random: Random) -> None:
        """Use this source of chance."""
        self._random = random
        self._rest = b""

    def mangle(self, faults: Faults, data: bytes) -> bytes:
        """Give what arrives of these bytes."""
        *frames, rest = (self._rest + data).split(b"\x7e")
        # A host that never ends a frame must not fill the memory.
        self._rest = rest if len(rest) < LINE_BUFFER else b""
        return b"".join(b"".join(self._frame(faults, frame + b"\x7e")) for frame in frames)

    def _frame(self, faults: Faults, frame: bytes) -> Iterator[bytes]:
        chance = self._random.random
        if chance() < faults.drop:
            return
        if frame[0] & ACK_MASK == ACK and chance() < faults.lose_ack:
            return
        if chance() < faults.garble:
            frame = self._garbled(frame)
        yield frame
        if chance() < faults.duplicate:
            yield frame

    def _garbled(self, frame: bytes) -> bytes:
        at = self._random.randrange(len(frame))
        flipped = frame[at] ^ 1 << self._random.randrange(8)
        return frame[:at] + bytes((flipped,)) + frame[at + 1 :]
