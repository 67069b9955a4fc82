"""Messages of cameras into the words of the house.

The golden messages are written by us, in the shapes that onvif-parsers and its tests have for these
makers; none was recorded from a camera.
"""

from pathlib import Path
from typing import Any

import onvif_parsers.registry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.onvif import topics, vendors
from drivers.onvif.client import read_xml
from drivers.onvif.message import MESSAGES_MOST, TEXT_MOST, Message, messages
from drivers.onvif.topics import Word
from drivers.onvif.translate import Sense, senses, truth

GOLDEN = Path(__file__).parent / "golden"
TABLE = topics.standard()

type Said = tuple[Word, bool | None, bool, str]  # word, on, fresh, name


def heard(file: str) -> list[Message]:
    root = read_xml((GOLDEN / file).read_bytes())
    assert root is not None
    return list(messages(root))


def said(message: Message) -> list[Said]:
    return [(one.word, one.on, one.fresh, one.name) for one in senses(message, TABLE)]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "hikvision.xml",
            [
                (Word.MOTION, True, True, ""),
                (Word.MOTION, False, False, ""),
                (Word.LINE, True, True, "MyLineDetector1"),
                (Word.INPUT, True, True, "AlarmIn_2"),
            ],
        ),
        (
            "reolink.xml",
            [
                (Word.PERSON, True, True, ""),
                (Word.ANIMAL, True, False, ""),
                (Word.VISITOR, True, True, ""),
            ],
        ),
        (
            "tapo.xml",
            [
                (Word.VEHICLE, True, True, ""),
                (Word.PERSON, False, True, ""),
                (Word.LINE, True, True, "MyLineCrossRule"),
                (Word.SCENE, True, True, ""),
            ],
        ),
        (
            "ajax.xml",
            [
                (Word.PERSON, True, True, ""),
                (Word.VEHICLE, False, True, ""),
                (Word.ANIMAL, True, True, ""),
                (Word.LINE, True, True, "gate"),
                (Word.MOTION, None, False, ""),
            ],
        ),
        (
            "axis.xml",
            [
                (Word.MOTION, True, True, ""),
                (Word.RELAY, False, False, "0"),
                (Word.SCENE, False, False, ""),
            ],
        ),
        ("strange.xml", [(Word.VEHICLE, True, True, "")]),
    ],
)
def test_what_makers_send_is_understood(file: str, expected: list[Said]) -> None:
    assert [one for message in heard(file) for one in said(message)] == expected


@pytest.mark.parametrize(
    ("topic", "item", "word"),
    [
        ("RuleEngine/CellMotionDetector/Motion", "IsMotion", Word.MOTION),
        ("RuleEngine/MotionRegionDetector/Motion", "State", Word.MOTION),
        ("VideoSource/MotionAlarm", "State", Word.MOTION),
        ("RuleEngine/MyRuleDetector/PeopleDetect", "State", Word.PERSON),
        ("RuleEngine/MyRuleDetector/FaceDetect", "State", Word.PERSON),
        ("UserAlarm/IVA/HumanShapeDetect", "State", Word.PERSON),
        ("RuleEngine/MyRuleDetector/VehicleDetect", "State", Word.VEHICLE),
        ("RuleEngine/MyRuleDetector/DogCatDetect", "State", Word.ANIMAL),
        ("RuleEngine/MyRuleDetector/Visitor", "State", Word.VISITOR),
        ("RuleEngine/FieldDetector/ObjectsInside", "IsInside", Word.INTRUSION),
        ("RuleEngine/CellMotionDetector/Intrusion", "IsIntrusion", Word.INTRUSION),
        ("RuleEngine/LineCrossDetector/LineCross", "IsLineCross", Word.LINE),
        ("Device/Casing/Open", "Open", Word.TAMPER),
        ("Device/Tamper", "State", Word.TAMPER),
        ("RuleEngine/TamperDetector/Tamper", "IsTamper", Word.SCENE),
        ("RuleEngine/CellMotionDetector/Tamper", "IsTamper", Word.SCENE),
        ("VideoSource/Tampering", "State", Word.SCENE),
        ("VideoSource/GlobalSceneChange/ImagingService", "State", Word.SCENE),
        ("VideoSource/GlobalSceneChange/AnalyticsService", "State", Word.SCENE),
        ("VideoSource/ImageTooBlurry/ImagingService", "State", Word.SCENE),
        ("VideoSource/ImageTooDark/AnalyticsService", "State", Word.SCENE),
        ("VideoSource/ImageTooBright/RecordingService", "State", Word.SCENE),
        ("Device/Trigger/DigitalInput", "LogicalState", Word.INPUT),
        ("Device/Trigger/Relay", "LogicalState", Word.RELAY),
        ("RuleEngine/CellMotionDetector/People", "IsPeople", Word.PERSON),
        ("RuleEngine/CellMotionDetector/TpSmartEvent", "IsPet", Word.ANIMAL),
        ("RuleEngine/TPSmartEventDetector/TPSmartEvent", "IsTamper", Word.SCENE),
    ],
)
@pytest.mark.parametrize(("value", "on"), [("true", True), ("false", False)])
def test_each_topic_has_its_word(topic: str, item: str, word: Word, value: str, on: bool) -> None:  # noqa: FBT001  # a table
    message = Message(f"tns1:{topic}", {"Source": "0"}, {item: value}, "Changed")

    assert [(one.word, one.on) for one in senses(message, TABLE)] == [(word, on)]


