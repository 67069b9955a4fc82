"""What the hub says while it runs: one JSON object a line on standard error, for journald.

On a terminal it is a plain sentence a line, unless NIGHTLATCH_LOG=json asks otherwise.

Libraries speak through the same door, from warnings up. No code, key or PIN is ever handed here.
"""

import logging
import os

from pythonjsonlogger.json import JsonFormatter

from gateway.model.effect import Level

_LEVELS = {
    Level.ALARM: logging.CRITICAL,
    Level.TROUBLE: logging.WARNING,
    Level.INFO: logging.INFO,
}
_COLOURS = {logging.CRITICAL: "1;31", logging.ERROR: "31", logging.WARNING: "33"}
_HUB = logging.getLogger("nightlatch")


class PlainFormatter(logging.Formatter):
    """A line for people: `HH:MM:SS  text`, and of a bug no more than its name."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s  %(message)s", "%H:%M:%S")
        self._colours = {} if os.environ.get("NO_COLOR") else _COLOURS

    def format(self, record: logging.LogRecord) -> str:
        """Give the line, in the colour of its level."""
        text = f"{self.formatTime(record, self.datefmt)}  {record.getMessage()}"
        if record.exc_info and (bug := record.exc_info[1]) is not None:
            text += f" ({type(bug).__name__}: {bug})"
        colour = self._colours.get(record.levelno)
        return f"\x1b[{colour}m{text}\x1b[0m" if colour else text


def _for_programs() -> logging.Formatter:
    names = {"asctime": "at", "levelname": "level", "name": "from"}
    form = "{asctime}{levelname}{name}{message}"
    return JsonFormatter(form, style="{", rename_fields=names)


def configure() -> None:
    """Set logging up, for ours and for the libraries'."""
    handler = logging.StreamHandler()
    plain = handler.stream.isatty() and os.environ.get("NIGHTLATCH_LOG") != "json"
    handler.setFormatter(PlainFormatter() if plain else _for_programs())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    _HUB.setLevel(logging.INFO)


def tell(text: str, level: Level) -> None:
    """Tell people: the one channel there always is."""
    _HUB.log(_LEVELS[level], text, extra={"notice": level})
