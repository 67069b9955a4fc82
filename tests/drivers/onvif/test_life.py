"""Whole lives of the driver beside simulated cameras, and everything that goes wrong with them."""

import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from drivers.onvif import CameraSettings, OnvifDriver
from drivers.onvif.client import ANSWER_MOST
from drivers.onvif.condition import Condition
from drivers.onvif.subscription import Way
from gateway.model.answers import Answers
from gateway.model.capability import Capability, Contact, Motion, Switch, Tamper
from gateway.model.command import (
    AimCamera,
    Infrared,
    LearnView,
    PermitJoin,
    RebootCamera,
    RefreshDevice,
    SetInfrared,
    SilenceSiren,
    TurnSwitch,
)
from gateway.model.credential import Code, Noticed, StreamsFound, ViewChanged
from gateway.model.device import DeviceId
from gateway.model.driver import (
    CommandRefused,
    CommandUnsupported,
    DeviceUnknown,
    DeviceUnreachable,
)
from gateway.model.event import (
    ButtonPressed,
    DeviceFault,
    DeviceJoined,
    DriverFound,
    Fault,
    JoiningChanged,
    PartFailed,
    PartWorks,
    Proof,
    Reported,
)
from gateway.model.sight import AnimalSeen, LineCrossed, PersonSeen, VehicleSeen, Witness
from tests.drivers.house import House, living
from tests.drivers.onvif.rig import QUICK, Rig, onvif_rig
from tests.drivers.onvif.speaker import Speaker, speaker
from tests.drivers.onvif.spoiler import babbler, spoiler
from tests.waiting import until, until_async

YARD = DeviceId("onvif:yard/0")
BELL = DeviceId("onvif:bell/0")
HALL = DeviceId("onvif:hall/0")
INPUT = DeviceId("onvif:yard/input1")
RELAY = DeviceId("onvif:yard/relay1")
PERSON = PersonSeen(YARD, track=0, score=1.0, witness=Witness.CAMERA)
PEOPLE = "tns1:RuleEngine/MyRuleDetector/PeopleDetect"


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.fixture
async def far(tmp_path: Path, films: Path) -> AsyncIterator[Rig]:
    async with onvif_rig(tmp_path, films=films) as made:
        yield made


@contextlib.asynccontextmanager
async def watching(rig: Rig, *cameras: CameraSettings, **wishes: Any) -> AsyncIterator[Rig]:
    """Give the driver a life, with other cameras or timing where wished."""
    timing = replace(QUICK, **wishes)
    settings = replace(rig.settings, cameras=cameras or rig.settings.cameras, timing=timing)
    made = replace(rig, driver=OnvifDriver(settings), house=House(), settings=settings)
    async with living(made.driver, made.house) as life:
        await made.house.heard(DriverFound(made.driver.id))
        yield made
        assert not life.done(), "one camera ended the driver"


async def listening(rig: Rig) -> None:
    """Wait until the yard's events come."""
    await rig.house.until(lambda told: told == Reported(YARD, Motion.STILL))
    await until(lambda: rig.of().events in (Way.PULL, Way.PUSH))


def camera(rig: Rig, **changes: Any) -> CameraSettings:
    return replace(rig.settings.cameras[0], **changes)


# What they say


async def test_a_camera_tells_what_it_is_where_its_pictures_are_and_how_things_stand(
    far: Rig,
) -> None:
    async with watching(far) as rig:
        await listening(rig)
        await rig.house.heard(Reported(YARD, Tamper.INTACT))
        await rig.house.heard(Reported(INPUT, Contact.CLOSED))
        await rig.house.heard(Reported(RELAY, Switch.OFF))
        told = [e for e in rig.house.told if isinstance(e, DeviceJoined) and e.device.id == YARD]
        streams = await rig.house.until(lambda e: isinstance(e, StreamsFound) and e.device == YARD)

    assert rig.house.told[0] == DriverFound(rig.driver.id)
    assert told[0].device.capabilities == {Capability.CAMERA}
    assert told[-1].device.capabilities == {
        Capability.CAMERA,
        Capability.MOTION,
        Capability.TAMPER,
    }
    assert told[-1].device.model == "NL-CAM"
    plain = rig.ready["cameras"]["yard"]
    assert streams.main.text == plain["main"].replace("://", "://anna:geheim@")
    assert streams.sub.text == plain["sub"].replace("://", "://anna:geheim@")


