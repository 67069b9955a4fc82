"""Troubles: what is wrong with the panel itself, and the watch over devices that fell silent."""

from collections.abc import Iterator
from dataclasses import replace

from gateway.model.capability import (
    Battery,
    Keypad,
    Lock,
    Picture,
    Power,
    Siren,
    Tamper,
    capability_of,
)
from gateway.model.clock import HouseTime, after
from gateway.model.command import (
    AimCamera,
    Command,
    GiveJoinKey,
    LearnView,
    PermitJoin,
    ReadLockCode,
    RebootCamera,
    RemoveDevice,
    SetInfrared,
)
from gateway.model.device import DeviceId, DriverId, driver_of
from gateway.model.effect import Level, Notify
from gateway.model.event import (
    AreaLost,
    ButtonPressed,
    ClockStepped,
    CommandConfirmed,
    CommandFailed,
    ConfigurationLoaded,
    DeviceFault,
    DeviceHeard,
    DeviceJoined,
    DeviceLeft,
    DriverFound,
    DriverLost,
    Event,
    Fault,
    JamChanged,
    LockOperated,
    PanicPressed,
    PartFailed,
    PartWorks,
    Reported,
    Started,
    StorageFailed,
    StorageRecovered,
    Ticked,
)
from gateway.model.sight import (
    AnimalSeen,
    ClipFailed,
    ClipKept,
    LineCrossed,
    Loitered,
    PersonSeen,
    VehicleSeen,
)
from rules.site import Site
from rules.state import State, Trouble, TroubleKind, put, reading_of, without

THE_RULES = "a part of the rules"
"""What failed where rules were left out at a start; a configuration that holds puts it right."""

type Changes = dict[Trouble, bool]
"""Troubles that an event says are there (True) or over (False)."""


def step(
    site: Site, before: State, state: State, event: Event, at: HouseTime
) -> tuple[State, tuple[Notify, ...]]:
    """Raise and clear troubles; tell people of each change once."""
    changes = {t: there for t, there in _changes(before, event).items() if concerns(site, t)}
    anew = _is_first_of_life(before, event)
    if isinstance(event, Ticked | Started | ConfigurationLoaded):
        state, silent = _supervise(site, state, event, at)
        changes |= silent
    said: list[Notify] = []
    for trouble, there in changes.items():
        if there is not (trouble in state.troubles):
            said.append(_tell(site, trouble, event, there=there))
            state = _set(state, trouble, at, there=there)
        elif there and anew:
            said.append(_tell(site, trouble, event, there=there))
    return state, tuple(said)


def next_deadline(state: State) -> HouseTime | None:
    """Give when supervision wants to look again."""
    return state.next_check


def sentence(site: Site, trouble: Trouble) -> str:
    """Say a trouble in plain words."""
    name = next((n for d, n in site.names.items() if d == trouble.subject), trouble.subject)
    words = _SENTENCES[trouble.kind]
    if trouble.kind in OF_CAMERAS and site.is_camera(trouble.subject):
        words = OF_CAMERAS[trouble.kind]
    elif trouble.kind is TroubleKind.PART and name.startswith("the clock of camera "):
        words = "{} is wrong: give the camera a time server"
    return words.format(name)


def told(site: Site, state: State, trouble: Trouble) -> str:
    """Say a trouble that is there, and its reason where that is remembered."""
    driver = state.drivers.get(DriverId(trouble.subject))
    is_lost = trouble.kind is TroubleKind.RADIO_LOST and driver is not None and not driver.found
    reason = driver.reason if is_lost and driver is not None else ""
    return f"{sentence(site, trouble)}: {reason}" if reason else sentence(site, trouble)


_SENTENCES = {
    TroubleKind.BATTERY: "the battery of {} is low",
    TroubleKind.TAMPER: "{} is tampered with",
    TroubleKind.SILENT: "{} is silent",
    TroubleKind.LEFT: "{} left its network",
    TroubleKind.BOLT: "the bolt of {} is jammed",
    TroubleKind.NOT_READY: "{} is not ready: nothing of it is heard before it was woken and asked",
    TroubleKind.INSECURE: "{} joined without security: remove it, and pair it anew with its key",
    TroubleKind.DEAD: "{} does not answer",
    TroubleKind.MAINS: "{} runs on its backup battery",
    TroubleKind.CAMERA: "{} does not see",
    TroubleKind.RECORDING: "{} did not record",
    TroubleKind.LOCK_CODE: "a PIN in {} is not as it should be: `nightlatch code list` shows which",
    TroubleKind.UNCONFIRMED: "{} did not do what it was asked",
    TroubleKind.RADIO_LOST: "the {} radio is lost",
    TroubleKind.RADIO_JAMMED: "the {} radio is jammed",
    TroubleKind.STORAGE: "there is trouble with the storage",
    TroubleKind.PART: "{} failed",
    TroubleKind.CONFIGURATION: "area {} was armed and is no longer in the configuration",
    TroubleKind.CLOCK: "the wall clock of {} cannot be trusted",
}

