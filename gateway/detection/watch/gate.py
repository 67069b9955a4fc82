"""When the detector looks: where something moves, when somebody asks, and now and then."""

HOLD_SECONDS = 3.0  # after the last motion
NUDGE_SECONDS = 5.0  # after somebody asked
EVERY_SECONDS = 7.0  # with no reason at all: motion too faint to notice is found all the same
SHAKEN_SECONDS = 1.0  # at most so often because the whole picture changed


class Gate:
    """Open or shut, as of a time. A look is due until one was taken."""

    def __init__(self) -> None:
        self._until = float("-inf")
        self._due = float("-inf")
        self._looked = float("-inf")

    def is_open(self, at: float) -> bool:
        """Tell whether a picture of this time is to be looked at."""
        return at < self._until or at >= self._due

    def stirred(self, at: float) -> None:
        """Something moves."""
        self._until = max(self._until, at + HOLD_SECONDS)

    def nudge(self, at: float) -> None:
        """Somebody wants to know: a sensor, the camera itself, a person."""
        self._until = max(self._until, at + NUDGE_SECONDS)
        self._due = min(self._due, at)

    def shaken(self, at: float) -> None:
        """The whole picture changed: no motion, yet one look is due. Lamps are lit by somebody."""
        self._due = min(self._due, max(at, self._looked + SHAKEN_SECONDS))

    def looked(self, at: float, rest: float) -> None:
        """A look was taken; the next is due after `rest` seconds, EVERY_SECONDS at most."""
        self._looked = at
        self._due = at + min(rest, EVERY_SECONDS)

    def back(self, at: float) -> None:
        """Time went back: nothing is put off to a time that is long."""
        self._until = min(self._until, at + NUDGE_SECONDS)
        self._due = min(self._due, at + EVERY_SECONDS)
        self._looked = min(self._looked, at)
