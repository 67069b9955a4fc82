"""Whatever a program says is either orders to devices that are there, or a sentence."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.command import LockDoor, SilenceSiren, SoundSiren, TurnSwitch, UnlockDoor
from gateway.model.device import DeviceId
from gateway.sandbox.answer import NotUnderstood, commands
from gateway.sandbox.bounds import REASON_MAX
from gateway.sandbox.sandbox import _fit, _last_line

LAMP = DeviceId("zigbee:0000000000000013/1")
DEVICES = {"lamp": LAMP, "front door": DeviceId("zigbee:00000000000000ab/1")}
ORDERS = LockDoor | UnlockDoor | TurnSwitch | SoundSiren | SilenceSiren

WORDS = st.sampled_from(
    ["do", "on", "off", "lock", "unlock", "siren", "silence", "for", "lamp", "front door", "5s"]
) | st.text(max_size=5)
VALUES: st.SearchStrategy[Any] = st.recursive(
    WORDS | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
NEARLY = st.builds(
    lambda orders: {"do": orders},
    st.lists(st.dictionaries(WORDS, WORDS | VALUES, min_size=1, max_size=2), max_size=4),
)


def judged(said: bytes) -> None:
    """Hold an answer to the law."""
    try:
        asked = commands(said, DEVICES)
    except NotUnderstood as wrong:
        shown = _fit(str(wrong))
        assert shown.startswith("it")
        assert shown.isprintable()
        assert len(shown) <= REASON_MAX + 1
    else:
        assert all(isinstance(one, ORDERS) and one.device in DEVICES.values() for one in asked)


@given(st.binary(max_size=200))
def test_any_bytes(said: bytes) -> None:
    judged(said)


@settings(max_examples=500)
@given(VALUES | NEARLY)
def test_any_json(value: Any) -> None:
    judged(json.dumps(value).encode())


@pytest.mark.parametrize("said", [b"[" * 60_000, b'{"do":' * 10_000, b'"' + b"\xff" * 100 + b'"'])
def test_what_is_meant_to_break_the_reader(said: bytes) -> None:
    judged(said)


@given(st.binary(max_size=500))
def test_any_last_complaint_can_be_shown(complained: bytes) -> None:
    assert _fit(_last_line(complained)).isprintable() or not complained.strip()


@pytest.mark.parametrize(
    ("order", "command"),
    [
        ({"on": "lamp"}, TurnSwitch(LAMP, on=True)),
        ({"off": "lamp"}, TurnSwitch(LAMP, on=False)),
        ({"lock": "lamp"}, LockDoor(LAMP)),
        ({"unlock": "lamp"}, UnlockDoor(LAMP)),
        ({"siren": "lamp"}, SoundSiren(LAMP, 10)),
        ({"siren": "lamp", "for": "1m"}, SoundSiren(LAMP, 60)),
        ({"silence": "lamp"}, SilenceSiren(LAMP)),
    ],
)
def test_every_form_of_an_order(order: dict[str, str], command: object) -> None:
    assert commands(json.dumps({"do": [order]}).encode(), DEVICES) == (command,)


def test_one_order_that_is_not_understood_spoils_all() -> None:
    with pytest.raises(NotUnderstood, match='it names "lamb", which is no device; did you mean'):
        commands(b'{"do": [{"on": "lamp"}, {"on": "lamb"}]}', DEVICES)
