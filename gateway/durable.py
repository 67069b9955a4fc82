"""What a power cut must not take back."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make a new or another name in a folder durable. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
