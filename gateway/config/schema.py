"""The JSON schema of the configuration, for editors that check while one types."""

from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from gateway.config.durations import spell
from gateway.config.models import Sections

DIALECT = "http://json-schema.org/draft-07/schema#"  # the one that taplo and tombi know
MAX_TURNS = 1  # actions within actions, as far as editors follow
_ISO_DURATION = TypeAdapter(timedelta)


def json_schema() -> dict[str, Any]:
    """Give the schema as plain data; nightlatch.schema.json is this."""
    raw = Sections.model_json_schema(by_alias=True)
    sections = raw.pop("$defs")
    whole = _tidy(raw, _Definitions(sections))
    whole["title"] = "Nightlatch configuration"
    return {"$schema": DIALECT, **whole}


class _Definitions:
    """What `$ref`s mean, and which of them are being put in place."""

    def __init__(self, sections: dict[str, Any]) -> None:
        self._sections = sections
        self._open: list[str] = []

    def put(self, node: dict[str, Any]) -> Any:
        """Put a definition in place; one within itself for the second time stays open."""
        name = node["$ref"].rpartition("/")[2]
        rest = {key: value for key, value in node.items() if key != "$ref"}
        if self._open.count(name) >= MAX_TURNS:
            return {"type": ["object", "array"] if "description" in rest else "object", **rest}
        self._open.append(name)
        placed = _tidy({**self._sections[name], **rest}, self)
        self._open.pop()
        return placed


def _tidy(node: Any, sections: _Definitions) -> Any:
    """Put definitions in place, and drop what only makes editors noisy."""
    if isinstance(node, list):
        return [_tidy(item, sections) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return sections.put(node)
    if "anyOf" in node:
        # TOML has no null: a key that may be left out is simply not required.
        (kind,) = [choice for choice in node["anyOf"] if choice != {"type": "null"}]
        rest = {key: value for key, value in node.items() if key not in {"anyOf", "default"}}
        return _tidy({**kind, **rest}, sections)
    if "oneOf" in node:
        return _merged(_tidy(node["oneOf"], sections), node)
    tidy = {key: _tidied(key, value, sections) for key, value in node.items()}
    if isinstance(tidy.get("title"), str):
        del tidy["title"]
    if "x-range" in tidy and "default" in tidy:
        # pydantic spells a duration as ISO 8601 does, the file does not.
        tidy["default"] = spell(_ISO_DURATION.validate_python(tidy["default"]))
    if isinstance(tidy.get("default"), int) and tidy.get("type") == "string":
        tidy["default"] = f"{tidy['default'] // 10**6}MB"
    if tidy.pop("x-alone", False):
        # One table may stand without its list.
        alone = {key: tidy["items"][key] for key in _OF_TABLES if key in tidy["items"]}
        tidy = {**tidy, "type": ["object", "array"], **alone}
    return tidy


_OF_TABLES = ("properties", "additionalProperties")


def _merged(forms: list[dict[str, Any]], node: dict[str, Any]) -> dict[str, Any]:
    """Make one table of several forms: editors then offer all keys, and `check` tells the rest.

    A key of two forms has the meaning of both.
    """
    properties: dict[str, Any] = {}
    for form in forms:
        for key, inner in form.get("properties", {}).items():
            known = properties.setdefault(key, inner)
            if known["description"] != inner["description"]:
                both = f"{known['description']} {inner['description']}"
                properties[key] = {**inner, "description": both}
    about = {"description": node["description"]} if "description" in node else {}
    return {"additionalProperties": False, "properties": properties, "type": "object", **about}


def _tidied(key: str, value: Any, sections: _Definitions) -> Any:
    if key == "properties":  # its keys are names, "title" could be one
        return {name: _tidy(inner, sections) for name, inner in value.items()}
    if key in {"examples", "default", "enum", "const"}:
        return value
    return _tidy(value, sections)
