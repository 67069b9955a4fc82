"""A house with cameras: its hub sees with them for real, and what it records can be played."""

import asyncio
import hashlib
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import pytest

from gateway.cli.hub_command import hub_command
from simulator.play import VirtualHouse, family, open_home
from simulator.play.clips import read_clips
from simulator.play.house import HOUSES
from simulator.play.hub import DETECTION, HubDown
from tests.waiting import until

HOUSE = "home_cameras"
PASSWORD = "Nobody-may-read-this-7391"
PICTURES_A_SECOND = 10
BEFORE_SECONDS = 3.0  # it was there for so long, at least, when it was said to see
BELL = """
[[rule]]
id = "bell"
when = { pressed = "yard" }
do = { record = ["yard", "hall"], for = "2s" }
"""


@pytest.fixture
def house_file(tmp_path: Path) -> Path:
    """Give a house whose cameras have a password that can be looked for."""
    text = (HOUSES / f"{HOUSE}.toml").read_text("utf-8")
    marked = text.replace('radio = "camera"', f'radio = "camera"\npassword = "{PASSWORD}"')
    file = tmp_path / "h.toml"
    file.write_text(marked)
    hub = (HOUSES / f"{HOUSE}.hub.toml").read_text("utf-8")
    (tmp_path / "h.hub.toml").write_text(hub)
    return file


async def test_what_is_recorded_can_be_played_and_nobody_tells_a_password(
    house_file: Path, tmp_path: Path
) -> None:
    work, heard = tmp_path / "w", list[Mapping[str, Any]]()
    house = VirtualHouse(
        open_home(house_file), hub_command=hub_command, work=work, rules=BELL, entered=heard.append
    )

    async with house:
        detections = family.modules_below(house.hub.pid or 0, DETECTION)
        pids = [*house.far.pids, *detections]
        assert len(house.far.pids) == 2  # a stick, and all cameras
        assert len(detections) == 1
        await house.far.act("ring", "yard")
        await until(lambda: len(kept(heard)) == 2)
        film = await exported(kept(heard)[0], house.config, tmp_path / "film.mp4")

    assert not any(map(family.is_alive, pids))
    assert hashlib.sha256(film.read_bytes()).hexdigest() == kept(heard)[0]["sha256"]
    assert pictures_of(film) >= (2 + BEFORE_SECONDS - 1) * PICTURES_A_SECOND
    assert {clip.state for clip in read_clips(work / "state" / "evidence")} == {"whole"}
    assert [file.name for file in files_with(PASSWORD.encode(), work)] == [
        *("hall.password", "yard.password"),
    ]
    for file in work.glob("*.password"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_house_without_cameras_starts_nothing_of_them(tmp_path: Path) -> None:
    home = open_home(HOUSES / "home.toml")

    async with VirtualHouse(home, hub_command=hub_command, work=tmp_path / "w") as house:
        assert len(house.far.pids) == 1
        assert family.modules_below(house.hub.pid or 0, DETECTION) == []
        with pytest.raises(HubDown, match="runs no detection that one could kill"):
            await house.hub.signal_detection("kill")

    assert not list((tmp_path / "w").glob("cameras*"))
    assert not (tmp_path / "w" / "state" / "evidence").exists()


def kept(heard: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [entry["event"] for entry in heard if entry["event"].get("is") == "ClipKept"]


async def exported(clip: Mapping[str, Any], config: Path, film: Path) -> Path:
    """Give a clip out as a person would."""
    words = ("clip", "export", clip["clip"], str(film), "--config", str(config))
    command = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", *words, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await command.communicate()
    assert command.returncode == 0, told
    return film


def pictures_of(film: Path) -> int:
    with av.open(str(film)) as opened:
        pictures = list(opened.decode(video=0))
    assert {(one.width, one.height) for one in pictures} == {(1280, 720)}
    return len(pictures)


def files_with(secret: bytes, folder: Path) -> list[Path]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return sorted(file for file in files if secret in file.read_bytes())
