"""What a broken or hostile stick says: proper ASH around EZSP that is none, and bare noise."""

from collections.abc import Iterator
from random import Random

CALLBACK = b"\x90\x01"  # frame control of a callback in the extended header (UG100 table 1)
HEARD = b"\x45\x00"  # incomingMessageHandler: where what devices say comes in
FRAME_IDS = 0x0120
LONGEST = 110
NOISE_LONGEST = 300


def payloads(count: int, seed: int) -> Iterator[bytes]:
    """Give EZSP payloads: any bytes, callbacks with any body, and messages from nobody."""
    random = Random(seed)  # noqa: S311 - nothing secret
    for number in range(count):
        body = random.randbytes(random.randrange(LONGEST))
        sequence = random.randbytes(1)
        match number % 3:
            case 0:
                yield (sequence + body)[: LONGEST + 1]
            case 1:
                yield sequence + CALLBACK + _id(random) + body
            case _:
                yield sequence + CALLBACK + HEARD + body


def noise(seed: int) -> bytes:
    """Give bytes that are no frame, flags, escapes and cancels among them."""
    random = Random(seed)  # noqa: S311 - nothing secret
    return random.randbytes(random.randrange(NOISE_LONGEST))


def _id(random: Random) -> bytes:
    return random.randrange(FRAME_IDS).to_bytes(2, "little")
