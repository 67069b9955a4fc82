"""Proofs of identity, true and false."""

import base64
from hashlib import md5, sha1

import pytest

from simulator.camera.auth import Gate, Login, Token
from simulator.camera.events import stamp

ANNA = Login("anna", "geheim")
NOW = 1_700_000_000.0


def token(password: str = "geheim", at: float = NOW, user: str = "anna") -> Token:
    created = stamp(at)
    raw = b"nonce" + created.encode() + password.encode()
    digest = base64.b64encode(sha1(raw).digest()).decode()
    return Token(user, digest, base64.b64encode(b"nonce").decode(), created)


def test_a_token_proves_its_password_and_knows_its_age() -> None:
    assert token().proves(ANNA)
    assert not token("falsch").proves(ANNA)
    assert not token(user="berta").proves(ANNA)
    assert token(at=NOW - 30).age(NOW) == 30


def digest(gate: Gate, password: str, method: str = "DESCRIBE", *, qop: bool = False) -> str:
    said = dict(
        part.strip().split("=", 1) for part in gate.challenge().removeprefix("Digest ").split(",")
    )
    nonce, uri = said["nonce"].strip('"'), "rtsp://camera/main"
    one = md5(f"anna:Nightlatch:{password}".encode()).hexdigest()
    two = md5(f"{method}:{uri}".encode()).hexdigest()
    middle = f"{nonce}:00000001:abc:auth" if qop else nonce
    response = md5(f"{one}:{middle}:{two}".encode()).hexdigest()
    more = ', qop=auth, nc=00000001, cnonce="abc"' if qop else ""
    return (
        f'Digest username="anna", realm="Nightlatch", nonce="{nonce}", uri="{uri}",'
        f' response="{response}"{more}'
    )


@pytest.mark.parametrize("qop", [False, True])
def test_a_digest_gate_lets_in_who_knows_the_password(*, qop: bool) -> None:
    refused: list[str] = []
    gate = Gate("digest", refused.append)

    assert gate.admits(ANNA, "DESCRIBE", digest(gate, "geheim", qop=qop))
    assert not gate.admits(ANNA, "DESCRIBE", digest(gate, "falsch", qop=qop))
    assert not gate.admits(ANNA, "SETUP", digest(gate, "geheim", qop=qop))
    assert refused == ["digest", "digest"]


def test_a_first_knock_without_proof_counts_as_nothing() -> None:
    refused: list[str] = []

    assert not Gate("digest", refused.append).admits(ANNA, "DESCRIBE", "")
    assert refused == []


def test_a_basic_gate_takes_basic_and_nothing_else() -> None:
    gate = Gate("basic", lambda _: None)
    good = base64.b64encode(b"anna:geheim").decode()

    assert gate.challenge().startswith("Basic ")
    assert gate.admits(ANNA, "GET", f"Basic {good}")
    assert not gate.admits(ANNA, "GET", "Basic ???")
    assert not gate.admits(ANNA, "GET", digest(Gate("digest", lambda _: None), "geheim"))


def test_an_open_gate_asks_nothing() -> None:
    assert Gate("none", lambda _: None).admits(ANNA, "GET", "")
