"""The rules of a scenario: text that is added to the hub's configuration. Pure.

RulesError
"""

import tomllib

SECTIONS = ("rule", "calendar")
"""What may stand there. Of the rest a scenario reads only the hub file that is beside its house."""


class RulesError(Exception):
    """A text holds no rules. A sentence."""


def names_of(text: str) -> frozenset[str]:
    """Give the ids of the rules in a text, or raise RulesError. Their meaning is the hub's."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"the rules are not TOML: {error}") from error
    for name in table:
        if name not in SECTIONS:
            raise RulesError(f"found {name!r}, expected [[rule]] and [[calendar]] sections only")
    rules = table.get("rule", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise RulesError("rules are written as [[rule]] sections")
    return frozenset(str(rule["id"]) for rule in rules if "id" in rule)
