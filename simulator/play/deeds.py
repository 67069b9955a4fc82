"""Makes a deed of a step's table: which keys belong there, and what they come to.

DeedError
"""

from collections.abc import Callable, Mapping

from simulator.play import keys, rule_text, sentence
from simulator.play.house import Home, Radio
from simulator.play.keys import Key, milliseconds, moment
from simulator.play.plan import KINDS
from simulator.play.scenario import (
    Act,
    Ask,
    Clips,
    Deed,
    Detection,
    Expectation,
    Job,
    Pause,
    Reload,
    Run,
    Server,
    SetWall,
    Until,
)
from simulator.play.sentence import near

WITHIN_MS = 2000  # of an expectation that says nothing else
PHASE_WITHIN_MS = 30_000
CLIPS_WITHIN_MS = 5000  # a note is on the disk as soon as that has it

type Table = Mapping[str, object]


class DeedError(Exception):
    """A step asks for something that does not exist. The key is where it stands."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key


def keys_of(verb: str, table: Table, home: Home) -> tuple[Mapping[str, Key], str]:
    """Give the keys that may stand in a step of this verb, and what to call it in errors."""
    known = keys.VERBS[verb]
    match verb:
        case "hub":
            word = str(table[verb])
            return {**known, **_pick(verb, word, keys.HUB, "nobody can ask the hub to")}, word
        case "stick":
            word, acts = str(table[verb]), keys.STICK[_radio(table, home)]
            return {**known, **_pick(verb, word, acts, "a stick cannot")}, f"stick {word}"
        case "device":
            return _keys_of_device(known, table, home)
        case _:
            return known, f"{verb!r}"


def _keys_of_device(
    known: Mapping[str, Key], table: Table, home: Home
) -> tuple[Mapping[str, Key], str]:
    name, do = str(table["device"]), table.get("do")
    resident = home.devices.get(name)
    if resident is None:
        raise DeedError("device", f"no device is called {name!r}{near(name, home.devices)}")
    if do is None:
        return known, name
    acts = keys.acts_of(resident.radio, resident.kind)
    return {**known, **_pick("do", str(do), acts, f"a {resident.kind} cannot")}, f"{do!r}"


def _pick(
    key: str, word: str, known: Mapping[str, Mapping[str, Key]], cannot: str
) -> Mapping[str, Key]:
    if word not in known:
        raise DeedError(key, f"{cannot} {word!r}{near(word, known)}")
    return known[word]


def deed(verb: str, table: Table, home: Home) -> Deed:
    """Make the deed of a table whose keys were checked, or raise DeedError."""
    return _MAKERS[verb](table, home)


def _expect(table: Table, home: Home) -> Deed:
    within = _whole(table.get("within_ms", WITHIN_MS))
    not_before = _whole(table.get("not_before_ms", 0))
    if not_before > within:
        text = f"not_before_ms is {not_before}, and within_ms only {within}: nothing can be both"
        raise DeedError("not_before_ms", text)
    said = _sentence("expect", table, home)
    return Expectation(said, str(table.get("after", "")), within, not_before)


def _expect_not(table: Table, home: Home) -> Deed:
    said = _sentence("expect_not", table, home)
    within = milliseconds(table["for"]) or 0
    return Expectation(said, str(table.get("after", "")), within, absent=True)


def _sentence(key: str, table: Table, home: Home) -> sentence.Sentence:
    try:
        return sentence.read(str(table[key]), home)
    except sentence.SentenceError as error:
        raise DeedError(key, str(error)) from error


def _wait(table: Table, home: Home) -> Deed:
    said = str(table["wait"])
    phase = keys.PHASE_DELAYS.get(said)
    if phase is not None:
        _refuse("after", table, f"waiting for the {said}'s end has no 'after'")
        return Until(phase, leaves=True, area=_area(table, home), within_ms=_within(table))
    for key in ("area", "within"):
        _refuse(key, table, f"waiting for {said} has no {key!r}")
    return Pause(milliseconds(said) or 0, str(table.get("after", "")))


def _wait_phase(table: Table, home: Home) -> Deed:
    phase, area = str(table["wait_phase"]), _area(table, home)
    return Until(phase, leaves=False, area=area, within_ms=_within(table))


def _run(table: Table, _: Home) -> Deed:
    return Run(next(job for job in Job if job in table))


def _reload(table: Table, _: Home) -> Deed:
    text = str(table["reload"])
    try:
        rule_text.names_of(text)
    except rule_text.RulesError as error:
        raise DeedError("reload", str(error)) from error
    plan = {kind: tuple(_names(table[kind])) for kind in KINDS if kind in table}
    if plan and "refused" in table:
        raise DeedError("refused", "what is refused has no plan: nothing is kept or cancelled")
    return Reload(text, plan, _refused(table))


def _set_wall(table: Table, _: Home) -> Deed:
    written = str(table["wall"])
    wall = moment(written)
    if wall is None:
        raise DeedError("wall", f"{written!r} is no time")
    return SetWall(wall, written)


def _ask(table: Table, home: Home) -> Deed:
    do = str(table["hub"])
    fields = {key: table[key] for key in keys.HUB[do] if key in table}
    if do == "join_key" and len(fields) != 1:
        raise DeedError("hub", "a key is given as 'pin', or is that of 'device'")
    area = _area(table, home)
    if "zone" in fields:
        _known("zone", str(fields["zone"]), home.zones)
    for zone in _names(fields.get("bypass")):
        _known("bypass", zone, home.zones)
    if "device" in fields:
        _known("device", str(fields["device"]), home.devices)
    if "rule" in fields:
        _known("rule", str(fields["rule"]), home.rules)
    if "mode" in fields:
        areas = (area,) if area else tuple(home.modes)
        _known("mode", str(fields["mode"]), {mode for name in areas for mode in home.modes[name]})
    return Ask(do, fields, _refused(table))


def _stick(table: Table, home: Home) -> Deed:
    do, radio = str(table["stick"]), _radio(table, home)
    known = keys.STICK[radio][do]
    return Act(do, fields={key: table[key] for key in known if key in table}, radio=radio)


def _server(table: Table, home: Home) -> Deed:
    if Radio.ZWAVE not in home.radios:
        raise DeedError("server", "this house has no Z-Wave stick, and its hub no server")
    return Server(str(table["server"]))


def _detection(table: Table, home: Home) -> Deed:
    _has_cameras("detection", home)
    return Detection(str(table["detection"]))


def _clips(table: Table, home: Home) -> Deed:
    _has_cameras("clips", home)
    names = _names(table["clips"])
    for name in names:
        _known("clips", name, {one.name for one in home.of(Radio.CAMERA)})
    skew = table.get("skew_ms")
    return Clips(
        cameras=tuple(names),
        within_ms=milliseconds(table.get("within")) or CLIPS_WITHIN_MS,
        begins_before=str(table.get("begins_before", "")),
        at_least_ms=_whole(table.get("at_least_ms")),
        begins_after=str(table.get("begins_after", "")),
        lasts_until=str(table.get("lasts_until", "")),
        short_ms=_whole(table.get("short_ms")),
        skew_ms=None if skew is None else _whole(skew),
        state=str(table.get("state", "")),
    )


def _has_cameras(key: str, home: Home) -> None:
    if Radio.CAMERA not in home.radios:
        raise DeedError(key, "this house has no cameras")


def _radio(table: Table, home: Home) -> Radio:
    """Give the radio that is named, else the first of the house; raise DeedError."""
    if not home.sticks:
        raise DeedError("stick", "this house has none")
    word = str(table.get("radio", home.sticks[0]))
    if word not in home.sticks:
        raise DeedError("radio", f"this house has no {word} stick{near(word, home.sticks)}")
    return Radio(word)


def _device(table: Table, home: Home) -> Deed:
    name, do = str(table["device"]), str(table["do"])
    known = keys.acts_of(home.devices[name].radio, home.devices[name].kind)[do]
    return Act(do, name, {key: table[key] for key in known if key in table})


def _area(table: Table, home: Home) -> str:
    area = str(table.get("area", ""))
    if area:
        _known("area", area, home.modes)
    return area


def _known(key: str, name: str, names: Mapping[str, object] | frozenset[str] | set[str]) -> None:
    if name not in names:
        what = {"bypass": "zone", "clips": "camera"}.get(key, key)
        raise DeedError(key, f"there is no {what} {name!r}{near(name, names)}")


def _refused(table: Table) -> str | None:
    refused = table.get("refused")
    return None if refused is None else str(refused)


def _within(table: Table) -> int:
    return milliseconds(table.get("within")) or PHASE_WITHIN_MS


def _refuse(key: str, table: Table, text: str) -> None:
    if key in table:
        raise DeedError(key, text)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []


_MAKERS: Mapping[str, Callable[[Table, Home], Deed]] = {
    "expect": _expect,
    "expect_not": _expect_not,
    "wait": _wait,
    "wait_phase": _wait_phase,
    "reload": _reload,
    "wall": _set_wall,
    "hub": _ask,
    "stick": _stick,
    "server": _server,
    "detection": _detection,
    "clips": _clips,
    "device": _device,
    **{job.value: _run for job in Job},
}
