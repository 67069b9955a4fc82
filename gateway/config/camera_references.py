"""Whether what is said of cameras holds: by themselves, in zones, in confirmation, on the disk.

It reads the parsed tables, as `references` does: whatever has the wrong type is passed over.
"""

from collections.abc import Iterator

from gateway.config.camera_section import PASSWORD_IN_PATH, EvidenceSection
from gateway.config.errors import Path, Problem, did_you_mean, listed
from gateway.config.references import Row, Table, folded, inner, rows_of, text, texts, words
from gateway.config.shapes import PICTURE, Corners, is_covered
from gateway.config.source import Beside
from gateway.config.values import CAMERAS
from gateway.config.wording import describe
from gateway.model.sight import Seen

DAYS = EvidenceSection.model_fields["days"].default
ALARM_DAYS = EvidenceSection.model_fields["alarm_days"].default
MODEL = ("sha256", "decoder", "labels")
"""The keys without which a model of one's own means nothing."""


def errors(data: Table) -> Iterator[Problem]:
    """Find what cannot be compiled, or what would see less than it seems to."""
    cameras = rows_of(data, "camera")
    areas = [name for _, row in rows_of(data, "area") if (name := text(row, "name")) is not None]
    for path, camera in cameras:
        yield from _source(path, camera)
        yield from _parts(path, camera)
        yield from _sights(path, camera)
        area = text(camera, "area")
        if area is not None and area not in areas:
            yield _unknown((*path, "area"), area, areas, "the name of an [[area]]")
    yield from _devices(data, cameras)
    for path, zone in rows_of(data, "zone"):
        yield from _zone(path, zone, _by_name(cameras))
    for path, row in rows_of(data, "area"):
        if isinstance(row.get("confirm"), dict):
            yield from _confirm((*path, "confirm"), row, rows_of(data, "zone"), cameras)
    yield from _detector(inner(data, "detector"))


def warnings(data: Table) -> Iterator[Problem]:
    """Find what works, and is probably not what was meant."""
    first: dict[str, str] = {}
    for path, camera in rows_of(data, "camera"):
        name = text(camera, "name") or "?"
        for key in ("address", "rtsp", "rtsp_sub"):
            value = text(camera, key) or ""
            if PASSWORD_IN_PATH.search(value):
                hint = "whoever may read this file knows it: keep its mode 0600"
                yield Problem((*path, key), "a password in the address", "", hint, at_key=True)
            if key != "rtsp_sub" and value and first.setdefault(value, name) != name:
                found = f"the address of {first[value]}"
                yield Problem((*path, key), found, "one of its own", at_key=True)
    yield from _kept(inner(data, "evidence"))


def _kept(kept: Table) -> Iterator[Problem]:
    days, alarm_days = kept.get("days", DAYS), kept.get("alarm_days", ALARM_DAYS)
    if not isinstance(days, int | float) or not isinstance(alarm_days, int | float):
        return
    if alarm_days < days:
        key = "alarm_days" if "alarm_days" in kept else "days"
        found = "for alarms, a shorter time than for the rest"
        yield Problem(("evidence", key), found, "alarm_days of at least days", at_key=True)


def files(data: Table, beside: Beside) -> Iterator[Problem]:
    """Find password files that are not there, or that others may read."""
    for path, camera in rows_of(data, "camera"):
        name = text(camera, "password_file")
        fault, hint = beside.secret_fault(name) if name else ("", "")
        if fault:
            expected = "a file that only its owner may read"
            yield Problem((*path, "password_file"), fault, expected, hint)


