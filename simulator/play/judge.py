"""Judges an expectation by what was seen, on the clock of the wire. Pure: same seen, same word."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulator.play.scenario import Expectation, StepResult
from simulator.play.seen import Seen

NANOSECONDS = 1_000_000  # in a millisecond
SHOWN = 8  # of what was seen instead


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was done.

    It is counted from `at_ns`, when its last byte was on the wire. The hub may have read that byte
    before the stick, on another processor, looked at the clock; so what was seen counts from
    `asked_ns`, when it was asked for: nothing comes before that because of it.
    """

    name: str
    at_ns: int
    asked_ns: int


def settled(expectation: Expectation, moment: Moment, seen: Iterable[Seen]) -> bool:
    """Whether nothing that comes later could change the judgement."""
    return _first(expectation, moment, seen) is not None


def judge(expectation: Expectation, moment: Moment, seen: Sequence[Seen]) -> StepResult:
    """Judge by the first fitting thing since the moment.

    It must come within the span; where it is to be absent, it must not.
    """
    found = _first(expectation, moment, seen)
    seen_ms = None if found is None else _milliseconds(found, moment)
    early = seen_ms is not None and 0 < expectation.not_before_ms > seen_ms
    late = seen_ms is None or seen_ms > expectation.within_ms
    passed = late if expectation.absent else not early and not late
    detail = _detail(expectation, seen_ms, moment.name, early=early)
    if not passed and not expectation.absent:
        detail += _instead(expectation, moment, seen)
    if passed and expectation.absent:
        seen_ms = None  # it came after the span: no business of ours
    return StepResult(str(expectation), expectation.within_ms, seen_ms, passed, detail)


def _first(expectation: Expectation, moment: Moment, seen: Iterable[Seen]) -> Seen | None:
    fitting = (s for s in seen if s.at_ns >= moment.asked_ns and expectation.sentence.fits(s))
    return min(fitting, key=lambda s: s.at_ns, default=None)


def _detail(expectation: Expectation, seen_ms: float | None, moment: str, *, early: bool) -> str:
    sentence, within = expectation.sentence, expectation.within_ms
    if expectation.absent:
        if seen_ms is not None and seen_ms <= within:
            return f"{sentence}: seen {seen_ms:.1f} ms after {moment}, and should not have been"
        return f"{sentence}: not seen for {within} ms after {moment}"
    if seen_ms is None:
        return f"{sentence}: not seen within {within} ms after {moment}"
    text = f"{sentence}: seen {seen_ms:.1f} ms after {moment}"
    if early:
        return f"{text}, too early: not before {expectation.not_before_ms} ms"
    return f"{text}, too late: within {within} ms" if seen_ms > within else text


def _instead(expectation: Expectation, moment: Moment, seen: Sequence[Seen]) -> str:
    """Say what else was seen: that which is about the same subject first, then the rest."""
    sentence = expectation.sentence
    before = [s for s in seen if s.at_ns < moment.asked_ns and sentence.fits(s)]
    after = sorted((s for s in seen if s.at_ns >= moment.asked_ns), key=lambda s: s.at_ns)
    after.sort(key=lambda s: s.subject != sentence.subject)
    shown = [*before[-1:], *after[:SHOWN]]
    if not shown:
        return "; nothing was seen at all"
    said = ", ".join(f"{s} ({_milliseconds(s, moment):+.0f} ms)" for s in shown)
    more = len(after) - SHOWN
    return f"; seen instead: {said}" + (f" and {more} more" if more > 0 else "")


def _milliseconds(seen: Seen, moment: Moment) -> float:
    return round((seen.at_ns - moment.at_ns) / NANOSECONDS, 3)
