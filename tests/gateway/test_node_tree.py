"""Where virtual houses have their Node packages from, and a demo without any."""

from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.zwave import install
from gateway.cli import node_tree
from gateway.cli.demo import command
from gateway.cli.demo.story import Story
from gateway.cli.options import Listen
from gateway.cli.output import Problem
from simulator.play.house import Radio

PACKAGES = 3
WISH = command.Wish("break-in", leave=True, listen=Listen.PTY, as_json=True)


def fetches(tree: Path, _: Path | None, progress: Callable[[int, int], None]) -> None:
    for here in range(PACKAGES + 1):
        progress(here, PACKAGES)
    (tree / "node_modules").mkdir(parents=True)


def fails(*_: object) -> None:
    raise install.InstallFailed("npm could not fetch the Z-Wave server: try again")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be an installed program, whose packages lie nowhere yet; give where they are to lie."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    tree = tmp_path / "nightlatch" / "zwave-node"
    monkeypatch.setattr(
        install, "is_installed", lambda at: at == tree and (at / "node_modules").is_dir()
    )
    monkeypatch.setattr(install, "install", fetches)
    return tree


@pytest.fixture
def without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing that the extra `zwave` brings."""
    monkeypatch.setattr(node_tree, "find_spec", lambda _: None)


def test_they_are_fetched_once_and_told_of(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = node_tree.for_virtual_houses(as_json=False)
    told = capsys.readouterr()
    second = node_tree.for_virtual_houses(as_json=False)

    assert first == second == cache
    assert f"is fetched once, into {cache}" in told.err
    assert f"{PACKAGES}/{PACKAGES}" in told.out
    assert capsys.readouterr() == ("", "")


def test_a_program_is_told_of_them_as_json(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    node_tree.for_virtual_houses(as_json=True)

    assert f'{{"packages": {PACKAGES}, "of": {PACKAGES}}}' in capsys.readouterr().out
    assert cache.is_dir()


def test_a_checkout_has_its_own(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "is_installed", lambda _: True)

    assert node_tree.for_virtual_houses(as_json=False) is None
    assert not cache.exists()


def test_a_relative_cache_folder_is_no_cache_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The XDG base directories say so.
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(install, "is_installed", lambda at: tmp_path in at.parents)

    tree = node_tree.for_virtual_houses(as_json=False)

    assert tree == tmp_path / ".cache" / "nightlatch" / "zwave-node"


@pytest.mark.usefixtures("without_the_extra")
def test_without_the_extra_one_is_told_what_to_do() -> None:
    with pytest.raises(Problem, match=r"pip install 'nightlatch\[zwave\]'"):
        node_tree.for_virtual_houses(as_json=False)


@pytest.mark.usefixtures("without_the_extra")
def test_the_demo_goes_on_with_one_radio_and_says_why() -> None:
    story = Story()

    home, tree = command.home_of(WISH, story)

    assert home.sticks == (Radio.ZIGBEE,)
    assert tree is None
    assert "one radio, Zigbee. Z-Wave is not installed" in story.lines[-1].text


def test_the_demo_goes_on_without_a_network_and_says_why(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "install", fails)
    story = Story()

    home, _ = command.home_of(WISH, story)

    assert home.sticks == (Radio.ZIGBEE,)
    assert "npm could not fetch" in story.lines[-1].text
    assert not cache.exists()


def test_the_demo_has_both_radios_where_there_are_packages(cache: Path) -> None:
    story = Story()

    home, tree = command.home_of(WISH, story)

    assert home.radios == (Radio.ZIGBEE, Radio.ZWAVE, Radio.CAMERA)
    assert tree == cache
    assert not story.lines
