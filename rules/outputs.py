"""What should sound, shine and show, derived from the state; orders go out for the difference.

So a crash is mended without remembering what was ordered: when a device is found, after a start or
a loss of its radio too, all that is wanted of it is ordered anew. Repeating it does no harm.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gateway.model.clock import HouseTime, between
from gateway.model.command import (
    Command,
    PermitJoin,
    ShowPanel,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
)
from gateway.model.device import DeviceId
from gateway.model.effect import Perform
from gateway.model.event import (
    CodeRefused,
    CommandFailed,
    CommandRequested,
    DeviceJoined,
    Event,
)
from rules.site import Site
from rules.state import AreaState, Phase, State

SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one device should be doing."""

    what: str  # "sound", "shine", "show"
    until: HouseTime | None = None
    phase: str = ""
    mode: str | None = None


def step(
    site: Site, before: State, state: State, event: Event, at: HouseTime
) -> tuple[Perform, ...]:
    """Order what changed, and what must be said again."""
    match event:
        case CommandRequested(command=SoundSiren(device=siren)):
            # Of several who want it to sound, the one who wants it for longest is heard.
            return (Perform(_order(siren, wanted(site, state)[siren, "sound"], at)),)
        case CommandRequested():
            return (Perform(event.command),)
        case DeviceJoined(device=device):
            return tuple(_anew(site, state, at, device.id))
        case CommandFailed(permanent=False):
            return tuple(_again(site, state, event, at))
        case CodeRefused(via=via):
            return tuple(say_no(site, via))
        case _ if before.areas is state.areas and before.sounds is state.sounds:
            return ()
        case _:
            return (*_changed(site, before, state, at), *_close_joining(before, state))


def wanted(site: Site, state: State) -> dict[tuple[DeviceId, str], Wanted]:
    """Derive what every output should be doing. Quiet is the absence of an entry."""
    found = {(siren, "sound"): Wanted("sound", end) for siren, end in state.sounds.items()}
    for name, now in state.areas.items():
        area = site.areas[name]
        if now.phase is Phase.ALARM:
            for siren in area.sirens:
                found[siren, "sound"] = _longest(found.get((siren, "sound")), now)
            for light in area.lights:
                found[light, "shine"] = Wanted("shine")
        for keypad in area.keypads:
            found[keypad, "show"] = _worst(found.get((keypad, "show")), now)
    return found


_URGENCY = (Phase.ALARM, Phase.ENTRY, Phase.EXIT, Phase.ARMED, Phase.DISARMED)


def _worst(other: Wanted | None, now: AreaState) -> Wanted:
    """A keypad of two areas shows the one that matters more."""
    if other is not None and _URGENCY.index(Phase(other.phase)) <= _URGENCY.index(now.phase):
        return other
    return Wanted("show", now.deadline, now.phase, now.mode)


def _longest(other: Wanted | None, now: AreaState) -> Wanted:
    if other is not None and (other.until or 0) > (now.deadline or 0):
        return other
    return Wanted("sound", now.deadline)


def _changed(site: Site, before: State, state: State, at: HouseTime) -> Iterator[Perform]:
    old, new = wanted(site, before), wanted(site, state)
    for key, want in new.items():
        if old.get(key) != want:
            yield Perform(_order(key[0], want, at))
    for device, what in sorted(old.keys() - new.keys()):
        if what == "sound":
            yield Perform(SilenceSiren(device))
        # A light that came on in an alarm stays on: whoever comes home wants it.


def _close_joining(before: State, state: State) -> Iterator[Perform]:
    """An armed house lets nobody join."""
    disarmed = all(area.phase is Phase.DISARMED for area in before.areas.values())
    armed = any(area.phase is not Phase.DISARMED for area in state.areas.values())
    for name, driver in state.drivers.items():
        if driver.joining and disarmed and armed:
            yield Perform(PermitJoin(name, 0))


def _anew(site: Site, state: State, at: HouseTime, device: DeviceId) -> Iterator[Perform]:
    """Order all that is wanted of a device, silence too."""
    # What somebody had sound and is over by now is over, though nobody ticked yet.
    lasting = {siren: end for siren, end in state.sounds.items() if end > at}
    now = wanted(site, replace(state, sounds=lasting))
    for key, want in now.items():
        if key[0] == device:
            yield Perform(_order(device, want, at))
    sirens = {siren for area in site.areas.values() for siren in area.sirens}
    if device in sirens and (device, "sound") not in now:
        yield Perform(SilenceSiren(device))


def _again(site: Site, state: State, event: CommandFailed, at: HouseTime) -> Iterator[Perform]:
    """A siren that did not answer is asked again, for as long as it matters."""
    match event.command:
        case SoundSiren(device=siren):
            want = wanted(site, state).get((siren, "sound"))
            if want is not None:
                yield Perform(_order(siren, want, at))
        case SilenceSiren(device=siren):
            # It ends by itself when its own time is over; until then it should be told.
            quiet = (siren, "sound") not in wanted(site, state)
            if quiet and any(_may_still_sound(site, state, siren, name, at) for name in site.areas):
                yield Perform(SilenceSiren(siren))
        case _:
            return


def _may_still_sound(site: Site, state: State, siren: DeviceId, area: str, at: HouseTime) -> bool:
    recent = between(state.areas[area].since, at) < site.areas[area].siren_time
    return siren in site.areas[area].sirens and recent


def say_no(site: Site, via: str) -> Iterator[Perform]:
    """Tell the keypad at which a code was typed that is wrong, or not heard now."""
    for area in site.areas.values():
        if via in area.keypads:
            yield Perform(ShowPanel(DeviceId(via), "refused", None, 0))
            return


def _order(device: DeviceId, want: Wanted, at: HouseTime) -> Command:
    remaining = 0 if want.until is None else max(0, want.until - at)
    seconds = -(-remaining // SECOND)  # upwards: never shorter than asked
    match want.what:
        case "sound":
            return SoundSiren(device, max(1, seconds))
        case "shine":
            return TurnSwitch(device, on=True)
        case _:
            return ShowPanel(device, want.phase, want.mode, seconds)
