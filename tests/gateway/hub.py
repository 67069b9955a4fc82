"""How tests start the real hub."""

import sys
from collections.abc import Sequence
from pathlib import Path


def hub_command(config: Path) -> Sequence[str]:
    """Give the command that runs the hub with a configuration."""
    return [sys.executable, "-m", "gateway", "run", "--config", str(config)]