@pytest.mark.parametrize(
    ("act", "device", "told"),
    [
        ("person", "yard", PERSON),
        ("vehicle", "yard", VehicleSeen(YARD, track=0, score=1.0, witness=Witness.CAMERA)),
        ("animal", "yard", AnimalSeen(YARD, track=0, score=1.0, witness=Witness.CAMERA)),
        ("line", "yard", LineCrossed(YARD, "MyLine", None, None, witness=Witness.CAMERA)),
        ("motion", "yard", Reported(YARD, Motion.MOVING)),
        ("intrusion", "yard", Reported(YARD, Motion.MOVING)),
        ("tamper", "yard", Reported(YARD, Tamper.TAMPERED)),
        ("scene_change", "yard", Noticed(YARD, "scene")),
        ("input", "yard", Reported(INPUT, Contact.OPEN)),
        ("ring", "bell", ButtonPressed(BELL, 1, "once")),
    ],
)
async def test_what_happens_before_a_camera_is_told(
    far: Rig, act: str, device: str, told: Any
) -> None:
    async with watching(far) as rig:
        await rig.house.heard(Reported(DeviceId(f"onvif:{device}/0"), Motion.STILL))
        since = len(rig.house.told)

        await rig.air.do(act, device=device)

        await rig.house.heard(told, since=since)


async def test_who_stood_there_before_is_no_person_seen_and_rings_no_bell(far: Rig) -> None:
    await far.air.do("person", device="yard")
    await far.air.do("motion", device="yard")
    visitor = {"source": {"Source": "vs0"}, "data": {"State": "true"}, "operation": "Changed"}
    await far.air.do(
        "say", device="bell", topic="tns1:RuleEngine/MyRuleDetector/Visitor", **visitor
    )

    async with watching(far) as rig:
        await rig.house.heard(Reported(YARD, Motion.MOVING))
        await rig.house.heard(Noticed(YARD, "person"))  # reason enough to look
        await rig.house.heard(Noticed(BELL, "visitor"))
        await rig.house.heard(Reported(DeviceId("onvif:bell/relay1"), Switch.OFF))

    assert not [e for e in rig.house.told if isinstance(e, PersonSeen | ButtonPressed)]


# What they are told to do


async def test_a_camera_does_what_is_ordered(far: Rig) -> None:
    async with watching(far) as rig:
        await listening(rig)

        assert await rig.driver.perform(TurnSwitch(RELAY, on=True)) is Proof.REPORTED
        await rig.driver.perform(AimCamera(YARD, "Drive"))
        assert rig.house.told.count(ViewChanged(YARD)) == 1
        await rig.driver.perform(AimCamera(YARD, "drive"))  # where it stands
        assert rig.house.told.count(ViewChanged(YARD)) == 1
        await rig.driver.perform(LearnView(YARD))
        assert rig.house.told.count(ViewChanged(YARD)) == 2
        await rig.driver.perform(AimCamera(YARD, "drive"))  # from wherever it was turned by hand
        assert rig.house.told.count(ViewChanged(YARD)) == 3
        await rig.driver.perform(SetInfrared(YARD, Infrared.ON))
        state = await rig.state()
        assert (state["relays"], state["position"]) == ({"relay1": True}, "drive")
        assert state["infrared"] == "OFF"  # the filter, which keeps it out
        assert await rig.driver.perform(RefreshDevice(YARD)) is Proof.REPORTED
        await rig.driver.perform(RebootCamera(YARD))

        await rig.air.happening("reboot")


async def test_what_a_camera_cannot_do_is_said(far: Rig) -> None:
    async with watching(far) as rig:
        await listening(rig)

        with pytest.raises(CommandRefused, match="no position 'moon'; it has gate, drive"):
            await rig.driver.perform(AimCamera(YARD, "moon"))
        with pytest.raises((CommandUnsupported, CommandRefused)):
            await rig.driver.perform(AimCamera(BELL, "gate"))
        with pytest.raises(CommandUnsupported, match="SilenceSiren"):
            await rig.driver.perform(SilenceSiren(YARD))
        for stranger in ("onvif:garden/0", "onvif:yard/relay9"):
            with pytest.raises(DeviceUnknown, match=stranger):
                await rig.driver.perform(TurnSwitch(DeviceId(stranger), on=True))


@pytest.mark.parametrize("device", [YARD, BELL])
async def test_a_picture_is_had_by_digest_and_by_the_password_itself(
    far: Rig, device: DeviceId
) -> None:
    async with watching(far) as rig:
        await rig.house.until(lambda e: isinstance(e, StreamsFound) and e.device == device)

        picture = await rig.driver.snapshot(device)

    assert picture[:2] == b"\xff\xd8"


