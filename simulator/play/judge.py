"""Judges an expectation by what was seen, on the clock of the wire. Pure: same seen, same word."""

from collections.abc import Iterable, Sequence

from simulator.play.scenario import Expectation, StepResult
from simulator.play.seen import Seen

NANOSECONDS = 1_000_000  # in a millisecond
SHOWN = 8  # of what was seen instead


def settled(expectation: Expectation, moment_ns: int, seen: Iterable[Seen]) -> bool:
    """Whether nothing that comes later could change the judgement."""
    return _first(expectation, moment_ns, seen) is not None


def judge(
    expectation: Expectation, moment_ns: int, seen: Sequence[Seen], moment: str
) -> StepResult:
    """Judge by the first fitting thing at or after the moment.

    It must come within the span; where it is to be absent, it must not. `moment` is the name of
    what the span is counted from, for the sentence.
    """
    found = _first(expectation, moment_ns, seen)
    seen_ms = None if found is None else _milliseconds(found.at_ns, moment_ns)
    early = seen_ms is not None and seen_ms < expectation.not_before_ms
    late = seen_ms is None or seen_ms > expectation.within_ms
    passed = late if expectation.absent else not early and not late
    detail = _detail(expectation, seen_ms, moment, early=early)
    if not passed and not expectation.absent:
        detail += _instead(expectation, moment_ns, seen)
    if passed and expectation.absent:
        seen_ms = None  # it came after the span: no business of ours
    return StepResult(str(expectation), expectation.within_ms, seen_ms, passed, detail)


def _first(expectation: Expectation, moment_ns: int, seen: Iterable[Seen]) -> Seen | None:
    fitting = (s for s in seen if s.at_ns >= moment_ns and expectation.sentence.fits(s))
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


def _instead(expectation: Expectation, moment_ns: int, seen: Sequence[Seen]) -> str:
    """Say what else was seen: that which is about the same subject first, then the rest."""
    sentence = expectation.sentence
    before = [s for s in seen if s.at_ns < moment_ns and sentence.fits(s)]
    after = sorted((s for s in seen if s.at_ns >= moment_ns), key=lambda s: s.at_ns)
    after.sort(key=lambda s: s.subject != sentence.subject)
    shown = [*before[-1:], *after[:SHOWN]]
    if not shown:
        return "; nothing was seen at all"
    said = ", ".join(f"{s} ({_milliseconds(s.at_ns, moment_ns):+.0f} ms)" for s in shown)
    more = len(after) - SHOWN
    return f"; seen instead: {said}" + (f" and {more} more" if more > 0 else "")


def _milliseconds(at_ns: int, moment_ns: int) -> float:
    return round((at_ns - moment_ns) / NANOSECONDS, 3)
