"""Whatever is in the file: it is used, or told with places that the file has."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.config import ConfigErrors, load
from gateway.config.errors import ConfigError

EXAMPLE = (Path(__file__).parents[2] / "config.example.toml").read_bytes()
LINES = EXAMPLE.split(b"\n")
PIN = "90817263"
SCRAPS = [b'"', b"'", b'"""', b"[", b"[[", b"{", b"}", b"]", b"=", b"\n", b"\r", b"\0", b"\xff"]
SCRAPS += [b"1", b"true", b"1979-05-27", b"\\", b".", b"#", b"inf", b"\xe2\x80\xa8", b"\xc3\xbc"]


@pytest.fixture(scope="module")
def path() -> Iterator[Path]:
    """Give a file to write into, one for the whole run."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "config.toml"


def said_of(path: Path, content: bytes) -> tuple[ConfigError, ...]:
    """Give the errors or warnings of a content; anything else that is raised is the failure."""
    path.write_bytes(content)
    try:
        config = load(path)
    except ConfigErrors as wrong:
        return wrong.errors or pytest.fail("refused without a reason")
    config.site()
    return config.warnings


def assert_within(said: tuple[ConfigError, ...], content: bytes) -> None:
    """Check that each place is one that the file has."""
    lines = content.removeprefix(b"\xef\xbb\xbf").decode(errors="replace").split("\n")
    for error in said:
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1
        assert str(error).splitlines()


edits = st.tuples(st.integers(0, len(EXAMPLE)), st.integers(0, 40), st.sampled_from([b"", *SCRAPS]))


@given(st.lists(edits, min_size=1, max_size=6))
def test_any_edit_of_the_example_is_used_or_told(
    path: Path, changes: list[tuple[int, int, bytes]]
) -> None:
    content = EXAMPLE
    for start, cut, scrap in changes:
        content = content[:start] + scrap + content[start + cut :]

    said = said_of(path, content)

    assert_within(said, content)


@given(st.lists(st.sampled_from(LINES), max_size=40))
def test_the_examples_lines_in_any_order_are_used_or_told(path: Path, lines: list[bytes]) -> None:
    content = b"\n".join(lines)

    said = said_of(path, content)

    assert_within(said, content)


@example(content=b"\r")
@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf\xff")
@example(b"[[a]]\r[a]")
def test_any_bytes_are_used_or_told(path: Path, content: bytes) -> None:
    said = said_of(path, content)

    assert_within(said, content)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 300)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "x", "house", "away", "30s", "front_door", "zigbee:1/1", "é\t"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "id", "modes", "away", "x y", ""]), inner)
    ),
    max_leaves=6,
)


def toml(value: object) -> str:
    """Write a value as TOML would be written by hand."""
    match value:
        case None:
            return "1979-05-27"
        case bool():
            return str(value).lower()
        case str():
            return '"' + value.replace("\t", "\\t") + '"'
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case dict():
            return "{" + ", ".join(f'"{key}" = {toml(item)}' for key, item in value.items()) + "}"
        case _:
            return repr(value)


@settings(max_examples=300)
@given(st.data())
def test_a_value_of_any_type_under_any_key_is_used_or_told(path: Path, data: st.DataObject) -> None:
    places = [number for number, line in enumerate(LINES) if b" = " in line]
    number = data.draw(st.sampled_from(places))
    key = LINES[number].partition(b" = ")[0].decode()
    changed = f"{key} = {toml(data.draw(values))}".encode()
    content = b"\n".join([*LINES[:number], changed, *LINES[number + 1 :]])

    said = said_of(path, content)

    assert_within(said, content)


@given(
    key=st.sampled_from(
        ["code", "cod", "Code", "pin", "passcode", "lock_slots.front_lock", "areas.x"]
    ),
    form=st.sampled_from(
        [
            '{} = "{}"',
            "{} = {}",
            '{} "{}"',
            "{} = '{}",
            '{} = """\n{}"""',
            "{} = [{}]",
            "{}\n= {}",
            '{} = {{ x = "{}" }}',
            "{} = {} # my PIN",
            "{} = \n{}",
            "# {} {}\nname = 1",
        ]
    ),
    more=st.sampled_from(["", "\nname = 4", "\n[[person]]", "\nmay_arm = {", '\nareas = ["x"]']),
)
def test_a_code_in_plain_is_never_repeated(path: Path, key: str, form: str, more: str) -> None:
    content = f'[site]\nname = "home"\n[[person]]\n{form.format(key, PIN)}{more}\n'.encode()

    said = said_of(path, content)

    assert said
    assert PIN not in "".join(map(str, said))
    assert PIN not in "".join(str(error.as_dict()) for error in said)
