"""What only a running hub knows of its own health, for `nightlatch doctor`."""

from gateway.api.shapes import Json
from gateway.house import House
from rules import health


def checks(house: House, lost: int) -> list[Json]:
    """Give a line for each radio, the journal and every trouble: name, ok, sentence."""
    state = house.state
    radios = [
        _check(f"{name} radio", driver.found, "it answers" if driver.found else "it is lost")
        for name, driver in state.drivers.items()
    ]
    journal = _check("journal", lost == 0, f"{lost} entries lost" if lost else "all written")
    troubles = [
        _check(str(trouble.kind), ok=False, sentence=health.sentence(house.site, trouble))
        for trouble in sorted(state.troubles)
    ]
    return [*radios, journal, *troubles]


def _check(name: str, ok: bool, sentence: str) -> Json:  # noqa: FBT001  # a field like the others
    return {"name": name, "ok": ok, "sentence": sentence}
