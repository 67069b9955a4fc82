"""Tests of rules in the rules' own language: they are played by the engine itself, and judged.

Also how much of the rules they reach, and which small changes of a rule they would not notice:
`rules.trial.trials`. Here stands only what the configuration makes of `[[rule.test]]`.
"""

from rules.trial.kinds import CallAsked, Expectation, Moment, RuleTest

__all__ = ["CallAsked", "Expectation", "Moment", "RuleTest"]
