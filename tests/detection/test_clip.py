"""A recording begins before it is asked for, ends well whatever happens, and plays."""

import errno
import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import av
import pytest

from gateway.detection.clip import keep
from gateway.detection.clip.keep import RECORDINGS_MOST, Recorder
from gateway.detection.clip.masked import MaskedStream
from gateway.detection.clip.name import CLIP, place_of
from gateway.detection.clip.seal import End, Reading, Seal
from gateway.detection.clip.store import Store, Told
from gateway.detection.plan import CameraPlan, EvidencePlan
from gateway.detection.stream.main import Reader
from gateway.detection.stream.ring import Ring
from gateway.detection.stream.sample import Sample, form_of
from gateway.detection.stream.sub import luma_of
from gateway.detection.stream.timeline import Timeline
from gateway.model.device import DeviceId
from gateway.model.sight import ClipFailed, ClipKept
from tests.detection.films import (
    NOON,
    Clock,
    Film,
    brightness,
    frames_of,
    make,
    play,
    samples_of,
)

YARD = DeviceId("onvif:yard/0")


class Room:
    """A camera, its ring, its recorder and the store, by a clock that the test moves."""

    def __init__(self, folder: Path, camera: CameraPlan | None = None) -> None:
        self.clock = Clock()
        self.told: list[Told] = []
        self.plan = EvidencePlan(folder / "evidence", folder / "evidence.key")
        self.store = Store(self.plan, self.clock.wall, self.told.append)
        self.store.open()
        camera = camera or CameraPlan(YARD, "yard")
        self.ring = Ring(camera.before_seconds)
        self.recorder = Recorder(
            camera,
            self.ring,
            self.store,
            self.told.append,
            now=self.clock.now,
            wall=self.clock.wall,
        )

    def play(
        self, samples: list[Sample], at: float = 0.0, do: Callable[[], object] = lambda: None
    ) -> None:
        """Have samples come; do something once the clock is at `at`."""
        waits = [do]

        def step() -> None:
            if waits and self.clock.seconds >= at:
                waits.pop()()
            self.recorder.step()

        play(samples, self.clock, self.ring.put, step)

    def content(self, kept: ClipKept) -> bytes:
        path = place_of(self.plan.folder, kept.clip, CLIP)
        reading = Reading(path, kept.clip, self.plan.key_file.read_bytes())
        content = b"".join(reading)
        assert reading.end in {End.WHOLE, End.CUT}
        return content

    def only(self) -> ClipKept:
        (kept,) = self.told
        assert isinstance(kept, ClipKept)
        return kept


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_a_clip_begins_before_it_was_asked_for_and_plays(room: Room, film: Path) -> None:
    samples = samples_of(film)

    room.play(samples, 107.55, lambda: room.recorder.keep("home 1", 3.0, pinned=True))

    kept = room.only()
    frames = frames_of(io.BytesIO(room.content(kept)))
    assert 5.0 <= kept.before_seconds <= 6.6
    assert [brightness(frame) for frame in frames] == list(range(20, 107))
    assert frames[0].key_frame
    assert kept.seconds == pytest.approx(len(frames) / 10, abs=0.11)
    assert (kept.device, kept.incident) == (YARD, "home 1")
    (one,) = room.store.all()
    assert one.began == NOON + timedelta(seconds=2.0)  # as its first picture, to the moment


def test_the_clip_of_an_entry_is_pinned_when_it_becomes_an_alarm(room: Room, film: Path) -> None:
    samples = samples_of(film)
    room.play(samples[:80], 103.0, lambda: room.recorder.keep("home 1", 1.0, pinned=False))
    room.play(samples[80:], 108.5, lambda: room.recorder.keep("home 1", 1.0, pinned=True))

    assert [type(one) for one in room.told] == [ClipKept, ClipKept]
    assert [one.note.pinned for one in room.store.all() if one.note] == [True, True]


def test_the_hash_told_is_that_of_the_clip_as_it_is_given_out(room: Room, film: Path) -> None:
    room.play(samples_of(film), 107.0, lambda: room.recorder.keep("home 1", 1.0, pinned=False))

    kept = room.only()
    content = room.content(kept)
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert kept.size_bytes == len(content)


