"""Cameras: what watching and recording take beside bare decoding and the bare model, and whether
an alarm feels them.

The cameras are simulated ones, processes of their own, that play the walking people of OpenCV's
`vtest.avi`: something moves in every picture, so that every one is looked at.
"""

import asyncio
import json
import os
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import wire
from benchmarks.footage import films
from benchmarks.home import HOUSE, Bench, Witness
from benchmarks.report import Figure, Spread, percentile, spread
from gateway.cli.hub_command import hub_command
from simulator.play import VirtualHouse, open_home
from simulator.play.line import Message
from simulator.play.process import Process, python

COUNTS = (1, 4)
SECONDS = 15.0
START_SECONDS, LOAD_SECONDS = 60.0, 120.0
RATIO, LATENCY_MS, RECORDING = 1.25, 150.0, 0.005
ALARMS = 400
HARM = 1.5
LAG_MS = 20.0
POLL_SECONDS = 0.2
CAMERA = """
[[device]]
radio = "camera"
name = "cam{number}"
onvif = false

[device.scenes]
rest = ["main.mkv", "sub.mkv"]
"""
SECTION = """
[[camera]]
name = "cam{number}"
rtsp = "rtsp://cam{number}.camera/main"
rtsp_sub = "rtsp://cam{number}.camera/sub"
user = "nightlatch"
password_file = "cam{number}.password"
"""


async def measure(bench: Bench) -> list[Figure]:
    """Measure the parts at work, then the alarm with and without them."""
    with tempfile.TemporaryDirectory(prefix="nightlatch-") as name:
        folder = Path(name)
        bench.say("cameras: encoding what they show")
        film = await asyncio.to_thread(films, folder)
        figures = [Figure("cameras: load of the machine at the start", os.getloadavg()[0], "")]
        for count in COUNTS:
            bench.say(f"cameras: {count} at work")
            figures += _watching(count, await _loaded(folder, count, film["sub"]))
        return [*figures, *await _alarms(bench, folder)]


async def _loaded(folder: Path, count: int, film: Path) -> dict[str, Any]:
    """Have so many cameras watched for a while; give what that took."""
    house, control = folder / f"{count}.toml", folder / f"{count}.control"
    house.write_text("[camera]\ndiscovery_port = 0\n" + _cameras(count), "utf-8")
    words = "-m", "simulator.camera", "--house", house, "--control", control
    far = await Process.start("cameras", python(*words), folder / f"{count}.log", talks=True)
    try:
        ready = json.loads(await far.line(START_SECONDS))
        streams = {
            name: {s: _with_login(told[s]) for s in ("main", "sub")}
            for name, told in ready["cameras"].items()
        }
        asked = json.dumps({"streams": streams, "film": str(film), "seconds": SECONDS})
        before = await _ran("cameras_bare", asked, folder)
        told = await _ran("cameras_load", asked, folder)
        after = await _ran("cameras_bare", asked, folder)
        return {**told, "bare": (before["cpu"] + after["cpu"]) / 2}
    finally:
        await far.stop()


async def _ran(module: str, asked: str, folder: Path) -> dict[str, Any]:
    argv = python("-m", f"benchmarks.{module}", asked)
    load = await Process.start("load", argv, folder / f"{module}.log", talks=True)
    try:
        told: dict[str, Any] = json.loads(await load.line(LOAD_SECONDS))
        return told
    finally:
        await load.stop()


def _cameras(count: int) -> str:
    return "".join(CAMERA.format(number=number) for number in range(count))


def _with_login(url: str) -> str:
    return url.replace("rtsp://", "rtsp://nightlatch:nightlatch@")


