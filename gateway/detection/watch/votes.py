"""N of M: what one picture says, others must say too."""

from dataclasses import dataclass


@dataclass(slots=True)
class Votes:
    """The last looks at one thing: so many of them must say yes."""

    need: int
    of: int
    _bits: int = 0

    def cast(self, *, yes: bool) -> None:
        """Take the vote of one more look; the oldest is forgotten."""
        self._bits = (self._bits << 1 | yes) & ((1 << self.of) - 1)

    @property
    def passed(self) -> bool:
        """Tell whether enough of them say yes."""
        return self._bits.bit_count() >= self.need

    @property
    def none(self) -> bool:
        """Tell whether not one of them says yes."""
        return self._bits == 0