def test_asked_again_for_the_same_incident_it_goes_on_for_longer(room: Room, film: Path) -> None:
    samples = samples_of(film)
    room.play(samples[:80], 106.0, lambda: room.recorder.keep("home 1", 2.0, pinned=False))
    room.told.clear()
    room = Room(room.plan.folder.parent / "again")

    def ask() -> None:
        room.recorder.keep("home 1", 1.0, pinned=False)
        room.recorder.keep("home 1", 4.0, pinned=True)
        room.recorder.keep("home 1", 0.5, pinned=False)  # never shorter

    room.play(samples, 106.0, ask)

    kept = room.only()
    assert kept.seconds == pytest.approx(10.0, abs=0.3)
    (one,) = room.store.all()
    assert one.note is not None
    assert one.note.pinned


def test_two_incidents_at_once_are_two_whole_clips(room: Room, film: Path) -> None:
    def ask() -> None:
        room.recorder.keep("home 1", 2.0, pinned=True)
        room.recorder.keep("garage 2", 3.0, pinned=False)

    room.play(samples_of(film), 107.0, ask)

    first, second = (told for told in room.told if isinstance(told, ClipKept))
    assert (first.incident, second.incident) == ("home 1", "garage 2")
    assert len(frames_of(io.BytesIO(room.content(first)))) == 81
    assert len(frames_of(io.BytesIO(room.content(second)))) == 91


def test_too_many_recordings_are_refused_in_a_sentence(room: Room) -> None:
    for number in range(RECORDINGS_MOST + 1):
        room.recorder.keep(f"home {number}", 5.0, pinned=False)

    (failed,) = room.told
    assert failed == ClipFailed(
        YARD, "home 8", f"{RECORDINGS_MOST} recordings of this camera are under way"
    )


def test_a_camera_that_is_lost_leaves_a_clip_that_ends_well(room: Room, film: Path) -> None:
    samples = samples_of(film)[:80]
    room.play(samples, 106.0, lambda: room.recorder.keep("home 1", 30.0, pinned=True))
    room.clock.seconds = 200.0
    room.recorder.step()

    kept = room.only()
    assert len(frames_of(io.BytesIO(room.content(kept)))) == 80
    assert not room.recorder.is_recording


def test_a_camera_that_never_came_is_a_failure_with_its_reason(room: Room) -> None:
    room.recorder._why_nothing = lambda: "nobody listens there"
    room.recorder.keep("home 1", 5.0, pinned=True)
    room.clock.seconds += 6
    room.recorder.step()

    assert room.told == [ClipFailed(YARD, "home 1", "nobody listens there")]
    assert room.store.all() == ()


def test_a_camera_that_comes_late_is_recorded_from_then_on(room: Room, film: Path) -> None:
    room.recorder.keep("home 1", 5.0, pinned=True)
    room.play(samples_of(film, start=102.0))

    kept = room.only()
    assert kept.before_seconds == 0.0
    assert kept.seconds == pytest.approx(3.0, abs=0.2)


def test_a_camera_that_blinks_goes_on_in_the_same_clip(room: Room, film: Path) -> None:
    timeline = Timeline()
    before = samples_of(film, 100.0, timeline, most=75)
    timeline.lift(110.0)
    after = samples_of(film, 110.0, timeline)[:40]

    room.play(before + after, 107.0, lambda: room.recorder.keep("home 1", 6.0, pinned=True))
    room.clock.seconds = 120.0
    room.recorder.step()

    kept = room.only()
    frames = frames_of(io.BytesIO(room.content(kept)))
    assert kept.seconds == pytest.approx(12.0, abs=0.5)
    times = [frame.time for frame in frames]
    assert times == sorted(times)


def test_a_camera_whose_clock_jumps_goes_on_at_the_next_key_frame(room: Room, film: Path) -> None:
    before = []
    with av.open(str(film)) as opened:
        picture = opened.streams.video[0]
        reader = Reader(form_of(picture, None), picture, Timeline())
        packets = [packet for packet in opened.demux(picture) if packet.size]
        # It rebooted at 107.5: its clock begins anew, and so do its pictures.
        for number, packet in enumerate([*packets[:75], *packets[13:45]]):
            if (sample := reader.read(packet, 100.0 + number / 10)) is not None:
                before.append(sample)

    room.play(before, 107.0, lambda: room.recorder.keep("home 1", 3.0, pinned=True))
    room.clock.seconds = 120.0
    room.recorder.step()

    numbers = [brightness(frame) for frame in frames_of(io.BytesIO(room.content(room.only())))]
    assert numbers == [*range(10, 75), *range(20, 39)]