def test_every_topic_of_the_map_can_be_read() -> None:
    for path, entry in TABLE.topics.items():
        items = (
            {entry.classes: "Human"}
            if entry.classes
            else dict.fromkeys(TABLE.items, "true")
            if entry.all_items
            else {entry.items[0]: "true"}
        )
        assert any(one.on for one in senses(Message(path, {}, items), TABLE)), path


def test_only_what_is_screwed_to_the_housing_is_a_tamper() -> None:
    """Each sunset changes the scene: what looks at pictures may not set off a siren."""
    tampers = {path for path, entry in TABLE.topics.items() if entry.word is Word.TAMPER}

    assert tampers
    assert all(path.startswith("Device/") for path in tampers)
    assert Word.TAMPER not in {*TABLE.items.values(), *TABLE.names.values()}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("true", True),
        ("True", True),
        (" 1 ", True),
        ("active", True),
        ("false", False),
        ("0", False),
        ("inactive", False),
        ("", None),
        ("perhaps", None),
        ("2", None),
    ],
)
def test_only_a_truth_value_is_one(value: str, expected: bool | None) -> None:  # noqa: FBT001  # a table
    assert truth(value) is expected


def test_what_is_neither_true_nor_false_says_nothing() -> None:
    for word in ("perhaps", "", "2"):
        topic = "tns1:RuleEngine/MyRuleDetector/PeopleDetect"
        assert senses(Message(topic, {}, {"State": word}, "Changed"), TABLE) == ()


def test_what_is_told_of_how_things_stand_is_not_fresh_and_what_happens_is() -> None:
    fresh = {
        operation: senses(
            Message("VideoSource/MotionAlarm", {}, {"State": "true"}, operation), TABLE
        )[0].fresh
        for operation in ("Initialized", "Changed", "Deleted", "")
    }

    assert fresh == {"Initialized": False, "Changed": True, "Deleted": False, "": True}


def test_what_is_no_property_is_of_the_moment() -> None:
    crossed = "RuleEngine/LineDetector/Crossed"

    def moment(operation: str) -> bool:
        return senses(Message(crossed, {}, {"ObjectId": "7"}, operation), TABLE)[0].moment

    assert [moment(operation) for operation in ("", "Changed", "Initialized")] == [
        True,
        False,
        False,
    ]


def test_a_contact_is_named_by_its_token_wherever_that_stands() -> None:
    for source in ({"A": "x", "InputToken": "in3"}, {"InputToken": "in3", "Z": "x"}, {"A": "in3"}):
        message = Message("Device/Trigger/DigitalInput", source, {"LogicalState": "true"})
        assert senses(message, TABLE)[0].name == "in3"


def test_a_property_that_is_deleted_is_not_known_any_more() -> None:
    for data in ({"State": "true"}, {}):
        (one,) = senses(Message("VideoSource/MotionAlarm", {}, data, "Deleted"), TABLE)
        assert one.on is None


def test_a_line_that_is_no_longer_crossed_is_not_crossed() -> None:
    message = Message("RuleEngine/LineCrossDetector/LineCross", {}, {"IsLineCross": "false"})

    assert [one.on for one in senses(message, TABLE)] == [False]


def test_detectors_are_told_apart_by_topic_and_source_and_not_by_the_order_of_it() -> None:
    def key(topic: str, source: dict[str, str]) -> str:
        return senses(Message(topic, source, {"State": "true"}), TABLE)[0].key

    alarm = "VideoSource/MotionAlarm"
    assert key(f"tns1:{alarm}", {"a": "1", "b": "2"}) == key(f"x:{alarm}", {"b": "2", "a": "1"})
    assert key(alarm, {"a": "1"}) != key(alarm, {"a": "2"})
    assert key(alarm, {}) != key("RuleEngine/MotionRegionDetector/Motion", {})


