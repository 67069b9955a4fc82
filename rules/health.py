"""Troubles: what is wrong with the panel itself, and the watch over devices that fell silent."""

from collections.abc import Iterator
from dataclasses import replace

from gateway.model.capability import Battery, Keypad, Lock, Siren, Tamper
from gateway.model.clock import HouseTime, after
from gateway.model.device import DeviceId
from gateway.model.effect import Level, Notify
from gateway.model.event import (
    AreaLost,
    ClockStepped,
    CommandConfirmed,
    CommandFailed,
    ConfigurationLoaded,
    DeviceHeard,
    DeviceJoined,
    DeviceLeft,
    DriverFound,
    DriverLost,
    Event,
    JamChanged,
    LockOperated,
    PanicPressed,
    PartFailed,
    Reported,
    Started,
    StorageFailed,
    StorageRecovered,
    Ticked,
)
from rules.site import Site
from rules.state import State, Trouble, TroubleKind, put, without

THE_RULES = "a part of the rules"
"""What failed where rules were left out at a start; a configuration that holds puts it right."""

type Changes = dict[Trouble, bool]
"""Troubles that an event says are there (True) or over (False)."""


def step(
    site: Site, before: State, state: State, event: Event, at: HouseTime
) -> tuple[State, tuple[Notify, ...]]:
    """Raise and clear troubles; tell people of each change once."""
    changes = {t: there for t, there in _changes(before, event).items() if concerns(site, t)}
    if isinstance(event, Ticked | Started | ConfigurationLoaded):
        state, silent = _supervise(site, state, event, at)
        changes |= silent
    said: list[Notify] = []
    for trouble, there in changes.items():
        if there is not (trouble in state.troubles):
            said.append(_tell(site, trouble, event, there=there))
            state = _set(state, trouble, at, there=there)
    return state, tuple(said)


def next_deadline(state: State) -> HouseTime | None:
    """Give when supervision wants to look again."""
    return state.next_check


def sentence(site: Site, trouble: Trouble) -> str:
    """Say a trouble in plain words."""
    name = next((n for d, n in site.names.items() if d == trouble.subject), trouble.subject)
    return _SENTENCES[trouble.kind].format(name)


_SENTENCES = {
    TroubleKind.BATTERY: "the battery of {} is low",
    TroubleKind.TAMPER: "{} is tampered with",
    TroubleKind.SILENT: "{} is silent",
    TroubleKind.LEFT: "{} left its network",
    TroubleKind.BOLT: "the bolt of {} is jammed",
    TroubleKind.UNCONFIRMED: "{} did not do what it was asked",
    TroubleKind.RADIO_LOST: "the {} radio is lost",
    TroubleKind.RADIO_JAMMED: "the {} radio is jammed",
    TroubleKind.STORAGE: "there is trouble with the storage",
    TroubleKind.PART: "{} failed",
    TroubleKind.CONFIGURATION: "area {} was armed and is no longer in the configuration",
    TroubleKind.CLOCK: "the wall clock of {} cannot be trusted",
}


def concerns(site: Site, trouble: Trouble) -> bool:
    """A device that nobody configured is nobody's trouble."""
    return ":" not in trouble.subject or trouble.subject in site.names


def _changes(before: State, event: Event) -> Changes:
    match event:
        case Reported():
            return _of_reading(event)
        case DeviceHeard() | LockOperated() | PanicPressed():
            return _alive(event.device)
        case DeviceJoined():
            # A driver that comes back names whom it knows: that is no sign of their life.
            known = event.device.id in before.devices
            return {} if known else _alive(event.device.id)
        case DeviceLeft():
            return {Trouble(TroubleKind.LEFT, event.device): True}
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
        case AreaLost(area=area):
            return {Trouble(TroubleKind.CONFIGURATION, area): True}
        case Started():
            # What a start finds wrong with the storage is said right after it.
            old = {t: False for t in before.troubles if t.kind in _OF_ONE_LIFE}
            return {**old, Trouble(TroubleKind.CLOCK, "the hub"): not event.trusted}
        case ConfigurationLoaded():
            return {Trouble(TroubleKind.PART, THE_RULES): False}
        case ClockStepped():
            return {Trouble(TroubleKind.CLOCK, "the hub"): False}
        case _:
            return {}


_OF_ONE_LIFE = {TroubleKind.STORAGE, TroubleKind.PART, TroubleKind.CONFIGURATION}
"""Troubles that a restart finds anew, or not."""


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


def _of_reading(event: Reported) -> Changes:
    if event.reading == "unknown":
        # A driver that cannot read a device says so: that is silence, known at once. But sirens
        # and keypads have little to say at the best of times.
        telling = not isinstance(event.reading, Siren | Keypad | Battery)
        return {Trouble(TroubleKind.SILENT, event.device): True} if telling else {}
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
        case _:
            pass
    return changes


def _alive(device: str) -> Changes:
    return {
        Trouble(TroubleKind.SILENT, device): False,
        Trouble(TroubleKind.LEFT, device): False,
    }


def _of_outcome(event: CommandConfirmed | CommandFailed) -> Changes:
    command = event.command
    subject = getattr(command, "device", None) or getattr(command, "driver", "")
    failed = isinstance(event, CommandFailed)
    return {Trouble(TroubleKind.UNCONFIRMED, str(subject)): failed}


def _set(state: State, trouble: Trouble, at: HouseTime, *, there: bool) -> State:
    if there:
        return replace(state, troubles=put(state.troubles, trouble, at))
    return replace(state, troubles=without(state.troubles, trouble))


def _tell(site: Site, trouble: Trouble, event: Event, *, there: bool) -> Notify:
    text = sentence(site, trouble)
    if not there:
        return Notify(f"over: {text}", Level.INFO)
    match event:
        case DriverLost() | CommandFailed() | StorageFailed() | PartFailed():
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
