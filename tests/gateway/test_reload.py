"""A hub that loads its configuration anew while it runs: what waits goes on, or is named."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from gateway.codec import CodecError
from gateway.config.errors import ConfigErrors
from gateway.config.load import Config, again, load, load_sparing
from gateway.config.source import Folder, Source, pack, unpack
from gateway.reload import Next, NotNow, change, prepare
from rules import engine
from rules.state import AreaState, Phase, State
from simulator.play.line import LineError
from tests.gateway.lone_hub import CODE, HEAD, lone_hub
from tests.waiting import until, until_async

WAIT = """
[[rule]]
id = "slow"
when = { called = true }
do = [{ notify = "begun" }, { wait = "%s" }, { notify = "done" }]
"""
OTHER = """
[[rule]]
id = "other"
when = { called = true }
do = [{ wait = "1h" }, { notify = "never" }]
"""


async def test_a_reload_in_the_middle_of_a_wait_lets_it_go_on_from_where_it_began(
    tmp_path: Path,
) -> None:
    async with lone_hub(tmp_path, WAIT % "1h" + OTHER) as lone:
        await lone.hub.ask("call", rule="slow")
        await lone.hub.ask("call", rule="other")
        lone.write(WAIT % "1s")

        planned = await lone.hub.ask("plan")
        assert lone.told("done") == []
        answer = await lone.hub.ask("reload")

        assert {key: answer[key] for key in ("changed", "plan")} == {
            key: planned[key] for key in ("changed", "plan")
        }
        assert answer["changed"] == ["rule slow: changed", "rule other: gone"]
        assert answer["plan"]["rebased"] == ["run 1 of slow: 1h before, 1s now"]
        assert answer["plan"]["cancelled"] == ["run 1 of other: the rule is gone"]
        await until(lambda: lone.told("done"))
        loaded = [e["event"] for e in lone.entries if e["event"]["is"] == "ConfigurationLoaded"]
        assert [event["cancelled"] for event in loaded] == [answer["plan"]["cancelled"]]


async def test_what_another_file_cancels_at_a_start_is_written_down(tmp_path: Path) -> None:
    async with lone_hub(tmp_path, OTHER) as lone:
        await lone.hub.ask("call", rule="other")
        await lone.hub.kill()
        lone.write("")

        await lone.hub.start()

        loaded = [e["event"] for e in lone.entries if e["event"]["is"] == "ConfigurationLoaded"]
        assert [e["cancelled"] for e in loaded] == [["run 1 of other: the rule is gone"]]


async def test_what_was_loaded_anew_is_in_force_after_a_crash(tmp_path: Path) -> None:
    """The journal is folded with the rules of its time, also where the file is another by now."""
    async with lone_hub(tmp_path, "") as lone:
        lone.write(WAIT % "1s")
        await lone.hub.ask("reload")
        await lone.hub.ask("call", rule="slow")
        await lone.hub.kill()
        lone.write(WAIT % "2s")

        await lone.hub.start()

        await until(lambda: lone.told("done"))
        assert len(lone.told("begun")) == 1


async def test_a_bad_file_leaves_the_old_rules_running(tmp_path: Path) -> None:
    async with lone_hub(tmp_path, WAIT % "1h") as lone:
        lone.write(WAIT % "soon" + '[[rule]]\nid = "x"\n')

        with pytest.raises(LineError) as refused:
            await lone.hub.ask("reload")

        assert "soon" in str(refused.value)
        assert (await lone.hub.ask("call", rule="slow"))["ran"][0]["outcome"] == "ran"


@pytest.mark.parametrize("phase", Phase)
def test_a_reload_is_refused_in_entry_and_alarm_and_in_no_other_phase(
    tmp_path: Path, phase: Phase
) -> None:
    coming, was = prepared(tmp_path, HEAD), loaded(tmp_path, HEAD)
    state = State(areas={"house": AreaState(phase, None if phase is Phase.DISARMED else "away")})

    if phase in {Phase.ENTRY, Phase.ALARM}:
        with pytest.raises(NotNow, match=f"not while house is in {phase}"):
            change(was, was, was.site(), state, coming)
    else:
        assert change(was, was, was.site(), state, coming).state.areas == state.areas


def test_an_armed_area_is_not_taken_out_of_the_house(tmp_path: Path) -> None:
    was = loaded(tmp_path, HEAD)
    shed = '[[area]]\nname = "shed"\n[area.modes.away]\n'
    coming = prepared(tmp_path, HEAD.replace('name = "house"', 'name = "hut"') + shed)
    armed = State(areas={"house": AreaState(Phase.ARMED, "away")})

    with pytest.raises(NotNow, match=r"house is armed: disarm it first \(area house: gone"):
        change(was, was, was.site(), armed, coming)


ZONE = """
[[zone]]
name = "front"
area = "house"
device = "front_door"
reading = "contact"
kind = "entry"
modes = ["away"]
"""


@pytest.mark.parametrize("phase", [Phase.DISARMED, Phase.EXIT, Phase.ARMED])
def test_a_zone_is_not_taken_from_an_armed_area(tmp_path: Path, phase: Phase) -> None:
    was, coming = loaded(tmp_path, HEAD + ZONE), prepared(tmp_path, HEAD)
    mode = None if phase is Phase.DISARMED else "away"
    state = State(areas={"house": AreaState(phase, mode)})

    if mode is None:
        assert change(was, was, was.site(), state, coming).changed == ("zone front: gone",)
    else:
        with pytest.raises(NotNow, match="zone front: gone"):
            change(was, was, was.site(), state, coming)


def test_what_only_a_restart_changes_is_named_until_there_was_one(tmp_path: Path) -> None:
    began = loaded(tmp_path, HEAD)
    coming = prepared(tmp_path, HEAD.replace("127.0.0.1:1", "127.0.0.1:2"))
    site, state = began.site(), engine.initial(began.site())

    for was in (began, coming.config):
        made = change(began, was, site, state, coming)
        assert made.restart == ("[zigbee] takes a restart of the hub",)
        assert made.changed == ()


def test_which_cameras_wait_for_a_restart_and_where_clips_go_until_then(tmp_path: Path) -> None:
    camera = '[[camera]]\nname = "{}"\nrtsp = "rtsp://127.0.0.1/{}"\n'
    began = loaded(tmp_path, HEAD + camera.format("yard", 1) + camera.format("hall", 1))
    evidence = '[evidence]\nfolder = "other"\n'
    both = camera.format("yard", 2) + camera.format("shed", 1)
    coming = prepared(tmp_path, HEAD + both + evidence)
    site = began.site()

    made = change(began, began, site, engine.initial(site), coming)

    of_cameras, of_evidence = made.restart
    assert of_cameras.endswith("(camera yard: changed, camera hall: gone, camera shed: new)")
    was, will = tmp_path / "state" / "evidence", tmp_path / "next" / "state" / "other"
    assert of_evidence.endswith(f"records into {was}, and `nightlatch clip` reads {will}")


NIGHT = '[[window]]\nname = "night"\nfrom = "22:00"\nto = "06:00"\n'


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("Europe/Prague", "Europe/Berlin", "[site]: changed"),
        ('code = "$argon2', 'code = "$argon2', ""),
        ("[[person]]", "[access]\nlockout_tries = 3\n[[person]]", "[access]: changed"),
        (
            "[[person]]",
            '[[window]]\nname = "n"\nfrom = "22:00"\nto = "06:00"\n[[person]]',
            "[[window]]: changed",
        ),
    ],
)
def test_every_change_of_a_file_is_named(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    was, coming = loaded(tmp_path, HEAD), prepared(tmp_path, HEAD.replace(before, after))

    made = change(was, was, was.site(), engine.initial(was.site()), coming)

    assert made.changed == tuple(filter(None, [said]))


def loaded(folder: Path, text: str) -> Config:
    """Give a configuration of this text."""
    file = folder / "nightlatch.toml"
    file.write_text(text)
    return load(file)


def prepared(folder: Path, text: str) -> Next:
    """Give one that is to come."""
    (folder / "next").mkdir()
    return prepare(loaded(folder / "next", text).path, {})


async def test_a_person_who_is_gone_from_the_file_is_gone_from_the_door(tmp_path: Path) -> None:
    async with lone_hub(tmp_path, "") as lone:
        await lone.hub.ask("disarm", area="house", code=CODE)
        text = lone.config.read_text().replace('"Anna"', '"Berta"')
        lone.config.write_text(text)

        await lone.hub.ask("reload")
        await lone.hub.ask("disarm", area="house", code=CODE)

        asked = [e["event"]["by"] for e in lone.entries if e["event"]["is"] == "DisarmRequested"]
        assert asked == ["Anna", "Berta"]


async def test_sighup_loads_anew(tmp_path: Path) -> None:
    async with lone_hub(tmp_path, "") as lone:
        lone.write(WAIT % "1h")
        assert lone.hub.pid is not None
        os.kill(lone.hub.pid, signal.SIGHUP)

        await until(lambda: any(e["event"]["is"] == "ConfigurationLoaded" for e in lone.entries))

        assert (await lone.hub.ask("call", rule="slow"))["ran"][0]["rule"] == "slow"


# -- a start with rules that do not hold ---------------------------------------------------------

BINS = """
[[calendar]]
name = "bins"
ics = "bins.ics"

