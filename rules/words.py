"""Events and effects in plain words, for logs, screens and messages."""

from gateway.model.capability import capability_of
from gateway.model.command import (
    ClearLockCode,
    Command,
    LockDoor,
    PermitJoin,
    RefreshDevice,
    RemoveDevice,
    SetLockCode,
    ShowPanel,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    UnlockDoor,
)
from gateway.model.device import DeviceId
from gateway.model.event import (
    AreaLost,
    ArmRequested,
    BypassRequested,
    ClockStepped,
    CodeRefused,
    CommandConfirmed,
    CommandFailed,
    CommandRequested,
    ConfigurationLoaded,
    DeviceHeard,
    DeviceJoined,
    DeviceLeft,
    DisarmRequested,
    DriverFound,
    DriverLost,
    Event,
    JamChanged,
    JoiningChanged,
    LockOperated,
    PanicPressed,
    PartFailed,
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
from rules.site import Site


def name_of(site: Site, device: str) -> str:
    """Give a device's configured name, or what it is called on its driver."""
    return site.names.get(DeviceId(device), device)


def sentence(site: Site, event: Event) -> str:  # noqa: C901, PLR0912  # one line an event: a table
    """Say what happened."""
    match event:
        case Reported():
            name = name_of(site, event.device)
            return f"{name}: {capability_of(event.reading)} {event.reading}"
        case LockOperated():
            slot = "" if event.slot is None else f", slot {event.slot}"
            name = name_of(site, event.device)
            return f"{name} {event.lock} ({event.source}{slot}{_whose(site, event)})"
        case PanicPressed():
            return f"{event.kind} pressed at {name_of(site, event.device)}"
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
        case CommandConfirmed():
            how = "took it" if event.proof is Proof.ACCEPTED else "reports it done"
            return f"{order(site, event.command)}: {how}"
        case CommandFailed():
            return f"{order(site, event.command)}: failed, {event.reason}"
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
        case Ticked():
            return "a delay is over"
        case WallTold():
            return f"the wall clock shows {event.wall:%Y-%m-%d %H:%M:%S} UTC"
        case RuleCalled():
            return f"{event.by} calls rule {event.rule}"
        case ProgramEnded():
            failed = f" failed: {event.reason}" if event.reason else " ended"
            return f"program {event.program} of rule {event.rule}{failed}"


def order(site: Site, command: Command) -> str:
    """Say what a command asks."""
    match command:
        case PermitJoin():
            what = f"open joining for {command.seconds} s" if command.seconds else "close joining"
            return f"{command.driver}: {what}"
        case SoundSiren():
            return f"{name_of(site, command.device)}: sound for {command.seconds} s"
        case TurnSwitch():
            return f"{name_of(site, command.device)}: turn {'on' if command.on else 'off'}"
        case ShowPanel():
            return f"{name_of(site, command.device)}: show {command.phase}"
        case SetLockCode():
            return f"{name_of(site, command.device)}: set the code of slot {command.slot}"
        case ClearLockCode():
            return f"{name_of(site, command.device)}: clear the code of slot {command.slot}"
        case SilenceSiren() | LockDoor() | UnlockDoor() | RemoveDevice() | RefreshDevice():
            return f"{name_of(site, command.device)}: {_VERBS[type(command)]}"


_VERBS = {
    SilenceSiren: "be silent",
    LockDoor: "lock",
    UnlockDoor: "unlock",
    RemoveDevice: "leave",
    RefreshDevice: "tell its readings",
}


def _whose(site: Site, event: LockOperated) -> str:
    for person in site.people.values():
        if event.slot is not None and person.lock_slots.get(event.device) == event.slot:
            return f": {person.name}"
    return ""
