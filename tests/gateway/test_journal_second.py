"""The law 'no crash loses an alarm' where the journal itself is lost: the second copy."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.clock import Last, resume, this_moment
from gateway.codec import encode
from gateway.journal.armed import ARMED
from gateway.journal.folder import JOURNAL
from gateway.journal.journal import Journal
from gateway.journal.records import Recovered
from gateway.journal.verify import verify
from gateway.model.event import Entry, Event
from gateway.recovery import Configured, Folded, Guarded, Kept, Snapshots, folded
from rules import engine
from rules.site import Site
from rules.state import Phase
from tests.gateway.journals import alter, recover, start, write
from tests.gateway.samples import orders
from tests.gateway.test_recovery import NOON
from tests.rules.house import ARM, DISARM, WINDOW_OPENED, at_second, calm, site
from tests.waiting import until

ARMED_AT = 100


async def live(folder: Path, *story: tuple[float, Event], every: int = 5_000) -> None:
    """Live through a story as a hub does."""
    journal = Journal.open(folder)
    told = start(journal)
    keep = Snapshots(journal, Configured(site()), every)
    state = engine.initial(site())
    for number, (second, event) in enumerate(story, 1):
        entry = Entry(number, at_second(second), NOON, event)
        state, _ = engine.step(site(), state, event, entry.at)
        journal.append(entry)
        keep.watch(entry, state, ())
    await until(lambda: told.durable == len(story))
    assert journal.close()


def back(folder: Path, now: Site | None = None) -> tuple[Recovered, Folded]:
    journal = Journal.open(folder)
    recovered = journal.recover()
    was = folded(Configured(now or site()), recovered, journal.entries)
    journal.close()
    return recovered, was


def overwritten(folder: Path) -> None:
    size = (folder / JOURNAL).stat().st_size
    (folder / JOURNAL).write_bytes(random.Random(5).randbytes(size))


def deleted(folder: Path) -> None:
    (folder / JOURNAL).unlink()


def emptied(folder: Path) -> None:
    (folder / JOURNAL).write_bytes(b"")


def cut(folder: Path) -> None:
    alter(folder, "DELETE FROM entry WHERE number >= 2")
    alter(folder, "DELETE FROM snapshot")


def flipped(folder: Path) -> None:
    alter(folder, "UPDATE entry SET at_us = at_us + 1 WHERE number = 2")
    alter(folder, "DELETE FROM snapshot")


@pytest.mark.parametrize("harm", [overwritten, deleted, emptied, cut, flipped])
async def test_a_damaged_journal_disarms_no_house(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    await live(tmp_path, *calm(), (ARMED_AT, ARM))
    harm(tmp_path)

    recovered, was = back(tmp_path)

    assert was.state.areas["house"].phase is Phase.EXIT
    assert recovered.last is not None
    assert recovered.last.at == at_second(ARMED_AT)
    assert recovered.number > len(calm()) + 1
    assert any("the areas stand as they stood then" in note for note in recovered.notes)


async def test_an_alarm_outlives_its_journal_and_its_house_time_goes_on(tmp_path: Path) -> None:
    story = (*calm(), (ARMED_AT, ARM), (200, WINDOW_OPENED))
    await live(tmp_path, *story)
    deleted(tmp_path)

    recovered, was = back(tmp_path)

    area = was.state.areas["house"]
    assert area.phase is Phase.ALARM
    assert [trip.zone for trip in area.trips] == ["kitchen"]
    assert resume(recovered.last, this_moment()).at >= at_second(200)
    assert isinstance(recovered.last, Last)


async def test_a_disarmed_house_stays_disarmed(tmp_path: Path) -> None:
    await live(tmp_path, *calm(), (ARMED_AT, ARM), (200, DISARM))
    deleted(tmp_path)

    assert back(tmp_path)[1].state.areas["house"].phase is Phase.DISARMED


async def test_a_whole_journal_is_believed_and_not_the_copy(tmp_path: Path) -> None:
    await live(tmp_path, *calm(), (ARMED_AT, ARM))
    earlier = (tmp_path / ARMED).read_bytes()
    later = tmp_path / "later"
    await live(later, *calm(), (ARMED_AT, ARM), (200, DISARM))
    (later / ARMED).write_bytes(earlier)

    recovered, was = back(later)

    assert was.state.areas["house"].phase is Phase.DISARMED
    assert recovered.notes == []


@pytest.mark.parametrize("at", range(0, 600, 37))
async def test_a_copy_that_is_damaged_is_told_and_not_believed(tmp_path: Path, at: int) -> None:
    await live(tmp_path, *calm(), (ARMED_AT, ARM))
    raw = bytearray((tmp_path / ARMED).read_bytes())
    raw[at % len(raw)] ^= 1
    (tmp_path / ARMED).write_bytes(raw)

    recovered, was = back(tmp_path)

    assert any("the second copy of what is armed" in note for note in recovered.notes)
    assert was.state.areas["house"].phase is Phase.EXIT  # the journal says so


async def test_an_area_that_has_another_name_since_is_still_armed(tmp_path: Path) -> None:
    await live(tmp_path, *calm(), (ARMED_AT, ARM))
    deleted(tmp_path)
    was = site()
    now = Site({"home": was.areas["house"]}, {}, {}, {}, {})

    assert back(tmp_path, now)[1].state.areas["home"].phase is Phase.EXIT


def test_a_journal_begun_in_the_middle_without_a_snapshot_is_folded_over_the_copy() -> None:
    story = entries_of(*calm(), (ARMED_AT, ARM), (200, WINDOW_OPENED), (201, DISARM))
    armed = engine.initial(site())
    for entry in story[:-2]:
        armed, _ = engine.step(site(), armed, entry.event, entry.at)
    copy = len(story) - 2, encode(Kept(Guarded.of(site()), armed), Kept)

    recovered = Recovered(entries=story[-2:], areas=copy, has_gap=True)
    assert folded(Configured(site()), recovered, list).state.areas["house"].phase is Phase.DISARMED
    recovered = Recovered(entries=story[-2:-1], areas=copy, has_gap=True)
    assert folded(Configured(site()), recovered, list).state.areas["house"].phase is Phase.ALARM


def entries_of(*story: tuple[float, Event]) -> list[Entry]:
    return [Entry(n, at_second(s), NOON, event) for n, (s, event) in enumerate(story, 1)]


@pytest.mark.parametrize("left", [0, 1, 7, 20, 39])
def test_a_journal_whose_end_was_cut_off_is_no_whole_one(tmp_path: Path, left: int) -> None:
    write(tmp_path, 40, snapshots=(20,))
    head = verify(tmp_path).head
    alter(tmp_path, "DELETE FROM outbox WHERE number > ?", left)
    alter(tmp_path, "DELETE FROM snapshot")
    keep_copy(tmp_path)

    alter(tmp_path, "DELETE FROM entry WHERE number > ?", left)
    checked = verify(tmp_path)

    assert not checked.ok
    assert checked.first_bad == left + 1
    assert "its end was cut off" in checked.sentence
    assert len(bytes.fromhex(head)) == 32


def keep_copy(folder: Path) -> None:
    """Leave a second copy of the journal's end, as a hub does that is stopped."""

    async def stop() -> None:
        journal = Journal.open(folder)
        number = journal.recover().number
        start(journal)
        journal.keep_areas(number, b"{}")
        assert journal.close()

    asyncio.run(stop())


