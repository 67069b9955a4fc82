"""The clips of a hub, by the notes beside them, and whether they span what they are to span."""

import itertools
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from simulator.play.judge import Moment
from simulator.play.scenario import Clips, StepResult
from simulator.play.seen import EPOCH, MICROSECOND, NANOSECONDS_PER_MICROSECOND

NANOSECONDS = 1_000_000  # in a millisecond


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip, as its note has it."""

    name: str
    camera: str
    incident: str
    began_ns: int  # CLOCK_BOOTTIME
    seconds: float  # 0: it is still being recorded
    state: str
    sha256: str = ""

    @property
    def ended_ns(self) -> int:
        """When its last picture was."""
        return self.began_ns + round(self.seconds * 1e9)


def read_clips(evidence: Path) -> tuple[Clip, ...]:
    """Read the notes of a hub that goes by this machine's wall clock; a torn one is left out."""
    offset_ns = time.clock_gettime_ns(time.CLOCK_REALTIME) - time.clock_gettime_ns(
        time.CLOCK_BOOTTIME
    )
    return tuple(
        _clip(note, offset_ns) for note in map(_note, sorted(evidence.glob("*/*.json"))) if note
    )


def judge_clips(wish: Clips, clips: Iterable[Clip], moments: Mapping[str, Moment]) -> StepResult:
    """Judge by the incident whose clips fit best."""
    clips = tuple(clips)
    found = min(_sets(wish, clips, moments), key=_skew_ms, default=())
    apart = wish.skew_ms is None or _skew_ms(found) <= wish.skew_ms
    detail = f"{wish}: {_told(wish, found or clips, moments)}"
    if found and not apart:
        detail += f", which is more than {wish.skew_ms} ms"
    if not found:
        detail = f"{wish}: no such clips; there: {_told(wish, clips, moments)}"
    return StepResult(str(wish), wish.within_ms, None, bool(found) and apart, detail)


def _sets(
    wish: Clips, clips: Sequence[Clip], moments: Mapping[str, Moment]
) -> Iterator[tuple[Clip, ...]]:
    """Give, for each incident, every choice of one clip of each camera."""
    fitting = [clip for clip in clips if _fits(wish, clip, moments)]
    for incident in sorted({clip.incident for clip in fitting}):
        of_it = [clip for clip in fitting if clip.incident == incident]
        yield from itertools.product(
            *([clip for clip in of_it if clip.camera == camera] for camera in wish.cameras)
        )


def _fits(wish: Clips, clip: Clip, moments: Mapping[str, Moment]) -> bool:
    if wish.state not in ("", clip.state):
        return False
    if wish.begins_before:
        latest = moments[wish.begins_before].at_ns - wish.at_least_ms * NANOSECONDS
        if clip.began_ns > latest:
            return False
    if wish.begins_after and clip.began_ns < moments[wish.begins_after].at_ns:
        return False
    if wish.lasts_until:
        return clip.ended_ns >= moments[wish.lasts_until].at_ns - wish.short_ms * NANOSECONDS
    return True


def _skew_ms(clips: Sequence[Clip]) -> float:
    begins = [clip.began_ns for clip in clips]
    return (max(begins) - min(begins)) / NANOSECONDS if begins else 0.0


def _told(wish: Clips, clips: Sequence[Clip], moments: Mapping[str, Moment]) -> str:
    if not clips:
        return "nothing"
    named = next(filter(None, (wish.begins_before, wish.begins_after, wish.lasts_until)), "")
    since = moments[named].at_ns if named else clips[0].began_ns
    said = (
        f"{clip.camera} ({clip.state}) begins {(clip.began_ns - since) / NANOSECONDS:+.0f} ms"
        f" and lasts {clip.seconds:.1f} s"
        for clip in clips
    )
    apart = f", {_skew_ms(clips):.0f} ms apart" if len(clips) > 1 else ""
    return f"counted from {named or 'the first'}: {', '.join(said)}{apart}"


def _note(file: Path) -> Mapping[str, Any] | None:
    try:
        note = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):  # it is being put in place, or was removed
        return None
    return note if isinstance(note, dict) and "began" in note else None


def _clip(note: Mapping[str, Any], offset_ns: int) -> Clip:
    began_us = (datetime.fromisoformat(note["began"]) - EPOCH) // MICROSECOND
    return Clip(
        name=str(note["clip"]),
        camera=str(note["camera"]),
        incident=str(note["incident"]),
        began_ns=began_us * NANOSECONDS_PER_MICROSECOND - offset_ns,
        seconds=float(note["seconds"]),
        state=str(note["state"]),
        sha256=str(note.get("sha256", "")),
    )
