"""AES-128 and the Matyas-Meyer-Oseas hash, for install codes. The standard library has no cipher.

FIPS 197; Zigbee specification B.6. Slow and plain: a join hashes one block or two.
"""

BLOCK = 16


def _double(value: int) -> int:
    return (value << 1 ^ (0x1B if value & 0x80 else 0)) & 0xFF


def _rotate(value: int, bits: int) -> int:
    return (value << bits | value >> 8 - bits) & 0xFF


def _make_sbox() -> bytes:
    """Walk the field by a generator and its inverse side by side (FIPS 197 5.1.1)."""
    sbox, p, q = bytearray(256), 1, 1
    sbox[0] = 0x63
    while True:
        p = p ^ _double(p)
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 0xFF
        if q & 0x80:
            q ^= 0x09
        turned = q ^ _rotate(q, 1) ^ _rotate(q, 2) ^ _rotate(q, 3) ^ _rotate(q, 4)
        sbox[p] = turned ^ 0x63
        if p == 1:
            return bytes(sbox)


_SBOX = _make_sbox()
_SHIFTED = [(index + 4 * (index % 4)) % BLOCK for index in range(BLOCK)]  # ShiftRows, by column


def _round_keys(key: bytes) -> list[bytes]:
    words = [key[at : at + 4] for at in range(0, BLOCK, 4)]
    constant = 1
    for count in range(4, 44):
        word = words[-1]
        if count % 4 == 0:
            word = (word[1:] + word[:1]).translate(_SBOX)
            word = bytes((word[0] ^ constant,)) + word[1:]
            constant = _double(constant)
        words.append(_xor(word, words[count - 4]))
    return [b"".join(words[at : at + 4]) for at in range(0, 44, 4)]


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _mix_column(column: bytes) -> bytes:
    whole = column[0] ^ column[1] ^ column[2] ^ column[3]
    return bytes(column[i] ^ whole ^ _double(column[i] ^ column[(i + 1) % 4]) for i in range(4))


def encrypt(key: bytes, block: bytes) -> bytes:
    """Encrypt one block."""
    first, *middle, last = _round_keys(key)
    state = _xor(block, first)
    for round_key in middle:
        state = bytes(state.translate(_SBOX)[at] for at in _SHIFTED)
        state = b"".join(_mix_column(state[at : at + 4]) for at in range(0, BLOCK, 4))
        state = _xor(state, round_key)
    state = bytes(state.translate(_SBOX)[at] for at in _SHIFTED)
    return _xor(state, last)


def mmo(data: bytes) -> bytes:
    """Hash up to 8 KiB: pad with a one bit, zeros and the length in bits, chain the blocks."""
    padded = data + b"\x80"
    padded += bytes(-(len(padded) + 2) % BLOCK) + (8 * len(data)).to_bytes(2)
    state = bytes(BLOCK)
    for at in range(0, len(padded), BLOCK):
        state = chain(state, padded[at : at + BLOCK])
    return state


def chain(state: bytes, block: bytes) -> bytes:
    """Hash one block more."""
    return _xor(encrypt(state, block), block)
