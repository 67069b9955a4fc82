"""What only a running hub knows of its own health, for `nightlatch doctor`."""

from gateway.api.shapes import Json
from gateway.house import House
from rules import health
from rules.state import TroubleKind


def checks(house: House, lost: int) -> list[Json]:
    """Give a line for each radio, the journal and every trouble: name, ok, sentence."""
    state = house.state
    radios = [
        _check(f"{name} radio", driver.found, "it answers" if driver.found else "it is lost")
        for name, driver in state.drivers.items()
    ]
    broken = any(trouble.kind is TroubleKind.STORAGE for trouble in state.troubles)
    troubles = [
        _check(str(trouble.kind), ok=False, sentence=health.sentence(house.site, trouble))
        for trouble in sorted(state.troubles)
    ]
    return [*radios, *_journal(lost, broken=broken), *troubles]


def _journal(lost: int, *, broken: bool) -> list[Json]:
    """Say how the journal stands. That it cannot be written, the trouble says."""
    if lost:
        return [_check("journal", ok=False, sentence=f"{lost} entries lost")]
    return [] if broken else [_check("journal", ok=True, sentence="all written")]


def _check(name: str, ok: bool, sentence: str) -> Json:  # noqa: FBT001  # a field like the others
    return {"name": name, "ok": ok, "sentence": sentence}