def test_a_camera_that_comes_back_with_another_picture_goes_on_in_another_clip(
    room: Room, film: Path, tmp_path: Path
) -> None:
    other = make(tmp_path / "other.mkv", Film(seconds=5, width=160, height=128))
    timeline = Timeline()
    before = samples_of(film, 100.0, timeline, most=75)
    timeline.lift(108.0)

    room.play(
        before + samples_of(other, 108.0, timeline),
        107.0,
        lambda: room.recorder.keep("home 1", 4.0, pinned=True),
    )

    first, second = (told for told in room.told if isinstance(told, ClipKept))
    assert frames_of(io.BytesIO(room.content(first)))[0].width == 320
    assert frames_of(io.BytesIO(room.content(second)))[0].width == 160
    assert second.before_seconds == 0.0


def test_a_long_recording_goes_on_in_the_next_clip(
    room: Room, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep, "CLIP_SECONDS_MOST", 4.0)

    room.play(samples_of(film), 101.0, lambda: room.recorder.keep("home 1", 9.0, pinned=True))

    clips = [told for told in room.told if isinstance(told, ClipKept)]
    numbers = [
        brightness(frame) for kept in clips for frame in frames_of(io.BytesIO(room.content(kept)))
    ]
    assert len(clips) == 3
    assert numbers == list(range(101))


def test_sound_that_mp4_takes_is_kept(room: Room, heard_film: Path) -> None:
    room.play(samples_of(heard_film), 107.0, lambda: room.recorder.keep("home 1", 2, pinned=True))

    with av.open(io.BytesIO(room.content(room.only())), "r") as film:
        assert film.streams.audio[0].codec_context.name == "aac"
        heard = sum(frame.samples for frame in film.decode(audio=0)) / 8000
    assert heard == pytest.approx(8.0, abs=0.6)


def test_sound_that_mp4_does_not_take_is_left_out(room: Room, tmp_path: Path) -> None:
    film = make(tmp_path / "g711.mov", Film(sound="pcm_mulaw"))
    room.play(samples_of(film), 107.0, lambda: room.recorder.keep("home 1", 2.0, pinned=True))

    frames = frames_of(io.BytesIO(room.content(room.only())))
    assert len(frames) == 81


@pytest.mark.parametrize(
    "film",
    [
        Film(codec="libx265"),
        Film(codec="libx264", options={"preset": "medium", "tune": "film", "bf": "2"}),
        Film(codec="mpeg4"),
        Film(codec="mjpeg", gop=1),
        Film(width=3840, height=2160, seconds=8),
    ],
    ids=["H.265", "B-frames", "MPEG-4", "MJPEG", "4K"],
)
def test_other_streams_are_recorded_all_the_same(room: Room, tmp_path: Path, film: Film) -> None:
    samples = samples_of(make(tmp_path / "film.mkv", film))
    room.play(samples, 106.0, lambda: room.recorder.keep("home 1", 1.5, pinned=True))

    frames = frames_of(io.BytesIO(room.content(room.only())))
    assert frames[0].width == film.width
    assert len(frames) >= 65
    times = [frame.time for frame in frames]
    assert times == sorted(times)


