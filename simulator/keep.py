"""The file that holds the devices' memory."""

import json
import os
from collections.abc import Mapping
from pathlib import Path


def read(path: Path | None) -> Mapping[str, object]:
    """Give what was written; a file that cannot be read is an empty one: all is factory new."""
    if path is None or not path.exists():
        return {}
    try:
        saved = json.loads(path.read_text("utf-8"))
    except ValueError:
        return {}
    return saved if isinstance(saved, dict) else {}


def write(path: Path, memory: Mapping[str, object]) -> None:
    """Write for the owner's eyes only (PINs are in it), and whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(memory, file)
    new.replace(path)
