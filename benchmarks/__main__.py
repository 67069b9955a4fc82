"""`python -m benchmarks [PART]`: measure all parts or one, print a table, keep latest.json."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence

from benchmarks import cameras, journal, memory, report, rules, rules_step, start, why, wire, zwave
from benchmarks.home import Bench
from benchmarks.report import Figure

type Part = Callable[[Bench], Awaitable[list[Figure]]]

PARTS: Mapping[str, Part] = {
    "wire": wire.measure,
    "start": start.measure,
    "memory": memory.measure,
    "journal": journal.measure,
    "rules-step": rules_step.measure,
    "rules": rules.measure,
    "why": why.measure,
    "zwave": zwave.measure,
    "cameras": cameras.measure,
}


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; 2 for a part that there is not."""
    unknown = [name for name in arguments if name not in PARTS]
    if unknown:
        print(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    figures = asyncio.run(_run(arguments or tuple(PARTS)))
    report.keep(figures)
    print(report.table(figures))
    return 0


async def _run(names: Sequence[str]) -> list[Figure]:
    bench = Bench()
    try:
        return [figure for name in names for figure in await PARTS[name](bench)]
    finally:
        bench.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
