"""What pydantic found wrong, in our words: what was found, what was expected, what to do."""

import json
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, TypeAliasType, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError
from pydantic_core import ErrorDetails

from gateway.config.errors import Path, Problem, did_you_mean, listed
from gateway.config.models import ZONE_READINGS, Sections
from gateway.config.rule_forms import is_tag
from gateway.config.values import HIDDEN

MAX_SHOWN = 60  # characters of a value
# People take a lock's slot for the place of the PIN itself: its values are not shown either.
_SECRET_KEYS = {"code", "lock_slots"}


def problems(error: ValidationError, below: Path = ()) -> Iterator[Problem]:
    """Give each of the errors that pydantic collected, of a value that stands below a path."""
    for detail in error.errors(include_url=False):
        yield _problem(detail, (*below, *detail["loc"]))


def describe(value: object) -> str:
    """Name a value in a sentence; long ones are cut."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            shown = value if len(value) <= MAX_SHOWN else value[:MAX_SHOWN] + "…"
            # A hash that strayed, or a part of one: nothing else is long and has a $.
            strayed = "$" in value and len(value) > 20
            return "a value that is not shown" if strayed else _quoted(shown)
        case int() | float():
            return str(value)[:MAX_SHOWN]
        case list():
            return "a list" if value else "an empty list"
        case dict():
            return "a table"
        case _:
            return "a date or time"


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in quoted)


def _problem(detail: ErrorDetails, place: Path) -> Problem:
    path = tuple(part for part in place if not is_tag(part))
    at_key = "[key]" in place
    context: dict[str, Any] = detail.get("ctx", {})
    found = context.get("found") or describe(detail["input"])
    if _is_secret(path):
        found = "a value that is not shown"
    match detail["type"]:
        case "extra_forbidden":
            return _unknown_key(path, place)
        case "missing":
            return _missing(path, place)
        case "nightlatch":
            shown = "a value that is not shown" if context["value"] == HIDDEN else found
            return Problem(path, shown, context["expected"], context["hint"], at_key=at_key)
        case "enum":
            return _choice(path, detail["input"], found, context)
        case kind:
            expected, hint = _expected(kind, context, path, detail["input"])
            return Problem(path, found, expected, hint, at_key=at_key)


def _is_secret(path: Path) -> bool:
    if path[:1] == ("camera",):
        return path[-1:] == ("password_file",)  # where people write the password itself
    return path[:1] == ("person",) and not _SECRET_KEYS.isdisjoint(path)


def _unknown_key(path: Path, place: Path) -> Problem:
    known = _known_keys(place[:-1])
    key = str(path[-1])
    expected = f"one of {listed(known)}"
    found = f"unknown key {describe(key)}"
    return Problem(path, found, expected, did_you_mean(key, known), at_key=True)


def _missing(path: Path, place: Path) -> Problem:
    example = _example(place)
    hint = f"add {path[-1]} = {example}" if example else f"add [{path[-1]}]"
    if not example and len(path) > 1:
        hint = f"add {path[-1]} = ..."
    where = "here" if len(path) > 1 else "in this file"
    return Problem(path, f'no "{path[-1]}" {where}', "", hint)


def _example(path: Path) -> str:
    model = _model_at(path[:-1])
    field = model.model_fields.get(str(path[-1])) if model is not None else None
    examples = field.examples if field is not None else None
    return json.dumps(examples[0]) if examples else ""


def _choice(path: Path, value: object, found: str, context: dict[str, Any]) -> Problem:
    # Not every reading can be a zone: offer those that can.
    reading = path[:1] == ("zone",) and path[-1:] == ("reading",)
    known = ZONE_READINGS if reading else context["expected"].replace(" or ", ", ").split(", ")
    words = [str(word).strip("'") for word in known]
    return Problem(path, found, f"one of {listed(words)}", did_you_mean(str(value), words))


def _expected(  # noqa: C901, PLR0912 - one line a kind: a table
    kind: str, context: dict[str, Any], path: Path, value: object
) -> tuple[str, str]:
    name = str(path[-1]) if path else ""
    match kind:
        case "string_type":
            plain = type(value) is int and not _is_secret(path)
            return "a text in quotes", f'write "{value}"' if plain else ""
        case "int_type":
            numeric = isinstance(value, str) and value.isdecimal() and not _is_secret(path)
            return "a whole number", f"write {value}, without quotes" if numeric else ""
        case "float_type" | "finite_number":
            return "a number", ""
        case "too_short":
            return "at least one", ""
        case "too_long":
            return f"at most {context['max_length']}", ""
        case "bool_type":
            return "true or false", "without quotes" if describe(value) in {
                '"true"',
                '"false"',
            } else ""
        case "list_type":
            advice = f"write [[{name}]], in double brackets" if len(path) == 1 else ""
            return "a list in square brackets", advice or _as_list(value)
        case "dict_type" | "model_type" | "model_attributes_type":
            return "a table", _as_table(name, path) if isinstance(value, list) else ""
        case "greater_than_equal":
            return f"{context['ge']} or more", ""
        case "less_than_equal":
            return f"{context['le']} or less", ""
        case "greater_than":
            return f"more than {context['gt']:g}", ""
        case "less_than":
            return f"less than {context['lt']:g}", ""
        case "string_too_short":
            return "a text that is not empty", ""
        case "string_too_long":
            return f"at most {context['max_length']} characters", ""
        case _:
            return "another value", "docs/config.md names what is allowed"


def _as_table(name: str, path: Path) -> str:
    if len(path) == 1:
        return f"write [{name}], in single brackets"
    return "write a section [area.modes.NAME] for each" if name == "modes" else ""


def _as_list(value: object) -> str:
    return f"write [{_quoted(value)}]" if isinstance(value, str) and len(value) < MAX_SHOWN else ""


def _known_keys(path: Path) -> list[str]:
    model = _model_at(path)
    if model is None:
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(path: Path) -> type[BaseModel] | None:
    """Follow a path through the models."""
    kind: Any = Sections
    for part in path:
        kind = _form(kind, part) if is_tag(part) else _bare(kind)
        if is_tag(part):
            continue
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {field.alias or name: field for name, field in kind.model_fields.items()}
            kind = fields[str(part)].annotation if str(part) in fields else None
        elif get_origin(kind) in {list, dict}:
            kind = get_args(kind)[-1]
    kind = _bare(kind)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _form(kind: Any, part: str | int) -> Any:
    """Give the form of a table in a rule that a tag names."""
    kind = _plain(kind)
    for form in get_args(kind):
        if any(isinstance(note, Tag) and note.tag == part for note in get_args(form)[1:]):
            return get_args(form)[0]
    return None


def _plain(kind: Any) -> Any:
    """Take aliases and annotations off a type."""
    while True:
        if isinstance(kind, TypeAliasType):
            kind = kind.__value__
        elif isinstance(get_origin(kind), TypeAliasType):  # Tables[Do]: a list of its argument
            kind = list[get_args(kind)[0]]  # type: ignore[misc]
        elif get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        else:
            return kind


def _bare(kind: Any) -> Any:
    """Take an alias or an optional off a type."""
    kind = _plain(kind)
    if get_origin(kind) in {UnionType, Union}:
        return _bare(next(arg for arg in get_args(kind) if arg is not type(None)))
    return kind