async def test_cameras_nearby_are_found_while_joining_is_open(far: Rig) -> None:
    async with watching(far) as rig:
        await rig.house.heard(DriverFound(rig.driver.id))
        await rig.driver.perform(PermitJoin(rig.driver.id, 60))
        await until(lambda: len(rig.driver.nearby) == 2)
        yard = next(one for one in rig.driver.nearby if one.name == "yard")
        await rig.driver.perform(PermitJoin(rig.driver.id, 0))

    told = [e.open for e in rig.house.told if isinstance(e, JoiningChanged)]
    assert told == [True, False]
    assert f"{yard.host}:{yard.port}" == rig.ready["cameras"]["yard"]["onvif"]


async def test_a_camera_nearby_is_a_newcomer_until_it_is_configured(far: Rig) -> None:
    async with watching(far, camera(far)) as rig:
        await rig.driver.perform(PermitJoin(rig.driver.id, 60))
        await until(lambda: len(rig.driver.nearby) == 2)
        (bell,) = rig.driver.newcomers

    assert bell.address == far.ready["cameras"]["bell"]["onvif"]
    assert "bell" in bell.what
    async with watching(far, camera(far), camera(far, name="bell", address=bell.id)) as rig:
        await rig.driver.perform(PermitJoin(rig.driver.id, 60))
        await until(lambda: len(rig.driver.nearby) == 2)
        assert rig.driver.newcomers == ()


async def test_doctor_is_told_how_each_camera_s_services_are(far: Rig) -> None:
    hall = CameraSettings("hall", rtsp="rtsp://192.0.2.9/")
    await far.air.do("fault", device="bell", password="another")
    async with watching(far, *far.settings.cameras, hall, locked=3600.0) as rig:
        await listening(rig)
        await rig.house.heard(DeviceFault(BELL, Fault.NOT_READY, present=True))
        told = {check.name: check for check in rig.driver.checks}

    assert isinstance(rig.driver, Answers)
    assert {name: check.ok for name, check in told.items()} == {
        "camera yard services": True,
        "camera bell services": False,
    }
    yard = told["camera yard services"].sentence
    assert all(word in yard for word in ("NL-CAM", "2 streams", "its events are pulled"))
    assert told["camera bell services"].sentence.count("refuses the user or the password") == 1
    assert "geheim" not in str(told)


async def test_a_camera_that_is_known_by_its_urn_is_found_and_found_again(far: Rig) -> None:
    async with watching(far) as rig:
        await rig.house.heard(DriverFound(rig.driver.id))
        await rig.driver.perform(PermitJoin(rig.driver.id, 60))
        await until(lambda: len(rig.driver.nearby) == 2)
        urn = next(one.urn for one in rig.driver.nearby if one.name == "yard")
    async with watching(far, camera(far, address=urn)) as rig:
        await listening(rig)
        since = len(rig.house.told)

        await rig.air.do("move", device="yard")

        await rig.house.until(_has_streams, since=since)
        await until_async(partial(rig.state), lambda state: state["subscriptions"])
        await rig.air.do("person", device="yard")
        await rig.house.heard(PERSON, since=since)


def _probing(rig: Rig, voice: Speaker) -> Rig:
    return replace(rig, settings=replace(rig.settings, probe=(voice.probed,)))


async def _urn(far: Rig, name: str) -> str:
    async with watching(far) as rig:
        await rig.driver.perform(PermitJoin(rig.driver.id, 60))
        await until(lambda: len(rig.driver.nearby) == 2)
        return next(one.urn for one in rig.driver.nearby if one.name == name)


async def test_another_device_that_answers_in_its_name_is_told_and_given_nothing_more(
    far: Rig,
) -> None:
    urn, cameras = await _urn(far, "yard"), far.ready["cameras"]
    part = "the address of camera yard"
    async with (
        speaker(urn, cameras["yard"]["onvif"]) as voice,
        watching(_probing(far, voice), camera(far, address=urn)) as rig,
    ):
        await listening(rig)
        since = len(rig.house.told)

        voice.place = cameras["bell"]["onvif"]
        await rig.air.do("unplug", device="yard")

        failed = await rig.house.until(lambda e: isinstance(e, PartFailed), since=since)
        assert failed.part == part
        assert cameras["bell"]["onvif"] in failed.reason
        await rig.house.heard(DeviceFault(YARD, Fault.DEAD, present=True), since=since)
        assert not any(map(_has_streams, rig.house.told[since:]))
        voice.place = cameras["yard"]["onvif"]
        await rig.air.do("plug", device="yard")

        await rig.house.heard(PartWorks(part), since=since)
        await rig.house.until(_has_streams, since=since)


