"""The store keeps what it was given for its days, makes room in order, and mends what broke off."""

import errno
import os
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.detection.clip import store as storing
from gateway.detection.clip.key import KeyRefused
from gateway.detection.clip.name import CLIP, NOTE, PICTURE, is_name, new_name, place_of
from gateway.detection.clip.note import Note, NoteRefused, read_note, write_note
from gateway.detection.clip.picture import jpeg_of
from gateway.detection.clip.seal import End, Reading, sum_of
from gateway.detection.clip.shelf import FREE_BYTES_LEAST, Disk, days_of
from gateway.detection.clip.store import REMOVED_MOST, Draft, Store, Told, new_note
from gateway.detection.clip.unsealed import seconds_of
from gateway.detection.detector.boxes import Box
from gateway.detection.plan import EvidencePlan
from gateway.model.device import DeviceId
from gateway.model.event import PartWorks
from gateway.model.sight import ClipFailed, ClipKept, ClipRemoved, Seen

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
YARD = DeviceId("onvif:yard/0")
HUGE = Disk(10**12, 10**12)


@dataclass
class Shop:
    """A store, its wall clock and its disk, as the test has them."""

    folder: Path
    days: float = 14.0
    alarm_days: float = 90.0
    now: datetime = NOON
    disk: Disk = HUGE
    told: list[Told] = field(default_factory=list[Told])

    def __post_init__(self) -> None:
        self.plan = EvidencePlan(
            self.folder / "evidence",
            self.folder / "evidence.key",
            days=self.days,
            alarm_days=self.alarm_days,
            disk_share=0.5,
        )
        self.store = self.opened()

    def opened(self) -> Store:
        store = Store(self.plan, lambda: self.now, self.told.append, lambda _: self.disk)
        store.open()
        return store

    def draft(self, *, pinned: bool = False, content: bytes = b"x" * 5000) -> Draft:
        note = new_note(YARD, "yard", "home 1", self.now, 6.0, pinned=pinned)
        draft = self.store.begin(note)
        draft.seal.write(content)
        return draft

    def clip(self, *, pinned: bool = False, content: bytes = b"x" * 5000) -> str:
        draft = self.draft(pinned=pinned, content=content)
        assert self.store.finish(draft, 10.0)
        return draft.note.clip

    def picture(self, camera: str, jpeg: bytes = b"jpeg") -> str:
        name = self.store.name_picture(camera)
        assert self.store.keep_picture(name, jpeg)
        return name

    def names(self) -> list[str]:
        return [kept.name for kept in self.store.all()]

    def removed(self) -> list[tuple[str, str]]:
        return [(told.clip, told.why) for told in self.told if isinstance(told, ClipRemoved)]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_clip_lies_in_the_folder_of_its_day_with_its_note(shop: Shop) -> None:
    clip = shop.clip(pinned=True)

    path = shop.plan.folder / "2026-11-21" / f"{clip}.clip"
    note = read_note(path.with_suffix(NOTE))
    summed, end = sum_of(path, clip, shop.plan.key_file.read_bytes())
    assert (note.state, note.sha256, note.size_bytes) == ("whole", summed.sha256, summed.size)
    assert end is End.WHOLE
    assert shop.told == [ClipKept(YARD, clip, summed.sha256, 6.0, 10.0, "home 1", 5000)]
    assert oct(path.stat().st_mode)[-3:] == oct(path.with_suffix(NOTE).stat().st_mode)[-3:] == "600"
    assert oct(shop.plan.folder.stat().st_mode)[-3:] == "700"


def test_a_clip_that_a_crash_left_open_is_closed_at_the_next_start(shop: Shop) -> None:
    draft = shop.draft(content=b"what was recorded")
    os.close(draft.seal._file)
    shop.store = shop.opened()
    shop.store.mend()

    (kept,) = shop.told
    assert isinstance(kept, ClipKept)
    assert (kept.clip, kept.size_bytes) == (draft.note.clip, len(b"what was recorded"))
    assert [one.note.state for one in shop.store.all() if one.note] == ["cut short"]


