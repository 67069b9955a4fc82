"""How the demo is shown: a live console, plain lines, or JSON lines."""

from types import TracebackType
from typing import Protocol, Self

import typer
from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gateway.cli.demo.story import Kind, Line, Story
from gateway.cli.output import emit
from gateway.cli.paint import area_panels, devices_table, troubles_lines

HELP = (
    ("b", "burglary"), ("w", "window"), ("s", "smoke"), ("t", "tamper"), ("a", "arm away"),
    ("d", "disarm"), ("u", "unplug / plug"), ("k", "kill the hub"), ("q", "quit"),
)  # fmt: skip
STYLES = {
    Kind.STAGE: ("»", "bold cyan"),
    Kind.WIRE: ("~", "dim"),
    Kind.HUB: ("·", ""),
    Kind.TOLD: ("i", "yellow"),
    Kind.ALARM: ("!", "bold red"),
}
HEAD_LINES = 6
FOOT_LINES = 3
DEVICES_WIDTH = 58


class Screen(Protocol):
    """Where a story is shown; entered while it lasts."""

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """End, the terminal as it was."""
        ...

    def show(self, story: Story) -> None:
        """Show how the story stands."""
        ...


class LineScreen:
    """A line for each thing that is seen, in words or as JSON."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._shown = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""

    def show(self, story: Story) -> None:
        """Print what is new."""
        new = min(story.told - self._shown, len(story.lines))
        self._shown = story.told
        for line in list(story.lines)[len(story.lines) - new :]:
            self._print(line)

    def _print(self, line: Line) -> None:
        if self._as_json:
            emit({"who": line.kind, "text": line.text, "note": line.note})
            return
        mark, _ = STYLES[line.kind]
        note = f"  ({line.note})" if line.note else ""
        typer.echo(f"{mark} {line.text}{note}")


class LiveScreen:
    """The whole console, drawn anew as things happen."""

    def __init__(self, console: Console, devices: int) -> None:
        self._console = console
        self._devices = devices
        self._live = Live(console=console, screen=True, auto_refresh=False)

    def __enter__(self) -> Self:
        """Take the whole terminal."""
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        self._live.stop()

    def show(self, story: Story) -> None:
        """Draw everything."""
        height = self._console.size.height
        self._live.update(draw(story, self._devices, height), refresh=True)


def draw(story: Story, devices: int, height: int) -> RenderableType:
    """Give the whole picture."""
    layout = Layout()
    layout.split_column(
        Layout(_head(story, devices), size=HEAD_LINES),
        Layout(name="middle"),
        Layout(_foot(), size=FOOT_LINES),
    )
    layout["middle"].split_row(
        Layout(_devices(story), size=DEVICES_WIDTH),
        Layout(_events(story, height - HEAD_LINES - FOOT_LINES - 2)),
    )
    return layout


def _head(story: Story, devices: int) -> RenderableType:
    if story.state is None:
        return _building(story, devices)
    areas = area_panels(story.state["areas"])
    if story.sounding:
        sirens = " ".join(f" {siren} SOUNDS " for siren in sorted(story.sounding))
        return Group(areas, Text(sirens, style="bold white on red"))
    return Group(areas, troubles_lines(story.state["troubles"][:1]))


def _building(story: Story, devices: int) -> RenderableType:
    if story.soundings or len(story.paired) >= devices:
        return Panel(Text("the hub does not answer", style="bold red"), border_style="red")
    text = Text.assemble(
        ("Building a virtual home", "bold"),
        ": a simulated stick on a serial line, its devices, and the real hub.\n",
        f"Paired so far: {len(story.paired)} of {devices} devices.",
    )
    return Panel(text, title="Nightlatch", title_align="left", border_style="cyan")


def _devices(story: Story) -> RenderableType:
    found = story.state["devices"] if story.state else {}
    return Panel(devices_table(found), title="devices", title_align="left", border_style="dim")


def _events(story: Story, room: int) -> RenderableType:
    table = Table(box=None, show_header=False, expand=True, padding=(0, 1, 0, 0))
    table.add_column(width=1)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column(justify="right", no_wrap=True, style="green")
    for line in list(story.lines)[-max(1, room) :]:
        mark, style = STYLES[line.kind]
        table.add_row(Text(mark, style=style), Text(line.text, style=style), line.note)
    return Panel(table, title="what happens", title_align="left", border_style="dim")


def _foot() -> RenderableType:
    keys = Text("  ").join(
        Text.assemble((f" {key} ", "bold black on white"), f" {what}") for key, what in HELP
    )
    return Panel(keys, border_style="dim")
