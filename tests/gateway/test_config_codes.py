"""Hashing and finding codes."""

import re
import time

import pytest

from gateway.config.codes import CodeBook, WeakCode, hash_code
from gateway.config.values import _code_hash
from gateway.model.credential import Code

ANNA, BEN = "8352", "194027"
BOOK = {"Anna": hash_code(ANNA), "Ben": hash_code(BEN)}


def test_a_code_is_found_with_its_person() -> None:
    book = CodeBook(BOOK)

    assert book.find(Code(ANNA)) == "Anna"
    assert book.find(Code(BEN)) == "Ben"


@pytest.mark.parametrize(
    "digits", ["8353", "", "83521", "0" * 1000, "\uff18\uff13\uff15\uff12", "a", "\0"]
)
def test_any_other_code_is_nobodys(digits: str) -> None:
    assert CodeBook(BOOK).find(Code(digits)) is None


def test_nobody_has_a_code_in_an_empty_book() -> None:
    assert CodeBook({}).find(Code(ANNA)) is None


@pytest.mark.parametrize("stored", ["", "8353", "$argon2id$v=19$broken"])
def test_a_hash_that_is_none_lets_nobody_in_and_shuts_nobody_out(stored: str) -> None:
    book = CodeBook({"Broken": stored, "Anna": BOOK["Anna"]})

    assert book.find(Code(ANNA)) == "Anna"
    assert book.find(Code(stored)) is None


def test_every_hash_is_checked_whoevers_code_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    book = CodeBook({f"person {number}": BOOK["Anna"] for number in range(3)})
    real = book._fits

    def counted(stored: str, offered: Code) -> bool:
        checked.append(stored)
        return real(stored, offered)

    monkeypatch.setattr(book, "_fits", counted)

    first, nobody = book.find(Code(ANNA)), book.find(Code("9999"))

    assert (first, nobody) == ("person 0", None)
    assert len(checked) == 6


def test_the_same_code_gives_another_hash_each_time() -> None:
    assert hash_code(ANNA) != hash_code(ANNA)


def test_a_hash_may_stand_in_the_configuration() -> None:
    assert _code_hash(hash_code(ANNA)).startswith("$argon2id$")


@pytest.mark.parametrize(
    "code",
    [
        "",
        "123",
        "12345678901",
        "12a4",
        " 8352",
        "8352\n",
        "\u0668\u0663\u0665\u0662",
        "0000",
        "7777777777",
        "1234",
        "4321",
        "0123456789",
        "7890",
        "0987",
        "2580",
        "0852",
        "1212",
        "909090",
    ],
)
def test_a_weak_code_is_refused_in_a_sentence_that_does_not_hold_it(code: str) -> None:
    with pytest.raises(WeakCode) as refused:
        hash_code(code)

    sentence = str(refused.value)
    assert re.match(r"a code .{20,}", sentence)
    assert not code.strip() or code.strip() not in sentence


def test_a_check_takes_no_longer_than_somebody_at_the_door_would_notice() -> None:
    book = CodeBook({"Anna": BOOK["Anna"]})
    book.find(Code(ANNA))

    took = min(_seconds(book) for _ in range(5))

    assert took < 0.15


def _seconds(book: CodeBook) -> float:
    start = time.perf_counter()
    book.find(Code("9999"))
    return time.perf_counter() - start
