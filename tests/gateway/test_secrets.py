"""The vault: what is put in comes out, and nothing else does; what is not its own it leaves."""

import logging
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.credential import Code
from gateway.secrets import KEY, VAULT, Vault, VaultRefused
from tests.rights import nobody

PIN = Code("274951")


def opened(folder: Path) -> Vault:
    vault = Vault(folder)
    vault.open()
    return vault


def test_what_is_put_in_comes_out_after_a_restart(tmp_path: Path) -> None:
    opened(tmp_path).change({"person anna": PIN, "person bob": Code("902174")})
    opened(tmp_path).change({}, ("person bob",))

    again = opened(tmp_path)

    assert again.get("person anna") == PIN
    assert again.names() == ("person anna",)
    assert again.holds(PIN)
    assert not again.holds(PIN, besides="person anna")


def test_a_hub_that_keeps_no_pins_has_no_vault(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    vault.change({}, ("person anna",))

    assert vault.is_open
    assert list(tmp_path.iterdir()) == []


def test_both_files_are_for_their_owner_alone_and_show_nothing(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    vault.change({"person anna": PIN})

    for file in (VAULT, KEY):
        assert stat.S_IMODE((tmp_path / file).stat().st_mode) == 0o600
        assert PIN.text.encode() not in (tmp_path / file).read_bytes()
        assert b"anna" not in (tmp_path / file).read_bytes()
    assert PIN.text not in repr(vault) + repr(vault.get("person anna"))


def test_files_that_came_back_with_other_rights_are_shut_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened(tmp_path).change({"anna": PIN})
    for name in (VAULT, KEY):
        (tmp_path / name).chmod(0o644)

    assert opened(tmp_path).get("anna") == PIN

    assert {(tmp_path / name).stat().st_mode & 0o777 for name in (VAULT, KEY)} == {0o600}
    assert len(caplog.records) == 2


def test_the_key_is_made_once_and_every_writing_is_sealed_anew(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    vault.change({"a": PIN})
    key, first = (tmp_path / KEY).read_bytes(), (tmp_path / VAULT).read_bytes()
    vault.change({"b": PIN})
    vault.change({}, ("b",))

    assert (tmp_path / KEY).read_bytes() == key
    assert (tmp_path / VAULT).read_bytes() != first


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_bit_that_fell_over_is_refused_and_the_file_left_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("vault")
    opened(folder).change({"person anna": PIN})
    file = folder / VAULT
    data = bytearray(file.read_bytes())
    data[at % len(data)] ^= 1 << bit
    file.write_bytes(data)
    vault = Vault(folder)

    said = ""
    try:
        vault.open()
    except VaultRefused as refused:
        said = str(refused)
    if said:
        assert PIN.text not in said
        with pytest.raises(VaultRefused):
            vault.change({"person bob": PIN})
    else:  # a bit of white space, or the case of a hexadecimal digit
        assert vault.get("person anna") == PIN
    assert file.read_bytes() == bytes(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"{}", b'{"is": "nightlatch secrets", "version": 1}', b"\xff" * 99],
)
def test_a_foreign_file_is_refused_with_a_sentence(tmp_path: Path, data: bytes) -> None:
    opened(tmp_path).change({"a": PIN})
    (tmp_path / VAULT).write_bytes(data)

    with pytest.raises(VaultRefused, match=r"is damaged, or .* put both back"):
        Vault(tmp_path).open()
    assert (tmp_path / VAULT).read_bytes() == data


@pytest.mark.parametrize("key", [None, b"", b"short", bytes(32)])
def test_without_its_key_it_stays_shut(tmp_path: Path, key: bytes | None) -> None:
    opened(tmp_path).change({"a": PIN})
    (tmp_path / KEY).unlink()
    if key is not None:
        (tmp_path / KEY).write_bytes(key)
    vault = Vault(tmp_path)

    with pytest.raises(VaultRefused):
        vault.open()
    with pytest.raises(VaultRefused):
        vault.change({"b": PIN})
    assert vault.get("a") is None
    assert not vault.is_open


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    vault.change({"a": PIN})
    tmp_path.chmod(0o500)
    try:
        with nobody(), pytest.raises(VaultRefused):
            vault.change({"b": PIN})
    finally:
        tmp_path.chmod(0o700)

    assert vault.names() == ("a",)
    assert opened(tmp_path).names() == ("a",)


def test_what_a_crash_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / f"{VAULT}.new").write_bytes(b"half of it")
    (tmp_path / f"{KEY}.new").write_bytes(b"half of it")

    opened(tmp_path).change({"a": PIN})

    assert opened(tmp_path).get("a") == PIN


def test_no_pin_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        opened(tmp_path).change({"a": PIN})
        opened(tmp_path).get("a")

    assert PIN.text not in caplog.text
