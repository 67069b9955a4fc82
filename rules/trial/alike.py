"""Tells conditions that say the same of every house: such a change is none."""

from collections.abc import Callable, Iterable
from itertools import islice, product
from typing import cast

from rules.expression import BOOL, Compiled, OneOf, Path, Scope, Unknown, Value

VALUATIONS_MAX = 2_000
"""Houses that are looked at; a condition that reads more is taken to differ."""

_UNKNOWN = Unknown()


def signature(
    condition: Compiled, paths: Iterable[Path], scope: Scope, counts: Callable[[object], bool]
) -> tuple[bool, ...] | None:
    """Give what a condition counts as for all that its paths may read; None: too much to say."""
    names = sorted(paths)
    domains = [_domain(scope, path) for path in names]
    size = 1
    for domain in domains:
        size *= len(domain)
    if not all(domains) or size > VALUATIONS_MAX:
        return None
    houses = islice(product(*domains), VALUATIONS_MAX)
    return tuple(
        counts(condition.evaluate(dict(zip(names, house, strict=True)))) for house in houses
    )


def _domain(scope: Scope, path: Path) -> list[Value | Unknown]:
    kind = scope.type_of(path)
    unknown = [] if path[0] == "area" else [_UNKNOWN]  # of the arming all is known
    match kind:
        case OneOf(words=words):
            return [*words, *unknown]
        case _ if kind is BOOL:
            return cast("list[Value | Unknown]", [True, False, *unknown])
        case _:
            return []
