"""From what cameras see, and buttons, to triggers: the zones, lines and classes that are named."""

from collections.abc import Mapping

from gateway.config.errors import Path, did_you_mean, listed
from gateway.config.rule_house import CameraParts, Findings, House, known
from gateway.config.rule_when import CameraWhen, PressedWhen
from gateway.config.wording import describe
from gateway.model.device import DeviceId
from gateway.model.sight import Seen
from rules.rulebook import Crosses, Loiters, Pressed, Sees, Trigger

WAYS = {"inward": True, "outward": False}
GESTURES = ("once", "twice", "three times", "held", "released")


def sighted(when: CameraWhen, path: Path, house: House, findings: Findings) -> Trigger | None:
    """Give the trigger of what a camera sees."""
    expected = "the name of a [[camera]]"
    parts = known(when.camera, house.cameras, expected, (*path, "camera"), findings)
    seen = _class(when.sees, (*path, "sees"), findings)
    if not _is_one_thing(when, path, findings) or parts is None:
        return None
    if when.sees is not None and seen is None:
        return None
    device = house.devices[when.camera]
    if when.crosses is not None:
        return _crosses(when, device, parts, seen, path, findings)
    if when.loiters is not None:
        return _loiters(when, device, parts, seen, path, findings)
    if seen is None or not _is_watched(when.in_, parts.zones, seen, (*path, "in"), findings):
        return None
    return Sees(device, seen, when.in_)


def pressed(when: PressedWhen, path: Path, house: House, findings: Findings) -> Trigger | None:
    """Give the trigger of a button."""
    device = house.device(when.pressed, (*path, "pressed"), findings)
    if when.gesture is not None and when.gesture not in GESTURES:
        hint = did_you_mean(when.gesture, GESTURES)
        expected = f"one of {listed(GESTURES)}"
        findings.error((*path, "gesture"), describe(when.gesture), expected, hint)
    return None if device is None else Pressed(device, when.button, when.gesture)


def _is_one_thing(when: CameraWhen, path: Path, findings: Findings) -> bool:
    """Note a table that says nothing, or two things at once."""
    asked = [key for key in ("crosses", "loiters") if getattr(when, key) is not None]
    expected = "one of sees, crosses, loiters"
    hint = 'as in {camera = "yard", sees = "person", in = "porch"}'
    if len(asked) > 1:
        findings.error(path, "a line and a loiterer at once", expected, "write two tables")
    elif not asked and when.sees is None:
        findings.error(path, "a camera, and not what it sees", expected, hint)
    elif asked and when.in_ is not None:
        findings.error((*path, "in"), f"in, beside {asked[0]}", "in beside sees alone")
    elif when.way is not None and when.crosses is None:
        findings.error((*path, "way"), "a way without a line", "crosses beside it")
    else:
        return True
    return False


def _class(word: str | None, path: Path, findings: Findings) -> Seen | None:
    if word is None or word in set(Seen):
        return None if word is None else Seen(word)
    words = [*Seen]
    findings.error(path, describe(word), f"one of {listed(words)}", did_you_mean(word, words))
    return None


def _crosses(  # noqa: PLR0913, PLR0917 - all that a line has
    when: CameraWhen,
    device: DeviceId,
    parts: CameraParts,
    seen: Seen | None,
    path: Path,
    findings: Findings,
) -> Trigger | None:
    if when.way is not None and when.way not in WAYS:
        hint = did_you_mean(when.way, [*WAYS])
        findings.error((*path, "way"), describe(when.way), f"one of {listed([*WAYS])}", hint)
        return None
    if not _is_watched(when.crosses, parts.lines, seen, (*path, "crosses"), findings):
        return None
    return Crosses(device, when.crosses or "", seen, WAYS.get(when.way or ""))


def _loiters(  # noqa: PLR0913, PLR0917 - all that a zone has
    when: CameraWhen,
    device: DeviceId,
    parts: CameraParts,
    seen: Seen | None,
    path: Path,
    findings: Findings,
) -> Trigger | None:
    zone, place = when.loiters or "", (*path, "loiters")
    if not _is_watched(zone, parts.zones, seen, place, findings):
        return None
    if zone not in parts.loiters:
        found = f"{describe(zone)}, in which one may stay for ever"
        findings.error(place, found, "a zone with loiter", 'add loiter = "30s" to it')
        return None
    return Loiters(device, zone, seen)


def _is_watched(
    name: str | None,
    parts: Mapping[str, frozenset[Seen]],
    seen: Seen | None,
    path: Path,
    findings: Findings,
) -> bool:
    """Note a zone or line that is not there, or where nobody looks for that class."""
    if name is None:
        return True
    what = "a line of the camera's" if path[-1] == "crosses" else "a zone of the camera's own"
    classes = known(name, parts, what, path, findings)
    if classes is None:
        return False
    if seen is not None and seen not in classes:
        found = f"{describe(name)}, where nobody looks for {seen}"
        findings.error(path, found, f"one whose classes have {seen}", f"add {seen} to its classes")
        return False
    return True
