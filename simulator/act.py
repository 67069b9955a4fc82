"""`python -m simulator.act SOCKET DO [DEVICE] [KEY=VALUE …]`: one act at the far side."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from simulator.play.line import Line, LineError

USAGE = "use: python -m simulator.act SOCKET DO [DEVICE] [KEY=VALUE …], e.g. … join front_door"
NUMBERED = {"reset"}
"""Acts whose code is a number; any other code is typed at a keypad: text, though it is digits."""


def main() -> None:
    """Ask, print the answer, exit 0 when it was done, 1 when not, 2 for a call that is none."""
    words = sys.argv[1:]
    if len(words) < 2:
        sys.stderr.write(USAGE + "\n")
        raise SystemExit(2)
    raise SystemExit(asyncio.run(_act(Path(words[0]), words[1], words[2:])))


async def _act(socket: Path, do: str, words: list[str]) -> int:
    try:
        line = await Line.open(socket)
        try:
            answer = await line.ask(do, **fields(words, do))
        finally:
            await line.close()
    except LineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(json.dumps(dict(answer)) + "\n")
    return 0


def fields(words: list[str], do: str = "") -> dict[str, Any]:
    """Read `DEVICE` and `KEY=VALUE`: a value that is JSON counts as what it is, else as text."""
    found: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            found["device"] = word
            continue
        is_pin = key == "code" and value.isdecimal() and do not in NUMBERED
        found[key] = value if is_pin else _value(value)
    return found


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
