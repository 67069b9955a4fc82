"""Judges what a reload says that it does to what waits. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulator.play.scenario import Reload, StepResult

KINDS = ("kept", "rebased", "cancelled")


def judge_plan(reload: Reload, plan: Mapping[str, Any]) -> Iterator[StepResult]:
    """Judge each kind that the scenario names: those sentences, and no others."""
    for kind, parts in reload.plan.items():
        said = [str(sentence) for sentence in plan.get(kind, [])]
        expected = f"{reload}, {kind}: {_listed(parts)}"
        yield StepResult(expected, None, None, _fits(parts, said), f"{kind}: {_listed(said)}")


def _fits(parts: Sequence[str], said: Sequence[str]) -> bool:
    found = all(any(_is_in(part, sentence) for sentence in said) for part in parts)
    return found and all(any(_is_in(part, sentence) for part in parts) for sentence in said)


def _is_in(part: str, sentence: str) -> bool:
    return part.casefold() in sentence.casefold()


def _listed(texts: Sequence[str]) -> str:
    return "; ".join(texts) or "nothing"
