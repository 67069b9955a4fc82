"""What only a running hub knows of its own health, for `nightlatch doctor`."""

from collections.abc import Iterator, Sequence

from gateway.api.shapes import Json
from gateway.detection.keeper import Standing
from gateway.house import House
from gateway.model.answers import Check
from gateway.sandbox.layers import Layer
from rules import health
from rules.state import DriverState, TroubleKind


def checks(
    house: House,
    lost: int,
    layers: Sequence[Layer] = (),
    cameras: Standing | None = None,
    devices: Sequence[Check] = (),
) -> list[Json]:
    """Give a line for each radio, the journal, every trouble and every wall: name, ok, sentence.

    `layers` are the walls around the programs of rules; none where no rule has a program.
    `cameras` is how the detection stands; None where there are no cameras. `devices` is what the
    drivers have to say of theirs.
    """
    state = house.state
    radios = [
        _check(f"{name} radio", driver.found, _stands(driver))
        for name, driver in state.drivers.items()
    ]
    broken = any(trouble.kind is TroubleKind.STORAGE for trouble in state.troubles)
    troubles = [
        _check(str(trouble.kind), ok=False, sentence=health.told(house.site, state, trouble))
        for trouble in sorted(state.troubles)
    ]
    walls = [
        _check(f"sandbox: {layer.name}", layer.there or not layer.needed, layer.sentence)
        for layer in layers
    ]
    told = [_check(one.name, one.ok, one.sentence) for one in devices]
    seen = () if cameras is None else _cameras(cameras)
    return [*radios, *_journal(lost, broken=broken), *told, *seen, *troubles, *walls]


def _cameras(found: Standing) -> Iterator[Json]:
    """Say how the detection stands, and each camera's streams."""
    name = "detection"
    if found.ready is None:
        yield _check(name, ok=False, sentence=found.lost or "it is being started")
    else:
        beat = found.beat
        rate = "" if beat is None else f", {beat.looked} pictures in the last second"
        skipped = f" ({beat.skipped} skipped)" if beat is not None and beat.skipped else ""
        sentence = f"looks with {found.ready.words} by {found.ready.provider}{rate}{skipped}"
        yield _check(name, ok=True, sentence=sentence)
    for camera, told in sorted(found.cameras.items()):
        small = f"small stream {told.small}"
        if not told.small_lost:
            small += f" at {told.per_second:g} pictures a second"
        large = f"; large stream {told.large}" if told.large else ""
        well = not (told.small_lost or told.large_lost)
        yield _check(f"camera {camera}", well, f"{small}{large}")


def _stands(driver: DriverState) -> str:
    if driver.found:
        return "it answers"
    if not driver.known:
        return "it has not answered yet since the hub started"
    return f"it is lost: {driver.reason}" if driver.reason else "it is lost"


def _journal(lost: int, *, broken: bool) -> list[Json]:
    """Say how the journal stands. That it cannot be written, the trouble says."""
    if lost:
        return [_check("journal", ok=False, sentence=f"{lost} entries lost")]
    return [] if broken else [_check("journal", ok=True, sentence="all written")]


def _check(name: str, ok: bool, sentence: str) -> Json:  # noqa: FBT001  # a field like the others
    return {"name": name, "ok": ok, "sentence": sentence}
