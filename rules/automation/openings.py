"""Windows of time as conditions ask for them: worked out once an edge, not once a question."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from rules.expression import Path, Unknown
from rules.schedule import Window, is_inside, next_edge

LAST = datetime.max.replace(tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_QUARTER = timedelta(minutes=15)  # no zone of now is shifted by anything finer
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Openings:
    """The windows of a site, each with the span for which its answer is known."""

    def __init__(self, windows: Mapping[str, Window]) -> None:
        self._windows = windows
        self._known: dict[str, tuple[datetime, datetime, bool]] = {}

    def is_open(self, name: str, now: datetime | Unknown) -> bool | Unknown:
        """Tell whether a window holds."""
        return now if isinstance(now, Unknown) else self._at(name, now)[2]

    def next_change(self, path: Path, now: datetime) -> datetime:
        """Give when what the clock says under a path may be another; a minute for what runs on."""
        match path:
            case ("window", name, _) if name in self._windows:
                return self._at(name, now)[1]
            case ("time", "hour" | "weekday"):
                return _next_of(_QUARTER, now)
            case _:
                return _next_of(_MINUTE, now)

    def _at(self, name: str, now: datetime) -> tuple[datetime, datetime, bool]:
        known = self._known.get(name)
        if known is None or not known[0] <= now < known[1]:
            window = self._windows[name]
            known = now, next_edge(window, now) or LAST, is_inside(window, now)
            self._known[name] = known
        return known


def _next_of(step: timedelta, now: datetime) -> datetime:
    return _EPOCH + ((now - _EPOCH) // step + 1) * step
