"""The six keys: made once, never shown, never replaced."""

import stat
from pathlib import Path

import pytest

from drivers.zwave.keys import KeysUnusable, load_or_make

SECRET = "0f" * 16
GOOD = """
S0_Legacy = "00112233445566778899aabbccddeeff"
S2_Unauthenticated = "10112233445566778899aabbccddeeff"
S2_Authenticated = "20112233445566778899aabbccddeeff"
S2_AccessControl = "30112233445566778899aabbccddeeff"

[long_range]
S2_Authenticated = "40112233445566778899aabbccddeeff"
S2_AccessControl = "50112233445566778899AABBCCDDEEFF"
"""


def test_six_different_keys_are_made_for_our_eyes_only(tmp_path: Path) -> None:
    file = tmp_path / "zwave" / "keys.toml"

    keys = load_or_make(file, fresh=True)

    every = [*keys.mesh.values(), *keys.long_range.values()]
    assert len(set(every)) == 6
    assert {len(key) for key in every} == {32}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["keys.toml"]


def test_they_are_the_same_ever_after(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    first = load_or_make(file, fresh=True)

    assert load_or_make(file, fresh=False) == first
    assert load_or_make(file, fresh=True) == first


def test_keys_of_another_program_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(GOOD)

    keys = load_or_make(file, fresh=False)

    assert keys.mesh["S2_AccessControl"] == "30112233445566778899aabbccddeeff"
    assert keys.long_range["S2_AccessControl"] == "50112233445566778899aabbccddeeff"


def test_a_file_that_others_may_read_is_shut(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(GOOD)
    file.chmod(0o644)

    load_or_make(file, fresh=False)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "others might have read" in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "Schlüssel",
        GOOD.replace("00112233", ""),
        GOOD.replace("30112233", "20112233"),
        GOOD.replace("0011", "00zz"),
        GOOD.replace("S2_AccessControl", "S2_Access"),
        GOOD.replace("[long_range]", "[lr]"),
        GOOD.replace('"00112233445566778899aabbccddeeff"', "7"),
        GOOD + f'extra = "{SECRET}"\n',
        f'S0_Legacy = "{SECRET}\n',
    ],
    ids=range(11),
)
def test_what_is_no_set_of_keys_is_refused_unshown_and_left_alone(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(text, "utf-8")

    with pytest.raises(KeysUnusable, match="is damaged") as refused:
        load_or_make(file, fresh=True)

    assert file.read_text("utf-8") == text
    assert SECRET not in str(refused.value)
    assert refused.value.__context__ is None or SECRET not in str(refused.value.__context__)


def test_lost_keys_of_devices_that_joined_are_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"

    with pytest.raises(KeysUnusable, match="the keys are gone"):
        load_or_make(file, fresh=False)

    assert not file.exists()


def test_keys_that_cannot_be_kept_are_not_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(KeysUnusable, match="cannot be read"):
        load_or_make(tmp_path / "file" / "keys.toml", fresh=True)


def test_two_that_make_them_at_once_end_up_with_one_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "keys.toml"
    theirs = load_or_make(file, fresh=True)
    text = file.read_text()
    real, first = Path.read_text, iter([True])

    def not_there_yet(path: Path, *args: str) -> str:
        if path == file and next(first, False):
            raise FileNotFoundError(str(path))
        return real(path, *args)

    monkeypatch.setattr(Path, "read_text", not_there_yet)
    with pytest.raises(KeysUnusable, match="cannot be written"):
        load_or_make(file, fresh=True)

    assert file.read_text() == text
    assert load_or_make(file, fresh=True) == theirs


def test_printing_them_shows_none(tmp_path: Path) -> None:
    keys = load_or_make(tmp_path / "keys.toml", fresh=True)

    assert not [key for key in keys.mesh.values() if key in repr(keys) + str(keys)]