def test_a_clip_that_is_damaged_in_its_middle_stays_and_is_a_failure_once(shop: Shop) -> None:
    draft = shop.draft()
    good = draft.seal.size_on_disk
    draft.seal.write(b"and more")
    draft.seal.write(b"and the end")
    os.close(draft.seal._file)
    path = place_of(shop.plan.folder, draft.note.clip, CLIP)
    data = bytearray(path.read_bytes())
    data[good + 10] ^= 1
    path.write_bytes(data)
    for _ in range(2):
        shop.store = shop.opened()
        shop.store.mend()

    failed, kept = shop.told
    summed, _ = sum_of(path, draft.note.clip, shop.plan.key_file.read_bytes())
    assert isinstance(failed, ClipFailed)
    assert isinstance(kept, ClipKept)
    assert (kept.sha256, kept.size_bytes, kept.cut) == (summed.sha256, summed.size, True)
    assert path.read_bytes() == data
    assert [one.note.state for one in shop.store.all() if one.note] == ["damaged"]


@pytest.mark.parametrize("content", [b"", b"x" * 5000])
def test_a_file_without_its_note_is_not_touched(shop: Shop, content: bytes) -> None:
    draft = shop.draft(pinned=True, content=content)
    os.close(draft.seal._file)
    path = place_of(shop.plan.folder, draft.note.clip, CLIP)
    path.with_suffix(NOTE).unlink()
    before = path.read_bytes()
    shop.store = shop.opened()
    shop.store.mend()

    assert path.read_bytes() == before
    assert shop.names() == [draft.note.clip]


