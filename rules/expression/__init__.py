"""The language of conditions: CEL's syntax, a type for every term, and unknown as a value.

It knows nothing of the house: a Scope says what paths there are. See docs/expressions.md.
"""

from rules.expression.compiled import Compiled, compile_text
from rules.expression.errors import ExpressionError, ExpressionErrors, Span
from rules.expression.kinds import (
    ANY,
    BOOL,
    DURATION,
    FLOAT,
    INSTANT,
    INT,
    TEXT,
    ListOf,
    Number,
    OneOf,
    Path,
    Record,
    Type,
    Unknown,
    Value,
    Values,
)
from rules.expression.mutants import Mutant, mutants
from rules.expression.parser import parse
from rules.expression.printer import path_text, text
from rules.expression.scope import Scope
from rules.expression.trace import Trace, said
from rules.expression.tree import Node

__all__ = [
    "ANY",
    "BOOL",
    "DURATION",
    "FLOAT",
    "INSTANT",
    "INT",
    "TEXT",
    "Compiled",
    "ExpressionError",
    "ExpressionErrors",
    "ListOf",
    "Mutant",
    "Node",
    "Number",
    "OneOf",
    "Path",
    "Record",
    "Scope",
    "Span",
    "Trace",
    "Type",
    "Unknown",
    "Value",
    "Values",
    "compile_text",
    "mutants",
    "parse",
    "path_text",
    "said",
    "text",
]
