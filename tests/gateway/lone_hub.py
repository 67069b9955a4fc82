"""A real hub without a stick: a process with rules, that is asked at its socket."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from gateway.cli.hub_command import hub_command
from gateway.config.codes import hash_code
from simulator.play.hub import Hub

CODE = "274951"
NOBODY_LISTENS = "socket://127.0.0.1:1"
HEAD = f"""
[site]
name = "Lone"
timezone = "Europe/Prague"
latitude = 50.08
longitude = 14.42

[zigbee]
port = "{NOBODY_LISTENS}"

[[device]]
id = "zigbee:00124b001ca10000/1"
name = "front_door"

[[device]]
id = "zigbee:00124b001ca10001/1"
name = "lamp"

[[area]]
name = "house"

[area.modes.away]
exit_delay = "255s"
entry_delay = "0s"

[[person]]
name = "Anna"
code = {json.dumps(hash_code(CODE))}
"""


class LoneHub:
    """The hub, its configuration, and all that it wrote down since it was first started."""

    def __init__(self, work: Path, rules: str, wall: Path | None) -> None:
        self.config = work / "nightlatch.toml"
        self.state = work / "state"
        self.entries: list[dict[str, Any]] = []
        self.write(rules)
        extra = () if wall is None else ("--wall", str(wall))
        self.hub = Hub((*hub_command(self.config), *extra), work, self._note)

    def write(self, rules: str) -> None:
        """Put other rules into the configuration."""
        self.config.write_text(HEAD + rules)
        self.config.chmod(0o600)

    def _note(self, entry: Mapping[str, Any]) -> None:
        self.entries.append(dict(entry))

    def told(self, text: str) -> list[dict[str, Any]]:
        """Give the entries of a notice."""
        return [
            entry
            for entry in self.entries
            for order in entry.get("effects", ())
            if order["effect"].get("text") == text
        ]


@asynccontextmanager
async def lone_hub(work: Path, rules: str, wall: Path | None = None) -> AsyncIterator[LoneHub]:
    """Run such a hub."""
    lone = LoneHub(work, rules, wall)
    await lone.hub.start()
    try:
        yield lone
    finally:
        await lone.hub.stop()
