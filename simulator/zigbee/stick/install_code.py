"""Install codes: 16 bytes and a check as printed on a device, and the link key they stand for."""

from simulator.zigbee.stick.aes import mmo

CODE_SIZE = 18


def key_of(code: bytes) -> bytes | None:
    """Give the key (Zigbee 3.0 base device behaviour 10.1), or None where the check is wrong."""
    if len(code) != CODE_SIZE or _crc(code[:-2]) != int.from_bytes(code[-2:], "little"):
        return None
    return mmo(code)


def _crc(data: bytes) -> int:
    """CRC-16/X-25."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return crc ^ 0xFFFF