@pytest.mark.parametrize("trace", ["snapshot", "outbox"])
def test_an_end_that_was_cut_off_leaves_other_traces_too(tmp_path: Path, trace: str) -> None:
    write(tmp_path, 40, snapshots=(40,) if trace == "snapshot" else ())
    if trace == "snapshot":
        alter(tmp_path, "DELETE FROM outbox")
        alter(tmp_path, "UPDATE entry SET orders = orders")  # the chain itself stays as it was
        alter(tmp_path, "DELETE FROM entry WHERE number >= 3")  # the first two ordered nothing
    else:
        alter(tmp_path, "DELETE FROM entry WHERE number >= 20")

    checked = verify(tmp_path)

    assert not checked.ok
    assert "cut off" in checked.sentence


def test_the_head_is_the_last_entrys_hash(tmp_path: Path) -> None:
    write(tmp_path, 3)
    before = verify(tmp_path).head
    assert before == verify(tmp_path).head
    alter(tmp_path, "DELETE FROM outbox WHERE number = 3")
    alter(tmp_path, "DELETE FROM entry WHERE number = 3")

    assert verify(tmp_path).ok  # nothing kept on this machine told of it ...
    assert verify(tmp_path).head != before  # ... and what was kept elsewhere does


def test_orders_once_found_damaged_are_told_and_damage_no_longer(tmp_path: Path) -> None:
    write(tmp_path, 9)
    alter(tmp_path, "DELETE FROM outbox WHERE number = 6")
    assert not verify(tmp_path).ok

    recovered, entries = recover(tmp_path)
    assert "the orders of entry 6 are not what was written" in recovered.notes[0]
    assert len(entries) == 9
    assert recover(tmp_path)[0].notes == []
    assert {one.id for one in recovered.unconfirmed} == {
        one.id for n in (3, 9) for one in orders(n)
    }
    checked = verify(tmp_path)
    assert checked.ok
    assert checked.sentence.endswith("orders once found damaged and left out: 6")
