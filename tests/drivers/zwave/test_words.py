"""The small parts: what counts as news, what a keypad is shown, what a key looks like. Pure."""

import pytest

from drivers.shared import HEARD_SECONDS
from drivers.zwave.codes import is_same
from drivers.zwave.connection import _place
from drivers.zwave.keypad import indication
from drivers.zwave.labels import dsk
from drivers.zwave.ledger import Ledger
from drivers.zwave.translate import Vote
from gateway.model.capability import Battery, Capability, Contact, Lock, Tamper
from gateway.model.command import ShowPanel
from gateway.model.credential import Code
from gateway.model.device import DeviceId
from gateway.model.driver import CommandRefused
from gateway.model.event import DeviceHeard, Reported

ID = DeviceId("zwave:e0f1a2b3/3/0")
DSK = "00001-36116-64140-24552-43649-09015-62122-65508"
ALL = {number: {1, 2, 6, 7, 9} for number in (2, 9, 10, 11, 12, 13, 17, 18)}


def test_the_worst_vote_counts_and_only_changes_are_news() -> None:
    ledger = Ledger()

    def vote(who: str, reading: Tamper | Battery) -> list[object]:
        return list(ledger.news((Vote(ID, who, reading),)))

    assert vote("cover", Tamper.INTACT) == [Reported(ID, Tamper.INTACT)]
    assert vote("keypad", Tamper.TAMPERED) == [Reported(ID, Tamper.TAMPERED)]
    assert vote("cover", Tamper.INTACT) == []
    assert vote("keypad", Tamper.INTACT) == [Reported(ID, Tamper.INTACT)]
    assert vote("urgency", Battery.LOW) == [Reported(ID, Battery.LOW)]
    assert vote("level", Battery.GOOD) == []
    assert vote("urgency", Battery.UNKNOWN) == [Reported(ID, Battery.GOOD)]


def test_every_report_of_a_door_is_news() -> None:
    ledger, report = Ledger(), Reported(ID, Contact.OPEN)
    assert list(ledger.news((report, report))) == [report, report]
    assert ledger.knows(ID, Capability.CONTACT)
    ledger.forget(ID)
    assert not ledger.knows(ID, Capability.CONTACT)


def test_a_jammed_bolt_stays_jammed_until_it_is_somewhere() -> None:
    ledger = Ledger()
    events = [Reported(ID, each) for each in (Lock.JAMMED, Lock.UNKNOWN, Lock.LOCKED, Lock.UNKNOWN)]
    told = list(ledger.news(events))
    assert told == [events[0], events[2], events[3]]


def test_signs_of_life_are_thinned_out() -> None:
    ledger = Ledger()
    assert list(ledger.heard(ID, 100.0)) == [DeviceHeard(ID)]
    assert list(ledger.heard(ID, 100.0 + HEARD_SECONDS / 2)) == []
    assert list(ledger.heard(ID, 100.0 + HEARD_SECONDS)) == [DeviceHeard(ID)]


@pytest.mark.parametrize(
    ("panel", "shown"),
    [
        (("exit", "away", 90), [(18, 6, 1), (18, 7, 30), (18, 9, 99)]),
        (("entry", "away", 30), [(17, 7, 30), (17, 9, 99)]),
        (("armed", "away", 0), [(11, 1, 99), (11, 2, 255)]),
        (("armed", "night", 0), [(10, 1, 99), (10, 2, 255)]),
        (("disarmed", None, 0), [(2, 1, 99), (2, 2, 255)]),
        (("refused", None, 0), [(9, 1, 99), (9, 2, 255)]),
        (("alarm", "away", 0), [(13, 1, 99), (13, 2, 255)]),
    ],
)
def test_a_panel_is_shown_by_one_indicator(
    panel: tuple[str, str | None, int], shown: list[tuple[int, int, int]]
) -> None:
    phase, mode, seconds = panel
    writes = indication(ShowPanel(ID, phase, mode, seconds), ALL)
    assert [(w["indicatorId"], w["propertyId"], w["value"]) for w in writes] == shown


def test_a_keypad_is_told_what_it_can_show_and_no_more() -> None:
    alarm = ShowPanel(ID, "alarm", "away", 0)
    assert [w["indicatorId"] for w in indication(alarm, {12: {2}})] == [12]
    assert list(indication(alarm, {18: {2}})) == []


def test_a_key_is_read_as_it_is_printed_and_never_shown() -> None:
    assert dsk(Code(DSK)) == dsk(Code(DSK.replace("-", " "))) == DSK
    for wrong in (DSK[:-1], DSK.replace("65508", "65536"), "12345", ""):
        with pytest.raises(CommandRefused) as refused:
            dsk(Code(wrong))
        assert not wrong or wrong not in str(refused.value)


def test_a_code_that_was_read_back_must_be_the_same() -> None:
    assert is_same("1234", "1234")
    assert is_same("****", "1234")
    assert not is_same("1235", "1234")
    assert not is_same("", "1234")
    assert not is_same(None, "1234")


def test_the_address_in_a_sentence_tells_no_token() -> None:
    assert _place("ws://user:pw@127.0.0.1:3000/secret") == "127.0.0.1:3000"
