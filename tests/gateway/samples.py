"""One of everything that the journal may hold. Each has its golden JSON, kept for ever."""

from datetime import UTC, datetime, timedelta

from gateway.model.capability import Capability, Contact, Lock
from gateway.model.clock import HouseTime
from gateway.model.command import (
    AimCamera,
    ClearLockCode,
    Command,
    DimLight,
    GiveJoinKey,
    Infrared,
    LearnView,
    LockDoor,
    MoveGate,
    PermitJoin,
    ReadLockCode,
    RebootCamera,
    RefreshDevice,
    RemoveDevice,
    SetInfrared,
    SetLockCode,
    SetThermostat,
    ShowPanel,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    TurnValve,
    UnlockDoor,
)
from gateway.model.device import Device, DeviceId, DriverId
from gateway.model.effect import (
    Effect,
    Inspect,
    KeepClip,
    Level,
    Notify,
    Order,
    OrderId,
    Outcome,
    Perform,
    RuleRan,
    RunProgram,
)
from gateway.model.event import (
    AreaLost,
    ArmRequested,
    ButtonPressed,
    BypassRequested,
    ClockStepped,
    CodeRefused,
    CommandConfirmed,
    CommandFailed,
    CommandRequested,
    ConfigurationLoaded,
    DeviceFault,
    DeviceHeard,
    DeviceJoined,
    DeviceLeft,
    DisarmRequested,
    DriverFound,
    DriverLost,
    Entry,
    Event,
    Fault,
    JamChanged,
    JoiningChanged,
    JoinKeyWanted,
    LockOperated,
    Panic,
    PanicPressed,
    PartFailed,
    PartWorks,
    ProgramEnded,
    Proof,
    Reported,
    ResetRequested,
    RuleCalled,
    Started,
    StorageFailed,
    StorageRecovered,
    Ticked,
    WallTold,
)
from gateway.model.lock_event import (
    Found,
    LockCodeChecked,
    LockPinForgotten,
    LockPinKept,
    OneTimePinEnded,
    OneTimePinMade,
)
from gateway.model.sight import (
    AnimalSeen,
    ClipFailed,
    ClipKept,
    ClipRemoved,
    Inspected,
    LineCrossed,
    Loitered,
    PersonSeen,
    Seen,
    VehicleSeen,
    Witness,
)
from gateway.model.upkeep import Job
from gateway.model.upkeep_event import UpkeepBegan, UpkeepEnded

DOOR = DeviceId("zigbee:00124b001ca10001/1")
LOCK = DeviceId("zigbee:00124b001ca10002/1")
YARD = DeviceId("onvif:yard/0")
ZIGBEE = DriverId("zigbee")
ORDER = OrderId("17.0")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

