"""Why something is as it is: what was ordered, by which entry, by whom, and why that was so."""

from gateway.history.chain import Chain
from gateway.history.changes import LOOKED_AT, reading
from gateway.history.links import Answer, Link
from gateway.history.past import Past
from gateway.history.subjects import Kind, Subject
from gateway.journal import about
from gateway.model.capability import READINGS, Capability
from gateway.model.device import DeviceId
from gateway.model.effect import Level, Outcome, RuleRan
from rules.site import Site
from rules.state import reading_of
from rules.words import name_of

ORDERS = (
    "SoundSiren",
    "SilenceSiren",
    "LockDoor",
    "UnlockDoor",
    "TurnSwitch",
    "SetLockCode",
    "ClearLockCode",
    "RemoveDevice",
    "AimCamera",
    "SetInfrared",
    "RebootCamera",
    "LearnView",
)
"""What is ordered of devices; what they show, and how they are asked, is nobody's question."""
STARTED = (Outcome.RAN, Outcome.WENT_ON)


def why(past: Past, site: Site, asked: Subject, upto: int) -> Answer:
    """Answer from all entries up to one."""
    return _Teller(past, site, upto).answer(asked)


class _Teller:
    """Answers one question."""

    def __init__(self, past: Past, site: Site, upto: int) -> None:
        self._past = past
        self._site = site
        self._upto = min(upto, past.last)
        self._chain = Chain(past, site, self._upto)

    def answer(self, asked: Subject) -> Answer:
        match asked.kind:
            case Kind.ENTRY:
                return self._entry(int(asked.name))
            case Kind.SIREN:
                return self._siren()
            case Kind.ALARM:
                return self._notice("alarm", (Level.ALARM,))
            case Kind.NOTICE:
                return self._notice("notify", tuple(Level))
            case Kind.ARMED | Kind.DISARMED:
                return self._areas(is_armed=asked.kind is Kind.ARMED)
            case Kind.AREA:
                return self._area(asked.name)
            case Kind.DEVICE:
                return self._device(DeviceId(asked.name))
            case Kind.RULE:
                return self._rule(asked.name)

    def _entry(self, number: int) -> Answer:
        entry = self._past.entry(number)
        name = f"entry {number}"
        if entry is None:
            return self._never(name, f"there is no entry {number}")
        told = self._chain.told(number)
        links = [Link(told.text if told else name, told, told.by if told else "")]
        for place, one in enumerate(self._past.orders(number)):
            if isinstance(one.effect, RuleRan):
                links.append(self._chain.run(one.effect, number))
            else:
                links.append(self._chain.link_of(number, place, one))
        return self._is(name, [*links, *self._chain.alarms(number)])

    def _siren(self) -> Answer:
        sirens = {siren for area in self._site.areas.values() for siren in area.sirens}
        found = [
            self._chain.newest(siren, ("SoundSiren",)) for siren in {*sirens, *self._site.names}
        ]
        newest = max((one for one in found if one is not None), default=None)
        if newest is None:
            return self._never("siren", "no siren was ever told to sound")
        return self._is("siren", self._chain.ordered(*newest))

    def _device(self, device: DeviceId) -> Answer:
        name = name_of(self._site, device)
        sounded = self._chain.newest(device, ("SoundSiren",))
        newest = sounded or self._chain.newest(device, ORDERS)
        links = self._chain.ordered(*newest) if newest is not None else []
        links += [
            Link(f"{one.name} {self._stands(device, capability, one.value)}", one.since, one.by)
            for capability in Capability
            if len(READINGS[capability]) > 1
            and (one := reading(self._past, self._site, device, capability, self._upto))
        ]
        if not links:
            return self._never(name, f"{name} told nothing, and nothing was asked of it")
        return self._is(name, links)

    def _stands(self, device: DeviceId, capability: Capability, last: str) -> str:
        """Say how a device stands by what it told last: nobody may know that it still does."""
        stood = self._past.stood(self._upto)
        known = stood is None or reading_of(stood.state, device, capability) != "unknown"
        return f"is {last}" if known else f"was {last} when it last told; it is unknown now"

    def _rule(self, rule: str) -> Answer:
        runs = about.orders(self._past.db, rule, "RuleRan", self._upto, LOOKED_AT)
        found = [(number, ran) for number, place in runs if (ran := self._chain.ran(number, place))]
        started = next(((n, ran) for n, ran in found if ran.outcome in STARTED), None)
        name = f"rule {rule}"
        if not found:
            return self._never(name, f"rule {rule} never ran; `nightlatch why-not {rule}` says why")
        newest = found[0]
        links = [] if newest == started else [self._chain.run(newest[1], newest[0])]
        if started is not None:
            links += self._chain.started(*started)
        return self._is(name, links)

    def _area(self, area: str) -> Answer:
        stood = self._past.stood(self._upto)
        now = None if stood is None else stood.state.areas.get(area)
        if stood is None or now is None:
            return self._never(area, f"nobody knows how {area} stood")
        return self._is(area, self._chain.phase(area, now))

    def _areas(self, *, is_armed: bool) -> Answer:
        word = "armed" if is_armed else "disarmed"
        stood = self._past.stood(self._upto)
        if stood is None:
            return self._never(word, "nobody knows how the areas stood")
        every = stood.state.areas
        right = {n: a for n, a in every.items() if (a.mode is not None) is is_armed}
        links = [
            link for name, now in (right or every).items() for link in self._chain.phase(name, now)
        ]
        if right:
            return self._is(word, links)
        return Answer(word, is_so=False, sentence=f"no area is {word}", links=tuple(links))

    def _notice(self, word: str, levels: tuple[Level, ...]) -> Answer:
        found = [self._chain.newest(level, ("Notify",)) for level in levels]
        newest = max((one for one in found if one is not None), default=None)
        if newest is None:
            return self._never(word, "nobody was told anything of that")
        return self._is(word, self._chain.ordered(*newest))

    def _is(self, name: str, links: list[Link]) -> Answer:
        gone = any(link.entry is None for link in links)
        notes = (self._past.begins(),) if gone and self._past.first > 1 else ()
        return Answer(name, is_so=True, sentence=links[0].what, links=tuple(links), notes=notes)

    def _never(self, name: str, sentence: str) -> Answer:
        return Answer(name, is_so=False, sentence=f"{sentence}: {self._past.begins()}")
