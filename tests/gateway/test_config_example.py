"""config.example.toml, nightlatch.schema.json and docs/config.md say what the models say."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types; its stubs are no dependency
import pytest

from gateway.config import json_schema, load
from gateway.config.__main__ import written_schema
from gateway.config.models import ZONE_READINGS
from gateway.config.reference import reference, with_reference
from gateway.model.capability import Capability, capability_of
from rules.zones import TRIPPING

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.toml"


def keys_of(schema: dict[str, Any]) -> Iterator[str]:
    """Give every key that a schema knows, sections and the keys in them."""
    for key, inner in schema.get("properties", {}).items():
        yield key
        yield from keys_of(inner)
    for below in ("items", "additionalProperties"):
        if isinstance(schema.get(below), dict):
            yield from keys_of(schema[below])


def keys_in(value: object) -> Iterator[str]:
    """Give every key that a parsed file holds."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_in(inner)


def test_the_example_has_nothing_wrong_and_nothing_to_warn_of() -> None:
    assert load(EXAMPLE).warnings == ()


def test_the_examples_show_every_key() -> None:
    rules = ROOT / "docs" / "examples" / "rules"
    zwave = rules.parent / "zwave.toml", rules.parent / "zwave_server.toml"
    cameras = rules.parent / "cameras.toml", rules / "cameras.toml"
    files = EXAMPLE, *zwave, *cameras, rules / "fifty.toml", rules / "every_key.toml"
    shown = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]

    assert set(keys_of(json_schema())) <= {key for data in shown for key in keys_in(data)}


def test_the_example_names_its_schema_in_the_first_line() -> None:
    assert EXAMPLE.read_text(encoding="utf-8").startswith("#:schema ./nightlatch.schema.json\n")


def test_the_schema_accepts_the_example() -> None:
    data = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    examples = ROOT / "docs" / "examples"
    more = examples / "rules" / "fifty.toml", examples / "cameras.toml"

    jsonschema.Draft7Validator.check_schema(json_schema())
    jsonschema.Draft7Validator(json_schema()).validate(data)
    for file in (*more, examples / "rules" / "cameras.toml"):
        parsed = tomllib.loads(file.read_text(encoding="utf-8"))
        jsonschema.Draft7Validator(json_schema()).validate(parsed)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("zigbee", "chanel", 15),
        ("zigbee", "channel", 27),
        ("access", "lockout_time", 90),
        ("access", "lockout_time", ""),
        ("access", "lockout_time", "90 s"),
        ("site", "name", ""),
    ],
)
def test_the_schema_refuses_what_load_refuses(section: str, key: str, value: object) -> None:
    data = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    data[section][key] = value

    assert not jsonschema.Draft7Validator(json_schema()).is_valid(data)


def test_the_schema_leaves_editors_quiet_about_sections_that_may_be_left_out() -> None:
    assert "anyOf" not in written_schema()
    assert "$ref" not in written_schema()


def test_the_schema_in_the_repository_is_fresh() -> None:
    kept = (ROOT / "nightlatch.schema.json").read_text(encoding="utf-8")

    assert json.loads(kept) == json_schema(), "run `python -m gateway.config`"
    assert kept == written_schema()


def test_the_documentation_in_the_repository_is_fresh() -> None:
    page = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")

    assert with_reference(page) == page, "run `python -m gateway.config`"


def test_the_documentation_names_every_key_with_its_type_and_meaning() -> None:
    rows = [line.split(" | ") for line in reference().splitlines() if line.startswith("| `")]
    sections = json_schema()["properties"].values()

    assert {row[0].strip("|` ") for row in rows} == {
        key for section in sections for key in keys_of(section)
    }
    assert all(row[1] and row[2] and row[-1] for row in rows)


def test_a_zone_can_be_made_of_every_reading_that_the_rules_know_to_trip() -> None:
    tripping = {capability_of(reading) for reading in TRIPPING}

    # A camera's zone trips on what the camera sees, whatever it reads.
    assert set(ZONE_READINGS) == {*tripping, Capability.CAMERA}
