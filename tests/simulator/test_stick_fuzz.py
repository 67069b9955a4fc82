"""Whatever a host writes, the stick lives on and answers the next host that asks."""

from random import Random

import pytest

from simulator.zigbee.ash import Frame, Kind, encode
from tests.simulator.stick_host import EUI64, Host

COMMANDS = 0x0120


def batter(inputs: int, seed: int) -> Host:
    """Write random bytes, mutated frames, and valid frames with random contents."""
    random = Random(seed)
    host = Host(random.choice((13, 14, 19)))
    host.connect()
    host.form()
    for count in range(inputs):
        if count % 50 == 0:  # a reset now and then, so that deep states are reached too
            host.connect()
            host.ask(0x0017, b"\0\0")
        _write(host, random, count)
    return host


def _write(host: Host, random: Random, count: int) -> None:
    kind = count % 3
    if kind == 0:
        host.ncp.receive(random.randbytes(random.randrange(64)) + b"\x7e", 1)
        return
    command = random.randrange(COMMANDS).to_bytes(2, "little")
    payload = bytes((count & 0xFF, 0, 1)) + command + random.randbytes(random.randrange(60))
    if kind == 1:
        host.send(payload)
        return
    wire = bytearray(encode(Frame(Kind.DATA, random.randrange(8), 0, data=payload)))
    for _ in range(random.randrange(1, 4)):
        wire[random.randrange(len(wire))] = random.randrange(256)
    host.ncp.receive(bytes(wire), 1)
    host.listen()


def lives(host: Host) -> bool:
    host.connect()
    return host.ask(0x0026) == EUI64


async def test_no_bytes_stop_the_stick() -> None:
    host = batter(2_000, seed=1)

    assert lives(host)
    assert host.tally.crc_errors > 0
    assert host.tally.unknown_commands > 0


@pytest.mark.soak
async def test_no_bytes_stop_the_stick_in_a_long_run() -> None:
    for seed in range(2, 8):
        assert lives(batter(10_000, seed))
