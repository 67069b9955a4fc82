"""Only news is passed on; alarms always are."""

from drivers.shared import HEARD_SECONDS
from drivers.zigbee.ledger import Ledger
from gateway.model.capability import Battery, Capability, Contact, Tamper
from gateway.model.device import DeviceId
from gateway.model.event import DeviceHeard, Reported, Telemetry

DEVICE = DeviceId("zigbee:00124b001ca10001/1")
OPEN = Reported(DEVICE, Contact.OPEN)


def test_an_alarm_is_passed_on_however_often_it_comes() -> None:
    ledger = Ledger()

    assert list(ledger.news([OPEN])) == [OPEN]
    assert list(ledger.news([OPEN])) == [OPEN]


def test_a_cover_is_news_when_it_changed() -> None:
    ledger = Ledger()
    intact, tampered = Reported(DEVICE, Tamper.INTACT), Reported(DEVICE, Tamper.TAMPERED)

    assert list(ledger.news([intact])) == [intact]
    assert list(ledger.news([intact])) == []
    assert list(ledger.news([tampered])) == [tampered]


def test_a_battery_is_low_while_its_bit_or_its_percentage_says_so() -> None:
    ledger = Ledger()
    weak = Telemetry(DEVICE, "battery_percent", 9.0)
    good, low = Reported(DEVICE, Battery.GOOD), Reported(DEVICE, Battery.LOW)

    assert list(ledger.news([weak])) == [weak, low]
    assert list(ledger.news([good])) == []  # the zone's bit knows less than the percentage
    full = Telemetry(DEVICE, "battery_percent", 90.0)
    assert list(ledger.news([full])) == [full, good]


def test_a_sign_of_life_is_told_once_a_minute() -> None:
    ledger = Ledger()

    assert list(ledger.heard(DEVICE, 100.0)) == [DeviceHeard(DEVICE)]
    assert list(ledger.heard(DEVICE, 100.0 + HEARD_SECONDS - 1)) == []
    assert list(ledger.heard(DEVICE, 100.0 + HEARD_SECONDS)) == [DeviceHeard(DEVICE)]


def test_a_device_that_left_starts_anew() -> None:
    ledger = Ledger()
    intact = Reported(DEVICE, Tamper.INTACT)
    list(ledger.news([intact]))

    ledger.forget(DEVICE)

    assert not ledger.knows(DEVICE, Capability.TAMPER)
    assert list(ledger.news([intact])) == [intact]
