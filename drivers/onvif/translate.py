"""What a camera says into the words of the house. Pure: no network, no clock, no state.

No word: nothing. A topic in no map goes to `vendors`, which asks onvif-parsers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.onvif.message import Message
from drivers.onvif.topics import Entry, Map, Word

_TRUE = frozenset({"true", "1", "active", "on", "yes"})
_FALSE = frozenset({"false", "0", "inactive", "off", "no"})


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing that is so, is not so, or happened."""

    word: Word
    on: bool | None  # None: nobody knows any more
    key: str  # which detector says it: several may say the same word
    fresh: bool = True  # it happened now; else it is told how things stand
    name: str = ""  # of the line, the input or the relay, as the camera calls it
    moment: bool = False  # nothing that lasts: no end of it will be told


def senses(message: Message, table: Map) -> tuple[Sense, ...]:
    """Say what a message means; nothing where we have no word for it."""
    entry = table.topics.get(message.path)
    return () if entry is None else tuple(_senses(message, entry, table))


def truth(value: str) -> bool | None:
    """Read a truth value; None for anything else."""
    text = value.strip().lower()
    return True if text in _TRUE else False if text in _FALSE else None


def sense(message: Message, word: Word, *, on: bool | None, part: str = "") -> Sense:
    """Say one word of a message; `part` tells apart what shares its key."""
    gone = message.operation == "Deleted"
    return Sense(
        word,
        None if gone else on,
        f"{message.key} {part}".strip(),
        fresh=message.operation not in ("Initialized", "Deleted"),
        name=name_of(message, word),
        moment=not message.operation,
    )


def name_of(message: Message, word: Word) -> str:
    """Give the name of the line, or the token of the contact, that a message is about."""
    match word:
        case Word.LINE:
            return message.source.get("Rule", "")
        case Word.INPUT | Word.RELAY:
            tokens = [value for name, value in message.source.items() if "Token" in name]
            return next(iter([*tokens, *message.source.values()]), "")
        case _:
            return ""


def _senses(message: Message, entry: Entry, table: Map) -> Iterator[Sense]:
    if entry.classes:
        yield from _classes(message, entry.classes, table)
    elif entry.all_items:
        for name, value in message.data.items():
            if name in table.items and (on := truth(value)) is not None:
                yield sense(message, table.items[name], on=on, part=name)
    elif entry.word is not None:
        yield from _one(message, entry.word, entry.items)


def _one(message: Message, word: Word, items: tuple[str, ...]) -> Iterator[Sense]:
    told = [message.data[name] for name in items if name in message.data]
    truths = [truth(value) for value in (told[:1] or message.data.values())]
    on = next((one for one in truths if one is not None), None)
    if word is Word.LINE and not told:
        on = True  # ObjectId only: that it is told at all is what it says
    if on is not None or message.operation == "Deleted":
        yield sense(message, word, on=on)


def _classes(message: Message, item: str, table: Map) -> Iterator[Sense]:
    """Read a list of what is there: what is not in it is not there."""
    listed = message.data.get(item)
    if listed is None and message.operation != "Deleted":
        return
    seen = {table.classes.get(name) for name in (listed or "").replace(",", " ").split()}
    for word in (Word.PERSON, Word.VEHICLE, Word.ANIMAL):
        yield sense(message, word, on=word in seen, part=word)