def test_all_clips_of_an_alarm_are_pinned_those_of_before_too(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, left = shop.clip(), shop.draft()
    os.close(left.seal._file)
    shop.store = shop.opened()  # a life later
    other = shop.store.begin(new_note(YARD, "yard", "home 2", shop.now, 6.0, pinned=False))
    under_way = shop.draft()

    def meanwhile(path: Path, clip: str, key: bytes) -> float:
        assert shop.store.pin("home 1")
        return seconds_of(path, clip, key)

    monkeypatch.setattr(storing, "seconds_of", meanwhile)
    shop.store.mend()
    assert shop.store.finish(under_way, 1.0)
    assert shop.store.finish(other, 1.0)

    def is_pinned(clip: str) -> bool:
        return read_note(place_of(shop.plan.folder, clip, NOTE)).pinned

    assert all(map(is_pinned, (entry, left.note.clip, under_way.note.clip)))
    assert not is_pinned(other.note.clip)


def test_a_pin_that_the_disk_refuses_is_to_be_set_again_and_keeps_no_other_from_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = [shop.clip(), shop.clip()]

    def first_fails(path: Path, note: Note) -> None:
        if note.clip == clips[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_note(path, note)

    def pinned() -> list[bool]:
        return [read_note(place_of(shop.plan.folder, clip, NOTE)).pinned for clip in clips]

    with monkeypatch.context() as patched:
        patched.setattr(storing, "write_note", first_fails)
        assert not shop.store.pin("home 1")
    assert pinned() == [False, True]
    assert shop.store.pin("home 1")
    assert pinned() == [True, True]


def test_what_works_is_told_to_who_may_know_of_its_failure(shop: Shop) -> None:
    store = Store(shop.plan, lambda: NOON, shop.told.append)
    store.step()
    store.step()

    assert shop.told == [PartWorks("the evidence store")]


def test_a_clip_of_which_nothing_was_written_is_a_failure(shop: Shop) -> None:
    draft = shop.draft(content=b"")
    os.close(draft.seal._file)
    shop.store = shop.opened()
    shop.store.mend()

    assert shop.told == [ClipFailed(YARD, "home 1", "nothing was recorded")]
    assert shop.names() == []


def test_what_is_being_recorded_is_not_mended_nor_removed(shop: Shop) -> None:
    draft = shop.draft()
    shop.disk = Disk(1000, 0)
    shop.now += timedelta(days=400)
    for _ in range(5):
        shop.store.step()
        shop.store.mend()

    assert shop.told == []
    assert shop.store.finish(draft, 1.0)


def test_a_clip_goes_when_its_days_are_over_and_an_alarm_stays_longer(shop: Shop) -> None:
    alarm, other = shop.clip(pinned=True), shop.clip()
    shop.now += timedelta(days=13.9)
    shop.store.step()
    assert shop.removed() == []

    shop.now += timedelta(days=0.2)
    shop.store.step()
    assert shop.removed() == [(other, "older than 14 days")]

    shop.now += timedelta(days=76)
    shop.store.step()
    assert shop.removed()[1:] == [(alarm, "older than 90 days")]
    assert days_of(shop.plan.folder) == []


def test_for_space_an_alarm_goes_last_and_not_on_its_first_day(shop: Shop) -> None:
    alarm = shop.clip(pinned=True)
    shop.now += timedelta(hours=1)
    others = [shop.clip() for _ in range(3)]
    size = shop.store.all()[0].size_bytes
    shop.disk = Disk(int(2 * 2.5 * size), 10**12)
    shop.store.step()

    assert len(shop.removed()) == 2
    assert alarm in shop.names()
    shop.disk = Disk(size, 10**12)
    shop.store.step()
    assert {clip for clip, _ in shop.removed()} == set(others)

    shop.now += timedelta(days=1)
    shop.store.step()
    assert shop.removed()[-1] == (alarm, "to make room")


def test_what_is_left_of_a_full_disk_is_the_journals(shop: Shop) -> None:
    shop.disk = Disk(10**12, FREE_BYTES_LEAST // 2)
    shop.store.must_have_room()
    shop.disk = Disk(10**12, FREE_BYTES_LEAST // 2 - 1)

    with pytest.raises(OSError, match="No space left"):
        shop.store.must_have_room()


def test_a_disk_that_others_filled_is_made_room_on(shop: Shop) -> None:
    first = shop.clip()
    shop.now += timedelta(seconds=1)
    second = shop.clip()
    shop.disk = Disk(10**12, FREE_BYTES_LEAST - 10)
    shop.store.step()

    assert shop.removed() == [(first, "to make room")]
    assert shop.names() == [second]


def test_one_step_removes_so_many_and_no_more(shop: Shop) -> None:
    for _ in range(REMOVED_MOST + 3):
        shop.clip(content=b"x")
    shop.now += timedelta(days=15)
    shop.store.step()
    assert len(shop.removed()) == REMOVED_MOST

    shop.store.step()
    assert len(shop.removed()) == REMOVED_MOST + 3


def test_a_clip_that_somebody_deleted_is_told(shop: Shop) -> None:
    clip = shop.clip()
    path = place_of(shop.plan.folder, clip, CLIP)
    path.unlink()
    path.with_suffix(NOTE).unlink()
    shop.store.step()

    assert shop.removed() == [(clip, "by hand")]
    assert shop.names() == []


def test_a_day_that_somebody_deleted_is_told_with_all_its_clips(shop: Shop) -> None:
    clips = {shop.clip(), shop.clip()}
    shutil.rmtree(shop.plan.folder / "2026-11-21")
    shop.store.step()

    assert set(shop.removed()) == {(clip, "by hand") for clip in clips}
    assert shop.names() == []


def test_a_clip_that_the_disk_does_not_let_be_closed_is_closed_later(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = shop.draft()
    os.close(draft.seal._file)
    shop.store = shop.opened()

    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(storing, "mend", broken)
        assert not shop.store.mend()
    assert shop.told == []

    shop.store.mend()
    assert [type(told) for told in shop.told] == [ClipKept]


def test_a_clip_that_goes_while_it_is_closed_stays_gone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = shop.draft()
    os.close(draft.seal._file)
    (shop.plan.folder / "2026-11-21" / "holiday.jpg").touch()
    shop.store = shop.opened()

    def meanwhile(*_: object) -> float:
        shop.now += timedelta(days=400)
        shop.store.step()
        return 1.0

    monkeypatch.setattr(storing, "seconds_of", meanwhile)
    shop.store.mend()

    assert [type(told) for told in shop.told] == [ClipRemoved]
    assert not place_of(shop.plan.folder, draft.note.clip, NOTE).exists()


def test_a_clip_without_its_note_stays_and_can_be_read(shop: Shop) -> None:
    clip = shop.clip()
    place_of(shop.plan.folder, clip, NOTE).write_bytes(b"{")
    shop.store = shop.opened()
    shop.told.clear()
    shop.store.mend()

    assert shop.names() == [clip]
    assert shop.told == []


def test_what_is_not_ours_is_left_alone(shop: Shop) -> None:
    clip = shop.clip()
    stranger = shop.plan.folder / "2026-11-21" / "holiday.jpg"
    stranger.write_bytes(b"hello")
    shop.store = shop.opened()
    shop.now += timedelta(days=1000)
    shop.store.step()

    assert stranger.read_bytes() == b"hello"
    assert shop.removed() == [(clip, "older than 90 days")] or shop.names() == []


def test_a_lost_key_is_not_replaced_while_there_is_evidence(shop: Shop) -> None:
    shop.clip()
    shop.plan.key_file.unlink()

    with pytest.raises(KeyRefused, match="put it back"):
        shop.opened()
    assert not shop.plan.key_file.exists()


def test_a_store_that_was_not_opened_keeps_nothing(tmp_path: Path) -> None:
    plan = EvidencePlan(tmp_path / "evidence", tmp_path / "key")
    store = Store(plan, lambda: NOON, lambda _: None)
    plan.folder.mkdir()

    assert store.name_picture("yard") == ""
    with pytest.raises(KeyRefused):
        store.begin(new_note(YARD, "yard", "home 1", NOON, 0.0, pinned=False))


def test_a_picture_is_sealed_and_its_boxes_are_drawn(shop: Shop) -> None:
    rgb = np.full((121, 161, 3), 90, np.uint8)  # odd sides
    box = Box(Seen.PERSON, "Person", 0.8, 0.25, 0.25, 0.75, 0.75)
    name = shop.picture("Back Yard!", jpeg_of(rgb, [box]))

    path = place_of(shop.plan.folder, name, PICTURE)
    reading = Reading(path, name, shop.plan.key_file.read_bytes())
    jpeg = b"".join(reading)
    (tmp := shop.folder / "a.jpg").write_bytes(jpeg)
    with av.open(str(tmp)) as opened:
        seen = next(opened.decode(video=0)).to_ndarray(format="rgb24")
    assert jpeg[:2] == b"\xff\xd8"
    assert "-back_yard-" in name
    assert seen.shape == (120, 160, 3)
    assert seen[60, 80].tolist() == pytest.approx([90, 90, 90], abs=12)
    assert seen[30, 60:100, 0].mean() > 150  # the upper side of the frame is red
    assert (rgb == 90).all()  # the picture that was given is as it was


@pytest.mark.parametrize(
    "box", [(-1.0, -1.0, 2.0, 2.0), (1.0, 1.0, 1.0, 1.0), (0.9, 0.9, 0.1, 0.1)]
)
def test_a_box_at_or_beyond_the_edge_does_no_harm(box: tuple[float, ...]) -> None:
    found = Box(Seen.ANIMAL, "Cat", 0.5, *box)

    assert jpeg_of(np.zeros((48, 64, 3), np.uint8), [found])


def test_a_picture_of_an_alarm_stays_as_long_as_its_clip(shop: Shop) -> None:
    shop.clip(pinned=True)
    beside = shop.picture("yard")
    elsewhere = shop.picture("door")
    shop.now += timedelta(days=20)
    shop.store.step()

    assert beside in shop.names()
    assert elsewhere not in shop.names()


def test_pictures_are_bounded_and_the_oldest_go(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "PICTURES_MOST", 5)
    clip = shop.clip()
    pictures = []
    for _ in range(9):
        shop.now += timedelta(seconds=1)
        pictures.append(shop.picture("yard"))
    shop.store.step()

    assert shop.names() == [clip, *pictures[4:]]
    assert shop.removed() == []


def test_a_store_that_cannot_write_gives_no_picture(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gateway.detection.clip.seal.os.write", full)

    assert not shop.store.keep_picture(shop.store.name_picture("yard"), b"jpeg")
    assert shop.names() == []


@pytest.mark.parametrize(
    "text", ["", "..", "../../etc/passwd", "20261121T120000Z-yard-1a2b3c4d/..", "x" * 400,
             "20261399T120000Z-yard-1a2b3c4d", "20261121T120000Z-Yard-1a2b3c4d"]
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_none(text: str) -> None:
    assert not is_name(text)


@given(st.text(max_size=80))
def test_every_camera_gets_good_names(camera: str) -> None:
    assert is_name(new_name(camera, NOON))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300))
def test_a_damaged_note_is_refused_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.json").write_bytes(data)

    with pytest.raises(NoteRefused):
        read_note(tmp_path / "a.json")


stories = st.lists(
    st.tuples(st.sampled_from(["clip", "alarm", "picture"]), st.floats(0, 40)), max_size=10
)


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(stories, st.integers(0, 60_000))
def test_whatever_is_kept_no_alarm_makes_room_before_what_is_none(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[str, float]], size: int
) -> None:
    shop = Shop(tmp_path_factory.mktemp("shop"))
    for what, days in story:
        shop.now += timedelta(days=days)
        match what:
            case "picture":
                shop.picture("yard", b"j" * 3000)
            case _:
                shop.clip(pinned=what == "alarm")
    shop.disk = Disk(2 * size, 10**12)
    before = {one.name: one for one in shop.store.all()}
    shop.now += timedelta(days=1.1)
    for _ in range(4):
        shop.store.step()

    left = shop.store.all()
    gone = [before[clip] for clip, why in shop.removed() if why == "to make room"]
    assert sum(one.size_bytes for one in left) <= size
    if any(one.note is not None and one.note.pinned for one in gone):
        assert all(one.kind == PICTURE or (one.note and one.note.pinned) for one in left)
