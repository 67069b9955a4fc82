"""Whatever stands in a rule: it is used, or told with places that the file has."""

import json
import tomllib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config.strings import place_within
from gateway.config.text import Text
from tests.gateway.test_config_fuzz import assert_within, path, said_of, toml, values

ROOT = Path(__file__).parents[2]
BAD = (Path(__file__).parent / "bad_configs" / "rules.toml").read_bytes()
FIFTY = (ROOT / "docs" / "examples" / "rules" / "fifty.toml").read_bytes()
HEAD = FIFTY.partition(b"# --- light")[0]
LINES = [line for line in FIFTY[len(HEAD) :].split(b"\n") if line]
SCRAPS = [b'"', b"'", b'"""', b"[", b"{", b"}", b"]", b"=", b"\n", b"\\", b".", b"&&", b"(", b"-"]
KEYS = [b"when", b"do", b"if", b"mode", b"unless_within", b"catch_up", b"on_unknown", b"id"]

WORDS = [
    "device",
    "becomes",
    "for",
    "area",
    "code",
    "to",
    "at",
    "cron",
    "sun",
    "every",
    "on",
    "lock",
    "siren",
    "notify",
    "wait",
    "choose",
    "if",
    "do",
    "repeat",
    "until",
    "scene",
    "restore",
    "script",
    "may",
    "arm",
    "mode",
    "given",
    "events",
]

__all__ = ["path"]  # the fixture, which pytest looks up by its name

edits = st.tuples(st.integers(0, len(BAD)), st.integers(0, 30), st.sampled_from([b"", *SCRAPS]))


@settings(max_examples=100)
@given(st.lists(edits, min_size=1, max_size=5))
def test_any_edit_of_rules_is_used_or_told(
    path: Path, changes: list[tuple[int, int, bytes]]
) -> None:
    content = BAD
    for start, cut, scrap in changes:
        content = content[:start] + scrap + content[start + cut :]

    assert_within(said_of(path, content), content)


@settings(max_examples=100)
@given(st.lists(st.sampled_from(LINES), max_size=25))
def test_the_lines_of_rules_in_any_order_are_used_or_told(path: Path, lines: list[bytes]) -> None:
    content = HEAD + b"\n".join([b"[[rule]]", *lines])

    assert_within(said_of(path, content), content)


forms = st.recursive(
    values,
    lambda inner: st.lists(
        st.dictionaries(
            st.sampled_from(WORDS),
            inner,
            max_size=4,
        ),
        max_size=3,
    ),
    max_leaves=8,
)


@settings(max_examples=150)
@given(st.sampled_from(KEYS), forms, st.sampled_from([0, 1]))
def test_any_value_under_any_key_of_a_rule_is_used_or_told(
    path: Path, key: bytes, value: object, tests: int
) -> None:
    rest = {b"id": b'"x"', b"when": b"{ called = true }", b"do": b'{ on = "hall_lamp" }'}
    rest[key] = toml(value).encode()
    rows = [b"%s = %s" % pair for pair in rest.items()]
    rows += [b"[[rule.test]]", b"given = %s" % toml(value).encode()] * tests
    content = HEAD + b"\n".join([b"[[rule]]", *rows])

    assert_within(said_of(path, content), content)


pieces = st.lists(
    st.sampled_from(
        ["a", "é", '\\"', "\\n", "\\u00e9", "\\U0001f512", "\\\\", " ", "\n", "\\\n  "]
    ),
    max_size=12,
)


@given(pieces, st.sampled_from(["", "\n"]))
def test_each_character_of_a_long_text_is_found_where_it_is_written(
    parts: list[str], first: str
) -> None:
    mark = "MARK"
    raw = first + "".join(parts)
    content = f'k = 1\nx = """{raw}{mark}"""\n'
    value = tomllib.loads(content)["x"]
    text = Text(content)

    line, column = place_within(text, 2, 5, value.index(mark))

    assert text.lines[line - 1][column - 1 :].startswith(mark)


@given(st.text(st.sampled_from('ab"\\é\t'), max_size=10))
def test_each_character_of_a_short_text_is_found_where_it_is_written(before: str) -> None:
    written = json.dumps(before + "MARK", ensure_ascii=False)
    text = Text(f"x = {written}")

    line, column = place_within(text, 1, 5, len(before))

    assert line == 1
    assert text.lines[0][column - 1 :].startswith("MARK")
