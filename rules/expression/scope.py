"""Where names come from: the paths that the caller knows, and the variables of quantifiers."""

from collections.abc import Mapping
from typing import Protocol

from rules.expression.kinds import Path, Record, Type


class Scope(Protocol):
    """What paths there are. The language knows nothing of the house."""

    def type_of(self, path: Path, /) -> Type | None:
        """Give what a path is of, None if there is no such path."""
        ...

    def near(self, path: Path, /) -> list[str]:
        """Give paths that may have been meant, the likeliest first."""
        ...


type Bound = Mapping[str, Type]
"""The variables of the quantifiers around a node."""


def look_up(path: Path, scope: Scope, bound: Bound) -> Type | None:
    """Give what a path or a variable's field is of."""
    if path[0] not in bound:
        return scope.type_of(path)
    kind: Type | None = bound[path[0]]
    for name in path[1:]:
        kind = dict(kind.fields).get(name) if isinstance(kind, Record) else None
    return kind