def test_a_full_disk_takes_the_oldest_that_is_not_pinned(
    room: Room, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = samples_of(film)
    room.play(samples[:60], 104.0, lambda: room.recorder.keep("old 1", 1.0, pinned=False))
    old = room.only()
    disk = FullDisk(monkeypatch)

    def fill() -> None:
        disk.full = True
        room.recorder.keep("home 2", 2.0, pinned=True)

    monkeypatch.setattr(room.store, "make_room", disk.freed_by(room.store.make_room))
    room.told.clear()
    room.play(samples[60:], 108.0, fill)

    removed, kept = room.told
    assert (removed.clip, getattr(removed, "why", "")) == (old.clip, "the disk is full")  # type: ignore[union-attr] # it is one
    assert isinstance(kept, ClipKept)
    assert len(frames_of(io.BytesIO(room.content(kept)))) > 40


@pytest.mark.parametrize("apart", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("phase", [0.0, 0.2, 0.4, 0.6, 0.8])
def test_a_second_camera_begins_with_the_first_whatever_the_phase_of_its_key_frames(
    tmp_path: Path, film: Path, phase: float, apart: float
) -> None:
    yard, hall = Room(tmp_path / "yard"), Room(tmp_path / "hall")
    for room, late in ((yard, phase), (hall, phase + apart)):
        room.play(samples_of(film, start=100.0 + late, most=100))
        room.clock.seconds = 110.0

    begin = yard.recorder.keep("home 1", 2.0, pinned=False)
    other = hall.recorder.keep("home 1", 2.0, pinned=False, begin=begin)

    assert begin is not None
    assert other is not None
    assert abs(begin - other) <= 0.51
    assert abs(begin - 104.0) <= 0.51


def test_a_first_camera_that_came_just_now_shortens_no_other(tmp_path: Path, film: Path) -> None:
    yard, hall = Room(tmp_path / "yard"), Room(tmp_path / "hall")
    yard.play(samples_of(film, start=109.0, most=10))
    hall.play(samples_of(film, start=100.0, most=100))
    yard.clock.seconds = hall.clock.seconds = 110.0

    begin = yard.recorder.keep("home 1", 2.0, pinned=False)
    assert begin is None
    other = hall.recorder.keep("home 1", 2.0, pinned=False, begin=begin)

    assert other is not None
    assert abs(other - 104.0) <= 0.51


def test_a_disk_that_stays_full_ends_the_recording_and_what_is_there_is_kept(
    room: Room, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = samples_of(film)
    disk = FullDisk(monkeypatch)
    room.play(samples[:90], 106.0, lambda: room.recorder.keep("home 1", 30.0, pinned=True))
    disk.full = True
    room.play(samples[90:])
    (failed,) = room.told
    disk.full = False
    room.store.mend()

    assert failed == ClipFailed(YARD, "home 1", "the disk is full")
    kept = room.told[1]
    assert isinstance(kept, ClipKept)
    assert kept.cut
    assert len(frames_of(io.BytesIO(room.content(kept)))) >= 80
    assert kept.seconds >= 8.0


class FullDisk:
    """A disk that takes no more bytes while it is full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        real = Seal.retry

        def retry(seal: Seal) -> None:
            if self.full:
                raise OSError(errno.ENOSPC, "No space left on device")
            real(seal)

        monkeypatch.setattr(Seal, "retry", retry)

    def freed_by(self, make_room: Callable[[int], None]) -> Callable[[int], None]:
        def freed(wanted_bytes: int) -> None:
            make_room(wanted_bytes)
            self.full = False

        return freed


def test_the_end_of_the_process_ends_every_recording_well(room: Room, film: Path) -> None:
    room.play(samples_of(film)[:90], 106.0, lambda: room.recorder.keep("home 1", 60.0, pinned=True))
    room.recorder.close()

    assert len(frames_of(io.BytesIO(room.content(room.only())))) == 90


def test_masks_are_black_in_what_is_recorded(room: Room, film: Path) -> None:
    left_half = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    masked = MaskedStream([left_half], room.ring)
    room.recorder.keep("home 1", 4.0, pinned=True)
    for number, frame in enumerate(frames_of(film)[:60]):
        room.clock.seconds = 100 + number / 10
        masked.take(frame, room.clock.seconds)
        room.recorder.step()

    frames = frames_of(io.BytesIO(room.content(room.only())))
    grey = luma_of(frames[30])
    assert len(frames) == 41
    assert grey[:, :158].max() < 24
    assert abs(int(grey[:, 164:].mean()) - 46) < 4


def test_the_pictures_own_copy_is_not_masked(film: Path) -> None:
    frame = frames_of(film)[0]
    MaskedStream([((0, 0), (1, 0), (1, 1), (0, 1))], Ring(6.0)).take(frame, 0.0)

    assert brightness(frame) == 0
