"""The names of clips and pictures: `20261121T160112Z-yard-1a2b3c4d`, and where each lies."""

import re
import secrets
from datetime import UTC, datetime
from pathlib import Path

FOLDER = "evidence"
"""In the state folder, unless the configuration says otherwise."""
CLIP = ".clip"
PICTURE = ".picture"
NOTE = ".json"
CAMERA_CHARACTERS = 32
_FORM = re.compile(r"(\d{8}T\d{6})Z-([a-z0-9_]{1,32})-[0-9a-f]{8}", re.ASCII)
_TIME = "%Y%m%dT%H%M%S"


def new_name(camera: str, began: datetime) -> str:
    """Make a name that nothing else has; `began` is in UTC."""
    word = re.sub(r"[^a-z0-9_]+", "_", camera.lower()).strip("_")[:CAMERA_CHARACTERS]
    return f"{began.strftime(_TIME)}Z-{word or 'camera'}-{secrets.token_hex(4)}"


def is_name(text: str) -> bool:
    """Tell whether it is a name at all: others lead out of the folder."""
    return moment_of(text) is not None


def moment_of(name: str) -> datetime | None:
    """Give when it began, in UTC; None for what is no name."""
    if (found := _FORM.fullmatch(name)) is None:
        return None
    try:
        return datetime.strptime(found[1], _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def camera_of(name: str) -> str:
    """Give the camera's part of a name."""
    return name.split("-")[1]


def place_of(folder: Path, name: str, kind: str) -> Path:
    """Give a file's path; each day in UTC has a folder. `name` is one: see `is_name`."""
    return folder / f"{name[:4]}-{name[4:6]}-{name[6:8]}" / f"{name}{kind}"