OF_CAMERAS = {
    TroubleKind.NOT_READY: "{} refuses the user or the password",
    TroubleKind.SILENT: "{} tells nothing",
}
"""Troubles that are others with a camera, which nobody wakes and which has no battery."""


def concerns(site: Site, trouble: Trouble) -> bool:
    """A device that nobody configured is nobody's trouble."""
    return ":" not in trouble.subject or trouble.subject in site.names


def _changes(before: State, event: Event) -> Changes:
    match event:
        case Reported():
            return _of_reading(before, event)
        case DeviceHeard() | LockOperated() | PanicPressed() | ButtonPressed():
            return _alive(event.device)
        case PersonSeen() | VehicleSeen() | AnimalSeen() | LineCrossed() | Loitered():
            return _alive(event.device)
        case ClipKept() | ClipFailed():
            return _of_recording(event)
        case DeviceFault():
            return {Trouble(_FAULTS[event.fault], event.device): event.present}
        case DeviceJoined():
            return _joined(before, event.device.id)
        case DeviceLeft():
            left = Trouble(TroubleKind.LEFT, event.device)
            return {left: True, Trouble(TroubleKind.UNCONFIRMED, event.device): False}
        case CommandConfirmed() | CommandFailed():
            return _of_outcome(event)
        case DriverFound() | DriverLost() | JamChanged():
            return _of_driver(event)
        case _:
            return _of_hub(before, event)


def _of_hub(before: State, event: Event) -> Changes:
    match event:
        case StorageFailed() | StorageRecovered():
            return {Trouble(TroubleKind.STORAGE, ""): isinstance(event, StorageFailed)}
        case PartFailed(part=part):
            return {Trouble(TroubleKind.PART, part): True}
        case PartWorks(part=part):
            return {Trouble(TroubleKind.PART, part): False}
        case AreaLost(area=area):
            return {Trouble(TroubleKind.CONFIGURATION, area): True}
        case Started():
            # What a start finds wrong with the storage is said right after it.
            old = {t: False for t in before.troubles if t.kind in _OF_ONE_LIFE}
            return {**old, Trouble(TroubleKind.CLOCK, "the hub"): not event.trusted}
        case ConfigurationLoaded():
            return {Trouble(TroubleKind.PART, THE_RULES): False, **_faults(before)}
        case ClockStepped():
            return {Trouble(TroubleKind.CLOCK, "the hub"): False}
        case _:
            return {}


_OF_ONE_LIFE = {TroubleKind.STORAGE, TroubleKind.PART, TroubleKind.CONFIGURATION}
"""Troubles that a restart finds anew, or not."""


def _of_recording(event: ClipKept | ClipFailed) -> Changes:
    """One that failed may be kept in part: that says nothing of how the next will go."""
    if isinstance(event, ClipKept) and event.cut:
        return {}
    return {Trouble(TroubleKind.RECORDING, event.device): isinstance(event, ClipFailed)}


def _of_driver(event: DriverFound | DriverLost | JamChanged) -> Changes:
    lost = Trouble(TroubleKind.RADIO_LOST, event.driver)
    jammed = Trouble(TroubleKind.RADIO_JAMMED, event.driver)
    match event:
        case DriverFound():
            return {lost: False}
        case DriverLost():
            return {lost: True, jammed: False}
        case JamChanged():
            return {jammed: event.jammed}


def _is_first_of_life(before: State, event: Event) -> bool:
    """Tell whether a radio is lost that this life of the hub knew nothing of yet.

    The trouble may stand from the last life: why it is lost now is news all the same.
    """
    if not isinstance(event, DriverLost):
        return False
    driver = before.drivers.get(event.driver)
    return driver is None or not driver.known


def _joined(before: State, device: DeviceId) -> Changes:
    """A driver that comes back names whom it knows: that is no sign of their life."""
    driver = before.drivers.get(driver_of(device))
    is_known = device in before.devices
    changes = {} if is_known else _alive(device)
    if not is_known or (driver is not None and driver.joining):
        changes[Trouble(TroubleKind.UNCONFIRMED, device)] = False
    return changes


def _faults(state: State) -> Changes:
    """Give what is wrong with devices: it may have been told before they were configured."""
    return {
        Trouble(_FAULTS[fault], device): True
        for device, known in state.devices.items()
        for fault in sorted(known.faults)
    }