COMMANDS: tuple[Command, ...] = (
    SoundSiren(DOOR, 180),
    SilenceSiren(DOOR),
    LockDoor(LOCK),
    UnlockDoor(LOCK),
    TurnSwitch(DOOR, on=True),
    DimLight(DOOR, 40),
    MoveGate(DOOR, up=True),
    TurnValve(DOOR, shut=True),
    SetThermostat(DOOR, 20.5),
    SetLockCode(LOCK, 3, None),
    ClearLockCode(LOCK, 3),
    ReadLockCode(LOCK, 3),
    ShowPanel(DOOR, "entry delay", "away", 30),
    PermitJoin(ZIGBEE, 254),
    GiveJoinKey(ZIGBEE, None),
    RemoveDevice(DOOR),
    RefreshDevice(DOOR),
    AimCamera(YARD, "gate"),
    SetInfrared(YARD, Infrared.ON),
    RebootCamera(YARD),
    LearnView(YARD),
)
EFFECTS: tuple[Effect, ...] = (
    Perform(SoundSiren(DOOR, 180)),
    Notify("burglary: front door", Level.ALARM),
    RuleRan("garage", 3, Outcome.RAN, "called by anna", terms=("trouble.any is false",)),
    RunProgram(
        "garage",
        3,
        "./ask",
        ("-v",),
        {"by": "anna"},
        timedelta(seconds=5),
        1 << 20,
        (LockDoor(LOCK),),
    ),
    Inspect((YARD,), 1.5, "hall (hall_motion motion:moving)"),
    KeepClip((YARD,), "house 1234", 30.0, pinned=True),
)
EVENTS: tuple[Event, ...] = (
    Reported(DOOR, Contact.OPEN),
    LockOperated(LOCK, Lock.UNLOCKED, "keypad", 3),
    LockCodeChecked(LOCK, 3, Found.OTHER),
    LockPinKept("anna", "boris"),
    LockPinForgotten("anna", "boris"),
    OneTimePinMade(LOCK, 30, "plumber", 86_400, "anna"),
    OneTimePinEnded(LOCK, 30, "anna"),
    PanicPressed(DOOR, Panic.FIRE),
    ButtonPressed(DOOR, 2, "held"),
    DeviceFault(LOCK, Fault.NOT_READY, present=True),
    DeviceHeard(DOOR),
    PersonSeen(YARD, 7, 0.84, ("porch",), "yard-1234-7.jpg"),
    VehicleSeen(YARD, 8, 0.5),
    AnimalSeen(YARD, 0, 1.0, witness=Witness.CAMERA),
    LineCrossed(YARD, "gate", Seen.PERSON, inward=True, track=7),
    Loitered(YARD, "porch", Seen.PERSON, 30, 7),
    Inspected(YARD, (Seen.PERSON,), 14),
    ClipKept(YARD, "yard-1234", "ab" * 32, 5.5, 35.5, "house 1234", 1_234_567),
    ClipFailed(YARD, "house 1234", "the disk is full"),
    ClipRemoved("yard-1234", "older than 14 days"),
    DeviceJoined(Device(LOCK, frozenset({Capability.LOCK, Capability.BATTERY}), "Maker", "Bolt 2")),
    DeviceLeft(DOOR),
    DriverFound(ZIGBEE),
    DriverLost(ZIGBEE, "the stick was pulled"),
    JamChanged(ZIGBEE, jammed=True),
    JoiningChanged(ZIGBEE, open=False),
    JoinKeyWanted(ZIGBEE, "dsk *****-12345", 240),
    UpkeepBegan(ZIGBEE, Job.REBUILD, "anna", DOOR),
    UpkeepEnded(ZIGBEE, Job.BACKUP, done=False, reason="the stick was pulled"),
    CommandConfirmed(ORDER, LockDoor(LOCK), Proof.REPORTED),
    CommandFailed(ORDER, UnlockDoor(LOCK), "no answer"),
    ArmRequested("home", "away", "anna", "cli", bypass=frozenset({"kitchen", "attic"})),
    DisarmRequested("home", "anna", DOOR),
    ResetRequested("home", "anna"),
    BypassRequested("kitchen", bypassed=True, by="anna"),
    CodeRefused(DOOR),
    CommandRequested(LockDoor(LOCK), "anna"),
    Started(12.5, trusted=True),
    ClockStepped(-3600.0),
    StorageFailed("the disk is full"),
    StorageRecovered(),
    PartFailed("the rules", "a bug"),
    PartWorks("the detection"),
    AreaLost("shop"),
    ConfigurationLoaded("5f1d0c2b", ("run 1 of garage: the rule is gone",), ("rule garage: gone",)),
    Ticked(),
    WallTold(NOON),
    RuleCalled("garage", "anna"),
    ProgramEnded("garage", "./ask", (LockDoor(LOCK),)),
)


def entry(number: int, event: Event | None = None) -> Entry:
    """Give the entry of that number, always the same one."""
    chosen = event or EVENTS[number % len(EVENTS)]
    return Entry(number, HouseTime(number * 1_000_000), NOON, chosen)


def orders(number: int) -> tuple[Order, ...]:
    """Give the orders of an entry: of every third one, two of them."""
    if number % 3:
        return ()
    at = HouseTime(number * 1_000_000)
    return (
        Order(OrderId(f"{number}.0"), Perform(SoundSiren(DOOR, 180)), at),
        Order(OrderId(f"{number}.1"), Perform(UnlockDoor(LOCK)), at, HouseTime(at + 10_000_000)),
    )
