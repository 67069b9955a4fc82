"""What the engine derives from a site's rules, once: their index, their code, all names."""

from dataclasses import dataclass
from typing import cast

from rules.automation.code import Do
from rules.automation.index import Index, indexed, without_guards
from rules.automation.names import Names
from rules.rulebook import RunScript
from rules.site import Site

_KEPT = "rules.automation"


@dataclass(frozen=True, slots=True)
class Program:
    """A site's rules, ready to run."""

    index: Index
    names: Names


def has_programs(site: Site) -> bool:
    """Tell whether any rule runs a program of its own."""
    return any(
        isinstance(one, Do) and isinstance(one.action, RunScript)
        for code in program(site).index.code.values()
        for one in code
    )


def program(site: Site) -> Program:
    """Give the program of a site. Built when first asked for, which a load does before it runs."""
    found = site.made.get(_KEPT)
    if found is None:
        found = site.made[_KEPT] = Program(indexed(site.rules), Names(site))
    return cast("Program", found)


def prepare(site: Site, names: Names, *, guarded: bool = True) -> None:
    """Build the program of a site with names that were made for a like one.

    Not `guarded`, every rule is asked that an event could start, also where the arming state rules
    it out: for tests, which count what was asked.
    """
    index = indexed(site.rules)
    site.made[_KEPT] = Program(index if guarded else without_guards(index), names)
