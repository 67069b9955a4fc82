"""Takes what is secret out of a line before it is logged: addresses of streams hold passwords."""

import re

SHOWN_MAX = 300  # characters of a line
HIDDEN = "****"
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_USER = re.compile(r"\S+:\S*@\S+")


def hidden(line: str) -> str:
    """Give a line as it may stand in a log: cut, without any address or password."""
    told = _USER.sub(HIDDEN, _ADDRESS.sub(HIDDEN, line))
    return "".join(sign if sign.isprintable() else " " for sign in told)[:SHOWN_MAX]
