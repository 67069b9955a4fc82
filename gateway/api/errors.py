"""What a request at the local socket can be told instead of what it asked for."""

from collections.abc import Sequence


class Refusal(Exception):
    """A sentence for the one who asked, and what stood in the way."""

    def __init__(self, sentence: str, blockers: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.blockers = tuple(blockers)
