"""What a request at the local socket can be told instead of what it asked for."""

from collections.abc import Mapping, Sequence


class Refusal(Exception):
    """A sentence for the one who asked, what stood in the way, and whether a code would help."""

    def __init__(
        self,
        sentence: str,
        blockers: Sequence[str] = (),
        *,
        code_needed: bool = False,
        mistaken: bool = False,
        errors: Sequence[Mapping[str, object]] = (),
    ) -> None:
        super().__init__(sentence)
        self.blockers = tuple(blockers)
        self.code_needed = code_needed
        self.mistaken = mistaken  # it names what there is not, or what cannot do that
        self.errors = tuple(errors)  # of the configuration, each with its place
