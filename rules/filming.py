"""What the cameras of an area are to look at and record, derived from how the area stands.

While people may disarm, while a trip waits to be confirmed and while an alarm lasts, every camera
of the area records, all under the name of one incident; each trip has them look hard. A recording
is asked for some seconds at a time, so that it ends soon after its reason does.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from gateway.model.capability import Picture
from gateway.model.clock import HouseTime, after
from gateway.model.device import DeviceId
from gateway.model.effect import Inspect, KeepClip
from gateway.model.event import DeviceJoined, Event, Reported, Started, Ticked
from rules import confirm
from rules.phases import describe
from rules.site import Area, Site
from rules.state import AreaState, Film, Phase, State, Trip, put, without

CLIP_SECONDS = 30.0
"""What is asked for at a time: a recording goes on for at most so long after its reason ended."""
PROLONGED = timedelta(seconds=20)
LOOK_SECONDS = 5.0
SECOND = 1_000_000

type Asked = Inspect | KeepClip


def step(
    site: Site, before: State, state: State, event: Event, at: HouseTime
) -> tuple[State, tuple[Asked, ...]]:
    """Begin, prolong and end what the cameras of each area do."""
    asked: tuple[Asked, ...] = ()
    if before.areas is state.areas and not state.films:
        return state, ()
    for name, area in site.areas.items():
        was, now = before.areas.get(name), state.areas[name]
        if was is None or (was is now and name not in state.films):
            continue
        asked += tuple(_looks(site, area, was, now, event))
        state, more = _films(state, area, was, event, at)
        asked += more
    return state, asked


def next_deadline(state: State) -> HouseTime | None:
    """Give when the first recording wants to be prolonged."""
    return min((film.due for film in state.films.values()), default=None)


def is_filmed(now: AreaState) -> bool:
    """Tell whether an area stands so that it is recorded."""
    return now.phase in (Phase.ENTRY, Phase.ALARM) or now.doubt is not None


def _looks(
    site: Site, area: Area, was: AreaState, now: AreaState, event: Event
) -> Iterator[Inspect]:
    cameras = tuple(dict.fromkeys((*area.cameras, *confirm.cameras(site, area))))
    trip = _new_trip(was, now, event)
    if not cameras or trip is None:
        return
    seconds = LOOK_SECONDS if now.doubt is None else confirm.look_seconds(area)
    yield Inspect(cameras, seconds, describe(site, trip))


def _new_trip(was: AreaState, now: AreaState, event: Event) -> Trip | None:
    """Give the trip that the cameras are to look for; one that was remembered before is one too."""
    if now.doubt is not None and (was.doubt is None or was.doubt.trip != now.doubt.trip):
        return now.doubt.trip
    if len(now.trips) > len(was.trips):
        return now.trips[-1]
    if not now.trips or not is_filmed(now) or is_filmed(was):
        return None
    device = getattr(event, "device", None)
    return next((trip for trip in reversed(now.trips) if trip.device == device), now.trips[-1])


def _films(
    state: State, area: Area, was: AreaState, event: Event, at: HouseTime
) -> tuple[State, tuple[KeepClip, ...]]:
    now, film = state.areas[area.name], state.films.get(area.name)
    if not area.films or not is_filmed(now):
        return replace(state, films=without(state.films, area.name)), ()
    pinned = now.phase is Phase.ALARM
    begins = film is None or (pinned and was.phase is not Phase.ALARM)
    film = film or Film(f"{area.name} {at // SECOND}", at)
    which = area.films if begins else _whom(area, film, event, at)
    if not which:
        return state, ()
    if which == area.films:
        film = replace(film, due=after(at, PROLONGED))
    ask = KeepClip(which, film.incident, CLIP_SECONDS, pinned)
    return replace(state, films=put(state.films, area.name, film)), (ask,)


def _whom(area: Area, film: Film, event: Event, at: HouseTime) -> tuple[DeviceId, ...]:
    """Give the cameras that are to be asked again: all, or one that is back."""
    match event:
        case Started():
            return area.films
        case Ticked() if film.due <= at:
            return area.films
        case DeviceJoined(device=device) if device.id in area.films:
            return (device.id,)
        case Reported(device=camera, reading=Picture.SEEING) if camera in area.films:
            return (camera,)
        case _:
            return ()
