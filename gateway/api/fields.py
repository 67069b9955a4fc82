"""The fields of a request: each as what it must be, or a Refusal that says so."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from gateway.api.errors import Refusal

type Ask = Mapping[str, object]


def near(word: str, known: Iterable[str]) -> str:
    """Say what was perhaps meant, or what there is."""
    known = list(known)
    close = get_close_matches(word, known, 1)
    return f"; did you mean '{close[0]}'?" if close else f"; there is {', '.join(known)}"


def text(ask: Ask, key: str) -> str:
    """Give a text that must be there."""
    value = ask.get(key)
    if not isinstance(value, str):
        raise Refusal(f"'{key}' is needed, as text")
    return value


def texts(ask: Ask, key: str) -> list[str]:
    """Give a list of texts; none when it is not there."""
    value = ask.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise Refusal(f"'{key}' must be a list of names")
    return [str(v) for v in value]


def number(ask: Ask, key: str, default: int) -> int:
    """Give a whole number, or the default when it is not there."""
    value = ask.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refusal(f"'{key}' must be a whole number")
    return value
