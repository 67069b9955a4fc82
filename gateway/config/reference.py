"""docs/config.md's list of keys, made of the same schema that editors check with."""

import json
from collections.abc import Iterator
from typing import Any

from gateway.config.schema import json_schema

BEGIN = "<!-- keys: made by `python -m gateway.config`, do not edit below -->"
END = "<!-- end of keys -->"
_HEAD = "| key | type | default | allowed | example | meaning |\n|---|---|---|---|---|---|"


def with_reference(page: str) -> str:
    """Give the page with its list of keys made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def reference() -> str:
    """Give every section with a table of its keys."""
    parts = [
        part
        for name, section in json_schema()["properties"].items()
        for part in _section(name, section)
    ]
    return "\n".join(parts)


def _section(name: str, schema: dict[str, Any]) -> Iterator[str]:
    table = schema.get("items", schema)
    yield f"### `[[{name}]]`\n" if "items" in schema else f"### `[{name}]`\n"
    yield from _table(table)
    for key, inner in table["properties"].items():
        within = inner.get("additionalProperties")
        if isinstance(within, dict) and "properties" in within:
            yield f"### `[{name}.{key}.NAME]`\n"
            yield from _table(within)
        elif _holds_tables(inner):
            yield from _tables(f"{name}.{key}", inner)
        elif "properties" in inner:
            yield f"### `[{name}.{key}]`\n"
            yield from _table(inner)


def _tables(name: str, schema: dict[str, Any]) -> Iterator[str]:
    """Give the table of a list of tables, and of those within it."""
    alone = schema["type"] == "array" and not name.endswith(("choose", "may"))
    yield f"### `[[{name}]]`\n" if alone else f"### `{name}`\n"
    items = schema["items"]
    about = schema.get("description", "")
    yield from _table({"description": f"{about} Each is a table of:", **items})
    for key, inner in items["properties"].items():
        if _holds_tables(inner):
            yield from _tables(f"{name}.{key}", inner)


def _holds_tables(schema: dict[str, Any]) -> bool:
    return "properties" in schema.get("items", {})


def _table(schema: dict[str, Any]) -> Iterator[str]:
    required = schema.get("required", [])
    yield f"{schema['description']}\n"
    yield _HEAD
    for key, inner in schema["properties"].items():
        cells = (
            f"`{key}`",
            _type(inner),
            "required" if key in required else _default(inner),
            _allowed(inner),
            _toml(inner["examples"][0]) if "examples" in inner else "",
            inner["description"],
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def _type(schema: dict[str, Any]) -> str:
    match schema:
        case {"x-range": _}:
            return "duration"
        case {"items": {"type": "object"}} | {"type": ["object", "array"]}:
            return "tables"
        case {"items": {"type": "string", "format": "date"}}:
            return "list of dates"
        case {"type": "array", "items": items}:
            return _list(items)
        case {"type": ["string", "array"]}:
            return "text or list of texts"
        case {"type": "object", "additionalProperties": {"type": "integer"}}:
            return "table of numbers"
        case {"type": "object", "additionalProperties": {"type": "string"}}:
            return "table of texts"
        case {"type": "object", "properties": _}:
            return "table"
        case {"type": "object"}:
            return "tables"
        case _:
            return _PLAIN[schema["type"]]


def _list(items: dict[str, Any]) -> str:
    match items:
        case {"items": {"items": _}}:
            return "list of shapes"
        case {"items": _}:
            return "list of points"
        case {"type": "number" | "integer"}:
            return "list of numbers"
        case _:
            return "list of texts"


_PLAIN = {"string": "text", "integer": "number", "number": "number", "boolean": "true/false"}


def _default(schema: dict[str, Any]) -> str:
    if "default" in schema:
        return _toml(schema["default"])
    return "empty" if "object" in schema["type"] else "none"


def _allowed(schema: dict[str, Any]) -> str:
    match schema:
        case {"x-range": allowed}:
            return str(allowed)
        case {"enum": words}:
            return ", ".join(f"`{word}`" for word in words)
        case {"minimum": low, "maximum": high}:
            return f"{low} to {high}"
        case {"exclusiveMinimum": low, "exclusiveMaximum": high}:
            return f"more than {low:g}, less than {high:g}"
        case {"items": {"minimum": low, "maximum": high}}:
            return f"{low} to {high}"
        case {"additionalProperties": {"minimum": low, "maximum": high}}:
            return f"{low} to {high}"
        case {"maxLength": longest}:
            return f"{schema.get('minLength', 0)} to {longest} characters"
        case _:
            return ""


def _toml(value: object) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {json.dumps(item)}" for key, item in value.items())
        return f"`{{ {inner} }}`"
    return f"`{json.dumps(value, ensure_ascii=False)}`"
