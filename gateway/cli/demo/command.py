"""`nightlatch demo`: a burglary in a virtual home, watched by the real hub."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.demo import plays, summary
from gateway.cli.demo.keys import listening
from gateway.cli.demo.screen import NAMES, LineScreen, LiveScreen, Screen
from gateway.cli.demo.show import Show, background, drawing
from gateway.cli.demo.stage import Stage, StageError
from gateway.cli.demo.story import Kind, Story
from gateway.cli.extras import must_have_cameras
from gateway.cli.hub_command import hub_command
from gateway.cli.node_tree import for_virtual_houses
from gateway.cli.options import JsonOption, Listen, ListenOption
from gateway.cli.output import BAD_INPUT, NOT_SO, Problem, emit, listed, sentences
from gateway.cli.terminal import Paper
from simulator.play import Home, VirtualHouse, VirtualHouseError, open_home
from simulator.play.clips import read_clips
from simulator.play.house import Radio, house_file

app = typer.Typer(add_completion=False)
HOUSE = "home_both"
ONE_RADIO = "home"  # where there is no Z-Wave
CAMERAS = plays.HERE / "cameras.toml"
RULES = plays.HERE / "rules.toml"
ZWAVE_RULES = plays.HERE / "rules_zwave.toml"
TERMINATED = 143  # what shells give a program that SIGTERM ended
CODE = "4711"  # anna's: the virtual home's hub file says so to everybody


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked of the demo."""

    play: str | None
    leave: bool  # when the play is over
    listen: Listen
    as_json: bool


@app.command()
def demo(
    *,
    play: Annotated[
        str | None, typer.Option(metavar="NAME", help=f"Play at once: {', '.join(plays.PLAYS)}.")
    ] = None,
    leave: Annotated[
        bool, typer.Option("--exit", help="End after the play; exit 0 when the siren sounded.")
    ] = False,
    listen: ListenOption = Listen.PTY,
    as_json: JsonOption = False,
) -> None:
    """Watch the real hub guard a virtual home, and be the burglar."""
    with sentences(as_json=as_json):
        if play is not None and play not in plays.PLAYS:
            known = listed(list(plays.PLAYS), "or")
            raise Problem(f"there is no play {play!r}: choose {known}", BAD_INPUT)
        watched = sys.stdin.isatty() and sys.stdout.isatty() and not as_json
        # Where nobody can press a key, the demo plays by itself.
        chosen = play or (None if watched and not leave else "break-in")
        wish = Wish(chosen, leave or not watched, listen, as_json)
        story = Story()
        try:
            error = asyncio.run(_demo(wish, story, live=watched and not leave))
        except asyncio.CancelledError:  # SIGTERM: all was put away on the way here
            raise typer.Exit(TERMINATED) from None
        if wish.leave and wish.play is not None:
            _finish(wish, story, error)


def _finish(wish: Wish, story: Story, error: str) -> None:
    play = str(wish.play)
    if wish.as_json:
        emit(summary.as_dict(play, story, error))
    else:
        summary.show(play, story, error)
    if error or not story.soundings:
        raise typer.Exit(NOT_SO)


async def _demo(wish: Wish, story: Story, *, live: bool) -> str:
    """Build the house, play, and tear it down; give why the play stopped, if it did."""
    _end_on_sigterm()
    home, node_tree = home_of(wish, story)
    console = Paper()
    screen: Screen = LiveScreen(console, home.devices) if live else LineScreen(as_json=wish.as_json)
    story.add(Kind.STAGE, f"Building a virtual home: {_parts(home)}, and the real hub.", 0)
    with screen:
        building = _house(home, node_tree, wish, story)
        async with background(drawing(screen, story)), building as house:
            stage = Stage(house, story, CODE)
            error = await _run(stage, wish, live=live)
            if wish.leave and house.far.cameras:
                await house.hub.stop()  # what it records is whole from here on
                story.clips = await asyncio.to_thread(read_clips, house.hub.evidence)
    screen.show(story)
    return error


def home_of(wish: Wish, story: Story) -> tuple[Home, Path | None]:
    """Open the home with both radios, and find its Node packages; the other where there are none.

    The demo goes on without Z-Wave and without cameras, and says why.
    """
    house, node_tree = HOUSE, None
    cameras: Path | None = CAMERAS
    try:
        node_tree = for_virtual_houses(as_json=wish.as_json)
    except Problem as why:
        story.add(Kind.STAGE, f"This home has one radio, Zigbee. {why}.", 0)
        house = ONE_RADIO
    try:
        must_have_cameras()
    except Problem as why:
        story.add(Kind.STAGE, f"Nobody looks at this home: {why}.", 0)
        cameras = None
    return open_home(house_file(house, beside=plays.HERE), cameras), node_tree


def _parts(home: Home) -> str:
    sticks = [f"a {NAMES[radio]} stick" for radio in home.sticks]
    cameras = len(home.of(Radio.CAMERA))
    things = [f"{len(home.devices) - cameras} devices", *([f"{cameras} cameras"] * bool(cameras))]
    return listed([*sticks, *things], "and")


def rules_of(home: Home) -> str:
    """Give the rules that are played with in this home."""
    files = [RULES, *([ZWAVE_RULES] if Radio.ZWAVE in home.radios else [])]
    return "\n".join(file.read_text("utf-8") for file in files)


@asynccontextmanager
async def _house(
    home: Home, node_tree: Path | None, wish: Wish, story: Story
) -> AsyncIterator[VirtualHouse]:
    house = VirtualHouse(
        home,
        hub_command=hub_command,
        listen=wish.listen.value,
        rules=rules_of(home),
        node_tree=node_tree,
        happened=story.happened,
        entered=story.entered,
    )
    try:
        async with house:
            yield house
    except VirtualHouseError as error:
        raise Problem(str(error)) from error


async def _run(stage: Stage, wish: Wish, *, live: bool) -> str:
    async with background(stage.look()):
        show = Show(stage)
        try:
            with ExitStack() as keys:
                if live:
                    keys.enter_context(listening(show.press))
                stage.open()
                stage.say("The home is ready: press b." if live else "The home is ready.")
                return await _play(show, wish)
        finally:
            await show.end()


async def _play(show: Show, wish: Wish) -> str:
    if wish.play is not None:
        try:
            await show.play_strictly(plays.PLAYS[wish.play])
            if wish.leave:
                await show.play_strictly(plays.disarm)
        except StageError as error:
            return str(error)
    if not wish.leave:
        await show.until_quit()
    return ""


def _end_on_sigterm() -> None:
    """Have SIGTERM end us as Ctrl-C does: nothing is left behind."""
    running = asyncio.current_task()
    if running is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
