"""What only a running hub knows of its own health, for `nightlatch doctor`."""

from collections.abc import Sequence

from gateway.api.shapes import Json
from gateway.house import House
from gateway.sandbox.layers import Layer
from rules import health
from rules.state import DriverState, TroubleKind


def checks(house: House, lost: int, layers: Sequence[Layer] = ()) -> list[Json]:
    """Give a line for each radio, the journal, every trouble and every wall: name, ok, sentence.

    `layers` are the walls around the programs of rules; none where no rule has a program.
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
    return [*radios, *_journal(lost, broken=broken), *troubles, *walls]


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
