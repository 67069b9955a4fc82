"""The state as `state`, `devices` and the demo show it. Word and colour, never colour alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.columns import Columns
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gateway.cli.output import ago, listed
from gateway.cli.shapes import Area, Device, State, Trouble, Upkeep, Zone

PHASES = {
    "disarmed": ("DISARMED", "green"),
    "exit": ("LEAVE NOW", "yellow"),
    "armed": ("ARMED", "blue"),
    "entry": ("ENTRY: DISARM NOW", "yellow"),
    "alarm": ("ALARM", "red"),
}
LOUD = {
    "open", "moving", "smoke", "wet", "tampered", "low", "jammed", "sounding", "unlocked", "on",
    "blind", "covered", "turned", "dark", "frozen", "lost",
}  # fmt: skip
WHOLE_SECOND = 1000
ENDLESS = 10_000  # columns
SHOWN = 3
"""Blockers named in the box of an area: the table of zones has them all."""


def phase_words(area: Area) -> tuple[str, str]:
    """Give the words that say where an area is, and their colour."""
    words, colour = PHASES.get(area["phase"], (area["phase"].upper(), "magenta"))
    mode = area.get("mode")
    if area["phase"] == "armed" and mode:
        return f"{words}: {mode.upper()}", colour
    return words, colour


def seconds_left(area: Area) -> int | None:
    """Give the whole seconds of a countdown, as a clock shows them: 1 until it is over."""
    remaining = area.get("remaining_ms")
    if remaining is None:
        return None
    return max(0, -(-remaining // WHOLE_SECOND))


def area_panels(areas: dict[str, Area]) -> RenderableType:
    """Show every area as a box."""
    return Columns([_area_panel(name, area) for name, area in areas.items()], expand=True)


def reading_text(reading: str) -> Text:
    """Show a reading: loud when it wants attention, dim when nothing is known."""
    if reading == "unknown":
        return Text("unknown", style="magenta")
    return Text(reading, style="bold red" if reading in LOUD else "green")


def readings_text(readings: dict[str, str]) -> Text:
    """Show all readings of a device on a line."""
    parts = [
        Text.assemble((f"{name} ", "dim"), reading_text(is_)) for name, is_ in readings.items()
    ]
    return Text("  ").join(parts)


def zones_table(zones: dict[str, Zone]) -> Table:
    """Show the zones."""
    table = plain_table("zone", "area", "kind", "reading", "")
    for name, zone in zones.items():
        table.add_row(name, zone["area"], zone["kind"], reading_text(zone["reading"]), _left(zone))
    return table


@dataclass(frozen=True, slots=True)
class ZonesShown:
    """The zones as a table, or one below the other where a table would be cut."""

    zones: dict[str, Zone]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw what fits."""
        table = zones_table(self.zones)
        if width_of(table, console).maximum <= options.max_width:
            yield table
            return
        for name, zone in self.zones.items():
            yield Text.assemble(name, " ", reading_text(zone["reading"]), " ", _left(zone))


def _left(zone: Zone) -> Text:
    return Text("bypassed", style="yellow") if zone["bypassed"] else Text("")


def devices_table(devices: dict[str, Device]) -> Table:
    """Show the configured devices with what they last said."""
    table = plain_table("device", "readings", "heard")
    for name, device in devices.items():
        heard = Text(ago(device.get("heard_seconds")), style="dim")
        table.add_row(name, readings_text(device["readings"]), heard)
    return table


def troubles_lines(troubles: Iterable[Trouble]) -> RenderableType:
    """Show the troubles, a sentence each."""
    lines = [Text.assemble(("! ", "bold yellow"), trouble["sentence"]) for trouble in troubles]
    return Group(*lines) if lines else Text("no troubles", style="green")


def whole_state(state: State) -> RenderableType:
    """Show everything."""
    parts: list[RenderableType] = [area_panels(state["areas"])]
    if not state["protecting"]:
        parts.append(Text("starting: not every radio has been heard yet", style="yellow"))
    if state["zones"]:
        parts.append(ZonesShown(state["zones"]))
    parts.extend(Text(upkeep_line(job), style="yellow") for job in state.get("upkeep", ()))
    parts.append(troubles_lines(state["troubles"]))
    return Group(*parts)


def upkeep_line(job: Upkeep) -> str:
    """Say a long job of a radio that is under way."""
    far = "" if job["fraction"] is None else f" ({100 * job['fraction']:.0f} %)"
    return f"{job['driver']}: {job['job']} is under way: {job['words']}{far}"


def plain_area(name: str, area: Area) -> str:
    """Say an area in a line without colour."""
    words, _ = phase_words(area)
    left = seconds_left(area)
    parts = [f"{name}: {words}", *([f"{left} s left"] if left is not None else []), *details(area)]
    return ", ".join(parts)


def details(area: Area) -> list[str]:
    """Say what else is so in an area: who, why, and what is left out."""
    found: list[str] = []
    if area.get("by"):
        found.append(f"by {area['by']}")
    if area["sounding"]:
        found.append(_sirens(area))
    if area["memory"]:
        why = "last alarm:" if area["phase"] == "disarmed" else "because of"
        found.append(f"{why} {causes(area)}")
    if area["bypassed"]:
        found.append(f"without {listed(area['bypassed'])}")
    return found


def _sirens(area: Area) -> str:
    """Say what the sirens of an area in alarm do, as far as anybody knows."""
    sirens = area.get("sirens", {"": True})
    if not sirens:
        return "no siren to sound"
    if any(sirens.values()):
        return "the siren sounds"
    return "the siren is told to sound, and has not confirmed it"


def causes(area: Area) -> str:
    """Name what made an alarm, each once."""
    named = (
        f"{cause['zone'] or cause['device']} ({cause['cause'].rpartition(':')[2]})"
        for cause in area["memory"]
    )
    return listed(list(dict.fromkeys(named)))


def _area_panel(name: str, area: Area) -> Panel:
    words, colour = phase_words(area)
    left = seconds_left(area)
    big = Text(
        f"  {words}  ",
        style=f"bold white on {colour}" if colour != "yellow" else "bold black on yellow",
    )
    if left is not None:
        big.append(f" {left} s  ")
    lines: list[Text] = [big, *(Text(detail) for detail in details(area))]
    if area["phase"] == "disarmed":
        lines.extend(_readiness(area))
    return Panel(Group(*lines), title=name, title_align="left", border_style=colour)


def _readiness(area: Area) -> list[Text]:
    blocked = dict.fromkeys(blocker for held in area["blockers"].values() for blocker in held)
    ready = [mode for mode, held in area["blockers"].items() if not held]
    lines = [Text.assemble(("not ready: ", "yellow"), blocker) for blocker in [*blocked][:SHOWN]]
    if len(blocked) > SHOWN:
        lines.append(Text(f"and {len(blocked) - SHOWN} more", style="yellow"))
    elif ready:
        lines.append(Text(f"ready to arm: {', '.join(ready)}", style="dim"))
    return lines


def width_of(drawn: RenderableType, console: Console) -> Measurement:
    """Give how wide something is where it need not be cut."""
    return Measurement.get(console, console.options.update(width=ENDLESS), drawn)


def plain_table(*columns: str) -> Table:
    """Give a table without lines."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column)
    return table
