"""Where a path stands in the file: line and column of its key and of its value.

tomllib keeps no positions. tree-sitter does, and is loaded only once something has to be pointed
out: a sound configuration never pays for it.
"""

import tomllib
from collections.abc import Iterator

import tree_sitter_toml
from tree_sitter import Language, Node, Parser, Point

from gateway.config.errors import Path
from gateway.config.text import Text

type Place = tuple[int, int]
"""Line and column, from 1; columns count characters."""

_TABLES = {"table", "table_array_element"}
_KEYS = {"bare_key", "quoted_key", "dotted_key"}


class Positions:
    """Knows the place of every key and value of a file. It never raises for odd content."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._root = Parser(Language(tree_sitter_toml.language())).parse(text.content.encode())
        self._lines = text.content.encode().split(b"\n")
        self._keys: dict[Path, Place] = {}
        self._values: dict[Path, Place] = {}
        self._counts: dict[Path, int] = {}  # elements so far of each array of tables
        for node in self._root.root_node.children:
            self._take_top(node)

    def find(self, path: Path, *, at_key: bool = False) -> Place:
        """Give the place of a path, or of the nearest thing around it that the file has."""
        for end in range(len(path), 0, -1):
            exact = end == len(path)
            tables = (self._keys, self._values) if at_key and exact else (self._values, self._keys)
            for places in tables:
                if (place := places.get(path[:end])) is not None:
                    return self._text.clamp(*place)
        return 1, 1

    def pair_that_ends(self, line: int, column: int) -> Place | None:
        """Give the start of the key whose value ends just before a place."""
        point = Point(line - 1, len(self._text.lines[line - 1][: column - 2].encode()))
        node = self._root.root_node.descendant_for_point_range(point, point)
        while node is not None and node.type != "pair":
            node = node.parent
        return self._place(node.start_point) if node is not None else None

    def _take_top(self, node: Node) -> None:
        if node.type == "pair":
            self._take_pair((), node)
        elif node.type in _TABLES:
            self._take_table(node)

    def _take_table(self, node: Node) -> None:
        header = next((child for child in node.children if child.type in _KEYS), None)
        if header is None:
            return
        path = self._through_arrays(tuple(_names(header)), newest=node.type == "table")
        if node.type == "table_array_element":
            count = self._counts.get(path, 0)
            self._counts[path] = count + 1
            self._note_key(path, node)
            path = *path, count
        self._note_key(path, node)
        for child in node.children:
            if child.type == "pair":
                self._take_pair(path, child)

    def _through_arrays(self, names: tuple[str, ...], *, newest: bool) -> Path:
        """Turn a header's names into a path: a name of an array means its newest element."""
        path: Path = ()
        for number, name in enumerate(names, 1):
            path = *path, name
            if path in self._counts and (newest or number < len(names)):
                path = *path, self._counts[path] - 1
        return path

    def _take_pair(self, base: Path, pair: Node) -> None:
        # A stack of our own: values may be nested deeper than Python's.
        todo: list[tuple[Path, Node]] = [(base, pair)]
        while todo:
            path, node = todo.pop()
            if node.type == "pair":
                key, value = _halves(node)
                if key is not None and value is not None:
                    path = *path, *_names(key)
                    self._note_key(path, node)
                    todo.append((path, value))
                continue
            self._values.setdefault(path, self._place(node.start_point))
            todo.extend(_parts(path, node))

    def _note_key(self, path: Path, node: Node) -> None:
        """Note where a key stands, and with it the tables that it is the first to name."""
        place = self._place(node.start_point)
        for end in range(len(path), 0, -1):
            if path[:end] in self._keys:
                return
            self._keys[path[:end]] = place

    def _place(self, point: Point) -> Place:
        line = self._lines[point.row] if point.row < len(self._lines) else b""
        return point.row + 1, len(line[: point.column].decode(errors="replace")) + 1


def _parts(path: Path, node: Node) -> Iterator[tuple[Path, Node]]:
    if node.type == "array":
        items = (c for c in node.children if c.is_named and c.type != "comment")
        yield from (((*path, index), item) for index, item in enumerate(items))
    elif node.type == "inline_table":
        yield from ((path, child) for child in node.children if child.type == "pair")


def _halves(pair: Node) -> tuple[Node | None, Node | None]:
    named = [child for child in pair.children if child.is_named and child.type != "comment"]
    return (named[0], named[-1]) if len(named) > 1 else (None, None)


def _names(key: Node) -> Iterator[str]:
    """Give the parts of a key, quotes undone."""
    todo = [key]
    while todo:
        node = todo.pop()
        if node.type == "dotted_key":
            todo.extend(child for child in reversed(node.children) if child.type in _KEYS)
        else:
            yield _unquoted((node.text or b"").decode(errors="replace"))


def _unquoted(text: str) -> str:
    if not text.startswith(('"', "'")):
        return text
    try:
        return str(tomllib.loads(f"key = {text}")["key"])
    except tomllib.TOMLDecodeError:
        return text
