"""Events and effects in plain words, for logs, screens and messages."""

import re

from gateway.model.capability import capability_of
from gateway.model.command import (
    AimCamera,
    ClearLockCode,
    Command,
    DimLight,
    GiveJoinKey,
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
from gateway.model.device import DeviceId
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
    Event,
    JamChanged,
    JoiningChanged,
    JoinKeyWanted,
    LockOperated,
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
    VehicleSeen,
)
from gateway.model.upkeep_event import UpkeepBegan, UpkeepEnded
from rules import sight_words
from rules.lock_slots import called
from rules.site import Site

_DEVICE = re.compile(r"\b[a-z]+:[0-9a-f]+/[0-9/]*\d")


def name_of(site: Site, device: str) -> str:
    """Give a device's configured name, or what it is called on its driver."""
    return site.names.get(DeviceId(device), device)


def in_names(site: Site, words: str) -> str:
    """Give what a driver says with the names of the devices that it speaks of."""
    return _DEVICE.sub(lambda found: name_of(site, found.group()), words)


def sentence(site: Site, event: Event) -> str:  # noqa: C901, PLR0912, PLR0915  # a table
    """Say what happened."""
    match event:
        case Reported():
            name = name_of(site, event.device)
            return f"{name}: {capability_of(event.reading)} {event.reading}"
        case LockOperated():
            slot = "" if event.slot is None else f", slot {event.slot}"
            name = name_of(site, event.device)
            return f"{name} {event.lock} ({event.source}{slot}{_whose(site, event)})"
        case (
            LockCodeChecked()
            | LockPinKept()
            | LockPinForgotten()
            | OneTimePinMade()
            | OneTimePinEnded()
        ):
            return _of_pins(site, event)
        case (
            PersonSeen()
            | VehicleSeen()
            | AnimalSeen()
            | LineCrossed()
            | Loitered()
            | Inspected()
            | ClipKept()
            | ClipFailed()
            | ClipRemoved()
        ):
            return sight_words.sentence(site, event)
        case PanicPressed():
            return f"{event.kind} pressed at {name_of(site, event.device)}"
        case ButtonPressed():
            return f"{name_of(site, event.device)}: button {event.button} {event.gesture}"
        case DeviceFault():
            no_longer = "" if event.present else "no longer "
            return f"{name_of(site, event.device)} is {no_longer}{event.fault}"
        case DeviceHeard():
            return f"{name_of(site, event.device)} is alive"
        case DeviceJoined():
            known = ", ".join(sorted(event.device.capabilities))
            return f"{name_of(site, event.device.id)} is here: {known}"
        case DeviceLeft():
            return f"{name_of(site, event.device)} left"
        case DriverFound():
            return f"the {event.driver} radio answers"
        case DriverLost():
            return f"the {event.driver} radio is lost: {event.reason}"
        case JamChanged():
            return f"the {event.driver} radio is {'' if event.jammed else 'no longer '}jammed"
        case JoiningChanged():
            return f"joining is {'open' if event.open else 'closed'} on {event.driver}"
        case JoinKeyWanted():
            return f"{event.driver} asks for the key of the device that joins: {event.hint}"
        case UpkeepBegan():
            return f"{event.by} begins a job of {event.driver}: {_job(site, event)}"
        case UpkeepEnded():
            ended = "is done" if event.done else "failed"
            reason = in_names(site, event.reason)
            return f"{_job(site, event)} on {event.driver} {ended}: {reason}"
        case CommandConfirmed():
            how = "took it" if event.proof is Proof.ACCEPTED else "reports it done"
            return f"{order(site, event.command)}: {how}"
        case CommandFailed():
            return f"{order(site, event.command)}: failed, {in_names(site, event.reason)}"
        case ArmRequested():
            forced = ", by force" if event.force else ""
            return f"{event.by} asks to arm {event.area} {event.mode}{forced}"
        case DisarmRequested():
            return f"{event.by} asks to disarm {event.area}"
        case ResetRequested():
            return f"{event.by} clears the alarm memory of {event.area}"
        case BypassRequested():
            return f"{event.by} {'bypasses' if event.bypassed else 'takes in'} {event.zone}"
        case CodeRefused():
            return f"a wrong code at {name_of(site, event.via)}"
        case CommandRequested():
            return f"{event.by} asks: {order(site, event.command)}"
        case Started():
            doubt = "" if event.trusted else ", and the wall clock cannot be trusted"
            return f"the hub started after {event.gap_seconds:.1f} s away{doubt}"
        case ClockStepped():
            return f"the wall clock stepped by {event.seconds:+.1f} s"
        case StorageFailed():
            return f"storage failed: {event.reason}"
        case StorageRecovered():
            return "storage works again"
        case PartFailed():
            return f"{event.part} failed: {event.reason}"
        case AreaLost():
            return f"area {event.area} was armed and is no longer in the configuration"
        case ConfigurationLoaded():
            lost = "".join(f"; cancelled: {line}" for line in event.cancelled)
            other = "".join(f"; {line}" for line in event.changed)
            return f"the configuration was loaded anew ({event.digest[:8]}){other}{lost}"
        case PartWorks(part=part):
            return f"{part} works again"
        case Ticked():
            return "a delay is over"
        case WallTold():
            return f"the wall clock shows {event.wall:%Y-%m-%d %H:%M:%S} UTC"
        case RuleCalled():
            return f"{event.by} calls rule {event.rule}"
        case ProgramEnded():
            failed = f" failed: {event.reason}" if event.reason else " ended"
            return f"program {event.program} of rule {event.rule}{failed}"


