"""What is printed on a device: the key that it proves itself with. No error shows it."""

import re

from gateway.model.credential import Code
from gateway.model.driver import CommandRefused

KEY_SECONDS = 240  # SDS13783 3.6.6.2, TAI2: so long a device waits for what a person reads


def dsk(code: Code) -> str:
    """Give a whole key as it is printed, or refuse a mistyped one."""
    digits = re.sub(r"\D", "", code.text)
    blocks = [digits[at : at + 5] for at in range(0, len(digits), 5)]
    if len(digits) != 40 or any(int(block) > 0xFFFF for block in blocks):
        raise CommandRefused("the key is mistyped: eight numbers of five digits, each up to 65535")
    return "-".join(blocks)


def pin(code: Code) -> str:
    """Give the first five digits of a key, which a device is asked for when it joins.

    A whole key will do, too.
    """
    digits = re.sub(r"[\s-]", "", code.text)
    if re.fullmatch(r"[0-9]{5}([0-9]{35})?", digits) is None or int(digits[:5]) > 0xFFFF:
        raise CommandRefused("the key is mistyped: it is the first five digits on the label")
    return digits[:5]
