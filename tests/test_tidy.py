"""What the tree must hold and must not: everything documented, nothing left unfinished."""

import re
import subprocess
from pathlib import Path
from typing import get_args

import pytest

from gateway.config.models import Sections
from gateway.model.capability import Capability
from gateway.model.command import Command
from gateway.model.effect import Effect
from gateway.model.event import Event
from rules.site import OnTamper, ZoneKind
from rules.state import Phase, TroubleKind
from tools.reference import FILE, reference

ROOT = Path(__file__).parent.parent
ALARM = (ROOT / "docs" / "alarm.md").read_text("utf-8")


def tracked(*patterns: str) -> list[Path]:
    """Give the files of the tree that git knows or would take."""
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listing.stdout.splitlines() if (ROOT / line).is_file()]


def test_the_reference_is_what_the_docstrings_say() -> None:
    assert FILE.read_text("utf-8") == reference(), "run: python -m tools.reference"


@pytest.mark.parametrize("union", [Event, Effect, Command])
def test_every_event_effect_and_command_says_what_it_means(union: object) -> None:
    page = reference()
    for kind in get_args(union.__value__):  # type: ignore[attr-defined]  # an alias, to mypy an object
        row = next(line for line in page.splitlines() if f"| `{kind.__name__}` |" in line)
        assert len(row.rsplit("|", 2)[1].strip()) > 10


@pytest.mark.parametrize("word", [*ZoneKind, *Phase, *TroubleKind, *OnTamper])
def test_every_zone_type_phase_and_trouble_is_documented(word: str) -> None:
    assert f"`{word}`" in ALARM


def test_every_configuration_key_is_documented() -> None:
    page = (ROOT / "docs" / "config.md").read_text("utf-8")
    for section in Sections.model_fields.values():
        assert (section.alias or "") in page


@pytest.mark.parametrize("word", list(Capability))
def test_every_capability_is_in_the_reference(word: str) -> None:
    assert f"| `{word}` |" in reference()


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    for page in tracked("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_no_word_of_unfinished_work_is_left() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in tracked("*.py", "*.md", "*.toml")
        if file != Path(__file__)
        for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1)
        if words.search(line) and file.name != "pyproject.toml"  # which names ruff's rule on them
    ]
    assert found == []


def test_the_lock_holds_no_download_address() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")

    assert "://" not in lock
    assert not re.search(r"^--(extra-)?index-url|^--find-links", lock, re.MULTILINE)


def test_the_lock_pins_every_dependency_with_its_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pins = [line for line in lock.splitlines() if "==" in line]

    assert len(pins) > 40
    assert all(re.match(r"^[a-z0-9._-]+(\[.*\])?==\S+", pin) for pin in pins)
    assert lock.count("--hash=sha256:") >= len(pins)


def test_no_file_names_a_path_of_one_machine() -> None:
    path = re.compile(r"(^|[^\w.])/(root|work|home/\w+)/")
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in tracked()
        if file.suffix in {".py", ".toml", ".md", ".sh", ".json", ".lock", ""}
        for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1)
        if path.search(line)
    ]
    assert found == []


def test_no_file_has_grown_beyond_what_one_thing_needs() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for file in tracked("gateway/*.py", "drivers/*.py", "rules/*.py", "simulator/*.py")
        if (lines := len(file.read_text("utf-8").splitlines())) > 400
    }
    assert long == {}