type _OfPins = LockCodeChecked | LockPinKept | LockPinForgotten | OneTimePinMade | OneTimePinEnded


def _of_pins(site: Site, event: _OfPins) -> str:
    match event:
        case LockPinKept():
            return f"{event.by} gives the PIN of {event.person} for the locks"
        case LockPinForgotten():
            return f"{event.by} takes the PIN of {event.person} out of the locks"
        case _:
            pass
    where = f"{name_of(site, event.device)}, slot {event.slot}"
    match event:
        case LockCodeChecked():
            return f"{where}: {_CONTENTS[event.found]}"
        case OneTimePinMade():
            return f"{event.by} makes a {called(event.label)} for {where}"
        case OneTimePinEnded():
            return f"{event.by} ends the one-time PIN of {where}"


def order(site: Site, command: Command) -> str:
    """Say what a command asks."""
    match command:
        case PermitJoin():
            what = f"open joining for {command.seconds} s" if command.seconds else "close joining"
            return f"{command.driver}: {what}"
        case GiveJoinKey():
            return f"{command.driver}: answer about the key"  # which one, no journal keeps
        case (
            SilenceSiren()
            | LockDoor()
            | UnlockDoor()
            | RemoveDevice()
            | RefreshDevice()
            | RebootCamera()
            | LearnView()
        ):
            return f"{name_of(site, command.device)}: {_VERBS[type(command)]}"
        case SetLockCode() | ClearLockCode() | ReadLockCode():
            verb = _CODE_VERBS[type(command)]
            return f"{name_of(site, command.device)}: {verb} the code of slot {command.slot}"
        case _:
            return f"{name_of(site, command.device)}: {_wanted(command)}"


type _Setting = (
    SoundSiren
    | TurnSwitch
    | DimLight
    | MoveGate
    | TurnValve
    | SetThermostat
    | ShowPanel
    | AimCamera
    | SetInfrared
)


def _wanted(command: _Setting) -> str:
    match command:
        case SoundSiren():
            return f"sound for {command.seconds} s"
        case TurnSwitch():
            return f"turn {'on' if command.on else 'off'}"
        case DimLight():
            return f"{command.percent} %"
        case MoveGate():
            return "open" if command.up else "close"
        case TurnValve():
            return "shut" if command.shut else "let flow"
        case SetThermostat():
            return f"hold {command.celsius:g} °C"
        case ShowPanel():
            return f"show {command.phase}"
        case AimCamera():
            return f"turn to {command.preset}"
        case SetInfrared():
            return f"infrared {command.mode}"


_VERBS = {
    SilenceSiren: "be silent",
    LockDoor: "lock",
    UnlockDoor: "unlock",
    RemoveDevice: "leave",
    RebootCamera: "start anew",
    LearnView: "take its view of now for the right one",
    RefreshDevice: "tell its readings",
}


_CODE_VERBS = {SetLockCode: "set", ClearLockCode: "clear", ReadLockCode: "read"}
_CONTENTS = {
    Found.RIGHT: "the right PIN",
    Found.MISSING: "no PIN",
    Found.OTHER: "a PIN that is not kept for it",
}


def _job(site: Site, event: UpkeepBegan | UpkeepEnded) -> str:
    return event.job if event.device is None else f"{event.job} {name_of(site, event.device)}"


def _whose(site: Site, event: LockOperated) -> str:
    person = site.owner_of(event.device, event.slot)
    return "" if person is None else f": {person.name}"