def test_the_classes_of_one_message_are_told_apart() -> None:
    message = Message("RuleEngine/ObjectDetection/Object", {}, {"ClassTypes": "Human,Car"})
    found = senses(message, TABLE)

    assert {one.word for one in found if one.on} == {Word.PERSON, Word.VEHICLE}
    assert len({one.key for one in found}) == len(found)


# What our own map does not have


async def by_maker(message: Message) -> tuple[Sense, ...] | None:
    return await vendors.senses(message, TABLE)


def test_every_topic_of_onvif_parsers_has_a_word_or_is_quiet() -> None:
    for topic in onvif_parsers.registry._REGISTRY.registry:
        path = Message(topic, {}, {}).path
        assert path in TABLE.topics or TABLE.is_quiet(path), topic


async def test_a_topic_is_read_by_onvif_parsers_where_our_map_does_not_have_it() -> None:
    name = "tns1:Device/Trigger/tnshik:AlarmIn"
    message = Message(name, {"AlarmInToken": "1"}, {"State": "true"}, "Changed")
    found = await by_maker(message)

    assert found is not None
    assert [(one.word, one.on, one.fresh) for one in found] == [(Word.MOTION, True, True)]


@pytest.mark.parametrize("file", ["hikvision.xml", "reolink.xml", "tapo.xml", "ajax.xml"])
async def test_our_map_and_onvif_parsers_agree(file: str) -> None:
    """They were written by different people after different cameras."""
    for message in heard(file):
        theirs = await by_maker(message)
        ours = {(one.word, one.on) for one in senses(message, TABLE)}
        if theirs and message.operation != "Deleted":
            lines = {(Word.LINE, False)}  # it gives the object's id, and 0 is none
            assert {(one.word, one.on) for one in theirs} - lines <= ours


async def test_a_message_that_is_not_as_its_maker_s_is_nothing() -> None:
    for topic in onvif_parsers.registry._REGISTRY.registry:
        found = await by_maker(Message(topic, {}, {})) or ()
        assert {one.word for one in found} <= {Word.LINE}  # that it is told is what it says
    assert await by_maker(Message("tns1:Nobody/Knows", {}, {})) is None


# Whatever comes


texts = st.text(max_size=20)
tables = st.dictionaries(texts, texts, max_size=4)


@given(
    st.sampled_from([*TABLE.topics]) | texts,
    tables,
    st.dictionaries(st.sampled_from([*TABLE.items, "State", "ClassTypes"]) | texts, texts),
    st.sampled_from(["Initialized", "Changed", "Deleted", "", "Other"]),
)
def test_no_message_whatever_raises(
    topic: str, source: dict[str, str], data: dict[str, str], operation: str
) -> None:
    found = senses(Message(topic, source, data, operation), TABLE)

    assert all(one.on is None for one in found) or operation != "Deleted"


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_whatever_raise(body: bytes) -> None:
    root = read_xml(body)

    assert root is None or list(messages(root)) == []


@given(st.data())
def test_a_message_that_is_cut_short_says_no_more_than_the_whole(data: st.DataObject) -> None:
    whole = (GOLDEN / data.draw(st.sampled_from(["tapo.xml", "reolink.xml"]))).read_bytes()
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]

    def read(body: bytes) -> set[tuple[Word, str]]:
        root = read_xml(body)
        found = [] if root is None else list(messages(root))
        return {
            (one.word, one.key) for message in found for one in senses(message, TABLE) if one.on
        }

    assert {word for word, _ in read(cut)} <= {word for word, _ in read(whole)}


def test_entities_are_left_alone_and_files_are_not_read() -> None:
    body = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM
    "file:///etc/passwd">]><x><NotificationMessage><Topic>&b;</Topic><Message UtcTime="1">
    <Data><SimpleItem Name="State" Value="true"/></Data></Message></NotificationMessage>&c;</x>"""
    root: Any = read_xml(body)

    assert root is None or [one.topic for one in messages(root)] == []


def test_a_flood_and_a_book_are_bounded() -> None:
    one = (
        "<NotificationMessage><Topic>VideoSource/MotionAlarm</Topic><Message UtcTime='1'>"
        "<Data><SimpleItem Name='State' Value='{}'/></Data></Message></NotificationMessage>"
    )
    flood = read_xml(f"<x>{one.format('true') * (MESSAGES_MOST + 50)}</x>".encode())
    book = read_xml(f"<x>{one.format('1' * (TEXT_MOST + 1))}</x>".encode())

    assert len(list(messages(flood))) == MESSAGES_MOST
    assert [message.data for message in messages(book)] == [{}]
