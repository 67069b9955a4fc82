"""`nightlatch demo`: a burglary in a virtual home, watched by the real hub."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

import typer

from gateway.cli.demo import plays, summary
from gateway.cli.demo.keys import listening
from gateway.cli.demo.screen import LineScreen, LiveScreen, Screen
from gateway.cli.demo.show import Show, background, drawing
from gateway.cli.demo.stage import Stage, StageError
from gateway.cli.demo.story import Kind, Story
from gateway.cli.hub_command import hub_command
from gateway.cli.options import JsonOption, Listen, ListenOption
from gateway.cli.output import BAD_INPUT, NOT_SO, Problem, emit, listed, sentences
from gateway.cli.terminal import Paper
from simulator.play import Home, VirtualHouse, VirtualHouseError, open_home
from simulator.play.house import house_file

app = typer.Typer(add_completion=False)
HOUSE = "home"
RULES = plays.HERE / "rules.toml"
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
    home = open_home(house_file(HOUSE, beside=plays.HERE))
    console = Paper()
    screen: Screen = (
        LiveScreen(console, list(home.devices)) if live else LineScreen(as_json=wish.as_json)
    )
    story.add(Kind.STAGE, "Building a virtual home: a stick, its devices, and the real hub.", 0)
    with screen:
        async with background(drawing(screen, story)), _house(home, wish, story) as house:
            stage = Stage(house, story, CODE)
            error = await _run(stage, wish, live=live)
    screen.show(story)
    return error


@asynccontextmanager
async def _house(home: Home, wish: Wish, story: Story) -> AsyncIterator[VirtualHouse]:
    house = VirtualHouse(
        home,
        hub_command=hub_command,
        listen=wish.listen.value,
        rules=RULES.read_text("utf-8"),
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
