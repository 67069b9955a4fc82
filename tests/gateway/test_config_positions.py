"""Every value of a file is found where it stands."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path as FilePath

import pytest

from gateway.config.errors import Path
from gateway.config.positions import Positions
from gateway.config.text import Text

EXAMPLE = (FilePath(__file__).parents[2] / "config.example.toml").read_text(encoding="utf-8")


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Give every value that holds no other, with its path."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from leaves(inner, (*path, key))
        case list():
            for index, inner in enumerate(value):
                yield from leaves(inner, (*path, index))
        case _:
            yield path, value


def test_every_value_of_the_example_is_found_where_it_stands() -> None:
    text = Text(EXAMPLE)
    positions = Positions(text)

    found = list(leaves(tomllib.loads(EXAMPLE)))

    assert len(found) > 60
    for path, value in found:
        line, column = positions.find(path)
        written = re.escape(str(value).lower() if isinstance(value, bool) else str(value))
        assert re.match(f"[\"']?{written}[\"']?", text.lines[line - 1][column - 1 :]), path


@pytest.mark.parametrize(
    ("content", "path", "value", "key"),
    [
        ("a = 1", ("a",), (1, 5), (1, 1)),
        ("a.b.c = 1", ("a", "b", "c"), (1, 9), (1, 1)),
        ('a."b c".d = 1', ("a", "b c", "d"), (1, 13), (1, 1)),
        ("a.'b\"c' = 1", ("a", 'b"c'), (1, 11), (1, 1)),
        ('"\\u00e9" = 1', ("é",), (1, 12), (1, 1)),
        ('k = "é"\n"é" = {"é2" = 1, x = 2}', ("é", "x"), (2, 22), (2, 18)),
        ("a = {b = {c = [1, {d = 2}]}}", ("a", "b", "c", 1, "d"), (1, 24), (1, 20)),
        ("a = [\n  1, # one\n  2,\n]", ("a", 1), (3, 3), (3, 3)),
        ("[a]\nb = 1", ("a",), (1, 1), (1, 1)),
        ("[a.b]\nc = 1", ("a",), (1, 1), (1, 1)),
        ("x = 1\na.b.c = 1", ("a", "b"), (2, 1), (2, 1)),
        ("[a.b]\nc = 1", ("a", "b", "c"), (2, 5), (2, 1)),
        ("[[a]]\nb = 1\n[[a]]\nb = 2", ("a", 1, "b"), (4, 5), (4, 1)),
        ("[[a]]\n[a.b]\nc = 1\n[[a]]\n[a.b]\nc = 2", ("a", 1, "b", "c"), (6, 5), (6, 1)),
        ("[[a]]\n[[a.b]]\n[[a]]\n[[a.b]]\n[[a.b]]\nc = 2", ("a", 1, "b", 1, "c"), (6, 5), (6, 1)),
        ('a = """\nx"""\nb = 1', ("b",), (3, 5), (3, 1)),
        ("a = 1\t# why\nb = 2", ("a",), (1, 5), (1, 1)),
        ("a = 1\r\nb = 2\r\n", ("b",), (2, 5), (2, 1)),
    ],
)
def test_a_form_of_toml_is_found(
    content: str, path: Path, value: tuple[int, int], key: tuple[int, int]
) -> None:
    positions = Positions(Text(content))

    assert positions.find(path) == value
    assert positions.find(path, at_key=True) == key


def test_what_is_not_there_is_told_at_what_would_hold_it() -> None:
    positions = Positions(Text("[a]\nb = 1\n[[c]]\nd = 1\n"))

    assert positions.find(("a", "x")) == (1, 1)
    assert positions.find(("c", 0, "x", "y")) == (3, 1)
    assert positions.find(("nothing",)) == (1, 1)


@pytest.mark.parametrize("content", ["", "=", "[", "[[", '"', "a = {", "]]\n[x", "\0", "a = [1,"])
def test_what_is_no_toml_is_indexed_without_a_word(content: str) -> None:
    assert Positions(Text(content)).find(("a",))[0] == 1
