"""What brought something about: from an order back to the run, the trip and whoever armed."""

from gateway.history.changes import LOOKED_AT, asked_by, happened, moves, of_run, owner
from gateway.history.links import Happened, Link
from gateway.history.past import Past
from gateway.journal import about
from gateway.model.command import SoundSiren
from gateway.model.device import DeviceId
from gateway.model.effect import (
    Inspect,
    KeepClip,
    Level,
    Notify,
    Order,
    Outcome,
    Perform,
    RuleRan,
    RunProgram,
)
from gateway.model.event import ArmRequested, Entry
from rules import sight_words
from rules.phases import describe
from rules.site import Site
from rules.state import AreaState, Phase
from rules.words import order

TRIPS_TOLD = 5


class Chain:
    """Finds links in all entries up to one."""

    def __init__(self, past: Past, site: Site, upto: int) -> None:
        self.past = past
        self.site = site
        self.upto = upto

    def ordered(self, number: int, place: int) -> list[Link]:
        """Tell an order, the run it belongs to or what happened, and what came after a siren."""
        orders = self.past.orders(number)
        one = orders[place]
        links = [self.link_of(number, place, one)]
        run = owner(orders, place)
        if run is not None:
            links += self.started(number, run)
        else:
            links += self.alarms(number)
        match one.effect:
            case Perform(command=SoundSiren(device=siren)):
                links += self._silenced(siren, number)
            case _:
                pass
        return links

    def link_of(self, number: int, place: int, one: Order) -> Link:
        """Tell an order."""
        entry = self.past.entry(number)
        by = "" if entry is None else self._by(entry, place)
        outcome = about.outcome(self.past.db, number, place)
        return Link(self._say(one), self.told(number), by, outcome)

    def _by(self, entry: Entry, place: int) -> str:
        return asked_by(self.site, entry, self.past.orders(entry.number), place)

    def _say(self, one: Order) -> str:
        match one.effect:
            case Perform(command=command):
                return f"ordered: {order(self.site, command)}"
            case Notify(text=text, level=level):
                return f"people were told ({level}): {text}"
            case RuleRan(rule=rule):
                return f"rule {rule}"
            case RunProgram(rule=rule, program=program):
                return f"program {program} of rule {rule} was run"
            case Inspect() | KeepClip() as ask:
                return f"asked of the cameras: {sight_words.ask(self.site, ask)}"

    def run(self, ran: RuleRan, number: int) -> Link:
        """Tell a run, and since when all stood so that it looked at."""
        reason = f": {ran.why}" if ran.why else ""
        changed = of_run(self.past, self.site, ran, number)
        what = f"rule {ran.rule}, run {ran.run}," if ran.run else f"rule {ran.rule}"
        return Link(f"{what} {ran.outcome}{reason}", self.told(number), ran=ran, changed=changed)

    def started(self, number: int, ran: RuleRan) -> list[Link]:
        """Tell a run; of one that went on after a wait, also how it began."""
        links = [self.run(ran, number)]
        if ran.outcome is Outcome.WENT_ON:
            for earlier, place in about.orders(
                self.past.db, ran.rule, "RuleRan", number - 1, LOOKED_AT
            ):
                began = self.ran(earlier, place)
                if began and began.run == ran.run and began.outcome is Outcome.RAN:
                    return [*links, self.run(began, earlier)]
        return links

    def alarms(self, number: int) -> list[Link]:
        """Tell of each area that was in alarm after an entry what made it so."""
        orders = self.past.orders(number)
        if not any(_is_of_an_alarm(one) for one in orders):
            return []
        stood = self.past.stood(number)
        areas = {} if stood is None else stood.state.areas
        return [
            link
            for name, now in areas.items()
            if now.phase is Phase.ALARM
            for link in self.phase(name, now)
        ]

    def phase(self, area: str, now: AreaState) -> list[Link]:
        """Tell since when an area stands so, what tripped it, and who armed it."""
        began = self.past.at(now.since) if now.since else None
        mode = f" ({now.mode})" if now.mode else ""
        ran = None if began is None else self._mover(began.number, area)
        told = None if began is None else self.told(began.number)
        what = f"{area} is in {now.phase}" if now.phase in _DELAYS else f"{area} is {now.phase}"
        run = () if ran is None or began is None else self.run(ran, began.number).changed
        links = [Link(what + mode, told, now.by if ran is None else "", ran=ran, changed=run)]
        for trip in now.trips[:TRIPS_TOLD]:
            tripped = self.past.at(trip.at)
            when = None if tripped is None else self.told(tripped.number)
            links.append(Link(f"{describe(self.site, trip)} went off", when))
        if now.verdict is not None:
            links.append(Link(f"the alarm was {now.verdict.said}", told))
        if now.mode is not None:
            links += self._armed(area, now, began)
        return links

    def _armed(self, area: str, now: AreaState, began: Entry | None) -> list[Link]:
        """Tell who armed an area, unless that is where its phase began."""
        if began is None:
            return []
        arming = self._arming(area, now, began.number)
        if arming == began.number:
            return []
        what = f"{area} was armed {now.mode} by {now.by}"
        if arming is None:
            return [Link(what, None, now.by)]
        ran = self._mover(arming, area)
        changed = () if ran is None else self.run(ran, arming).changed
        return [Link(what, self.told(arming), now.by, ran=ran, changed=changed)]

    def _arming(self, area: str, now: AreaState, upto: int) -> int | None:
        """Find the entry in which an area was armed as it is now."""
        rule = now.by.removeprefix("rule:")
        runs = about.orders(self.past.db, rule, "RuleRan", upto, LOOKED_AT)
        numbers = [number for number, _ in runs] if rule != now.by else []
        for number in about.of_kind(self.past.db, "ArmRequested", upto, LOOKED_AT):
            entry = self.past.entry(number)
            if entry and isinstance(entry.event, ArmRequested) and entry.event.area == area:
                numbers.append(number)
        armed = (n for n in numbers if any(_arms(one, area) for one in self.past.orders(n)))
        return max(armed, default=None)

    def _mover(self, number: int, area: str) -> RuleRan | None:
        """Give the run that moved an area in an entry."""
        orders = self.past.orders(number)
        places = [place for place, one in enumerate(orders) if moves(one, area)]
        return owner(orders, places[0]) if places else None

    def _silenced(self, siren: DeviceId, after: int) -> list[Link]:
        newest = self.newest(siren, ("SilenceSiren",))
        if newest is None or newest[0] <= after:
            return []
        number, place = newest
        one = self.past.orders(number)[place]
        return [self.link_of(number, place, one)]

    def newest(self, name: str, kinds: tuple[str, ...]) -> tuple[int, int] | None:
        """Give the newest order of some kinds that the journal can still read."""
        found = [
            one
            for kind in kinds
            for one in about.orders(self.past.db, name, kind, self.upto)
            if one[1] < len(self.past.orders(one[0]))
        ]
        return max(found, default=None)

    def ran(self, number: int, place: int) -> RuleRan | None:
        """Give the record of a run; None where it cannot be read."""
        orders = self.past.orders(number)
        effect = orders[place].effect if place < len(orders) else None
        return effect if isinstance(effect, RuleRan) else None

    def told(self, number: int) -> Happened | None:
        """Tell an entry."""
        return happened(self.past, self.site, number)


_DELAYS = (Phase.EXIT, Phase.ENTRY, Phase.ALARM)


def _is_of_an_alarm(one: Order) -> bool:
    match one.effect:
        case Notify(level=Level.ALARM) | Perform(command=SoundSiren()):
            return True
        case _:
            return False


def _arms(one: Order, area: str) -> bool:
    match one.effect:
        case Notify(text=text):
            return text.startswith(f"{area} is being armed ")
        case _:
            return False
