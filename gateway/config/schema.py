"""The JSON schema of the configuration, for editors that check while one types."""

from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from gateway.config.durations import spell
from gateway.config.models import Sections

DIALECT = "http://json-schema.org/draft-07/schema#"  # the one that taplo and tombi know
_ISO_DURATION = TypeAdapter(timedelta)


def json_schema() -> dict[str, Any]:
    """Give the schema as plain data; nightlatch.schema.json is this."""
    raw = Sections.model_json_schema(by_alias=True)
    sections = raw.pop("$defs")
    whole = _tidy(raw, sections)
    whole["title"] = "Nightlatch configuration"
    return {"$schema": DIALECT, **whole}


def _tidy(node: Any, sections: dict[str, Any]) -> Any:
    """Put definitions in place, and drop what only makes editors noisy."""
    if isinstance(node, list):
        return [_tidy(item, sections) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return _tidy({**sections[node["$ref"].rpartition("/")[2]], **rest}, sections)
    if "anyOf" in node:
        # TOML has no null: a key that may be left out is simply not required.
        (kind,) = [choice for choice in node["anyOf"] if choice != {"type": "null"}]
        rest = {key: value for key, value in node.items() if key not in {"anyOf", "default"}}
        return _tidy({**kind, **rest}, sections)
    tidy = {key: _tidied(key, value, sections) for key, value in node.items()}
    if isinstance(tidy.get("title"), str):
        del tidy["title"]
    if "x-range" in tidy and "default" in tidy:
        # pydantic spells a duration as ISO 8601 does, the file does not.
        tidy["default"] = spell(_ISO_DURATION.validate_python(tidy["default"]))
    return tidy


def _tidied(key: str, value: Any, sections: dict[str, Any]) -> Any:
    if key == "properties":  # its keys are names, "title" could be one
        return {name: _tidy(inner, sections) for name, inner in value.items()}
    return _tidy(value, sections)
