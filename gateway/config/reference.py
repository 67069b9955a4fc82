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
        case {"type": "array"}:
            return "list of texts"
        case {"type": "object", "additionalProperties": {"type": "integer"}}:
            return "table of numbers"
        case {"type": "object"}:
            return "tables"
        case _:
            return {"string": "text", "integer": "number", "boolean": "true/false"}[schema["type"]]


def _default(schema: dict[str, Any]) -> str:
    if "default" in schema:
        return _toml(schema["default"])
    return "empty" if schema["type"] == "object" else "none"


def _allowed(schema: dict[str, Any]) -> str:
    match schema:
        case {"x-range": allowed}:
            return str(allowed)
        case {"enum": words}:
            return ", ".join(f"`{word}`" for word in words)
        case {"minimum": low, "maximum": high}:
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
