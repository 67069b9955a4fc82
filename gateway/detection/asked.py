"""Who wants to know what a camera sees: each is answered once, and in time."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.model.device import DeviceId
from gateway.model.sight import Inspected, Seen

ASKED_MOST = 16
"""At once, of one camera. Whoever asked first is then answered at once."""

type Present = Callable[[float], frozenset[Seen]]
"""Gives what is believed to be there and was found since a time."""


@dataclass(slots=True, eq=False)
class _Asked:
    since: float
    until: float
    frames: int = 0


class Inspections:
    """Of one camera. Not for several threads at once.

    A person is an answer at once; nobody is one only after as many pictures as vote on a person.
    While anybody asks the gate stands open (`Watcher.nudge`): that nothing moves passes over none.
    """

    def __init__(self, device: DeviceId, present: Present, enough: int) -> None:
        """Take `enough` pictures without a person for a sign that nobody is there."""
        self._device = device
        self._present = present
        self._enough = enough
        self._asked: list[_Asked] = []

    def __bool__(self) -> bool:
        """Tell whether anybody waits for an answer."""
        return bool(self._asked)

    def ask(self, now: float, seconds: float) -> tuple[Inspected, ...]:
        """Wait for so long, for a person; give the answers that can wait no longer."""
        self._asked.append(_Asked(now, now + seconds))
        return self._ended(self._asked[:-ASKED_MOST], "too many ask at once")

    def looked(self, at: float, *, clear: bool = True) -> tuple[Inspected, ...]:
        """Take in that a picture of that time was looked at; give the answers that this is.

        One that is not `clear` may show a person, and says nothing of nobody.
        """
        asked = [one for one in self._asked if one.since <= at]
        for one in asked:
            one.frames += clear
        return self._ended([one for one in asked if Seen.PERSON in self._present(one.since)], "")

    def due(self, now: float, why: str) -> tuple[Inspected, ...]:
        """Give the answers whose time has come; `why` is said where nothing was looked at."""
        return self._ended([one for one in self._asked if now >= one.until], why)

    def all(self, why: str) -> tuple[Inspected, ...]:
        """Give every answer: nobody will look any more."""
        return self._ended(list(self._asked), why)

    def _ended(self, ended: list[_Asked], why: str) -> tuple[Inspected, ...]:
        self._asked = [one for one in self._asked if one not in ended]
        return tuple(self._answer(one, why) for one in ended)

    def _answer(self, asked: _Asked, why: str) -> Inspected:
        found = self._present(asked.since)
        if asked.frames >= self._enough or Seen.PERSON in found:
            # A person is of a picture that was looked at, be it counted yet or not.
            return Inspected(self._device, tuple(sorted(found)), max(1, asked.frames))
        if asked.frames:
            pictures = "picture was" if asked.frames == 1 else "pictures were"
            why = f"only {asked.frames} {pictures} looked at, too few to tell"
        return Inspected(self._device, (), 0, why or "no picture was looked at in time")
