"""Which of a camera's profiles is recorded, and which is looked at. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_WIDTH = 320  # below, nobody can tell a person apart
LIKED = ("H264", "H265")  # by the first, decoding costs least


@dataclass(frozen=True, slots=True)
class Profile:
    """What a camera offers."""

    token: str
    name: str = ""
    source: str = ""  # the token of the video source: a camera may have several lenses
    encoding: str = ""
    width: int = 0
    height: int = 0

    @property
    def pixels(self) -> int:
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Choice:
    """The two. `sub` is None where there is only the one."""

    main: Profile
    sub: Profile | None = None


def choose(offered: Sequence[Profile]) -> Choice | None:
    """Choose the largest, and the smallest that is good for looking; None: nothing is offered."""
    usable = [profile for profile in offered if profile.token]
    if not usable:
        return None
    main = _largest(usable)
    others = [one for one in usable if one.token != main.token and one.source == main.source]
    return Choice(main, _smallest(main, others))


def _largest(offered: Sequence[Profile]) -> Profile:
    """Take the most pixels of the first lens, of a video that can be kept as it is."""
    lens = [one for one in offered if one.source == offered[0].source]
    videos = [one for one in lens if one.encoding.upper() in LIKED] or lens
    return max(videos, key=lambda one: one.pixels)


def _smallest(main: Profile, others: Sequence[Profile]) -> Profile | None:
    fitting = [
        one
        for one in others
        if one.width >= LEAST_WIDTH and one.pixels < main.pixels and one.encoding.upper() in LIKED
    ]
    return min(
        fitting, key=lambda one: (one.pixels, LIKED.index(one.encoding.upper())), default=None
    )