def _source(path: Path, camera: Table) -> Iterator[Problem]:
    given = [key for key in ("address", "rtsp") if key in camera]
    if len(given) != 1:
        found = "both an address and a stream" if given else "neither an address nor a stream"
        hint = 'add address = "192.168.1.30", or rtsp = "rtsp://..." for one without ONVIF'
        yield Problem((*path, *given[1:]), found, "one of address, rtsp", hint, at_key=bool(given))
    if "rtsp_sub" in camera and "rtsp" not in camera:
        found, hint = "a smaller stream without the other", "an ONVIF camera tells its streams"
        yield Problem((*path, "rtsp_sub"), found, "rtsp beside it", hint, at_key=True)
    for one, other in (("user", "password_file"), ("password_file", "user")):
        if one in camera and other not in camera:
            yield Problem((*path, one), f"{one} without {other}", "both, or none", at_key=True)


def _sights(path: Path, camera: Table) -> Iterator[Problem]:
    """Find masks that leave nothing to be seen, and lines that nobody can cross."""
    listed_masks = camera.get("masks")
    masks = [*filter(None, map(_corners, listed_masks if isinstance(listed_masks, list) else ()))]
    if is_covered(PICTURE, masks):
        yield Problem((*path, "masks"), "masks over the whole picture", "a part that is left free")
    else:
        for part, zone in rows_of(camera, "zones"):
            shape = _corners(zone.get("shape"))
            if shape and is_covered(shape, masks):
                found = "a part of the picture that is under masks"
                yield Problem((*path, *part, "shape"), found, "one of which something is seen")
    for part, line in rows_of(camera, "lines"):
        if "from" in line and line["from"] == line.get("to"):
            yield Problem((*path, *part, "to"), "a line of no length", "another place than from")


def _corners(value: object) -> Corners:
    """Give the corners of a shape; none where they are no points."""
    points = value if isinstance(value, list) else []
    numbers = all(
        isinstance(point, list)
        and len(point) == len("xy")
        and all(isinstance(part, int | float) for part in point)
        for point in points
    )
    return [(point[0], point[1]) for point in points] if numbers else ()


def _parts(path: Path, camera: Table) -> Iterator[Problem]:
    for key in ("zones", "lines"):
        first: dict[str, Path] = {}
        for part, row in rows_of(camera, key):
            name = text(row, "name")
            place = (*path, *part, "name")
            if name is not None and (other := first.setdefault(folded(name), place)) != place:
                found = f"{describe(name)}, for the second time"
                yield Problem(place, found, "a name of its own", other=other)


def _devices(data: Table, cameras: list[Row]) -> Iterator[Problem]:
    """Find relays and inputs of cameras that are not there."""
    known = [name for _, row in cameras if (name := text(row, "name")) is not None]
    for path, device in rows_of(data, "device"):
        driver, _, address = (text(device, "id") or "").partition(":")
        camera = address.partition("/")[0]
        if driver == CAMERAS and camera not in known:
            yield _unknown((*path, "id"), camera, known, "the name of a [[camera]]")


def _by_name(cameras: list[Row]) -> dict[str, Table]:
    return {name: row for _, row in cameras if (name := text(row, "name")) is not None}


def _zone(path: Path, zone: Table, cameras: dict[str, Table]) -> Iterator[Problem]:
    name = text(zone, "device")
    if text(zone, "reading") != "camera":
        for key in ("sees", "in"):
            if key in zone and text(zone, "reading") is not None:
                found = f"{key} for the reading {describe(zone['reading'])}"
                expected = 'one only for reading = "camera"'
                yield Problem((*path, key), found, expected, at_key=True)
        return
    camera = cameras.get(name or "")
    if camera is None:
        if name is not None:
            yield _unknown((*path, "device"), name, list(cameras), "the name of a [[camera]]")
        return
    yield from _places(path, zone, camera)


def _places(path: Path, zone: Table, camera: Table) -> Iterator[Problem]:
    """Find zones of a camera's that it does not have, or that never see what is asked for."""
    parts = _by_name(rows_of(camera, "zones"))
    asked = words(zone, "sees") or [Seen.PERSON]
    for index, name in texts(zone, "in"):
        place = (*path, "in", index)
        if name not in parts:
            yield _unknown(place, name, list(parts), "a zone of the camera's own")
            continue
        classes = words(parts[name], "classes") or [Seen.PERSON]
        if not set(classes) <= set(Seen):
            continue  # that is told where it stands
        missed = [seen for seen in asked if seen in set(Seen) and seen not in classes]
        if missed:
            found = f"{describe(name)}, in which nobody looks for {listed(missed)}"
            hint = f"add it to the classes of the camera's zone: {listed([*classes, *missed])}"
            yield Problem(place, found, "a zone that sees it", hint)


