"""Whether what one section says of another holds.

It reads the parsed tables, not the models, so that these errors are told together with wrong types:
whatever has the wrong type is passed over here, as `wording` tells of it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from gateway.config import durations
from gateway.config.errors import Path, Problem, did_you_mean, listed
from gateway.config.values import DRIVERS
from gateway.config.wording import describe
from gateway.config.zwave_section import OWN_SERVER
from rules.site import NOBODY

_TTY = re.compile(r"(dev/.+|serial/.+|tty\w+)")

type Table = dict[str, object]
type Row = tuple[Path, Table]


@dataclass(frozen=True, slots=True)
class View:
    """The sections that name each other, as far as they can be read."""

    devices: list[Row]  # cameras among them
    areas: list[Row]
    zones: list[Row]
    people: list[Row]
    calendars: list[Row]
    windows: list[Row]
    rules: list[Row]
    radios: list[str]
    sticks: list[tuple[str, Table]]
    zwave: Table | None

    @classmethod
    def of(cls, data: Table) -> "View":
        return cls(
            devices=[*rows_of(data, "device"), *rows_of(data, "camera")],
            areas=rows_of(data, "area"),
            zones=rows_of(data, "zone"),
            people=rows_of(data, "person"),
            calendars=rows_of(data, "calendar"),
            windows=rows_of(data, "window"),
            rules=rows_of(data, "rule"),
            radios=[name for name in DRIVERS if name in data],
            sticks=[(name, inner(data, name)) for name in DRIVERS],
            zwave=zwave if isinstance(zwave := data.get("zwave"), dict) else None,
        )

    def area(self, name: str | None) -> Table | None:
        """Give the area of this name."""
        return next((table for _, table in self.areas if text(table, "name") == name), None)


def rows_of(data: Table, section: str) -> list[Row]:
    """Give the tables of a list of tables, each with its path."""
    rows = data.get(section)
    found = enumerate(rows) if isinstance(rows, list) else ()
    return [((section, index), row) for index, row in found if isinstance(row, dict)]


def text(table: Table, key: str) -> str | None:
    """Give the text under a key, or None where there is none."""
    value = table.get(key)
    return value if isinstance(value, str) else None


def texts(table: Table, key: str) -> list[tuple[int, str]]:
    """Give the texts of the list under a key, each with its index."""
    value = table.get(key)
    found = enumerate(value) if isinstance(value, list) else ()
    return [(index, item) for index, item in found if isinstance(item, str)]


def words(table: Table, key: str) -> list[str]:
    """Give the texts of the list under a key."""
    return [word for _, word in texts(table, key)]


def inner(table: Table, key: str) -> Table:
    """Give the table under a key; an empty one where there is none."""
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def errors(data: Table) -> Iterator[Problem]:
    """Find what cannot be compiled, or what would guard less than it seems to."""
    view = View.of(data)
    checks = _clashes, _radios, _zwave, _areas, _modes, _zones, _zone_modes, _people, _slots
    for check in checks:
        yield from check(view)


def warnings(data: Table) -> Iterator[Problem]:
    """Find what works, and is probably not what was meant."""
    view = View.of(data)
    checks = _beside, _far_server, _silent_areas, _no_delay, _sleeping_detectors, _powerless
    for check in (*checks, _no_way_back):
        yield from check(view)


# --- errors ---------------------------------------------------------------------------------


def _clashes(view: View) -> Iterator[Problem]:
    for rows in (view.devices, view.areas, view.zones, view.people, view.calendars):
        yield from _repeated(rows, "name", folded, "a name of its own")
    yield from _repeated(view.devices, "id", str, "each device once")
    yield from _repeated(view.rules, "id", folded, "an id of its own")
    hint = "two people with one code cannot be told apart: give each their own"
    yield from _repeated(view.people, "code", str, "a code of their own", hint, secret=True)


def folded(name: str) -> str:
    """Fold names that people would mix up into one."""
    return name.casefold().replace("_", " ").replace("-", " ")


def _repeated(  # noqa: PLR0913 - the words of a sentence, each from another caller
    rows: list[Row],
    key: str,
    fold: Callable[[str], str],
    expected: str,
    hint: str = "",
    *,
    secret: bool = False,
) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for path, table in rows:
        value = text(table, key)
        if value is None:
            continue
        other = first.setdefault(fold(value), path)
        if other != path:
            shown = "a hash" if secret else describe(value)
            found = f"{shown}, for the second time"
            yield Problem((*path, key), found, expected, hint, other=(*other, key))


def _radios(view: View) -> Iterator[Problem]:
    told = set(view.radios)
    for path, table in view.devices:
        radio, colon, _ = (text(table, "id") or "").partition(":")
        if colon and radio in DRIVERS and radio not in told:
            told.add(radio)  # once is enough
            hint = f'add [{radio}] with port = "/dev/serial/by-id/..."'
            found = f"a {_RADIOS[radio]} device"
            yield Problem((*path, "id"), found, f"a [{radio}] section", hint)


_RADIOS = {"zigbee": "Zigbee", "zwave": "Z-Wave"}


def _zwave(view: View) -> Iterator[Problem]:
    """Find a section of two servers or none, and meanings for devices that nobody named."""
    if (table := view.zwave) is None:
        return
    if "url" in table:
        for key in OWN_SERVER:
            if key in table:
                hint = "remove it, or remove url and let the hub run the server"
                found = f"{key} for a server that somebody else runs"
                yield Problem(("zwave", key), found, "url alone", hint, at_key=True)
    elif "port" not in table:
        hint = 'add port = "/dev/serial/by-id/...", or url = "ws://127.0.0.1:3000"'
        yield Problem(("zwave",), "neither a port nor a url", "one of them", hint)
    for (_, index), row in rows_of(table, "override"):
        name = text(row, "device")
        path = "zwave", "override", index, "device"
        problem = _unknown(path, name, view.devices, "[[device]]") if name is not None else None
        if problem is not None:
            yield problem


def _far_server(view: View) -> Iterator[Problem]:
    url = text(view.zwave or {}, "url")
    try:
        host = urlsplit(url).hostname if url is not None else None
    except ValueError:  # no url at all: told already
        return
    if host is not None and host not in {"localhost", "127.0.0.1", "::1"}:
        found = "a Z-Wave server on another machine, which asks nobody for a password"
        hint = "whoever reaches it opens the locks: reach it through a tunnel that ends here"
        yield Problem(("zwave", "url"), found, "ws://127.0.0.1:port", hint)


def _beside(view: View) -> Iterator[Problem]:
    """Find a device file that is looked for beside the configuration."""
    for radio, table in view.sticks:
        port = text(table, "port") or ""
        if not port.startswith("/") and _TTY.fullmatch(port):
            found = f'"{port}", which is looked for beside this file'
            hint = f'write "/dev/{port.removeprefix("dev/")}"'
            yield Problem((radio, "port"), found, "the stick's device file", hint)


def _areas(view: View) -> Iterator[Problem]:
    for path, table in view.areas:
        for key in ("sirens", "keypads", "lights", "unlock_disarms"):
            yield from _known(path, table, key, view.devices, "[[device]]")


def _known(path: Path, table: Table, key: str, rows: list[Row], section: str) -> Iterator[Problem]:
    """Find names in a list that no row bears, or that stand there twice."""
    seen: set[str] = set()
    for index, name in texts(table, key):
        if name in seen:
            yield Problem((*path, key, index), f"{describe(name)} twice", "each name once")
        elif (problem := _unknown((*path, key, index), name, rows, section)) is not None:
            yield problem
        seen.add(name)


def _unknown(path: Path, name: str, rows: list[Row], section: str) -> Problem | None:
    known = [other for _, row in rows if (other := text(row, "name")) is not None]
    if name in known:
        return None
    hint = did_you_mean(name, known, f"there are: {listed(known)}" if known else "there is none")
    return Problem(path, describe(name), f"the name of a {section}", hint)


def _modes(view: View) -> Iterator[Problem]:
    """Find modes that could be armed and would watch nothing."""
    areas = {text(area, "name") for _, area in view.areas}
    if any(text(zone, "area") not in areas for _, zone in view.zones):
        return  # a zone whose area is mistyped might be the one that is missed
    for path, table in view.areas:
        zones = [zone for _, zone in view.zones if text(zone, "area") == text(table, "name")]
        used = {mode for zone in zones for mode in words(zone, "modes")}
        modes = inner(table, "modes")
        if not zones or not used <= set(modes):
            continue  # told already: as an area without a zone, or as an unknown mode
        for mode in modes:
            if mode not in used:
                found = f"mode {describe(mode)}, in which no zone watches"
                hint = f'add "{mode}" to the modes of zones, or remove the mode'
                yield Problem((*path, "modes", mode), found, "at least one zone", hint, at_key=True)


def _zones(view: View) -> Iterator[Problem]:
    for path, table in view.zones:
        for key, rows, section in (
            ("device", view.devices, "[[device]]"),
            ("area", view.areas, "[[area]]"),
        ):
            name = text(table, key)
            problem = _unknown((*path, key), name, rows, section) if name is not None else None
            if problem is not None:
                yield problem
        if text(table, "kind") not in {"entry", None} and "entry_delay" in table:
            found = f"an entry delay for the kind {describe(table['kind'])}"
            hint = 'remove it, or write kind = "entry"'
            yield Problem((*path, "entry_delay"), found, "one only for entry", hint, at_key=True)


def _zone_modes(view: View) -> Iterator[Problem]:
    for path, table in view.zones:
        always = text(table, "kind") == "24h"
        modes = texts(table, "modes")
        if always and modes:
            hint = "remove them, or choose another kind"
            yield Problem(
                (*path, "modes"), "modes for the kind 24h", "none: it always watches", hint
            )
        elif not always and not modes and table.get("modes", []) == []:
            hint = 'add modes = ["away"], or write kind = "24h"'
            yield Problem((*path, "modes"), "a zone without modes", "at least one", hint)
        area = view.area(text(table, "area"))
        if area is not None and not always:
            yield from _zone_modes_known(path, modes, list(inner(area, "modes")))


def _zone_modes_known(
    path: Path, modes: list[tuple[int, str]], known: list[str]
) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, mode in modes:
        place = *path, "modes", index
        if mode in seen:
            yield Problem(place, f"{describe(mode)} twice", "each mode once")
        elif mode not in known:
            otherwise = f"there are: {listed(known)}" if known else "add [area.modes.away]"
            hint = did_you_mean(mode, known, otherwise)
            yield Problem(place, describe(mode), "a mode of the zone's area", hint)
        seen.add(mode)


def _people(view: View) -> Iterator[Problem]:
    for path, table in view.people:
        if table.get("name") == NOBODY:
            found = f'"{NOBODY}", which means whoever gives no code'
            yield Problem((*path, "name"), found, "another name")
        yield from _known(path, table, "areas", view.areas, "[[area]]")
        yield from _known(path, table, "unlock", [*view.windows, _NEVER], "[[window]]")
        if table.get("areas") == []:
            hint = "leave areas out for all of them"
            yield Problem((*path, "areas"), "an empty list", "at least one area", hint)


NEVER = "never"
"""The window that never holds: of whose PIN is to stay out of the locks."""
_NEVER: Row = ((), {"name": NEVER})


def _slots(view: View) -> Iterator[Problem]:
    taken: dict[tuple[str, int], Path] = {}
    for path, table in view.people:
        for lock, slot in inner(table, "lock_slots").items():
            place = *path, "lock_slots", lock
            problem = _unknown(place, lock, view.devices, "[[device]]")
            if problem is not None:
                yield replace(problem, at_key=True)
            if type(slot) is int and taken.setdefault((lock, slot), place) != place:
                found = "a slot of this lock that somebody else has"
                hint = "a lock keeps one PIN in a slot: choose another number"
                yield Problem(place, found, "a free slot", hint, other=taken[lock, slot])


# --- warnings -------------------------------------------------------------------------------


def _silent_areas(view: View) -> Iterator[Problem]:
    watched = {text(zone, "area") for _, zone in view.zones}
    for path, table in view.areas:
        if not table.get("sirens"):
            hint = 'add sirens = ["..."] with the name of a device'
            yield Problem((*path, "sirens"), "an area without a siren", "at least one", hint)
        if text(table, "name") not in watched:
            yield Problem(path, "an area without a zone", "at least one [[zone]]")


def _no_delay(view: View) -> Iterator[Problem]:
    for path, table in view.zones:
        area = view.area(text(table, "area"))
        if area is None or text(table, "kind") != "entry" or "entry_delay" in table:
            continue
        for index, mode in texts(table, "modes"):
            delay = text(inner(inner(area, "modes"), mode), "entry_delay")
            if delay is not None and durations.read(delay) == timedelta(0):
                found = f"an entry zone in the mode {describe(mode)}, whose entry delay is 0s"
                hint = "opening it is an alarm at once"
                yield Problem((*path, "modes", index), found, "an entry delay", hint)


def _sleeping_detectors(view: View) -> Iterator[Problem]:
    for path, table in view.zones:
        reading = text(table, "reading")
        if reading in {"smoke", "water"} and text(table, "kind") not in {"24h", None}:
            found = f"a {reading} zone that watches only while armed"
            yield Problem((*path, "kind"), found, '"24h"')


def _powerless(view: View) -> Iterator[Problem]:
    for path, table in view.people:
        if table.get("unlock") and not table.get("lock_slots"):
            hint = "add lock_slots = { LOCK = 3 }, or remove unlock"
            found = "when a PIN is in the locks, and no lock"
            yield Problem((*path, "unlock"), found, "lock_slots", hint, at_key=True)
        if "code" not in table and not table.get("lock_slots"):
            hint = "add a code: `nightlatch hash-code`"
            yield Problem(path, "a person with neither code nor lock slot", "one of them", hint)
        elif table.get("may_arm") is False and table.get("may_disarm") is False:
            yield Problem(path, "a person who may neither arm nor disarm", "one of them")


def _no_way_back(view: View) -> Iterator[Problem]:
    for path, table in view.areas:
        name = text(table, "name")
        if not inner(table, "modes") or any(_may_disarm(person, name) for _, person in view.people):
            continue
        hint = "add a [[person]] with a code"
        yield Problem(path, "an area that nobody may disarm", "somebody with a code", hint)


def _may_disarm(person: Table, area: str | None) -> bool:
    inside = "areas" not in person or area in words(person, "areas")
    return inside and "code" in person and person.get("may_disarm", True) is True
