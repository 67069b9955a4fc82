"""Topics of makers that our own map does not have, by onvif-parsers."""

import logging
from types import SimpleNamespace

import onvif_parsers
from onvif_parsers.errors import UnknownTopicError

from drivers.onvif.message import Message
from drivers.onvif.topics import Map
from drivers.onvif.translate import Sense, sense, truth

log = logging.getLogger(__name__)


async def senses(message: Message, table: Map) -> tuple[Sense, ...] | None:
    """Say what a message means; None where onvif-parsers does not know its topic either."""
    try:
        found = await onvif_parsers.parse(message.topic, "", _as_it_wants(message))
    except UnknownTopicError:
        return None
    except (AttributeError, KeyError, IndexError, ValueError, TypeError):
        log.debug("%s: not as onvif-parsers has it", message.topic)
        return ()
    known = [(table.names[one.name], one) for one in found if one.name in table.names]
    return tuple(
        sense(message, word, on=_truth(one.value), part=one.name)
        for word, one in known
        if _truth(one.value) is not None
    )


def _truth(value: object) -> bool | None:
    """Read a value; a line is crossed that is told without one."""
    return value if isinstance(value, bool) else True if value is None else truth(str(value))


def _as_it_wants(message: Message) -> SimpleNamespace:
    """Give a message the shape that zeep gives it."""

    def items(table: object) -> SimpleNamespace:
        pairs = dict(table) if isinstance(table, dict) else {}
        return SimpleNamespace(
            SimpleItem=[SimpleNamespace(Name=name, Value=value) for name, value in pairs.items()]
        )

    inner = SimpleNamespace(
        Source=items(message.source),
        Data=items(message.data),
        PropertyOperation=message.operation or None,
    )
    return SimpleNamespace(
        Topic=SimpleNamespace(_value_1=message.topic), Message=SimpleNamespace(_value_1=inner)
    )
