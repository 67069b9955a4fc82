"""Each file in bad_configs, and exactly what is said of it (the .txt beside it)."""

from pathlib import Path

import pytest

from gateway.config import ConfigErrors, load

HERE = Path(__file__).parent / "bad_configs"
FILES = sorted(HERE.glob("*.toml"))


def told(path: Path) -> str:
    """Give what people are shown, with the file's name instead of where it lies."""
    try:
        said = load(path).warnings
    except ConfigErrors as wrong:
        said = wrong.errors
    return "".join(f"{error}\n" for error in said).replace(str(path), path.name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_bad_file_is_told_in_exactly_these_words(path: Path) -> None:
    expected = path.with_suffix(".txt").read_text(encoding="utf-8")

    assert told(path) == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_error_repeats_a_code_or_a_hash(path: Path) -> None:
    shown = told(path)

    assert "90817263" not in shown
    assert "1fT7b7FENZG8Bc" not in shown


def test_only_the_files_of_warnings_can_be_used() -> None:
    usable = []
    for path in FILES:
        try:
            load(path)
        except ConfigErrors:
            continue
        usable.append(path.stem)

    assert usable == ["rules_warnings", "warnings", "zwave_warnings"]
