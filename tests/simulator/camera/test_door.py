"""A camera's port, which is the same one after each reboot."""

import asyncio
import socket

from simulator.camera.door import Door

HERE = "127.0.0.1"


async def test_a_port_that_somebody_was_given_meanwhile_is_waited_for() -> None:
    door = Door(_serve)
    port = await door.open(HERE, 0)
    await door.close()
    with socket.socket() as other:
        other.bind((HERE, port))
        opening = asyncio.create_task(door.open(HERE, port))
        done, _ = await asyncio.wait((opening,), timeout=0.5)
        assert not done

    assert await opening == port
    await door.close()


async def _serve(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Say nothing."""