# --- confirmation ---------------------------------------------------------------------------


def _confirm(path: Path, area: Table, zones: list[Row], cameras: list[Row]) -> Iterator[Problem]:
    confirm, name = inner(area, "confirm"), text(area, "name")
    own = _by_name([row for row in zones if text(row[1], "area") == name])
    known = _by_name(cameras)
    waiting = [zone for zone, row in own.items() if _waits(row)]
    if "zones" in confirm:
        waiting = words(confirm, "zones")
        yield from _waiting(path, confirm, own)
    elif not waiting:
        found = "no zone whose trips would wait"
        yield Problem(path, found, "a follower or instant zone of motion", "or name some: zones")
    by = words(confirm, "by")
    if "by" not in confirm:
        by = [camera for camera, row in known.items() if text(row, "area") == name]
    if not by:
        hint = f'add area = "{name}" to a [[camera]], or by = [...]'
        yield Problem(path, "nobody who could confirm", "a camera, or by", hint)
    held = [own[zone] for zone in waiting if zone in own]
    for index, witness in texts(confirm, "by"):
        yield from _witness((*path, "by", index), witness, own, known, held)


def _waits(zone: Table) -> bool:
    return text(zone, "kind") in {"follower", "instant"} and text(zone, "reading") == "motion"


def _waiting(path: Path, confirm: Table, own: dict[str, Table]) -> Iterator[Problem]:
    if confirm["zones"] == []:
        yield Problem((*path, "zones"), "an empty list", "at least one zone", "or leave it out")
    for index, name in texts(confirm, "zones"):
        place = (*path, "zones", index)
        if name not in own:
            yield _unknown(place, name, list(own), "a zone of the area")
        elif (kind := text(own[name], "kind")) not in {"follower", "instant", None}:
            found = f"{describe(name)}, of the kind {kind}"
            hint = "an entry delay's end and a 24h zone never wait"
            yield Problem(place, found, "a follower or instant zone", hint)


def _witness(
    place: Path,
    name: str,
    own: dict[str, Table],
    cameras: dict[str, Table],
    held: list[Table],
) -> Iterator[Problem]:
    """Find who cannot confirm any of the zones that wait."""
    if name in cameras:
        if held and all(text(zone, "device") == name for zone in held):
            found = f"{describe(name)}, whose own sight it is to confirm"
            yield Problem(place, found, "another witness", "another camera, or a zone")
        return
    if name not in own:
        expected = "the name of a [[camera]], or of a zone of the area"
        yield _unknown(place, name, [*cameras, *own], expected)
    elif {text(zone, "reading") for zone in held} == {text(own[name], "reading")}:
        found = f"{describe(name)}, of the same reading as what it is to confirm"
        hint = "what fools one detector fools the next of its kind"
        yield Problem(place, found, "a zone of another reading", hint)


def _detector(section: Table) -> Iterator[Problem]:
    if "model" in section:
        for key in MODEL:
            if key not in section:
                found = f'a model without "{key}"'
                yield Problem(("detector", "model"), found, f"{key} beside it", at_key=True)
        return
    for key in (*MODEL, "score"):
        if key in section:
            found = f"{key} without a model"
            hint = "the model that comes with Nightlatch has its own"
            yield Problem(("detector", key), found, "model beside it", hint, at_key=True)


def _unknown(path: Path, name: str, known: list[str], expected: str) -> Problem:
    hint = did_you_mean(name, known, f"there are: {listed(known)}" if known else "there is none")
    return Problem(path, describe(name), expected, hint)
