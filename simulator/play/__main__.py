"""`python -m simulator.play FILE --hub 'COMMAND {config}'`: play one scenario, for development."""

import argparse
import asyncio
import json
import shlex
import sys
from pathlib import Path

from simulator.play import Kind, Progress, ScenarioError, VirtualHouseError, simulate

_MARKS = {Kind.PASSED: "ok  ", Kind.FAILED: "FAIL", Kind.SEEN: "    ", Kind.STEP: "  > "}


def main() -> int:
    """Play and give the exit code: 0 passed, 1 not, 2 cannot be played."""
    wishes = _parser().parse_args()
    command = shlex.split(wishes.hub)
    try:
        outcome = asyncio.run(
            simulate(
                wishes.file,
                hub_command=lambda config: [word.format(config=config) for word in command],
                listen=wishes.listen,
                ezsp=wishes.ezsp,
                work=wishes.work,
                progress=_quiet if wishes.json else _show,
            )
        )
    except (ScenarioError, VirtualHouseError) as error:
        _say(str(error), error=True)
        return 2
    said = f"{outcome.scenario}: {'passed' if outcome.passed else 'FAILED'}"
    _say(json.dumps(outcome.as_dict()) if wishes.json else said)
    return 0 if outcome.passed else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator.play", description=__doc__)
    parser.add_argument("file", help="a scenario file, or the name of one of ours")
    parser.add_argument("--hub", required=True, help="the command of the hub, with {config}")
    parser.add_argument("--listen", choices=["pty", "tcp"], default="pty")
    parser.add_argument("--ezsp", type=int, default=13)
    parser.add_argument("--work", type=Path, help="a folder to keep, and to use again")
    parser.add_argument("--json", action="store_true")
    return parser


def _show(progress: Progress) -> None:
    _say(f"{progress.at_ms:9.1f} {_MARKS.get(progress.kind, '    ')} {progress.text}")


def _quiet(_: Progress) -> None:
    """Say nothing before the end."""


def _say(text: str, *, error: bool = False) -> None:
    (sys.stderr if error else sys.stdout).write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
