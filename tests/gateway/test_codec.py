"""The codec: what was written once is read for ever, and no code is ever written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TypeAliasType, cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.codec import CodecError, decode, decode_effect, decode_event, encode
from gateway.model.capability import READINGS, Capability, Contact, Reading
from gateway.model.command import Command, SetLockCode
from gateway.model.credential import Code
from gateway.model.device import DeviceId
from gateway.model.effect import Effect, Level, Notify, Order
from gateway.model.event import CodeRefused, CommandRequested, Event, Reported, Started
from tests.gateway.samples import COMMANDS, DOOR, EFFECTS, EVENTS, LOCK, orders

GOLDEN = Path(__file__).parent / "golden"
SAMPLES: list[tuple[TypeAliasType, object]] = [
    *((Event, one) for one in EVENTS),
    *((Effect, one) for one in EFFECTS),
    *((Command, one) for one in COMMANDS),
]


def golden(union: TypeAliasType, sample: object) -> Path:
    return GOLDEN / f"{union.__name__.lower()}.{type(sample).__name__}.json"


@pytest.mark.parametrize(("union", "sample"), SAMPLES, ids=lambda one: type(one).__name__)
def test_what_an_old_hub_wrote_reads_the_same_for_ever(
    union: TypeAliasType, sample: object
) -> None:
    kept = golden(union, sample).read_bytes().rstrip(b"\n")

    assert encode(sample, union) == kept
    assert decode(kept, cast("type[object]", union)) == sample


@pytest.mark.parametrize("union", [Event, Effect, Command])
def test_every_member_of_a_union_has_its_golden_json(union: TypeAliasType) -> None:
    members = {member.__name__ for member in get_args(union.__value__)}
    files = {file.name.split(".")[1] for file in GOLDEN.glob(f"{union.__name__.lower()}.*")}

    assert files == members


@pytest.mark.parametrize("kind", READINGS.values())
def test_every_reading_is_written_with_its_capability(kind: type[Reading]) -> None:
    for reading in kind:
        event = Reported(DOOR, reading)

        assert decode_event(encode(event, Event)) == event


def test_a_reading_never_passes_for_that_of_another_capability() -> None:
    text = encode(Reported(DOOR, Contact.OPEN), Event)

    assert b'"contact:open"' in text
    with pytest.raises(CodecError, match=r"reading"):
        decode_event(text.replace(b"contact:open", b"motion:open"))


@given(st.text("0123456789", min_size=4, max_size=8))
def test_a_code_is_never_written_and_never_read_back(digits: str) -> None:
    asked = CommandRequested(SetLockCode(LOCK, 3, Code(digits)), "anna")

    text = encode(asked, Event)

    assert digits not in text.decode().replace(LOCK, "")
    assert decode_event(text) == replace(asked, command=SetLockCode(LOCK, 3, None))


def test_a_code_in_clear_is_refused_without_repeating_it() -> None:
    text = b'{"by":"x","command":{"code":"4711","device":"d","is":"SetLockCode","slot":1},'

    with pytest.raises(CodecError) as refused:
        decode_event(text + b'"is":"CommandRequested"}')

    assert "never written in clear" in str(refused.value)
    assert "4711" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"is":"Nothing"}',
        b'{"is":"Ticked","more":1}',
        b'{"is":"CodeRefused"}',
        b'{"is":"CodeRefused","via":5}',
        b'{"gap_seconds":"1","is":"Started","trusted":true}',
        b'{"gap_seconds":1.0,"is":"Started","trusted":1}',
        b'{"device":"d","is":"Reported","reading":"open"}',
    ],
)
def test_what_is_no_event_is_refused_with_a_sentence(text: bytes) -> None:
    with pytest.raises(CodecError, match=r"^this is no"):
        decode_event(text)


@given(st.binary(max_size=60))
def test_no_bytes_at_all_raise_anything_but_a_codec_error(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode_event(data)


def test_text_off_the_air_that_json_cannot_hold_is_mended_and_not_lost() -> None:
    text = encode(CodeRefused("pad\ud800"), Event)

    assert decode_event(text) == CodeRefused("pad\ufffd")


def test_a_number_that_is_none_is_refused_before_it_reaches_the_disk() -> None:
    with pytest.raises(CodecError):
        encode(Started(float("nan"), trusted=True), Event)


def test_an_effect_reads_back() -> None:
    effect = Notify("armed", Level.INFO)

    assert decode_effect(encode(effect, Effect)) == effect


@dataclass(frozen=True, slots=True)
class State:
    """What the rules' state is made of."""

    readings: Mapping[tuple[DeviceId, Capability], Reading]
    delays: Mapping[DeviceId, timedelta]
    since: datetime
    zones: frozenset[str]
    orders: tuple[Order, ...]
    mode: str | None


def test_a_state_reads_back_and_equal_states_give_equal_bytes() -> None:
    readings = {
        (LOCK, Capability.CONTACT): Contact.OPEN,
        (DOOR, Capability.CONTACT): Contact.CLOSED,
    }
    noon = datetime(2026, 11, 21, 13, tzinfo=timezone(timedelta(hours=1)))
    state = State(readings, {DOOR: timedelta(seconds=2)}, noon, frozenset("ab"), orders(3), None)
    same = replace(state, readings=dict(reversed(readings.items())), since=noon.astimezone(UTC))

    text = encode(state, State)

    assert decode(text, State) == state
    assert encode(same, State) == text
    assert b'"2026-11-21T12:00:00+00:00"' in text
    assert b"2000000" in text
