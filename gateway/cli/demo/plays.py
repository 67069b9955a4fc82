"""What can be played in the virtual home: each a few sentences and acts, like on a stage."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from gateway.cli.demo.stage import Stage, StageError
from simulator.play.house import Radio

HERE = Path(__file__).parent

type Play = Callable[[Stage], Awaitable[None]]

UPSTAIRS = "landing_motion"  # of Z-Wave, where the home has it
STEPS_SECONDS = 0.8  # from the door to the hall
LISTEN_SECONDS = 2.0  # to a siren, before somebody ends it
DARK_SECONDS = 0.5  # from a kill to the new start
LOST_SECONDS = 2.5  # without the stick
WAKING_SECONDS = 0.5  # from one waking of the sleepers to the next
WAKINGS = 60


async def break_in(stage: Stage) -> None:
    """Somebody comes in by the front door and does not disarm."""
    await _armed(stage)
    if stage.cameras:
        await _come_through_the_yard(stage)
    await _come_in(stage)
    if stage.cameras:
        await stage.act("show", "hall", scene="person")
    await _go_upstairs(stage)
    if stage.cameras:
        await _look_into_the_room(stage)
    await _siren(stage)


async def window(stage: Stage) -> None:
    """Somebody forces the kitchen window: an instant zone, so the siren sounds at once."""
    await _armed(stage)
    stage.say("A burglar forces the kitchen window.")
    await stage.act("open", "kitchen_window", cause=True)
    await _siren(stage)
    await stage.act("close", "kitchen_window")


async def smoke(stage: Stage) -> None:
    """Smoke in the kitchen: an alarm whether armed or not."""
    stage.say("The pan is on fire: smoke in the kitchen.")
    await stage.act("smoke", "kitchen_smoke", cause=True)
    await _siren(stage)
    await stage.act("clear", "kitchen_smoke")


async def tamper(stage: Stage) -> None:
    """Somebody tears the cover off a sensor: in this house an alarm, armed or not."""
    stage.say("Somebody opens the cover of the motion sensor in the hall.")
    await stage.act("tamper", "hall_motion", cause=True)
    await _siren(stage)
    await stage.act("untamper", "hall_motion")


async def crash(stage: Stage) -> None:
    """The hub is killed in the middle of the entry delay: the siren sounds all the same."""
    await _armed(stage)
    await _come_in(stage, "back_door")
    await restart(stage)
    await _siren(stage)


async def unplug(stage: Stage) -> None:
    """The stick is pulled out and put back: a trouble, and then no trouble."""
    await pull(stage)
    await stage.until_seen(lambda: _troubled(stage), "the trouble")
    await asyncio.sleep(LOST_SECONDS)
    await put_back(stage)
    await stage.until_seen(lambda: not _troubled(stage), "the radio")


async def server(stage: Stage) -> None:
    """The Z-Wave server is killed in the entry delay: the sirens of the other radio sound."""
    await _armed(stage)
    await _come_in(stage, "back_door")
    await kill_server(stage)
    await _siren(stage)
    await stage.until_seen(lambda: not _troubled(stage), "Z-Wave")


PLAYS: dict[str, Play] = {
    "break-in": break_in,
    "window": window,
    "smoke": smoke,
    "tamper": tamper,
    "crash": crash,
    "unplug": unplug,
    "server": server,
}


async def arm(stage: Stage) -> None:
    """Arm away."""
    if not stage.unplugged:  # else the hub says why it cannot
        await _heard(stage)
    stage.say("Anna arms the house and leaves.")
    await stage.ask("arm", mode="away")


async def disarm(stage: Stage) -> None:
    """Disarm, and clear the memory of an alarm."""
    stage.say("Anna disarms with her code.")
    answer = await stage.ask("disarm", code=stage.code)
    if answer is not None and answer["area"]["memory"]:
        await stage.ask("reset", code=stage.code)
    await tidy_up(stage)


async def restart(stage: Stage) -> None:
    """Kill the hub, as the crash of all crashes, and start it again."""
    stage.say("The hub is killed (SIGKILL) …")
    await stage.house.hub.kill()
    await asyncio.sleep(DARK_SECONDS)
    stage.say("… and started again.")
    await stage.house.hub.start()


async def kill_server(stage: Stage) -> None:
    """Kill the Z-Wave server; nobody but the hub starts it again."""
    if Radio.ZWAVE not in stage.house.home.radios:
        stage.say("This home has no Z-Wave.")
        return
    stage.say("The Z-Wave server is killed (SIGKILL). The hub must notice, and start it again.")
    await stage.house.hub.signal_server("kill")


async def toggle_stick(stage: Stage) -> None:
    """Pull the Zigbee stick, or put it back."""
    await (put_back(stage) if stage.unplugged else pull(stage))


async def pull(stage: Stage) -> None:
    """Pull the Zigbee stick."""
    stage.say("Somebody pulls the Zigbee stick out.")
    stage.unplugged = True
    await stage.house.far.act("unplug", radio=Radio.ZIGBEE)


async def put_back(stage: Stage) -> None:
    """Put the Zigbee stick back."""
    stage.say("The stick is put back.")
    stage.unplugged = False
    await stage.house.far.act("plug", radio=Radio.ZIGBEE)


async def tidy_up(stage: Stage) -> None:
    """Shut the doors, so that the house can be armed again."""
    for device in stage.those_of("front_door", "back_door", "terrace_door"):
        await stage.act("close", device)
    for device in stage.those_of("hall_motion", "living_motion", UPSTAIRS):
        await stage.act("still", device)
    for camera in stage.cameras:
        await stage.act("rest", camera)


async def _armed(stage: Stage) -> None:
    """See to it that the house is armed and everybody has left."""
    if stage.phase() != "armed":
        await tidy_up(stage)
        await arm(stage)
        await stage.until(lambda area: area["phase"] == "armed", "the house, armed,")
        await asyncio.sleep(STEPS_SECONDS)


async def _heard(stage: Stage) -> None:
    """See to it that the hub knows how the sensors stand.

    After a restart it believes nothing of what it knew, and who sleeps says nothing for hours.
    """
    if _troubled(stage):
        await stage.until_seen(lambda: not _troubled(stage), "the radio")
    if stage.unknown():
        stage.say("Sensors that slept since the restart wake up, and report how they stand.")
    for _ in range(WAKINGS):
        if not stage.unknown():
            return
        for device in stage.unknown():
            await stage.act("check_in", device)
        await asyncio.sleep(WAKING_SECONDS)
    raise StageError("the hub does not hear its sensors")


async def _come_in(stage: Stage, door: str = "front_door") -> None:
    stage.say(f"A burglar opens the {door.replace('_', ' ')}.")
    await stage.act("open", door, cause=True)
    await asyncio.sleep(STEPS_SECONDS)
    stage.say("He walks through the hall. The entry delay runs, and nobody disarms.")
    await stage.act("motion", "hall_motion")


async def _go_upstairs(stage: Stage) -> None:
    for device in stage.those_of(UPSTAIRS):
        await asyncio.sleep(STEPS_SECONDS)
        stage.say("He goes up the stairs.")
        await stage.act("motion", device)


async def _come_through_the_yard(stage: Stage) -> None:
    if stage.capped:
        stage.say("A burglar comes through the yard, before a camera with a cap on.")
        return
    stage.say("A burglar comes through the yard, before the camera.")
    await stage.act("show", "yard", scene="person")
    await stage.until_seen(lambda: "yard" in stage.story.persons, "a person in the yard")


async def _look_into_the_room(stage: Stage) -> None:
    """Trip a sensor whose alarm waits for a camera to see somebody."""
    stage.say("He looks into the living room, whose alarm waits for a camera to see a person.")
    await stage.act("motion", "living_motion", cause=True)
    story = stage.story  # it may sound already: a slow machine is late before the entry delay's end
    await stage.until_seen(lambda: bool(story.verdict or story.sounding), "a camera's word")


async def toggle_cap(stage: Stage) -> None:
    """Put a cap on the yard's camera, or take it off."""
    if not stage.those_of("yard"):
        stage.say("This home has no cameras.")
        return
    stage.capped = not stage.capped
    stage.say(f"Somebody puts a cap {'on' if stage.capped else 'off'} the camera in the yard.")
    await stage.act("cover" if stage.capped else "rest", "yard")


async def _siren(stage: Stage) -> None:
    before = len(stage.story.soundings)
    if not stage.story.sounding:
        await stage.until_seen(
            lambda: len(stage.story.soundings) > before or bool(stage.story.sounding), "the siren"
        )
    await asyncio.sleep(LISTEN_SECONDS)


def _troubled(stage: Stage) -> bool:
    state = stage.story.state
    return state is not None and not all(radio["found"] for radio in state["drivers"].values())
