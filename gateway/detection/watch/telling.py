"""From what is followed to what is told: zones, lines and loitering, each once."""

from collections.abc import Iterator

from gateway.detection.detector.boxes import Box
from gateway.detection.plan import CameraPlan, LinePlan, ZonePlan
from gateway.detection.watch.places import Rect, firm_side, meets, rect_of, within
from gateway.detection.watch.story import LEFT_SECONDS, Crossing, Stay, Story
from gateway.detection.watch.votes import Votes
from gateway.model.device import DeviceId
from gateway.model.sight import (
    AnimalSeen,
    LineCrossed,
    Loitered,
    PersonSeen,
    Seen,
    Sighting,
    VehicleSeen,
)

type Told = Sighting | LineCrossed | Loitered

EVERYWHERE = ZonePlan("", ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), frozenset(Seen))


class Telling:
    """Knows a camera's zones and lines."""

    def __init__(self, plan: CameraPlan, votes: tuple[int, int]) -> None:
        self._plan = plan
        self._votes = votes
        self._zones = plan.zones or (EVERYWHERE,)

    def place(self, story: Story, rect: Rect, box: Box | None, at: float) -> None:
        """Take in where a thing stands, smoothed, and as it was found; None where it was not."""
        seen = None if box is None else box.seen
        for zone in self._zones:
            here = box is not None and (
                self._stands_in(zone, rect) or self._stands_in(zone, rect_of(box))
            )
            for kind in zone.classes:
                self._stay(story, zone, kind, at, here=here and kind is seen)
                if seen is not None and not here:
                    self._leave(story, zone, kind, at)
        if seen is not None:
            for line in self._plan.lines:
                _approach(story.crossings.setdefault(line.name, Crossing()), line, rect)

    def wants_opinion(self, story: Story, at: float) -> bool:
        """Tell whether there is something to be told, once a second opinion agrees."""
        if not story.believed or story.seen in story.sure_of or at < story.doubted_until:
            return False
        return bool(self._news(story, story.seen)) or _came_over(story)

    def tell(self, story: Story, at: float) -> Iterator[Told]:
        """Give what is new of a thing that is believed and agreed on."""
        seen = story.seen
        if not story.believed or seen not in story.sure_of:
            return
        news = self._news(story, seen)
        if news:
            yield self._sighting(story, seen, at, news)
        yield from self._crossed(story, seen)
        yield from self._loitered(story, seen, at)

    def _stands_in(self, zone: ZonePlan, rect: Rect) -> bool:
        x, y = rect.feet
        near = min(max(x, 0.0), 1.0 - 1e-6), min(max(y, 0.0), 1.0 - 1e-6)
        return zone is EVERYWHERE or within(near, zone.shape)

    def _stay(self, story: Story, zone: ZonePlan, kind: Seen, at: float, *, here: bool) -> None:
        stay = story.stays.get((zone.name, kind))
        if stay is None:
            if not here:
                return
            stay = story.stays[zone.name, kind] = Stay(Votes(*self._votes))
        stay.votes.cast(yes=here)
        if here:
            stay.last_in = at

    def _leave(self, story: Story, zone: ZonePlan, kind: Seen, at: float) -> None:
        stay = story.stays.get((zone.name, kind))
        if stay is not None and stay.votes.none and at - stay.last_in > LEFT_SECONDS:
            del story.stays[zone.name, kind]

    def _news(self, story: Story, seen: Seen) -> list[Stay]:
        """Give the stays that were not told and that so many looks agree on."""
        stays = [stay for (_, kind), stay in story.stays.items() if kind is seen]
        return [stay for stay in stays if stay.since is None and stay.votes.passed]

    def _sighting(self, story: Story, seen: Seen, at: float, news: list[Stay]) -> Sighting:
        for stay in news:
            stay.since = at
        inside = {
            name for (name, kind), s in story.stays.items() if kind is seen and s.votes.passed
        }
        zones = tuple(zone.name for zone in self._plan.zones if zone.name in inside)
        return _sighting(self._plan.device, story, seen, zones)

    def _crossed(self, story: Story, seen: Seen) -> Iterator[LineCrossed]:
        for line in self._plan.lines:
            crossing = story.crossings.get(line.name)
            if crossing is None or crossing.inward is None:
                continue
            inward, crossing.inward = crossing.inward, None
            if seen in line.classes:
                yield LineCrossed(self._plan.device, line.name, seen, inward, story.number)

    def _loitered(self, story: Story, seen: Seen, at: float) -> Iterator[Loitered]:
        for zone in self._plan.zones:
            stay = story.stays.get((zone.name, seen))
            if stay is None or stay.since is None or stay.loitered or zone.loiter_seconds is None:
                continue
            seconds = at - stay.since
            if stay.votes.passed and seconds >= zone.loiter_seconds:
                stay.loitered = True
                yield Loitered(self._plan.device, zone.name, seen, int(seconds), story.number)


def _came_over(story: Story) -> bool:
    return any(crossing.inward is not None for crossing in story.crossings.values())


def _approach(crossing: Crossing, line: LinePlan, rect: Rect) -> None:
    """Note the side of a line that a thing is on, and whether it came over between its ends."""
    now = firm_side(rect, line.start, line.end)
    if now == 0:
        return
    if now == -crossing.side and meets(crossing.feet, rect.feet, line.start, line.end):
        crossing.inward = now > 0
    crossing.side, crossing.feet = now, rect.feet


def _sighting(device: DeviceId, story: Story, seen: Seen, zones: tuple[str, ...]) -> Sighting:
    score = round(story.scores[seen], 3)
    match seen:
        case Seen.PERSON:
            return PersonSeen(device, story.number, score, zones)
        case Seen.VEHICLE:
            return VehicleSeen(device, story.number, score, zones)
        case Seen.ANIMAL:
            return AnimalSeen(device, story.number, score, zones)
