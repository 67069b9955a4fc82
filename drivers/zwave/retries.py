"""When a device is asked again for what it left unsaid: at its next sign of life, then more seldom.

An answer is lost now and then. A reading that a device never gives would otherwise be asked for,
and all its others with it, at every ping and wake-up until its battery is empty.
"""

FIRST_SECONDS = 60.0
LONGEST_SECONDS = 24 * 3600.0
FACTOR = 4


class Retries:
    """Says when; each time it is later until the next."""

    def __init__(self) -> None:
        self._next: dict[int, tuple[float, float]] = {}  # from when on, and the pause after that

    def is_due(self, node: int, now: float) -> bool:
        """Say whether to ask a node now; who is told so asks."""
        due, pause = self._next.get(node, (now, FIRST_SECONDS))
        if now < due:
            return False
        self._next[node] = (now + pause, min(FACTOR * pause, LONGEST_SECONDS))
        return True

    def forget(self, node: int) -> None:
        """Forget a node that told all it can, was asked all anew, or left."""
        self._next.pop(node, None)