def _of_reading(before: State, event: Reported) -> Changes:
    if isinstance(event.reading, Picture):
        blind = event.reading is not Picture.SEEING
        alive = _alive(event.device) if event.reading is not Picture.UNKNOWN else {}
        return {**alive, Trouble(TroubleKind.CAMERA, event.device): blind}
    if event.reading == "unknown":
        is_silent = _falls_silent(before, event)
        return {Trouble(TroubleKind.SILENT, event.device): True} if is_silent else {}
    changes = _alive(event.device)
    match event.reading:
        case Battery():
            low = event.reading is Battery.LOW
            changes[Trouble(TroubleKind.BATTERY, event.device)] = low
        case Tamper():
            tampered = event.reading is Tamper.TAMPERED
            changes[Trouble(TroubleKind.TAMPER, event.device)] = tampered
        case Lock():
            changes[Trouble(TroubleKind.BOLT, event.device)] = event.reading is Lock.JAMMED
        case Power():
            changes[Trouble(TroubleKind.MAINS, event.device)] = event.reading is Power.BACKUP
        case _:
            pass
    return changes


def _falls_silent(before: State, event: Reported) -> bool:
    """Tell whether a device that cannot be read is silent by that, known at once.

    Sirens and keypads have little to say at the best of times. What runs on a battery and was not
    heard since its radio came back may sleep: its supervision time says when it is missed.
    """
    if isinstance(event.reading, Siren | Keypad | Battery):
        return False
    known = {Trouble(kind, event.device) for kind in (TroubleKind.DEAD, TroubleKind.NOT_READY)}
    if not known.isdisjoint(before.troubles):
        return False  # that it says nothing is no news then
    device = before.devices.get(event.device)
    if device is None or (device.about is not None and device.about.mains):
        return True
    return reading_of(before, event.device, capability_of(event.reading)) != "unknown"


_FAULTS = {
    Fault.NOT_READY: TroubleKind.NOT_READY,
    Fault.INSECURE: TroubleKind.INSECURE,
    Fault.DEAD: TroubleKind.DEAD,
}


def _alive(device: str) -> Changes:
    return {
        Trouble(TroubleKind.SILENT, device): False,
        Trouble(TroubleKind.LEFT, device): False,
    }


def _of_outcome(event: CommandConfirmed | CommandFailed) -> Changes:
    command = event.command
    failed = isinstance(event, CommandFailed)
    if isinstance(command, ReadLockCode):  # a look, and nobody's wish
        return {}
    if isinstance(event, CommandFailed) and (_is_watched(command) or _is_beyond(event)):
        return {}
    subject = getattr(command, "device", None) or getattr(command, "driver", "")
    return {Trouble(TroubleKind.UNCONFIRMED, str(subject)): failed}


def _is_beyond(event: CommandFailed) -> bool:
    """Tell whether a camera was asked what it can never do: nothing would end that trouble."""
    of_cameras = AimCamera | SetInfrared | RebootCamera | LearnView
    return event.permanent and isinstance(event.command, of_cameras)


def _is_watched(command: Command) -> bool:
    """Tell whether whoever asked stands there, and hears what came of it."""
    match command:
        case RemoveDevice() | GiveJoinKey():
            return True
        case PermitJoin(seconds=seconds):
            return seconds > 0  # one that does not close is everybody's trouble
        case _:
            return False


def _set(state: State, trouble: Trouble, at: HouseTime, *, there: bool) -> State:
    if there:
        return replace(state, troubles=put(state.troubles, trouble, at))
    return replace(state, troubles=without(state.troubles, trouble))


def _tell(site: Site, trouble: Trouble, event: Event, *, there: bool) -> Notify:
    text = sentence(site, trouble)
    if not there:
        return Notify(f"over: {text}", Level.INFO)
    match event:
        case Reported(reading=Picture() as picture) if trouble.kind is TroubleKind.CAMERA:
            return Notify(f"trouble: {text}: {picture.value}", Level.TROUBLE)
        case DriverLost() | CommandFailed() | StorageFailed() | PartFailed() | ClipFailed():
            return Notify(f"trouble: {text}: {event.reason}", Level.TROUBLE)
        case _:
            return Notify(f"trouble: {text}", Level.TROUBLE)


# -- supervision ---------------------------------------------------------------------------------


def _supervise(
    site: Site, state: State, event: Ticked | Started | ConfigurationLoaded, at: HouseTime
) -> tuple[State, Changes]:
    """Look who fell silent. One deadline serves all: being heard only ever puts it off."""
    if isinstance(event, Ticked) and (state.next_check is None or at < state.next_check):
        return state, {}
    if isinstance(event, Started):
        state = replace(state, started=at)
    due = dict(_due(site, state))
    silent: Changes = {
        Trouble(TroubleKind.SILENT, device): True for device, when in due.items() if when <= at
    }
    # One that is silent may speak in a moment and fall silent again: look for that in time too.
    looks = (
        when if when > at else after(at, site.supervision[DeviceId(device)])
        for device, when in due.items()
    )
    return replace(state, next_check=min(looks, default=None)), silent


def _due(site: Site, state: State) -> Iterator[tuple[str, HouseTime]]:
    for device, time in site.supervision.items():
        known = state.devices.get(device)
        heard = state.started if known is None else max(known.heard, state.started)
        yield device, after(heard, time)
