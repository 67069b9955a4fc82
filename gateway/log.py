"""What the hub says while it runs: one JSON object a line on standard error, for journald.

Libraries speak through the same door, from warnings up. No code, key or PIN is ever handed here.
"""

import logging

from pythonjsonlogger.json import JsonFormatter

from gateway.model.effect import Level

_LEVELS = {
    Level.ALARM: logging.CRITICAL,
    Level.TROUBLE: logging.WARNING,
    Level.INFO: logging.INFO,
}
_HUB = logging.getLogger("nightlatch")


def configure() -> None:
    """Set logging up, for ours and for the libraries'."""
    names = {"asctime": "at", "levelname": "level", "name": "from"}
    form = "{asctime}{levelname}{name}{message}"
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(form, style="{", rename_fields=names))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    _HUB.setLevel(logging.INFO)


def tell(text: str, level: Level) -> None:
    """Tell people: the one channel there always is."""
    _HUB.log(_LEVELS[level], text, extra={"notice": level})
