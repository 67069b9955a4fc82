"""Fetching the packages: whole or not at all, one at a time, without disturbing who runs."""

from pathlib import Path

import pytest

from drivers.zwave.install import InstallFailed, install, is_installed
from drivers.zwave.node_home import NoHome
from tests.drivers.zwave.programs import FETCHES, HALF, fake_node, program


def nobody_looks(here: int, many: int) -> None:
    """Take progress and do nothing with it."""


def test_what_npm_brings_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    tree = tmp_path / "state" / "node"
    seen: list[tuple[int, int]] = []
    node = fake_node(tmp_path, FETCHES)
    assert not is_installed(tree)

    install(tree, node, lambda here, many: seen.append((here, many)))

    assert is_installed(tree)
    many = seen[0][1]
    assert seen == [(0, many), (1, many), (2, many), (3, many), (many, many)]
    assert many > 100
    assert sorted(path.name for path in tree.parent.iterdir()) == [".node.lock", "node"]


def test_the_folders_that_are_made_on_the_way_are_ours_alone(tmp_path: Path) -> None:
    tree = tmp_path / "home" / "state" / "zwave" / "node"

    install(tree, fake_node(tmp_path / "n", FETCHES), nobody_looks)

    for folder in (tree, *tree.parents[:3]):
        assert folder.stat().st_mode & 0o777 == 0o700, folder


def test_a_broken_line_leaves_what_there_was(tmp_path: Path) -> None:
    tree = tmp_path / "state" / "node"
    install(tree, fake_node(tmp_path / "good", FETCHES), nobody_looks)

    with pytest.raises(InstallFailed, match=r"\(code ENOTFOUND; network request .*\): try again"):
        install(tree, fake_node(tmp_path / "bad", HALF), nobody_looks)

    assert is_installed(tree)
    assert sorted(path.name for path in tree.parent.iterdir()) == [".node.lock", "node"]


def test_packages_that_are_not_those_of_the_lock_are_not_taken(tmp_path: Path) -> None:
    other = FETCHES + "sed -i s/15.29.0/15.30.0/ node_modules/.package-lock.json"

    with pytest.raises(NoHome, match=r"is 15\.30\.0 and must be"):
        install(tmp_path / "state" / "node", fake_node(tmp_path, other), nobody_looks)

    assert not (tmp_path / "state" / "node").exists()


def test_an_older_version_is_replaced(tmp_path: Path) -> None:
    tree = tmp_path / "state" / "node"
    old = tree / "node_modules" / "old"
    old.mkdir(parents=True)

    install(tree, fake_node(tmp_path, FETCHES), nobody_looks)

    assert is_installed(tree)
    assert not old.exists()


def test_two_at_once_do_not_meet(tmp_path: Path) -> None:
    tree = tmp_path / "state" / "node"
    node = fake_node(tmp_path, FETCHES)

    def meanwhile(here: int, _: int) -> None:
        if here == 1:
            with pytest.raises(InstallFailed, match="under way"):
                install(tree, node, nobody_looks)

    install(tree, node, meanwhile)

    assert is_installed(tree)


def test_without_npm_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.zwave.node_home._wheel", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    node = program(tmp_path / "bin" / "node", "echo v24.0.0")

    with pytest.raises(NoHome, match=r"no npm: install the extra"):
        install(tmp_path / "state" / "node", node, nobody_looks)
    with pytest.raises(NoHome, match=r"no Node: install the extra"):
        install(tmp_path / "state" / "node", None, nobody_looks)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")

    with pytest.raises(InstallFailed, match="state"):
        install(tmp_path / "state" / "node", fake_node(tmp_path, FETCHES), nobody_looks)
