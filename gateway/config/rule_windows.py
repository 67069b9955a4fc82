"""Windows of time: read once, and named by conditions and triggers from then on."""

from collections.abc import Iterable
from dataclasses import replace

from gateway.config.errors import Path
from gateway.config.models import Sections
from gateway.config.references import folded
from gateway.config.rule_house import Findings, House
from gateway.config.rule_schedules import place_of_mistake
from gateway.config.rule_section import WindowSection
from gateway.config.site import compile_site
from gateway.config.wording import describe
from rules.automation.names import scope
from rules.schedule import BadSchedule, Window, compile_window


def with_windows(house: House, file: Sections, findings: Findings) -> House:
    """Give the house with the windows of its file, which conditions may name too."""
    if not file.windows:
        return house
    made = _windows(file.windows, house, findings)
    return replace(house, windows=made, scope=scope(replace(compile_site(file), windows=made)))


def _windows(
    sections: Iterable[WindowSection], house: House, findings: Findings
) -> dict[str, Window]:
    """Read the windows; a bad one is told, and stands for one that is always open."""
    made: dict[str, Window] = {}
    seen: set[str] = set()
    for index, section in enumerate(sections):
        path = ("window", index)
        if folded(section.name) in seen:
            found = f"{describe(section.name)}, for the second time"
            findings.error((*path, "name"), found, "a name of its own")
        seen.add(folded(section.name))
        made[section.name] = _window(section, path, house, findings)
    return made


def _window(section: WindowSection, path: Path, house: House, findings: Findings) -> Window:
    keys = section.keys()
    if not keys:
        findings.error(path, "a window that never ends", "from, to, days, or a calendar")
    try:
        return compile_window(keys, house.place, house.calendars)
    except BadSchedule as bad:
        hint = bad.hint
        if bad.expected == "latitude and longitude":
            hint = "add latitude and longitude to [site]"
        findings.error(place_of_mistake(path, keys, bad), bad.what, bad.expected, hint)
    except (ValueError, OverflowError):
        findings.error(path, "a window that means nothing", "one as in docs/schedules.md")
    return compile_window({}, house.place)
