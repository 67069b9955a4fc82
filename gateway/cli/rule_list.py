"""The rules of a configuration as a list: what starts each, its tests, its line."""

from collections.abc import Sequence
from typing import TypedDict

from rich.table import Table

from gateway.cli.paint import plain_table
from gateway.config import Config
from gateway.config.rule_when import ScheduleWhen
from rules.automation.says import said_of


class Row(TypedDict):
    """A rule."""

    id: str
    when: list[str]
    enabled: bool
    tests: int
    source: str


def rows(config: Config) -> list[Row]:
    """Give every rule of a configuration, in its order."""
    site = config.site()
    return [
        Row(
            id=rule.id,
            when=[
                _schedule(item) if isinstance(item, ScheduleWhen) else said_of(site, trigger)
                for item, trigger in zip(section.when, rule.when, strict=True)
            ],
            enabled=rule.enabled,
            tests=len(section.tests),
            source=rule.source,
        )
        for section, rule in zip(config.rules, site.rules.rules.values(), strict=True)
    ]


def _schedule(when: ScheduleWhen) -> str:
    """Say a schedule as it is written."""
    words = (
        f"{key} {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for key, value in when.keys().items()
    )
    return "; ".join(words)


def table_of(rules: Sequence[Row]) -> Table:
    """Show the rules."""
    table = plain_table("rule", "when", "tests", "line")
    for rule in rules:
        name = rule["id"] if rule["enabled"] else f"{rule['id']} (disabled)"
        tests = str(rule["tests"]) if rule["tests"] else "none"
        table.add_row(name, "\n".join(rule["when"]), tests, rule["source"])
    return table
