"""What holds for every expression and whatever is known."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rules.expression import (
    BOOL,
    DURATION,
    FLOAT,
    INSTANT,
    INT,
    TEXT,
    ExpressionError,
    ExpressionErrors,
    Node,
    Number,
    Trace,
    Type,
    Unknown,
    Value,
    Values,
    compile_text,
    mutants,
    parse,
    text,
)
from rules.expression.kinds import DURATION_MAX
from rules.expression.printer import BINDING, RESERVED
from rules.expression.tree import (
    Binary,
    Call,
    Conditional,
    Listing,
    Literal,
    Logic,
    Name,
    Quantifier,
    Unary,
    children,
)
from tests.rules.expression.generate import expression
from tests.rules.expression.reference import Nothing, meaning
from tests.rules.expression.small import CELSIUS, PERCENT, SCOPE, values

KINDS = (BOOL, INT, FLOAT, PERCENT, CELSIUS, TEXT, DURATION, INSTANT)
randoms = st.randoms(use_true_random=False)
kinds = st.sampled_from(KINDS)

words = st.from_regex(r"[_a-zA-Z][_a-zA-Z0-9]{0,5}", fullmatch=True).filter(
    lambda word: word not in RESERVED
)
functions = words.filter(lambda word: word not in {"duration", "timestamp", "exists", "all"})
constants = st.one_of(
    st.booleans().map(lambda v: Literal(BOOL, v)),
    st.integers(-(2**63), 2**63 - 1).map(lambda v: Literal(Number(whole=True, unit=None), v)),
    st.floats(allow_nan=False, allow_infinity=False).map(
        lambda v: Literal(Number(whole=False, unit=None), v)
    ),
    st.text(max_size=8).map(lambda v: Literal(TEXT, v)),
    st.timedeltas(-DURATION_MAX, DURATION_MAX).map(lambda v: Literal(DURATION, v)),
    st.datetimes(timezones=st.just(UTC)).map(lambda v: Literal(INSTANT, v)),
)
paths = st.builds(
    lambda first, rest: Name((first, *rest)),
    words,
    st.lists(st.one_of(words, st.text(max_size=5)), max_size=3),
)


def compound(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Draw a node of others, whether it means something or not."""
    several = st.lists(nodes, min_size=2, max_size=3).map(tuple)
    infix = st.sampled_from([op for op in BINDING if op not in {"&&", "||"}])
    return st.one_of(
        st.builds(Unary, st.sampled_from("!-"), nodes),
        st.builds(Binary, infix, nodes, nodes),
        st.builds(Logic, st.sampled_from(("&&", "||")), several),
        st.builds(Conditional, nodes, nodes, nodes),
        st.builds(Listing, several),
        st.builds(Call, functions, several, st.booleans()),
        st.builds(Quantifier, st.sampled_from(("exists", "all")), nodes, words, nodes),
    )


trees: st.SearchStrategy[Node] = st.recursive(st.one_of(constants, paths), compound, max_leaves=12)
SCRAPS = (
    *"()[],.?:!-+*/%<=&\\'\"°\n",
    *("<=", "==", "!=", "&&", "||", "in", "true", "1", "2.5", '"a"', "0x", "1e999", "x"),
    *("house.people", "sun.is_day", "exists(x,", "has(", "size(", "duration(", '"1s"'),
)
soups = st.lists(st.sampled_from(SCRAPS)).map(" ".join)


@given(trees)
def test_what_is_written_is_read_again(node: Node) -> None:
    assert parse(text(node)) == node


@given(randoms, kinds)
def test_what_means_something_is_written_and_read_again(random: Random, kind: Type) -> None:
    node = expression(random, kind)

    assert compile_text(text(node), SCOPE, kind).node == node


def faults(written: str) -> tuple[ExpressionError, ...]:
    """Compile a text; give its faults, none if it is an expression. Anything else is raised."""
    try:
        compile_text(written, SCOPE)
    except ExpressionErrors as errors:
        return errors.errors
    return ()


@given(st.one_of(st.text(), soups))
def test_any_text_is_an_expression_or_has_faults_within_it(written: str) -> None:
    for error in faults(written):
        assert 0 <= error.offset <= error.offset + error.length <= len(written)
        assert error.found
        assert error.expected
        assert "^" in error.render(written)


@given(randoms)
def test_a_broken_expression_has_faults_within_it(random: Random) -> None:
    written = text(expression(random))
    cut = random.randrange(len(written) + 1)

    for broken in (written[:cut], written[cut:], written[:cut] + written[cut + 1 :]):
        for error in faults(broken):
            assert 0 <= error.offset <= error.offset + error.length <= len(broken)


@given(randoms, kinds)
def test_the_closures_say_what_the_plain_walk_says(random: Random, kind: Type) -> None:
    node, known = expression(random, kind), values(random)
    compiled = compile_text(text(node), SCOPE, kind)

    value = compiled.evaluate(known)

    assert (None if isinstance(value, Unknown) else value) == plainly(node, known)


