"""The devices by themselves, in the bytes of the Application Command Class specification."""

import asyncio
from collections.abc import Awaitable

import pytest

from simulator.gesture import Gesture
from simulator.request import CannotDo
from simulator.zwave.devices.device import Device
from simulator.zwave.devices.part import Answer, Facts, Verdict
from simulator.zwave.house import DeviceSpec, Kind, Level, Security
from tests.waiting import until


class Air:
    """Writes down what a device sends and what happens to it."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.plain: list[str] = []
        self.happened: list[tuple[str, Facts]] = []

    def send(self, _: Device, frame: bytes, *, s2: bool, sup: bool) -> Awaitable[int]:
        assert sup <= s2
        self.sent.append(frame.hex())
        if not s2:
            self.plain.append(frame.hex())
        told = asyncio.get_running_loop().create_future()
        told.set_result(len(self.sent))
        return told

    def happen(self, _: Device, what: str, facts: Facts, at: int | None) -> None:
        assert at is None or at > 0
        self.happened.append((what, facts))

    def sleep(self, _: Device) -> None:
        self.happened.append(("sleep", {}))

    def remember(self) -> None:
        """Nothing is kept."""


def _device(kind: Kind, *, secure: bool = True, tone_seconds: float = 30.0) -> tuple[Device, Air]:
    security = Security.ACCESS if kind is Kind.LOCK else Security.AUTHENTICATED
    spec = DeviceSpec(kind, kind, 0, security, True, False, 5.0, tone_seconds, 0.0, "00" * 32)  # noqa: FBT003 - in the table's order
    air = Air()
    device = Device(spec, air)
    device.node = 5
    device.keys = {int(Level[security.name]): "11" * 16} if secure else {}
    return device, air


def _hear(device: Device, frame: str, *, s2: bool = True, sup: bool = True) -> Answer:
    return device.hear(bytes.fromhex(frame), s2=s2, sup=sup, at=7)


async def _said(device: Device, frame: str) -> str:
    answer = _hear(device, frame)
    assert isinstance(answer, bytes)
    return answer.hex()


async def test_a_door_tells_its_state_when_it_changes_and_when_it_is_asked() -> None:
    door, air = _device(Kind.CONTACT)

    await door.act("open", Gesture())
    await door.act("tamper", Gesture())
    await door.act("untamper", Gesture())

    assert air.sent == ["7105000000ff061600", "7105000000ff070300", "7105000000ff07000103"]
    assert await _said(door, "71040006") == "7105000000ff061600"
    assert await _said(door, "7107") == "710801c0"
    assert await _said(door, "710106") == "7102060300 00c0".replace(" ", "")


async def test_a_device_without_keys_speaks_in_the_open() -> None:
    door, air = _device(Kind.CONTACT, secure=False)

    await door.act("open", Gesture())

    assert air.plain == ["7105000000ff061600"]


async def test_a_secure_device_takes_nothing_from_the_open_air() -> None:
    lock, air = _device(Kind.LOCK)

    assert _hear(lock, "6201ff", s2=False) is Verdict.SILENT
    lock.keys = {}
    assert _hear(lock, "6201ff", s2=False) is Verdict.SILENT

    assert lock.state()["bolt"] == "unlocked"
    assert air.happened == []


async def test_a_locks_codes_are_kept_by_its_rules() -> None:
    lock, _ = _device(Kind.LOCK)
    stored = "".join(f"{ord(digit):02x}" for digit in "482913")

    assert _hear(lock, "63010301" + stored) is Verdict.OK
    assert _hear(lock, "63010401" + stored) is Verdict.FAIL  # somebody has this PIN
    assert _hear(lock, "6301050131") is Verdict.FAIL  # one digit is none
    assert _hear(lock, "63011501" + stored) is Verdict.FAIL  # the lock has 20 slots
    assert await _said(lock, "630203") == "63030301" + stored
    assert await _said(lock, "630204") == "63030400" + "00" * 4
    assert _hear(lock, "63010300" + "00" * 4) is Verdict.OK
    assert lock.state()["codes"] == {}


async def test_a_pin_typed_in_at_the_lock_is_told_to_nobody() -> None:
    lock, air = _device(Kind.LOCK)

    assert await lock.act("program", Gesture(slot=3, code="2468")) == 0
    assert air.sent == []
    assert await _said(lock, "630203") == "63030301" + "32343638"
    with pytest.raises(CannotDo, match="4 to 10 digits"):
        await lock.act("program", Gesture(slot=4, code="2468"))

    await lock.act("program", Gesture(slot=3))
    assert lock.state()["codes"] == {}


async def test_several_codes_come_in_one_command() -> None:
    lock, _ = _device(Kind.LOCK)

    assert _hear(lock, "630b02" + "00010104" + "31323334" + "00020204" + "35363738") is Verdict.OK

    assert await _said(lock, "630c000100") == "630d01" + "00010104" + "31323334" + "0002"
    assert lock.state()["codes"] == {
        "1": {"status": "enabled", "digits": "1234"},
        "2": {"status": "disabled", "digits": "5678"},
    }


async def test_the_code_of_a_slot_that_is_off_moves_no_bolt() -> None:
    lock, _ = _device(Kind.LOCK)
    _hear(lock, "63010202" + "35363738")

    with pytest.raises(CannotDo, match="slot 2 has no PIN that opens"):
        await lock.act("turn", Gesture(to="unlocked", slot=2))


async def test_a_siren_stops_by_itself_and_says_so() -> None:
    siren, air = _device(Kind.SIREN, tone_seconds=0.0)

    assert _hear(siren, "7908024d") is Verdict.OK
    assert await _said(siren, "7909") == "790a024d"
    await until(lambda: air.sent)

    assert air.sent == ["790a0000"]
    sounding = {"sounding": True, "seconds": 0.0, "tone": 2, "volume": 77, "name": "Fire"}
    assert air.happened == [("siren", sounding), ("siren", {"sounding": False, "by": "end"})]
    assert _hear(siren, "790808") is Verdict.FAIL  # it has seven tones


async def test_a_sirens_volume_may_be_the_default_or_the_last_one() -> None:
    siren, _ = _device(Kind.SIREN)

    assert _hear(siren, "79051e03") is Verdict.OK
    _hear(siren, "7908ff00")
    assert await _said(siren, "7909") == "790a031e"
    _hear(siren, "79080114")
    _hear(siren, "790801ff")
    assert await _said(siren, "7909") == "790a0114"


async def test_a_keypad_counts_down_and_answers_codes() -> None:
    keypad, air = _device(Kind.KEYPAD)

    assert _hear(keypad, "8701000212060112071e") is Verdict.OK
    assert _hear(keypad, "8701000109 02ff".replace(" ", "")) is Verdict.OK
    assert _hear(keypad, "870100017702ff") is Verdict.FAIL  # it has no such indicator

    shown, answered, _ = air.happened
    assert shown[1] == {"state": "exit_delay", "on": True, "seconds": 90, "indicator": 0x12}
    assert answered == ("arm_response", {"notification": "invalid_code"})


async def test_a_pin_is_padded_so_that_nobody_learns_its_length() -> None:
    keypad, air = _device(Kind.KEYPAD)

    await keypad.act("press", Gesture(key="arm_away", code="4829"))
    await keypad.act("press", Gesture(key="panic"))

    assert air.sent == ["6f0101020510" + "34383239" + "ff" * 12, "6f0102001100"]
    with pytest.raises(CannotDo, match="no key 'arm_nihgt'"):
        await keypad.act("press", Gesture(key="arm_nihgt"))


async def test_a_garage_door_takes_its_time_and_may_be_stopped() -> None:
    garage, air = _device(Kind.GARAGE)

    assert _hear(garage, "6601ff") is Verdict.OK
    await garage.act("stop", Gesture())

    assert air.sent == ["6603fe", "6603fd"]
    assert garage.state()["barrier"] == "stopped"


async def test_a_lamp_comes_back_at_its_last_level() -> None:
    lamp, air = _device(Kind.LIGHT)

    for frame in ("26012a00", "26010000", "2601ff00"):
        assert _hear(lamp, frame) is Verdict.OK
    assert await _said(lamp, "2602") == "26032a2a00"
    assert _hear(lamp, "26016400") is Verdict.FAIL
    assert air.sent == []  # supervised: that is answer enough


async def test_a_thermostat_refuses_what_is_too_hot() -> None:
    thermostat, air = _device(Kind.THERMOSTAT)

    assert _hear(thermostat, "4301012200d7") is Verdict.OK
    assert _hear(thermostat, "430101220190") is Verdict.FAIL
    assert await _said(thermostat, "430201") == "4303012200d7"
    assert air.happened == [("thermostat", {"setpoint": 21.5})]


async def test_a_battery_that_is_low_says_so_in_place_of_its_level() -> None:
    lock, air = _device(Kind.LOCK)

    await lock.act("battery", Gesture(percent=15))
    await lock.act("battery", Gesture(percent=14))

    assert air.sent == ["80030f", "8003ff"]


async def test_a_memory_comes_back_and_a_damaged_one_does_no_harm() -> None:
    lock, _ = _device(Kind.LOCK)
    _hear(lock, "63010301" + "34383239")
    await lock.act("turn", Gesture(to="locked", slot=3))
    other, _ = _device(Kind.LOCK)

    other.load(lock.dump())
    assert (other.state()["bolt"], other.state()["codes"]) == (
        "locked",
        {"3": {"status": "enabled", "digits": "4829"}},
    )
    other.load({"node": "x", "keys": 3, "parts": {"62": {"bolt": 7}, "63": {"1": 2}, "80": []}})
    assert other.state()["joined"] is False


@pytest.mark.parametrize("kind", list(Kind))
async def test_no_bytes_from_the_air_break_a_device(kind: Kind) -> None:
    device, _ = _device(kind)

    for part in range(0x100):
        for command in range(0x10):
            for payload in ("", "00", "ff", "0102", "ff" * 5, "00" * 40):
                answer = _hear(device, f"{part:02x}{command:02x}{payload}")
                assert not isinstance(answer, bytes) or answer[0] == part
