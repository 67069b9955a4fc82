"""Films that many tests look at, made once."""

from pathlib import Path

import pytest

from tests.detection.films import Film, make


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds of H.264, a key frame each second."""
    return make(tmp_path_factory.mktemp("films") / "main.mkv")


@pytest.fixture(scope="session")
def heard_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with sound that MP4 takes."""
    return make(tmp_path_factory.mktemp("films") / "sound.mkv", Film(sound="aac"))
