"""How a play ended: a table for people, an object for programs."""

from statistics import median
from typing import Any

from rich.table import Table

from gateway.cli.demo.story import Story, sounding_note
from gateway.cli.paint import plain_table
from gateway.cli.terminal import Paper


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
        "wire_to_journal_ms": [round(took, 3) for took in story.entry_ms],
    }


def show(play: str, story: Story, error: str) -> None:
    """Print the end as a table."""
    console = Paper()
    console.print()
    console.print(_table(story))
    if error:
        console.print(f"[red]{play}: {error}.[/]")
    elif story.soundings:
        console.print(f"[bold green]{play}: the siren sounded.[/]")
    else:
        console.print(f"[bold red]{play}: no siren sounded.[/]")


def _table(story: Story) -> Table:
    table = plain_table("what", "because of", "how fast")
    for sounding in story.soundings:
        table.add_row(f"{sounding.siren} sounds", sounding.cause, sounding_note(sounding))
    if story.entry_ms:
        took = f"{median(story.entry_ms):.1f} ms (median of {len(story.entry_ms)})"
        table.add_row("a report is in the journal's hands", "any device", took)
    return table