async def test_a_camera_that_answers_at_its_old_place_is_looked_for_nowhere_else(
    far: Rig,
) -> None:
    urn, cameras = await _urn(far, "yard"), far.ready["cameras"]
    async with (
        speaker(urn, cameras["yard"]["onvif"]) as voice,
        watching(_probing(far, voice), camera(far, address=urn), clock=0.2, grace=30.0) as rig,
    ):
        await listening(rig)
        since = len(rig.house.told)
        voice.place = cameras["bell"]["onvif"]

        await rig.air.do("fault", device="yard", clock=8.0)  # it costs a new login

        await rig.house.until(_has_streams, since=since)
        assert rig.of().address == cameras["yard"]["onvif"]
        assert voice.asked == 1


async def test_who_refuses_the_password_at_its_old_place_may_be_another_and_it_is_looked_for(
    far: Rig,
) -> None:
    urn, cameras = await _urn(far, "yard"), far.ready["cameras"]
    async with (
        speaker(urn, cameras["yard"]["onvif"]) as voice,
        watching(_probing(far, voice), camera(far, address=urn), locked=3600.0) as rig,
    ):
        await listening(rig)
        since = len(rig.house.told)

        await rig.air.do("fault", device="yard", password="another")

        await rig.house.heard(DeviceFault(YARD, Fault.NOT_READY, present=True), since=since)
        assert voice.asked == 2
        assert (await rig.state())["refused"] <= 4


async def test_a_camera_that_is_looked_for_is_not_given_the_password_itself(far: Rig) -> None:
    urn = await _urn(far, "bell")
    async with watching(far, camera(far, name="bell", address=urn)) as rig:
        await rig.house.until(lambda e: isinstance(e, StreamsFound) and e.device == BELL)

        with pytest.raises(CommandRefused, match="bell gives no picture"):
            await rig.driver.snapshot(BELL)


# How events come


async def test_a_camera_that_denies_its_events_is_asked_for_them_all_the_same(far: Rig) -> None:
    await far.air.do("fault", device="yard", no_events=True)

    async with watching(far) as rig:
        await listening(rig)
        await rig.air.do("person", device="yard")
        await rig.house.heard(PERSON)


async def test_a_camera_that_cannot_be_pulled_pushes(far: Rig) -> None:
    await far.air.do("fault", device="yard", push_only=True)

    async with watching(far, term=4.0) as rig:
        await listening(rig)
        assert rig.of().events is Way.PUSH
        assert "pull point" in rig.of().why_not_pulled
        await rig.air.do("person", device="yard")
        await rig.house.heard(PERSON)
        await until_async(partial(rig.state), lambda state: state["calls"].get("Renew", 0) > 1)
        since = len(rig.house.told)
        await rig.air.do("motion", device="yard")
        await rig.house.heard(Reported(YARD, Motion.MOVING), since=since)