[[rule]]
id = "bins"
when = { calendar = "bins" }
do = { call = "tells" }

[[rule]]
id = "tells"
when = { called = true }
do = { notify = "bins" }

[[rule]]
id = "typo"
when = { called = true }
do = { notfy = "?" }
"""


async def test_a_house_is_guarded_though_some_of_its_rules_do_not_hold(tmp_path: Path) -> None:
    async with lone_hub(tmp_path, BINS + WAIT % "1h") as lone:
        state = await lone.hub.state()
        troubles = [one["sentence"] for one in state["troubles"] if one["kind"] == "part"]
        assert troubles == ["a part of the rules failed"]
        assert (await lone.hub.ask("call", rule="tells"))["ran"][0]["outcome"] == "ran"
        for gone in ("bins", "typo"):
            with pytest.raises(LineError, match="there is no rule"):
                await lone.hub.ask("call", rule=gone)
        await lone.hub.ask("call", rule="slow")

        await lone.hub.kill()
        await lone.hub.start()
        lone.write(WAIT % "1s")
        await lone.hub.ask("reload")

        await until(lambda: lone.told("done"))
        state = await lone.hub.state()
        assert "part" not in {one["kind"] for one in state["troubles"]}


async def test_a_camera_without_its_password_is_no_failure_of_the_rules(tmp_path: Path) -> None:
    camera = '[[camera]]\nname = "yard"\naddress = "127.0.0.1:9"\n'
    login = 'user = "hub"\npassword_file = "gone"\n'
    async with lone_hub(tmp_path, f"{camera}{login}") as lone:
        state = await lone.hub.state()
        troubles = [one["sentence"] for one in state["troubles"] if one["kind"] == "part"]
        assert "the login at yard failed" in troubles
        assert "a part of the rules failed" not in troubles


def test_a_mistake_elsewhere_is_spared_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "nightlatch.toml"
    file.write_text(HEAD.replace("255s", "1h") + BINS)

    with pytest.raises(ConfigErrors) as wrong:
        load_sparing(file)

    assert "exit_delay" in str(wrong.value)
    assert "bins.ics" in str(wrong.value) or "notfy" in str(wrong.value)


# -- schedules, by a wall clock that is set ------------------------------------------------------

FOLD = """
[[rule]]
id = "night"
when = { at = ["02:30"] }
do = { notify = "half past two" }
"""


def show(file: Path, wall: str) -> None:
    """Set the hub's wall clock."""
    boot = float(Path("/proc/uptime").read_text().split()[0])
    new = file.with_suffix(".new")
    new.write_text(json.dumps({"wall": wall, "at": boot}))
    new.replace(file)


