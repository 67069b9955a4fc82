"""What our commands are on the air, byte for byte, and what devices' answers mean."""

from pathlib import Path

import pytest

from drivers.zigbee import keypad, zcl
from drivers.zigbee.commands import SILENCE, pin, pin_in, warning
from drivers.zigbee.joining import install_code
from drivers.zigbee.keypad import notification, panel_status
from drivers.zigbee.settings import ZigbeeSettings
from gateway.model.command import SetLockCode, ShowPanel
from gateway.model.credential import Code, Wish
from gateway.model.device import DeviceId
from gateway.model.driver import CommandRefused

KEYPAD = DeviceId("zigbee:00124b001ca10009/1")
# Zigbee Base Device Behavior 10.1.2 gives this code and its check sum.
INSTALL_CODE = "83FED3407A939723A5C639B26916D505C3B5"


def show(phase: str, mode: str | None = None, seconds: int = 0) -> ShowPanel:
    return ShowPanel(KEYPAD, phase, mode, seconds)


def test_a_siren_is_told_to_be_as_loud_as_it_goes_and_to_flash() -> None:
    # ZCL 8.4.2.3.1: mode burglar, strobe, level very high; u16 seconds; duty 50; strobe high.
    assert warning(180).hex() == "17b4003202"
    assert SILENCE.hex() == "0000000000"


def test_a_siren_is_never_told_to_sound_for_ever() -> None:
    assert warning(100_000).hex() == "17feff3202"
    assert warning(0).hex() == "1701003202"


def test_a_pin_is_set_for_a_user_that_is_enabled() -> None:
    # ZCL 7.3.2.16.6: user u16, status 1 (occupied, enabled), type 0 (unrestricted), PIN.
    command = SetLockCode(KEYPAD, 3, Code("2580"))

    assert pin(command).hex() == "030001000432353830"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("0300 01 00 04 32353830", Code("2580")),
        ("0300 01 00 04 2a2a2a2a", Code("****")),
        ("0300 01 00 00", Code("")),  # a lock that sends no PINs over the air
        ("0300 01 00", Code("")),
        ("0300 01 00 ff", Code("")),
        ("0300 00 ff 00", None),
        ("0300 03 00 04 32353830", None),  # there, and disabled: it opens nothing
    ],
)
def test_a_lock_tells_what_is_in_a_slot(answer: str, code: Code | None) -> None:
    assert pin_in(KEYPAD, 3, answered(answer)) == code


@pytest.mark.parametrize("answer", ["", "03", "0300", "0300 01", "0400 01 00 04 32353830"])
def test_an_answer_about_another_slot_or_none_is_no_answer(answer: str) -> None:
    with pytest.raises(CommandRefused) as refused:
        pin_in(KEYPAD, 3, answered(answer))

    assert "2580" not in str(refused.value)


def answered(body: str) -> zcl.Frame:
    """Give a Get PIN Code Response (ZCL 7.3.2.17.7): user, status, type, PIN."""
    return zcl.Frame(
        specific=True, from_server=True, sequence=7, command=0x06, body=bytes.fromhex(body)
    )


@pytest.mark.parametrize(
    "code", [None, Code(""), Code("12a4"), Code("1" * 17), Code("\uff11\uff12")]
)
def test_a_code_no_lock_could_take_is_refused_and_not_shown(code: Code | None) -> None:
    with pytest.raises(CommandRefused) as refused:
        pin(SetLockCode(KEYPAD, 3, code))

    assert code is None or not code.text or code.text not in str(refused.value)


@pytest.mark.parametrize(
    ("panel", "expected"),
    [
        # ZCL 8.3.2.5.6: status, seconds, sound, alarm.
        (show("disarmed"), "00000100"),
        (show("exit", "away", 45), "042d0100"),
        (show("armed", "home"), "01000100"),
        (show("armed", "night"), "02000100"),
        (show("armed", "away"), "03000100"),
        (show("entry", "away", 30), "051e0100"),
        (show("entry", "away", 900), "05ff0100"),
        (show("alarm", "away"), "07000101"),
    ],
)
def test_each_phase_has_its_sign_on_a_keypad(panel: ShowPanel, expected: str) -> None:
    assert panel_status(panel).hex() == expected


def test_a_keypad_that_asks_later_is_told_the_seconds_that_remain_then() -> None:
    assert panel_status(show("exit", "away", 45), 40.2).hex() == "04050100"
    assert panel_status(show("exit", "away", 45), 90.0).hex() == "04000100"


@pytest.mark.parametrize(
    ("wish", "panel", "answer"),
    [
        (Wish.DISARM, show("disarmed"), keypad.Notification.DISARMED),
        (Wish.DISARM, show("alarm", "away"), keypad.Notification.INVALID_CODE),
        (Wish.ARM, show("exit", "away", 45), keypad.Notification.AWAY),
        (Wish.ARM, show("armed", "night"), keypad.Notification.NIGHT),
        (Wish.ARM, show("armed", "home"), keypad.Notification.HOME),
        (Wish.ARM, show("disarmed"), keypad.Notification.NOT_READY),
        (Wish.ARM, show("refused"), keypad.Notification.INVALID_CODE),
        (Wish.DISARM, show("refused"), keypad.Notification.INVALID_CODE),
    ],
)
def test_a_keypad_hears_what_became_of_its_wish(
    wish: Wish, panel: ShowPanel, answer: keypad.Notification
) -> None:
    assert notification(wish, panel) is answer


def test_an_install_code_becomes_the_key_the_specification_names() -> None:
    address, key = install_code("00:12:4b:00:1c:a1:00:01", Code(INSTALL_CODE))

    assert str(address) == "00:12:4b:00:1c:a1:00:01"
    assert key.serialize().hex() == "66b6900981e1ee3ca4206b6b861c02bb"


@pytest.mark.parametrize(
    ("code", "address"),
    [
        (INSTALL_CODE[:-1] + "6", "00:12:4b:00:1c:a1:00:01"),
        ("zz", "00:12:4b:00:1c:a1:00:01"),
        (INSTALL_CODE, "nowhere"),
    ],
)
def test_a_mistyped_install_code_is_refused_and_not_shown(code: str, address: str) -> None:
    with pytest.raises(CommandRefused) as refused:
        install_code(address, Code(code))

    assert code not in str(refused.value)


def test_our_words_to_a_client_ask_for_no_default_response() -> None:
    # ZCL 2.4.1.1: cluster command, from server, default response disabled.
    assert zcl.command(7, 4, b"\x00", to_client=True).hex() == "19070400"
    assert zcl.command(7, 0, b"\x17").hex() == "01070017"


@pytest.mark.parametrize("channel", [10, 27])
def test_a_channel_that_is_none_of_zigbees_is_refused(channel: int) -> None:
    with pytest.raises(ValueError, match=r"11\.\.26"):
        ZigbeeSettings(port="/dev/null", channel=channel, database=Path("zigbee.db"))


def test_joining_can_never_be_configured_to_stay_open() -> None:
    with pytest.raises(ValueError, match=r"1\.\.254"):
        ZigbeeSettings("/dev/null", 15, Path("zigbee.db"), permit_seconds_max=255)