async def test_a_camera_without_any_events_is_well_and_says_why(
    far: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await far.air.do("fault", device="yard", push_only=True)

    async def nobody_s(_: object) -> str:
        return "192.0.2.1"

    monkeypatch.setattr("drivers.onvif.push._reached_from", nobody_s)

    async with watching(far, grace=0.2) as rig:
        await until(lambda: rig.of().events is Way.NONE)
        state = rig.of()
        assert state.condition is Condition.WELL
        assert "no listener" in state.why_not_pulled
        await rig.house.until(lambda e: isinstance(e, StreamsFound) and e.device == YARD)
        await rig.air.do("fault", device="yard", clear=True)

        await listening(rig)  # it is asked again

    assert DeviceFault(YARD, Fault.DEAD, present=True) not in rig.house.told


async def test_a_refused_renewal_costs_nothing(far: Rig) -> None:
    await far.air.do("fault", device="yard", refuse_renewal=True)

    async with watching(far, term=4.0) as rig:
        await listening(rig)
        renewed = "CreatePullPointSubscription"
        await until_async(partial(rig.state), lambda state: state["calls"][renewed] > 2)
        await rig.air.do("person", device="yard")
        await rig.house.heard(PERSON)
        assert len((await rig.state())["subscriptions"]) <= 2  # none is left behind

    assert Reported(YARD, Motion.UNKNOWN) not in rig.house.told


async def test_a_driver_that_ends_leaves_no_subscription_behind(far: Rig) -> None:
    async with watching(far) as rig:
        await listening(rig)

    assert (await rig.state())["subscriptions"] == []


# What goes wrong


async def test_a_dead_camera_is_its_own_trouble_and_comes_back(far: Rig) -> None:
    async with watching(far) as rig:
        await listening(rig)
        await rig.house.heard(Reported(BELL, Motion.STILL))
        since = len(rig.house.told)

        await rig.air.do("unplug", device="yard")

        await rig.house.heard(DeviceFault(YARD, Fault.DEAD, present=True), since=since)
        for reading in (Motion.UNKNOWN, Tamper.UNKNOWN):
            await rig.house.heard(Reported(YARD, reading), since=since)
        await rig.house.heard(Reported(INPUT, Contact.UNKNOWN), since=since)
        await rig.house.heard(Reported(RELAY, Switch.UNKNOWN), since=since)
        assert rig.of().condition is Condition.GONE
        with pytest.raises(DeviceUnreachable, match=RELAY):
            await rig.driver.perform(TurnSwitch(RELAY, on=True))
        await rig.air.do("ring", device="bell")
        await rig.house.heard(ButtonPressed(BELL, 1, "once"), since=since)

        since = len(rig.house.told)
        await rig.air.do("plug", device="yard")

        await rig.house.heard(DeviceFault(YARD, Fault.DEAD, present=False), since=since)
        await rig.house.until(_has_streams, since=since)
        await rig.house.heard(Reported(YARD, Motion.STILL), since=since)
        await rig.house.heard(Reported(RELAY, Switch.OFF), since=since)
        assert StreamsFound(YARD, None) not in rig.house.told


async def test_a_short_reboot_in_a_subscription_is_no_trouble(far: Rig) -> None:
    async with watching(far, grace=30.0) as rig:
        await listening(rig)
        since = len(rig.house.told)

        await rig.air.do("reboot", device="yard", seconds=0.5)

        await rig.house.until(_has_streams, since=since)
        await until_async(partial(rig.state), lambda state: state["subscriptions"])
        await rig.air.do("person", device="yard")
        await rig.house.heard(PERSON, since=since)

    assert not _troubles(rig.house.told[since:])


async def test_what_moved_before_a_reboot_does_not_move_for_ever(far: Rig) -> None:
    async with watching(far, grace=30.0) as rig:
        await listening(rig)
        alarm = {"topic": "tns1:VideoSource/MotionAlarm", "data": {"State": "true"}}
        await rig.air.do("say", device="yard", **alarm)
        await rig.house.heard(Reported(YARD, Motion.MOVING))
        since = len(rig.house.told)

        await rig.air.do("reboot", device="yard", seconds=0.1)

        await rig.house.heard(Reported(YARD, Motion.STILL), since=since)


async def test_a_camera_that_is_not_there_at_the_start_is_dead_until_it_is(far: Rig) -> None:
    await far.air.do("unplug", device="yard")

    async with watching(far) as rig:
        await rig.house.heard(DeviceFault(YARD, Fault.DEAD, present=True))
        joined = [e.device.id for e in rig.house.told if isinstance(e, DeviceJoined)]
        assert YARD in joined
        await rig.air.do("plug", device="yard")
        await listening(rig)


async def test_a_wrong_password_is_said_once_and_not_tried_again(far: Rig) -> None:
    await far.air.do("fault", device="yard", password="another")

    async with watching(far, locked=3600.0) as rig:
        await rig.house.heard(DeviceFault(YARD, Fault.NOT_READY, present=True))
        await rig.house.heard(StreamsFound(YARD, None))
        await rig.house.heard(Reported(BELL, Motion.STILL))
        for order in (TurnSwitch(YARD, on=True), RefreshDevice(YARD)):
            with pytest.raises(DeviceUnreachable, match="password"):
                await rig.driver.perform(order)
        assert rig.of().condition is Condition.LOCKED
        await rig.air.do("reboot", device="bell", seconds=1.0)  # time goes by
        await rig.house.heard(DeviceFault(BELL, Fault.DEAD, present=True))
        assert (await rig.state())["refused"] == 1


@pytest.mark.parametrize("fault", [{"slow": 600.0}, {"password": "another"}])
async def test_streams_that_are_known_outlive_a_camera_that_is_silent_or_refuses(
    far: Rig, fault: dict[str, Any]
) -> None:
    async with watching(far, answer=0.5, locked=3600.0) as rig:
        await listening(rig)
        await rig.house.until(_has_streams)
        since = len(rig.house.told)

        await rig.air.do("fault", device="yard", **fault)

        await rig.house.until(_is_trouble_of_yard, since=since)
        assert StreamsFound(YARD, None) not in rig.house.told


async def test_streams_that_are_known_outlive_a_media_service_that_answers_nonsense(
    far: Rig,
) -> None:
    async with (
        spoiler(far.ready["cameras"]["yard"]["onvif"]) as between,
        watching(far, camera(far, address=between.place)) as rig,
    ):
        await listening(rig)
        await rig.house.until(_has_streams)
        since = len(rig.house.told)
        between.asked.clear()
        between.spoils = {b"GetProfiles": _nonsense}
        await rig.air.do("reboot", device="yard", seconds=1.0)

        await rig.house.heard(Reported(YARD, Motion.UNKNOWN), since=since)
        await rig.house.heard(Reported(YARD, Motion.STILL), since=since)
        await until(lambda: sum(b"GetProfiles" in one for one in between.asked) > 1)
        assert StreamsFound(YARD, None) not in rig.house.told
        between.spoils = {}

        await rig.house.until(_has_streams, since=since)


async def test_answers_without_end_are_not_read(far: Rig) -> None:
    async with spoiler(far.ready["cameras"]["yard"]["onvif"]) as between:
        between.spoils = {b"GetProfiles": _padded}
        async with watching(far, camera(far, address=between.place)) as rig:
            await listening(rig)
            assert StreamsFound(YARD, None) in rig.house.told
            assert rig.of().condition is Condition.WELL


async def test_without_a_user_nothing_is_proved(far: Rig) -> None:
    async with spoiler(far.ready["cameras"]["yard"]["onvif"]) as between:
        yard = camera(far, address=between.place, user="", password=Code(""))
        async with watching(far, yard) as rig:
            await rig.house.heard(DeviceFault(YARD, Fault.NOT_READY, present=True))

    assert any(b"GetDeviceInformation" in body for body in between.asked)
    assert not any(b"UsernameToken" in body for body in between.asked)


async def test_a_password_that_is_right_again_lets_us_in(far: Rig) -> None:
    await far.air.do("fault", device="yard", password="another")

    async with watching(far, locked=0.2) as rig:
        await rig.house.heard(DeviceFault(YARD, Fault.NOT_READY, present=True))
        since = len(rig.house.told)
        await rig.air.do("fault", device="yard", clear=True)

        await rig.house.heard(DeviceFault(YARD, Fault.NOT_READY, present=False), since=since)
        await rig.house.heard(Reported(YARD, Motion.STILL), since=since)


async def test_a_password_that_is_corrected_in_its_file_lets_us_in(far: Rig) -> None:
    kept = ["typo"]
    yard = camera(far, password=Code(""), read_password=lambda: Code(kept[-1]))
    hall = replace(yard, name="hall", address="", rtsp="rtsp://192.0.2.9/")

    async with watching(far, yard, hall, locked=0.2) as rig:
        await rig.house.heard(DeviceFault(YARD, Fault.NOT_READY, present=True))
        kept.append("geheim")

        await listening(rig)
        found = await rig.house.until(_has_streams)
        assert isinstance(found, StreamsFound)
        assert found.main is not None
        assert ":geheim@" in found.main.text
        await rig.house.heard(_stream_of_hall("typo"))
        await rig.house.heard(_stream_of_hall("geheim"))


def _stream_of_hall(password: str) -> StreamsFound:
    return StreamsFound(HALL, Code(f"rtsp://anna:{password}@192.0.2.9/"))


async def test_a_password_that_is_changed_meanwhile_is_noticed(far: Rig) -> None:
    async with watching(far, locked=3600.0) as rig:
        await listening(rig)
        since = len(rig.house.told)

        await rig.air.do("fault", device="yard", password="another")

        await rig.house.heard(DeviceFault(YARD, Fault.NOT_READY, present=True), since=since)
        await rig.house.heard(Reported(YARD, Motion.UNKNOWN), since=since)
        assert (await rig.state())["refused"] <= 3


@pytest.mark.parametrize(("seconds", "side"), [(3600.0, "ahead"), (-90.0, "behind")])
async def test_a_wrong_clock_lets_us_in_and_is_told(far: Rig, seconds: float, side: str) -> None:
    await far.air.do("fault", device="yard", clock=seconds)

    async with watching(far) as rig:
        await listening(rig)
        told = await rig.house.until(lambda e: isinstance(e, PartFailed))
        skew, checks = rig.of().skew_seconds, rig.driver.checks

    assert told.part == "the clock of camera yard"
    assert told.reason.endswith(f" s {side}")
    assert skew == pytest.approx(seconds, abs=4)
    (check,) = [one for one in checks if one.name == "camera yard services"]
    assert not check.ok
    assert "give the camera a time server" in check.sentence


async def test_a_clock_that_is_set_meanwhile_costs_a_new_login(far: Rig) -> None:
    await far.air.do("fault", device="yard", clock=3600.0)
    async with watching(far, grace=30.0, locked=3600.0) as rig:
        await listening(rig)
        since = len(rig.house.told)

        await rig.air.do("fault", device="yard", clear=True)

        await rig.house.heard(PartWorks("the clock of camera yard"), since=since)
        await until_async(partial(rig.state), lambda s: len(s["subscriptions"]) > 1)
        await rig.air.do("person", device="yard")
        await rig.house.heard(PERSON, since=since)

    assert not _troubles(rig.house.told[since:])


async def test_a_clock_is_looked_at_again_and_again(far: Rig) -> None:
    async with watching(far, clock=0.2, grace=30.0) as rig:
        await listening(rig)

        await rig.air.do("fault", device="yard", clock=8.0)  # too little to be let in no more

        told = await rig.house.until(lambda e: isinstance(e, PartFailed))

        await until_async(partial(rig.state), lambda s: s["calls"]["GetDeviceInformation"] > 1)

    assert "s ahead" in told.reason
    assert not _troubles(rig.house.told)


async def test_a_camera_behind_a_nat_is_spoken_to_where_it_answered(far: Rig) -> None:
    await far.air.do("fault", device="yard", xaddr="198.51.100.7:8080")

    async with watching(far) as rig:
        await listening(rig)
        streams = await rig.house.until(lambda e: isinstance(e, StreamsFound) and e.device == YARD)
        picture = await rig.driver.snapshot(YARD)

    assert streams.main.text == rig.ready["cameras"]["yard"]["main"].replace(
        "://", "://anna:geheim@"
    )
    assert picture[:2] == b"\xff\xd8"


@pytest.mark.parametrize("service", ["device", "media", "events", "io"])
async def test_undeclared_prefixes_are_overlooked(far: Rig, service: str) -> None:
    await far.air.do("fault", device="yard", malformed=service)

    async with watching(far) as rig:
        await listening(rig)
        streams = await rig.house.until(lambda e: isinstance(e, StreamsFound) and e.device == YARD)
        await rig.air.do("person", device="yard")
        await rig.house.heard(PERSON)

    assert streams.main is not None


async def test_a_service_that_answers_nonsense_does_not_take_down_the_others(far: Rig) -> None:
    async with spoiler(far.ready["cameras"]["yard"]["onvif"]) as between:
        between.spoils = {b"GetProfiles": _nonsense, b"GetRelayOutputs": _nonsense}
        async with watching(far, camera(far, address=between.place)) as rig:
            await listening(rig)
            await rig.air.do("person", device="yard")
            await rig.house.heard(PERSON)
            assert StreamsFound(YARD, None) in rig.house.told
            between.spoils = {}

            await rig.house.until(_has_streams)

    assert DeviceFault(YARD, Fault.DEAD, present=True) not in rig.house.told


async def test_events_that_are_nonsense_leave_the_camera_well(far: Rig) -> None:
    async with spoiler(far.ready["cameras"]["yard"]["onvif"]) as between:
        between.spoils = {b"CreatePullPoint": _nonsense, b"Subscribe": _nonsense}
        async with watching(far, camera(far, address=between.place)) as rig:
            await until(lambda: rig.of().events is Way.NONE)
            await rig.house.until(_has_streams)
            assert rig.of().condition is Condition.WELL
            between.spoils = {}

            await listening(rig)


async def test_a_camera_that_falls_deaf_is_no_still_one(far: Rig) -> None:
    async with (
        spoiler(far.ready["cameras"]["yard"]["onvif"]) as between,
        watching(far, camera(far, address=between.place)) as rig,
    ):
        await listening(rig)
        since = len(rig.house.told)

        words = (b"PullMessages", b"CreatePullPoint", b"Subscribe")
        between.spoils = dict.fromkeys(words, _nonsense)

        await rig.house.heard(Reported(YARD, Motion.UNKNOWN), since=since)
        await rig.house.heard(Reported(INPUT, Contact.UNKNOWN), since=since)
        assert rig.of().condition is Condition.WELL
        between.spoils = {}

        await rig.house.heard(Reported(YARD, Motion.STILL), since=since)
        assert DeviceFault(YARD, Fault.DEAD, present=True) not in rig.house.told


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<a:b>",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n<html>login<",
        b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_whatever_answers_at_its_address_it_is_only_a_dead_camera(
    far: Rig, answer: bytes
) -> None:
    async with babbler(answer) as place, watching(far, camera(far, address=place)) as rig:
        await rig.house.heard(DeviceFault(YARD, Fault.DEAD, present=True))


async def test_slow_answers_are_waited_for(far: Rig) -> None:
    await far.air.do("fault", device="yard", slow=0.4)

    async with watching(far) as rig:
        await listening(rig)
        await rig.air.do("person", device="yard")
        await rig.house.heard(PERSON)


async def test_answers_that_are_too_slow_are_none(far: Rig) -> None:
    async with watching(far, answer=0.5) as rig:
        await listening(rig)
        since = len(rig.house.told)

        await rig.air.do("fault", device="yard", slow=600.0)

        await rig.house.heard(DeviceFault(YARD, Fault.DEAD, present=True), since=since)
        await rig.house.heard(Reported(YARD, Motion.UNKNOWN), since=since)


async def test_topics_that_nobody_knows_are_no_harm(far: Rig) -> None:
    async with watching(far) as rig:
        await listening(rig)
        for topic in ("tns1:Some/Thing", "", "x" * 2000, "tns1:RuleEngine/MyRuleDetector/Package"):
            for data in ({}, {"State": "perhaps"}, {"State": "true", "<": "&\x7f"}):
                await rig.air.do("say", device="yard", topic=topic, data=data)
        await rig.air.do("say", device="yard", topic=PEOPLE, data={})
        assert not [e for e in rig.house.told if isinstance(e, PersonSeen)]

        await rig.air.do("person", device="yard")
        await rig.house.heard(PERSON)


async def test_no_password_stands_in_any_log(far: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with watching(far) as rig:
        await listening(rig)
        with contextlib.suppress(CommandRefused):
            await rig.driver.perform(AimCamera(YARD, "moon"))
        await rig.driver.snapshot(BELL)
        await rig.air.do("reboot", device="yard", seconds=1.0)
        await rig.house.heard(DeviceFault(YARD, Fault.DEAD, present=True))
        await rig.house.heard(DeviceFault(YARD, Fault.DEAD, present=False))
        await rig.air.do("fault", device="yard", password="other", malformed="media")
        await rig.house.heard(DeviceFault(YARD, Fault.NOT_READY, present=True))
        said = f"{caplog.text} {rig.driver.cameras} {rig.house.told} {rig.settings}"

    assert "camera yard" in said
    assert "the driver failed" not in said
    assert "geheim" not in said
    assert "PasswordDigest" not in said  # whoever has one can look for the password at leisure


async def test_a_plain_stream_is_a_camera_too(far: Rig) -> None:
    hall = CameraSettings("hall", rtsp="rtsp://192.0.2.9/a?b=c", user="a@b", password=Code("c:/d"))
    device = DeviceId("onvif:hall/0")
    async with watching(far, hall) as rig:
        told = await rig.house.until(lambda e: isinstance(e, StreamsFound))
        with pytest.raises(CommandUnsupported):
            await rig.driver.perform(RebootCamera(device))
        with pytest.raises(CommandUnsupported):
            await rig.driver.snapshot(device)

    assert told == StreamsFound(device, Code("rtsp://a%40b:c%3A%2Fd@192.0.2.9/a?b=c"))


def _has_streams(told: object) -> bool:
    return isinstance(told, StreamsFound) and told.device == YARD and told.main is not None


def _is_trouble_of_yard(told: object) -> bool:
    return isinstance(told, DeviceFault) and told.device == YARD and told.present


def _padded(answer: bytes) -> bytes:
    """Make an answer larger than any camera's, and well-formed all the same."""
    return answer + b" " * ANSWER_MOST


def _nonsense(answer: bytes) -> bytes:
    return b"<html><head><title>Oops" + answer[:20]


def _troubles(told: Iterable[object]) -> list[object]:
    return [
        e
        for e in told
        if (isinstance(e, DeviceFault) and e.present)
        or (isinstance(e, Reported) and e.reading == "unknown")
    ]