async def test_an_hour_that_comes_twice_fires_once_on_the_wall(tmp_path: Path) -> None:
    """In Prague 02:30 comes twice on 25 October 2026: at 00:30 and at 01:30 UTC."""
    wall = tmp_path / "wall.json"
    show(wall, "2026-10-25T00:20:00Z")
    async with lone_hub(tmp_path, FOLD, wall) as lone:
        show(wall, "2026-10-25T00:29:59.5Z")
        await until(lambda: lone.told("half past two"))

        show(wall, "2026-10-25T01:29:59.5Z")
        walls = await until_async(
            lambda: _walls(lone.entries), lambda seen: any(w >= "2026-10-25T01:30" for w in seen)
        )
        show(wall, "2026-10-26T01:29:59.5Z")
        await until(lambda: len(lone.told("half past two")) > 1)

        told = [entry["wall"][:16] for entry in lone.told("half past two")]
        assert told == ["2026-10-25T00:30", "2026-10-26T01:30"], walls


async def _walls(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["event"]["wall"] for entry in entries if entry["event"]["is"] == "WallTold"]


# -- what a snapshot keeps -------------------------------------------------------------------------


def test_a_kept_configuration_is_made_again_without_any_code(tmp_path: Path) -> None:
    file = tmp_path / "nightlatch.toml"
    file.write_text(HEAD + WAIT % "1h" + '[[calendar]]\nname = "bins"\nics = "bins.ics"\n')
    (tmp_path / "bins.ics").write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\n"
        "DTSTART;VALUE=DATE:20260102\nSUMMARY:bins\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    config = load(file)
    file.unlink()
    (tmp_path / "bins.ics").unlink()

    source = unpack(pack(config.source))
    back = again(source)

    hashes = list(config.codes.values())
    assert hashes
    assert not any(code in source.text for code in hashes)
    assert back.site().rules.rules.keys() == {"slow"}
    assert [rule.digest for rule in back.rulebook().rules.values()] == [
        rule.digest for rule in config.rulebook().rules.values()
    ]
    assert back.site().areas == config.site().areas
    assert back.site().people == config.site().people


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('a = "#1" # 4711', 'a = "#1" '),
        ("# 4711\nb = '#' # 4711", "\nb = '#' "),
        ('c = """ # \\""" 1 # """ # 4711', 'c = """ # \\""" 1 # """ '),
        ("d = ''' # ''' # 4711", "d = ''' # ''' "),
        ('e = "\\"#" # 4711\n', 'e = "\\"#" \n'),
    ],
)
def test_what_people_note_in_comments_is_not_kept(tmp_path: Path, written: str, kept: str) -> None:
    assert Folder(tmp_path).source(tmp_path, written, ()).text == kept


def test_a_hash_written_with_escapes_is_not_kept_either(tmp_path: Path) -> None:
    file = tmp_path / "nightlatch.toml"
    file.write_text(HEAD.replace("$argon2id", "\\u0024argon2id"))

    config = load(file)

    assert config.source.text == ""
    assert config.source.digest != Source(str(file), "").digest


@pytest.mark.parametrize("packed", [b"", b"x", pack(Source("a", "b"))[:-3]])
def test_a_damaged_source_is_told(packed: bytes) -> None:
    with pytest.raises(CodecError, match="packed configuration"):
        unpack(packed)
