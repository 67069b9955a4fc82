"""What the hub says while it runs: one JSON object a line on standard error, for journald."""

import logging
import sys

import structlog

_LEVELS = {"alarm": "critical", "trouble": "warning", "info": "info"}


def configure() -> None:
    """Set logging up, for ours and for the libraries'."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format='{"lib":"%(name)s"}')
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def tell(text: str, level: str) -> None:
    """Say a notice: the one channel there always is."""
    getattr(structlog.get_logger(), _LEVELS[level])(text, notice=level)
