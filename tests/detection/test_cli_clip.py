"""`nightlatch clip`: what is kept is listed, given out whole, checked, and deleted when asked."""

import asyncio
import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.entries import Place
from gateway.cli.root import app
from gateway.detection.clip.name import CLIP, NOTE, place_of
from gateway.detection.clip.store import Store, Told, new_note
from gateway.detection.plan import EvidencePlan
from gateway.journal.journal import Journal
from gateway.model.device import DeviceId
from gateway.model.sight import ClipKept, ClipRemoved
from rules.site import Site
from tests.detection.films import NOON
from tests.gateway.journals import start
from tests.gateway.samples import entry

CONTENT = b"a film" * 1000
YARD = DeviceId("onvif:yard/0")


class Home:
    """A state folder with evidence in it, and the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.told: list[Told] = []
        self.plan = EvidencePlan(self.state / "evidence", self.state / "evidence.key")
        self.store = Store(self.plan, lambda: NOON, self.told.append)
        self.store.open()

    def clip(self, incident: str = "home 1", camera: str = "yard", *, whole: bool = True) -> str:
        note = new_note(YARD, camera, incident, NOON, 6.0, pinned=True)
        draft = self.store.begin(note)
        draft.seal.write(CONTENT)
        if whole:
            assert self.store.finish(draft, 12.0)
        else:
            os.close(draft.seal._file)
        return note.clip

    def picture(self) -> str:
        name = self.store.name_picture("yard")
        assert self.store.keep_picture(name, b"jpeg")
        return name

    def path(self, clip: str, kind: str = CLIP) -> Path:
        return place_of(self.plan.folder, clip, kind)

    def run(self, *words: str) -> Result:
        done = CliRunner().invoke(app, ["clip", *words, "--state", str(self.state)])
        assert "Traceback" not in done.output
        return done

    def lines(self, *words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*words, "--json").stdout.splitlines()]

    def journal(self, *told: Told) -> None:
        async def fill() -> None:
            journal = Journal.open(self.state)
            journal.recover()
            start(journal)
            for number, event in enumerate(told, start=1):
                journal.append(entry(number, event), [])
            assert journal.close()

        asyncio.run(fill())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_what_is_kept_is_listed_with_its_incident(home: Home) -> None:
    clip, other = home.clip(), home.clip("garage 2", "garage")
    picture = home.picture()

    said = home.run("list")
    assert said.exit_code == 0
    assert f"{clip}  home 1  12 s, whole  pinned" in said.stdout
    assert picture not in said.stdout
    assert {line["clip"] for line in home.lines("list", "--pictures")} == {clip, other, picture}
    assert [line["clip"] for line in home.lines("list", "--camera", "garage")] == [other]
    assert len(home.lines("list", "-n", "1")) == 1


def test_one_is_shown_with_its_hash(home: Home) -> None:
    clip = home.clip()

    (shown,) = home.lines("show", clip)
    assert (shown["sha256"], shown["before_seconds"]) == (hashlib.sha256(CONTENT).hexdigest(), 6.0)
    assert shown["sha256"] in home.run("show", clip).stdout


def test_a_clip_is_given_out_as_it_was_recorded(home: Home, tmp_path: Path) -> None:
    clip, file = home.clip(), tmp_path / "out.mp4"
    home.journal(*home.told)

    done = home.run("export", clip, str(file))

    assert done.exit_code == 0, done.output
    assert file.read_bytes() == CONTENT
    assert hashlib.sha256(CONTENT).hexdigest() in done.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (kept,) = home.told
    assert isinstance(kept, ClipKept)
    assert home.lines("export", clip, str(tmp_path / "b.mp4"))[0]["sha256"] == kept.sha256


def test_no_file_is_written_over(home: Home, tmp_path: Path) -> None:
    clip, file = home.clip(), tmp_path / "out.mp4"
    file.write_bytes(b"mine")

    done = home.run("export", clip, str(file))

    assert done.exit_code == 2
    assert file.read_bytes() == b"mine"


def test_a_damaged_clip_is_given_out_up_to_there_and_said_to_be(home: Home, tmp_path: Path) -> None:
    clip = home.clip()
    data = bytearray(home.path(clip).read_bytes())
    data[-30] ^= 1
    home.path(clip).write_bytes(data)

    done = home.run("export", clip, str(tmp_path / "out.mp4"))

    assert done.exit_code == 1
    assert "damaged or changed" in done.stderr


def test_of_a_clip_that_is_damaged_from_its_beginning_no_file_is_made(
    home: Home, tmp_path: Path
) -> None:
    clip, file = home.clip(), tmp_path / "out.mp4"
    data = bytearray(home.path(clip).read_bytes())
    data[len(data) // 2] ^= 1  # in its only chunk
    home.path(clip).write_bytes(data)

    done = home.run("export", clip, str(file))

    assert done.exit_code == 1
    assert f"nothing of {clip} can be read: it was damaged or changed" in done.stderr
    assert "sha256" not in done.output
    assert not file.exists()


def test_a_camera_that_is_none_is_bad_input(home: Home, tmp_path: Path) -> None:
    home.clip()
    config = tmp_path / "nightlatch.toml"
    config.write_text('[[camera]]\nname = "hall"\n', "utf-8")

    ghost = home.run("list", "--camera", "ghost", "--config", str(config))
    assert ghost.exit_code == 2
    assert "there is no camera ghost" in ghost.stderr
    hall = home.run("list", "--camera", "hall", "--config", str(config))
    assert (hall.exit_code, hall.stdout) == (0, "Nothing is kept.\n")


def test_a_clip_is_listed_with_the_time_of_the_house(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = home.clip()
    place = Place(Site({}, {}, {}, {}, {}), ZoneInfo("America/New_York"))
    monkeypatch.setattr("gateway.cli.clip.place_of", lambda _: place)

    assert f"2026-11-21 07:00:00  {clip}  home 1" in home.run("list").stdout


def test_a_clip_that_a_crash_left_is_given_out_and_said_to_be(home: Home, tmp_path: Path) -> None:
    clip = home.clip(whole=False)

    (said,) = home.lines("export", clip, str(tmp_path / "out.mp4"))

    assert said["ok"] is False
    assert said["wrong"] == "it is being recorded, or was cut off"
    assert (tmp_path / "out.mp4").read_bytes() == CONTENT


def test_all_is_verified_against_the_notes_and_the_journal(home: Home) -> None:
    home.clip()
    home.picture()
    home.journal(*home.told)

    done = home.run("verify")
    assert (done.exit_code, done.stdout) == (0, "2 of 2 are what was recorded.\n")


def test_a_clip_exchanged_with_its_note_is_found_by_the_journal(home: Home) -> None:
    clip = home.clip()
    home.journal(ClipKept(YARD, clip, "0" * 64, 6.0, 12.0, "home 1", 6000))

    done = home.run("verify", clip)
    assert done.exit_code == 1
    assert "not what the journal says" in done.stdout


def test_a_clip_that_was_cut_and_closed_again_is_found_by_the_journal(home: Home) -> None:
    draft = home.store.begin(new_note(YARD, "yard", "home 1", NOON, 6.0, pinned=True))
    draft.seal.write(CONTENT * 100)
    assert home.store.finish(draft, 12.0)
    clip = draft.note.clip
    path = home.path(clip)
    path.write_bytes(path.read_bytes()[: len(CONTENT) * 60])
    note = home.path(clip, NOTE)
    (told,) = home.told
    assert isinstance(told, ClipKept)
    as_new = note.read_text("utf-8").replace('"whole"', '"open"').replace(told.sha256, "")
    note.write_text(as_new, "utf-8")
    again = Store(home.plan, lambda: NOON, home.told.append)
    again.open()
    again.mend()
    first, second = home.told
    assert isinstance(second, ClipKept)
    home.journal(first, ClipRemoved(clip, "by hand"), second)

    done = home.run("verify", clip)
    assert done.exit_code == 1
    assert "not what the journal says" in done.stdout


def test_a_note_that_is_set_back_to_open_opens_no_clip(home: Home) -> None:
    clip = home.clip()
    path, note = home.path(clip), home.path(clip, NOTE)
    path.write_bytes(path.read_bytes()[:-30])
    note.write_text(note.read_text("utf-8").replace('"whole"', '"open"'), "utf-8")
    cut = path.read_bytes()
    again = Store(home.plan, lambda: NOON, home.told.append)
    again.open()
    again.mend()
    home.journal(*home.told)

    assert path.read_bytes() == cut
    assert len(home.told) == 1
    (found,) = home.lines("verify", clip)
    assert found["wrong"] == "a part of its end is missing"
    assert home.run("delete", clip, "--yes").exit_code == 0


def test_a_clip_that_is_gone_though_the_journal_has_it_is_found(home: Home) -> None:
    clip, removed = home.clip(), home.clip()
    home.journal(*home.told, ClipRemoved(removed, "older than 14 days"))
    for name in (clip, removed):
        home.path(name).unlink()
        home.path(name, NOTE).unlink()

    (found,) = home.lines("verify")
    assert (found["clip"], found["ok"]) == (clip, False)
    assert found["wrong"].startswith(f"it is not in {home.plan.folder}: deleted, or left")


def test_what_is_verified_is_told_in_order(home: Home) -> None:
    clips = [home.clip(camera=camera) for camera in ("yard", "hall", "cellar", "attic")]
    home.journal(*home.told)
    home.path(clips[1]).unlink()

    assert [line["clip"] for line in home.lines("verify")] == sorted(clips)


def test_the_name_of_another_clip_does_not_help(home: Home) -> None:
    one, other = home.clip(), home.clip()
    home.path(one).write_bytes(home.path(other).read_bytes())

    (found,) = home.lines("verify", one)
    assert found["wrong"].startswith(f"{one}.clip is another's content")


def test_a_clip_is_deleted_with_its_note_and_only_when_asked_twice(home: Home) -> None:
    clip = home.clip()

    assert home.run("delete", clip).exit_code != 0
    assert home.path(clip).exists()
    assert home.run("delete", clip, "--yes").exit_code == 0
    assert not home.path(clip).exists()
    assert not home.path(clip, NOTE).exists()
    home.store.step()
    assert home.told[-1] == ClipRemoved(clip, "by hand")


def test_what_is_being_recorded_is_not_deleted(home: Home) -> None:
    clip = home.clip(whole=False)

    assert home.run("delete", clip, "--yes").exit_code == 1
    assert home.path(clip).exists()


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "yesterday"])
@pytest.mark.parametrize("word", ["show", "delete"])
def test_a_name_that_is_none_is_bad_input(home: Home, word: str, name: str) -> None:
    home.clip()

    assert home.run(word, name).exit_code == 2


def test_without_its_key_nothing_is_read_and_the_way_out_is_told(home: Home) -> None:
    clip = home.clip()
    home.plan.key_file.unlink()

    done = home.run("export", clip, str(home.folder / "out.mp4"))
    assert done.exit_code == 1
    assert "put it back from the backup" in done.stderr
    assert not (home.folder / "out.mp4").exists()


def test_where_nothing_was_recorded_it_says_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["clip", "list", "--state", str(tmp_path)])

    assert done.exit_code == 1
    assert "there is no evidence" in done.stderr


def test_the_folder_that_the_configuration_names_is_found(home: Home, tmp_path: Path) -> None:
    clip = home.clip()
    (home.state / "evidence").rename(tmp_path / "big_disk")
    config = tmp_path / "nightlatch.toml"
    config.write_text(f'[evidence]\nfolder = "{tmp_path}/big_disk"\n', "utf-8")

    done = CliRunner().invoke(app, ["clip", "verify", clip, "--config", str(config)])

    assert done.exit_code == 0, done.output
