"""A TOML table that is read key by key: of the right type, and none left over."""

from collections.abc import Mapping
from typing import cast

from rules.schedule.errors import BadSchedule, nearest

MAX_TEXTS = 1_000


class Table:
    """Wraps a section while it is compiled; remembers which keys were asked for."""

    def __init__(self, section: Mapping[str, object]) -> None:
        self._section = section
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        self._asked.add(key)
        return key in self._section

    def text(self, key: str, default: str | None = None) -> str:
        """Give a text. Raises BadSchedule when it is another type, or missing without default."""
        value = self._section.get(key, default) if key in self else default
        if not isinstance(value, str):
            found = f"{key} is missing" if value is None else f"{key} = {value!r}"
            raise BadSchedule(found, "a text in quotes")
        return value

    def texts(self, key: str, default: list[str] | None = None) -> list[str]:
        """Give a list of texts; a single text is a list of one."""
        value = self._section[key] if key in self else default
        if isinstance(value, str):
            return [value]
        found = f"{key} is missing" if value is None else f"{key} = {str(value)[:80]}"
        listed = cast("list[object]", value) if isinstance(value, list) else None
        if listed is None or (not listed and default is None) or len(listed) > MAX_TEXTS:
            raise BadSchedule(found, f"a list of 1 to {MAX_TEXTS} texts")
        texts = [item for item in listed if isinstance(item, str)]
        if len(texts) != len(listed):
            raise BadSchedule(found, "texts in quotes")
        return texts

    def done(self, kind: str) -> None:
        """Raise BadSchedule for the first key that nobody asked for."""
        for key in self._section:
            if key not in self._asked:
                known = ", ".join(sorted(self._asked))
                raise BadSchedule(f"key {key!r} with {kind}", known, nearest(key, self._asked))
