"""Runs what people wrote for their house, by a pure step; what they wrote: `rules.rulebook`."""

from rules.automation.explain import Cause, WhyNot, as_dict, why, why_not
from rules.automation.names import Names, scope
from rules.automation.program import has_programs, program
from rules.automation.reload import Plan, reload
from rules.automation.schedules import AT_ONCE, next_wall
from rules.automation.step import failed, next_deadline, step

__all__ = [
    "AT_ONCE",
    "Cause",
    "Names",
    "Plan",
    "WhyNot",
    "as_dict",
    "failed",
    "has_programs",
    "next_deadline",
    "next_wall",
    "program",
    "reload",
    "scope",
    "step",
    "why",
    "why_not",
]
