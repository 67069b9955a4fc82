"""How a play ended: a table for people, an object for programs."""

from collections.abc import Iterator
from statistics import median
from typing import Any

from rich.table import Table

from gateway.cli.demo.story import SECOND_NS, Story, sounding_note
from gateway.cli.paint import plain_table
from gateway.cli.terminal import Paper
from simulator.play.clips import Clip


def as_dict(play: str, story: Story, error: str) -> dict[str, Any]:
    """Give the end as plain data."""
    return {
        "play": play,
        "ok": bool(story.soundings) and not error,
        "error": error,
        "sirens": [
            {
                "siren": sounding.siren,
                "cause": sounding.cause,
                "after_cause_ms": round((sounding.at_ns - sounding.cause_ns) / 1e6, 3),
                "after_due_ms": round(sounding.late_ms, 3),
            }
            for sounding in story.soundings
        ],
        "persons": [
            {"camera": one.camera, "score": one.score, "picture": one.picture}
            for one in story.persons.values()
        ],
        "verdict": story.verdict,
        "clips": [
            {
                "clip": clip.name,
                "camera": clip.camera,
                "state": clip.state,
                "seconds": clip.seconds,
                "before_trip_seconds": _before_trip(story, clip),
                "sha256": clip.sha256,
            }
            for clip in story.clips
        ],
        "wire_to_journal_ms": [round(took, 3) for took in story.entry_ms],
    }


def show(play: str, story: Story, error: str) -> None:
    """Print the end as a table."""
    console = Paper()
    console.print()
    console.print(_table(story))
    for line in _of_cameras(story):
        console.print(line, highlight=False, soft_wrap=True)
    if error:
        console.print(f"[red]{play}: {error}.[/]")
    elif story.soundings:
        console.print(f"[bold green]{play}: the siren sounded.[/]")
    else:
        console.print(f"[bold red]{play}: no siren sounded.[/]")


def _of_cameras(story: Story) -> Iterator[str]:
    """Say what cameras saw, what that did to the alarm, and what is kept of it on the disk."""
    for person in story.persons.values():
        yield f"{person.camera} sees a person ({person.score:.2f}): picture {person.picture}"
    if story.verdict:
        yield f"the alarm is {story.verdict}"
    for clip in story.clips:
        before = _before_trip(story, clip)
        since = "" if before is None else f", from {before:.1f} s before the first trip"
        yield f"{clip.camera} recorded clip {clip.name}: {clip.seconds:.1f} s{since}"


def _before_trip(story: Story, clip: Clip) -> float | None:
    """Give how long before the first thing that happened at a zone a clip begins, in seconds."""
    if not story.tripped_ns:
        return None
    return round((story.tripped_ns - clip.began_ns) / SECOND_NS, 1)


def _table(story: Story) -> Table:
    table = plain_table("what", "because of", "how fast")
    for sounding in story.soundings:
        table.add_row(f"{sounding.siren} sounds", sounding.cause, sounding_note(sounding))
    if story.entry_ms:
        took = f"{median(story.entry_ms):.1f} ms (median of {len(story.entry_ms)})"
        table.add_row("a report is in the journal's hands", "any device", took)
    return table
