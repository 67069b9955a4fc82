"""How the demo is shown: a live console, plain lines, or JSON lines."""

from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Protocol, Self

import typer
from rich.console import Console, ConsoleDimensions, Group, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gateway.cli.demo.story import Kind, Line, Story
from gateway.cli.output import ago, emit
from gateway.cli.paint import LOUD, area_panels, plain_table, reading_text, troubles_lines
from gateway.cli.shapes import Device
from simulator.play.house import Radio, Resident

HELP = (
    ("b", "burglary"), ("w", "window"), ("s", "smoke"), ("t", "tamper"), ("a", "arm"),
    ("d", "disarm"), ("u", "(un)plug"), ("c", "cap camera"), ("k", "kill hub"),
    ("z", "kill Z-Wave"), ("q", "quit"),
)  # fmt: skip
STYLES = {
    Kind.STAGE: ("»", "bold cyan"),
    Kind.WIRE: ("~", "dim"),
    Kind.HUB: ("·", ""),
    Kind.RULE: ("=", "green"),
    Kind.TOLD: ("i", "yellow"),
    Kind.ALARM: ("!", "bold red"),
}
HEAD_LINES = 6
FOOT_LINES = 4  # the keys take two lines in a narrow terminal
DEVICES_WIDTH = 52
NARROW = 100  # columns: below, when a device was heard must give way
NARROW_DEVICES_WIDTH = 30
TABLE_LINES = 3  # around the devices: two borders and a head
NAMES = {Radio.ZIGBEE: "Zigbee", Radio.ZWAVE: "Z-Wave", Radio.CAMERA: "camera"}
UNEVENTFUL = ("intact", "good", "mains")
ASIDE = ("battery", "tamper", "power")
"""What a device is not there for: when nobody knows it yet, that is no news."""
WORDLESS = ("keypad", "siren")  # they cannot say what they do


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
            self._print(line, story.seconds(line))

    def _print(self, line: Line, seconds: float | None) -> None:
        if self._as_json:
            emit({"seconds": seconds, "who": line.kind, "text": line.text, "note": line.note})
            return
        mark, _ = STYLES[line.kind]
        note = f"  ({line.note})" if line.note else ""
        typer.echo(f"{_stamp(seconds):>8} {mark} {line.text}{note}")


class LiveScreen:
    """The whole console, drawn anew as things happen."""

    def __init__(self, console: Console, devices: Mapping[str, Resident]) -> None:
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
        self._live.update(draw(story, self._devices, self._console.size), refresh=True)


def draw(story: Story, devices: Mapping[str, Resident], size: ConsoleDimensions) -> RenderableType:
    """Give the whole picture."""
    narrow = size.width < NARROW
    room = size.height - HEAD_LINES - FOOT_LINES - 2
    layout = Layout()
    layout.split_column(
        Layout(_head(story, devices), size=HEAD_LINES),
        Layout(name="middle"),
        Layout(_foot(), size=FOOT_LINES),
    )
    layout["middle"].split_row(
        Layout(
            _devices(story, devices, room + 2 - TABLE_LINES, narrow=narrow),
            size=NARROW_DEVICES_WIDTH if narrow else DEVICES_WIDTH,
        ),
        Layout(_events(story, room)),
    )
    return layout


def _head(story: Story, devices: Collection[str]) -> RenderableType:
    if story.state is None:
        return _building(story, devices)
    areas = area_panels(story.state["areas"])
    if story.sounding:
        sirens = " ".join(f" {siren} SOUNDS " for siren in sorted(story.sounding))
        return Group(areas, Text(sirens, style="bold white on red"))
    return Group(areas, troubles_lines(story.state["troubles"][:1]))


def _building(story: Story, devices: Collection[str]) -> RenderableType:
    if story.ready_ns:
        text = Text("\n  THE HUB IS DOWN  ", style="bold white on red")
        return Panel(text, border_style="red")
    text = Text.assemble(
        ("Building a virtual home", "bold"),
        ": simulated sticks, their devices, and the real hub.\n",
        f"Paired so far: {len(story.paired)} of {len(devices)} devices.",
    )
    return Panel(text, title="Nightlatch", title_align="left", border_style="cyan")


def _devices(
    story: Story, devices: Mapping[str, Resident], room: int, *, narrow: bool
) -> RenderableType:
    table = plain_table("device", "state", *([] if narrow else ["radio", "heard"]))
    found = story.state["devices"] if story.state else {}
    loud = {name for name in devices if name in story.sounding or _is_loud(found.get(name))}
    shown = _worth_showing(list(devices), loud, room)
    for name in shown:
        device = found.get(name)
        heard = Text(ago(device["heard_seconds"]) if device else "", style="dim")
        radio = Text(NAMES[devices[name].radio], style="dim")
        table.add_row(name, _glance(name, device, story), *([] if narrow else [radio, heard]))
    if len(shown) < len(devices):
        table.add_row(Text(f"… and {len(devices) - len(shown)} more", style="dim"))
    return Panel(table, title="devices", title_align="left", border_style="dim")


def _is_loud(device: Device | None) -> bool:
    return device is not None and not LOUD.isdisjoint(device["readings"].values())


def _worth_showing(names: list[str], loud: Collection[str], room: int) -> list[str]:
    """Name the devices that there is room for, in their order: whatever is loud first of all."""
    if len(names) <= room:
        return names
    ranked = sorted(names, key=lambda name: name not in loud)
    chosen = ranked[: max(0, room - 1)]
    return [name for name in names if name in chosen]


def _glance(name: str, device: Device | None, story: Story) -> Text:
    """Show what a device is about, and what is wrong with it; that it is well needs no words."""
    if name in story.sounding:
        return Text(" SOUNDS ", style="bold white on red")
    if device is None:
        return Text("")
    values = [
        value
        for what, value in device["readings"].items()
        if value not in UNEVENTFUL
        and what not in WORDLESS
        and not (value == "unknown" and what in ASIDE)
    ]
    parts = [reading_text(value) for value in values]
    return Text(" ").join(parts) if parts else Text("well", style="dim")


def _events(story: Story, room: int) -> RenderableType:
    table = Table(box=None, show_header=False, expand=True, padding=(0, 1, 0, 0))
    table.add_column(width=7, justify="right", style="dim")
    table.add_column(width=1)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    lines = [line for line in story.lines if not story.ready_ns or story.seconds(line) is not None]
    for line in lines[-max(1, room) :]:
        mark, style = STYLES[line.kind]
        text = Text.assemble((line.text, style), (f"  {line.note}", "green"))
        table.add_row(_stamp(story.seconds(line)), Text(mark, style=style), text)
    return Panel(table, title="what happens", title_align="left", border_style="dim")


def _stamp(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f}"


def _foot() -> RenderableType:
    keys = Text("  ").join(
        Text.assemble((f" {key} ", "bold black on white"), f" {what}") for key, what in HELP
    )
    return Panel(keys, border_style="dim")