@given(randoms, kinds)
def test_learning_more_never_changes_what_was_known(random: Random, kind: Type) -> None:
    compiled = compile_text(text(expression(random, kind)), SCOPE, kind)
    little = values(random, unknown=0.5)
    more = {**values(random), **little}
    if any(path == "has" for path in _calls(compiled.node)):
        return  # `has` asks for the very thing that changes

    before, after = compiled.evaluate(little), compiled.evaluate(more)

    assert isinstance(before, Unknown) or before == after


@given(randoms)
def test_kleene_joins_in_any_order(random: Random) -> None:
    one, other = text(expression(random)), text(expression(random))
    known = values(random, unknown=0.3)

    def said(written: str) -> Value | None:
        found = compile_text(written, SCOPE).evaluate(known)
        return None if isinstance(found, Unknown) else found

    assert said(f"({one}) && ({other})") == said(f"({other}) && ({one})")
    assert said(f"({one}) || ({other})") == said(f"({other}) || ({one})")
    assert said(f"!(({one}) && ({other}))") == said(f"!({one}) || !({other})")
    assert said(f"!(!({one}))") == said(one)
    assert said(f"({one}) && false") is False
    assert said(f"({one}) || true") is True
    assert said(f"({one}) && true") == said(one)
    assert said(f"({one}) || false") == said(one)


@given(randoms, kinds)
def test_an_explanation_says_what_the_expression_says(random: Random, kind: Type) -> None:
    written = text(expression(random, kind))
    known = values(random, unknown=0.3)
    compiled = compile_text(written, SCOPE, kind)

    trace = compiled.explain(known)

    assert trace.value == compiled.evaluate(known)
    assert trace.text == written
    assert list(trace.lines())
    for part in _parts(trace):
        assert written[part.span.offset : part.span.offset + part.span.length] == part.text


def test_an_explanation_is_told_in_lines() -> None:
    written = 'house.zones.exists(z, z.tripped) || device.door.open_for > duration("90s")'
    known: Values = {
        ("house", "zones"): ({"tripped": False}, {"bypassed": True}),
        ("device", "door", "open_for"): timedelta(minutes=1),
    }

    told = list(compile_text(written, SCOPE).explain(known).lines())

    assert told == [
        f"{written} is unknown (z.tripped is not known)",
        "  house.zones.exists(z, z.tripped) is unknown (z.tripped is not known)",
        "    house.zones is [{tripped: false}, {bypassed: true}]",
        "    z.tripped is false",
        "    z.tripped is unknown (z.tripped is not known)",
        '  device.door.open_for > duration("90s") is false',
        '    device.door.open_for is duration("1m")',
        '    duration("90s") is duration("1m30s")',
    ]


@given(randoms)
def test_each_term_of_an_explanation_is_what_it_would_be_alone(random: Random) -> None:
    known = values(random, unknown=0.3)
    node = Logic("&&", (expression(random), expression(random)))

    trace = compile_text(text(node), SCOPE).explain(known)

    alone = [compile_text(text(term), SCOPE).evaluate(known) for term in node.terms]
    assert [part.value for part in trace.parts] == alone


@given(randoms)
def test_only_what_is_in_the_footprint_matters(random: Random) -> None:
    compiled = compile_text(text(expression(random)), SCOPE)
    known = values(random)
    read = {path: v for path, v in known.items() if path in compiled.footprint}

    assert compiled.evaluate(known) == compiled.evaluate(read)


@given(randoms, kinds)
def test_every_mutant_is_another_expression(random: Random, kind: Type) -> None:
    node = compile_text(text(expression(random, kind)), SCOPE, kind).node

    found = list(mutants(node, SCOPE, kind))

    assert len({mutant.node for mutant in found} | {node}) == len(found) + 1
    for mutant in found[:20]:
        written = compile_text(text(mutant.node), SCOPE, kind)
        assert written.node == mutant.node
        assert mutant.description


def test_the_mutants_of_a_rule_are_what_one_would_try_by_hand() -> None:
    written = 'area.house.mode == "away" && device.door.battery < 20'
    found = mutants(parse(written), SCOPE)

    assert {text(mutant.node) for mutant in found} == {
        'area.house.mode == "away" || device.door.battery < 20',
        'area.house.mode == "away"',
        "device.door.battery < 20",
        'area.house.mode != "away" && device.door.battery < 20',
        'area.house.mode == "home" && device.door.battery < 20',
        'area.house.mode == "night" && device.door.battery < 20',
        'area.house.mode == "away" && device.door.battery <= 20',
        'area.house.mode == "away" && device.door.battery >= 20',
        'area.house.mode == "away" && device.door.battery < 19',
        'area.house.mode == "away" && device.door.battery < 21',
    }


def plainly(node: Node, known: Values) -> Value | None:
    """Give what the plain walk says, None for unknown."""
    try:
        found: Value = meaning(node, known)
    except Nothing:
        return None
    return found


def _calls(node: Node) -> Iterator[str]:
    if isinstance(node, Call):
        yield node.name
    for child in children(node):
        yield from _calls(child)


def _parts(trace: Trace) -> Iterator[Trace]:
    yield trace
    for part in trace.parts:
        yield from _parts(part)