def _watching(count: int, told: dict[str, Any]) -> list[Figure]:
    name = f"cameras: {count} at 10 pictures/s"
    took = told["took"]
    return [
        Figure(f"{name}, of one core", told["cpu"], "", told["floor"], RATIO * told["floor"]),
        Figure(
            f"{name}, beside the least program and the second opinions",
            told["cpu"],
            "",
            told["bare"] * told["looked"] + told["again"],
        ),
        Figure(f"{name}, looked at", told["looked"], "/s"),
        *(
            Figure(
                f"{name}, the {part}'s threads, of one core", told.get(f"thread_{part}", 0.0), ""
            )
            for part in ("looker", "sub", "main", "clerk")
        ),
        Figure(f"{name}, packet to event p50", percentile(took, 0.5), "ms"),
        Figure(f"{name}, packet to event p95", percentile(took, 0.95), "ms", None, LATENCY_MS),
        Figure(f"{name}, packet to event max", max(took), "ms"),
        Figure(f"{name}, its ring, of one core a camera", told["ring"], ""),
        Figure(f"{name}, recording beside it, a camera", told["recording"], "", None, RECORDING),
        Figure(f"{name}, decoding a picture, by itself", told["decode_ms"], "ms"),
        Figure(f"{name}, the model on a picture, by itself", told["model_ms"], "ms"),
    ]


async def _alarms(bench: Bench, folder: Path) -> list[Figure]:
    """Give the alarm's way without cameras and with four, in turns."""
    file = _house(folder)
    plain, watched = wire.Case("no cameras", ALARMS), wire.Case("4 cameras", ALARMS)
    for turn in range(2):
        for case, home in ((plain, HOUSE), (watched, file)):
            bench.say(f"cameras: alarms, {case.name}, turn {turn + 1} of 2")
            await _turn(case, home, folder / f"{case.name}{turn}", Random(turn))
    still = Spread.of(plain.milliseconds)
    targets = Spread(wire.NONE, wire.NONE, HARM * still.p99, wire.NONE)
    lag = Spread(wire.NONE, wire.NONE, wire.NONE, LAG_MS)
    return [
        *spread("alarm, no cameras", plain.milliseconds, "ms"),
        *spread("alarm, 4 cameras", watched.milliseconds, "ms", still, targets),
        Figure("alarms lost, 4 cameras", watched.alarms_lost, "", target=0),
        *spread("socket answer, no cameras", plain.answers, "ms", None, lag)[2:],
        *spread("socket answer, 4 cameras", watched.answers, "ms", None, lag)[2:],
        *spread("of it the hub at work, 4 cameras", watched.worked, "ms", None, lag)[2:],
    ]


async def _turn(case: wire.Case, file: Path, work: Path, random: Random) -> None:
    witness = Witness()
    house = VirtualHouse(
        open_home(file),
        hub_command=hub_command,
        work=work,
        happened=witness.happened,
        entered=witness.entered,
    )
    async with house:
        if case.name != "no cameras":
            await _until_all_see(house)
        for _ in range(wire.BLOCKS // 2):
            await wire.alarms(house, witness, case, random)


async def _until_all_see(house: VirtualHouse) -> None:
    async with asyncio.timeout(START_SECONDS):
        while not _see(await house.hub.state()):  # noqa: ASYNC110 - another process's state
            await asyncio.sleep(POLL_SECONDS)


def _see(state: Message) -> bool:
    cameras = [one for name, one in state["devices"].items() if name.startswith("cam")]
    return bool(cameras) and all(one["readings"].get("camera") == "seeing" for one in cameras)


def _house(folder: Path) -> Path:
    """Write the house of the benchmarks with four cameras that nothing else belongs to."""
    file = folder / "watched.toml"
    extra = "[camera]\ndiscovery_port = 0\n" + _cameras(4)
    file.write_text(HOUSE.read_text("utf-8") + extra, "utf-8")
    hub = HOUSE.with_suffix(".hub.toml").read_text("utf-8")
    sections = "".join(SECTION.format(number=number) for number in range(4))
    file.with_suffix(".hub.toml").write_text(hub + sections, "utf-8")
    return file
