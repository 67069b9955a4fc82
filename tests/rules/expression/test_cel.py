"""Google's CEL as an independent judge: the same text, the same values, the same answer."""

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from rules.expression import (
    BOOL,
    DURATION,
    FLOAT,
    INSTANT,
    INT,
    TEXT,
    Compiled,
    ListOf,
    Node,
    Number,
    OneOf,
    Record,
    Trace,
    Type,
    Unknown,
    Values,
    compile_text,
    text,
)
from rules.expression.tree import Binary, Call, Conditional, Literal, Name, children, rebuilt
from tests.rules.expression.generate import expression
from tests.rules.expression.small import CELSIUS, PATHS, PERCENT, SCOPE, WATT, values

cel = pytest.importorskip("cel_expr_python.cel", reason="the judge is not installed here")

KINDS = (BOOL, BOOL, BOOL, INT, FLOAT, PERCENT, CELSIUS, WATT, TEXT, DURATION, INSTANT)
FINITE = {"overflow of a float", "a float divided by zero"}
"""Reasons for which we say unknown where CEL goes on with inf or nan."""


def test_a_sample_means_what_cel_means() -> None:
    seen, differences = compared(seed=1, count=3000)

    assert differences == []
    assert seen["known"] > 1500
    assert seen["unknown"] > 300


@pytest.mark.soak
def test_a_hundred_thousand_mean_what_cel_means(
    record_property: Callable[[str, object], None],
) -> None:
    seen, differences = compared(seed=2, count=100_000)

    record_property("figures", dict(seen))
    assert differences == []


def compared(seed: int, count: int) -> tuple[Counter[str], list[object]]:
    """Put many expressions to both; count how they went, and give what went apart."""
    random = Random(seed)
    judge = Judge()
    seen: Counter[str] = Counter()
    differences: list[object] = []
    for _ in range(count):
        kind = random.choice(KINDS)
        node, known = expression(random, kind), values(random)
        compiled = compile_text(text(node), SCOPE, kind)
        said = judge.said(node, known)
        verdict = verdict_on(compiled, known, said)
        seen[verdict] += 1
        if verdict == "different":
            differences.append((text(node), known, compiled.evaluate(known), said))
    return seen, differences


def verdict_on(compiled: Compiled, known: Values, said: Any) -> str:
    """Say how our answer and CEL's (None: an error, or unknown) go together."""
    ours = compiled.evaluate(known)
    if not isinstance(ours, Unknown):
        return "known" if said == ours and type(said) is type(ours) else "different"
    if said is None:
        return "unknown"
    # CEL may have decided by an inf or a nan what we leave open.
    return "not finite" if FINITE & set(_reasons(compiled.explain(known))) else "different"


def _reasons(trace: Trace) -> Iterator[str]:
    if isinstance(trace.value, Unknown):
        yield trace.value.reason
    for part in trace.parts:
        yield from _reasons(part)


class Judge:
    """CEL, told of the small house."""

    def __init__(self) -> None:
        variables = {".".join(path): _type(kind) for path, kind in PATHS.items()}
        self._env = cel.NewEnv(variables=variables)

    def said(self, node: Node, known: Values) -> Any:
        """Give CEL's value, None for its errors and its unknowns."""
        data = {".".join(path): _plain(value) for path, value in known.items()}
        result = self._env.compile(text(_standard(node, known))).eval(data=data)
        return None if result.type() == cel.Type.ERROR else _value(result)


def _type(kind: Type) -> Any:
    match kind:
        case Number(whole=whole):
            return cel.Type.INT if whole else cel.Type.DOUBLE
        case OneOf():
            return cel.Type.STRING
        case ListOf(item=item):
            return cel.Type.List(_type(item))
        case Record():
            return cel.Type.Map(cel.Type.STRING, cel.Type.BOOL)
        case _:
            plain = {BOOL: "BOOL", TEXT: "STRING", DURATION: "DURATION", INSTANT: "TIMESTAMP"}
            return getattr(cel.Type, plain[kind])


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _value(result: Any) -> Any:
    return result.plain_value()


def _standard(node: Node, known: Values) -> Node:
    """Say in CEL's own words what CEL's core has no word for: min, max, has of a variable."""
    match node:
        case Call(name="has", arguments=(Name(path=path),)) if path in PATHS:
            return Literal(BOOL, path in known)
        case Call(name="min" | "max", arguments=(first, second)):
            one, other = _standard(first, known), _standard(second, known)
            return Conditional(Binary("<=" if node.name == "min" else ">=", one, other), one, other)
        case _:
            return rebuilt(node, tuple(_standard(child, known) for child in children(node)))
