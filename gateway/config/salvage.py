"""What can be read of a file with mistakes, so that its rules are checked in the same go.

Whatever is wrong elsewhere is put right in a copy, as long as no name of the file gets lost by it:
a rule that names a device must not be told that there is none when its place is too long.
"""

import copy
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from gateway.config import camera_references, references
from gateway.config.errors import Path, Problem
from gateway.config.models import Sections
from gateway.config.rule_section import RuleSection

_MAX_ROUNDS = 4
_LEAF = {"site": {"name": "home"}, "zigbee": {"port": "x"}, "zwave": {"port": "x"}}
_WHEN, _DO = {"called": True}, {"wait": "1s"}
_OTHERWISE = {"id": "?", "when": _WHEN, "do": _DO}


def salvaged(data: dict[str, Any], wrong: Iterable[Problem]) -> Sections | None:
    """Give a file that holds, as near as can be to one with these mistakes; None for none."""
    mended = copy.deepcopy(data)
    paths = [problem.path for problem in wrong]
    for _ in range(_MAX_ROUNDS):
        if not all(_mend(mended, path) for path in paths):
            return None
        try:
            file = Sections.model_validate(mended)
        except ValidationError as error:
            paths = [_plain(detail["loc"]) for detail in error.errors(include_url=False)]
            continue
        paths = [problem.path for problem in references.errors(mended)]
        paths += [problem.path for problem in camera_references.errors(mended)]
        if all(path[0] == "rule" for path in paths):  # an id that two rules have
            return file
    return None


def _plain(path: tuple[str | int, ...]) -> Path:
    return tuple(part for part in path if not (isinstance(part, str) and part.startswith("[")))


def _mend(data: dict[str, Any], path: Path) -> bool:
    """Put right what a mistake is about; False where a name would get lost."""
    match path:
        case ("rule", int(index), *rest) if isinstance(data.get("rule"), list):
            return _mend_rule(data["rule"], index, rest)
        case ("device" | "area" | "zone" | "person" | "calendar" | "window", int(), key, *_):
            return False if key == "name" else _drop(data, path)
        case ("camera", int(), *_):
            return False  # its zones and lines have names too
        case ("zwave", *_):  # no rule asks more of it
            data["zwave"] = dict(_LEAF["zwave"])
            return True
        case (("site" | "zigbee") as section, *rest):
            table = data.get(section)
            if isinstance(table, dict) and rest and rest[0] not in {"name", "port"}:
                table.pop(rest[0], None)
            else:
                kept = table if isinstance(table, dict) else {}
                data[section] = {**kept, **_LEAF[section]}
            return True
        case (str(section), *_):
            # A whole section of the wrong shape, an unknown one, or one of single values.
            named = {"device", "area", "zone", "person", "calendar", "window", "rule", "camera"}
            data.pop(section, None)
            return section not in named
        case _:
            return False


def _drop(data: dict[str, Any], path: Path) -> bool:
    """Leave out one key of a row, or put in its place what any file may have."""
    section, index, key = str(path[0]), path[1], path[2]
    rows = data.get(section)
    if not isinstance(rows, list) or not isinstance(index, int) or index >= len(rows):
        return False
    row = rows[index]
    if not isinstance(row, dict):
        return False
    if section == "device" and key == "id":
        row["id"] = f"zigbee:{index:016x}/240"
        return True
    if section == "area" and key == "modes":
        return False
    found = row.pop(key, None) is not None
    if section == "window" and row.keys() == {"name"}:
        row["to"] = "12:00"  # one that never ends would be another mistake
    return found


def _mend_rule(  # noqa: C901 - one line a key: a table
    rules: list[Any], index: int, rest: list[str | int]
) -> bool:
    """Put right one rule; what it does and when stays in its place, so that paths hold."""
    if index >= len(rules):
        return False
    if not isinstance(rules[index], dict):
        rules[index] = dict(_OTHERWISE)
        return True
    rule = rules[index]
    match rest:
        case ["when", int(number), *_] if isinstance(rule.get("when"), list):
            if number < len(rule["when"]):
                rule["when"][number] = _WHEN
        case ["do", int(), *_] if isinstance(rule.get("do"), list):
            _mend_deed(rule, rest)
        case ["test", int(number), *_] if isinstance(rule.get("test"), list):
            if number < len(rule["test"]):
                rule["test"][number] = {"expect": ["notify"]}
        case ["id", *_]:
            # One of two with an id keeps it: other rules may name it.
            if [_folded(other) for other in rules].count(_folded(rule)) < 2:
                rule["id"] = f"rule {index}"
        case [("when" | "do") as key, *_]:
            rule[key] = [_OTHERWISE[key]]
        case [str(key), *_] if key in rule or _has_default(key):
            rule.pop(key, None)
        case _:
            rules[index] = dict(_OTHERWISE, id=f"rule {index}")
    return True


def _folded(rule: Any) -> str:
    found = rule.get("id") if isinstance(rule, dict) else None
    return references.folded(found) if isinstance(found, str) else ""


def _mend_deed(table: Any, rest: list[str | int]) -> None:
    """Put right the innermost action that the mistake is in, and none beside it."""
    innermost: tuple[list[Any], int] | None = None
    for key, part in zip(["", *rest], rest, strict=False):
        if isinstance(part, int):
            if not isinstance(table, list):
                continue  # a table that stands for a list of one
            if part >= len(table):
                break
            if key == "do":
                innermost = table, part
            table = table[part]
        else:
            table = table.get(part) if isinstance(table, dict) else None
    if innermost is not None:
        innermost[0][innermost[1]] = _DO


def _has_default(key: str) -> bool:
    return any((field.alias or name) == key for name, field in RuleSection.model_fields.items())
