"""Keeps one stream open, on a thread of its own: connects, has it used, connects again."""

import logging
import random
import threading
from collections.abc import Callable, Iterator

import av.container
import av.error

from gateway.detection.stream.news import (
    StreamBack,
    StreamLost,
    StreamTrouble,
    StreamUseless,
    Tell,
)
from gateway.detection.stream.opening import PATIENCE, Opener, Patience, open_rtsp
from gateway.detection.stream.words import trouble_of
from gateway.model.credential import Code

log = logging.getLogger("nightlatch.detection")

JITTER = 0.5
"""Of a pause, so much is drawn: cameras that were lost together do not all come back at once."""
DOUBLINGS_MOST = 16
type Now = Callable[[], float]
"""Gives seconds on a clock that nothing sets."""
type Use = Callable[[av.container.InputContainer], Iterator[StreamBack | None]]
"""Reads a stream: yields StreamBack once it delivers, and None for everything it read."""


class Line:
    """One stream, from `start` to `stop`."""

    def __init__(  # noqa: PLR0913 - each is another's to give
        self,
        name: str,
        url: Code,
        use: Use,
        tell: Tell,
        *,
        now: Now,
        opener: Opener = open_rtsp,
        patience: Patience = PATIENCE,
    ) -> None:
        self._name = name
        self._url = url
        self._use = use
        self._tell = tell
        self._now = now
        self._opener = opener
        self._patience = patience
        self._ending = threading.Event()
        self._told: StreamBack | StreamLost | None = None
        self._tries = 0
        self._back_at: float | None = None
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)

    @property
    def is_ending(self) -> bool:
        """Tell whether it was told to end: nobody wants what it still reads."""
        return self._ending.is_set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Be told to end. A read that is under way is given up at the latest after `silence`."""
        self._ending.set()

    def join(self, seconds: float | None = None) -> bool:
        """Wait until it ended; tell whether it has."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _live(self) -> None:
        while not self._ending.is_set():
            trouble = self._once()
            if self._ending.is_set():
                return
            self._say(StreamLost(str(trouble)))
            self._ending.wait(self._pause(trouble))

    def _once(self) -> StreamTrouble:
        """Have the stream used for as long as it lasts; give why it does not last longer."""
        self._back_at = None
        try:
            with self._opener(self._url, self._patience) as opened:
                for back in self._use(opened):
                    if back is not None:
                        self._back_at = self._now()
                        self._say(back)
                    if self._ending.is_set():
                        break
            return StreamTrouble("the camera ended the stream")
        except StreamTrouble as trouble:
            return trouble
        except (av.error.FFmpegError, OSError) as error:
            return trouble_of(error, self._patience.silence)
        except Exception as bug:  # noqa: BLE001 - one broken stream stops no other (law 6)
            # Its text may hold the address: no more than its name is told.
            log.error("%s failed: %s", self._name, type(bug).__name__)  # noqa: TRY400 - see above
            return trouble_of(bug, self._patience.silence)

    def _say(self, news: StreamBack | StreamLost) -> None:
        if news != self._told and not self.is_ending:
            self._told = news
            self._tell(news)

    def _pause(self, trouble: StreamTrouble) -> float:
        """Give for how long to leave the camera alone, in seconds."""
        if self._back_at is not None and self._now() - self._back_at >= self._patience.held:
            self._tries = 0
        pause: float = self._patience.first_pause * 2 ** min(self._tries, DOUBLINGS_MOST)
        self._tries += 1
        pause = min(pause, self._patience.longest_pause)
        if isinstance(trouble, StreamUseless):
            pause = self._patience.useless_pause
        return pause * (1 - JITTER * random.random())  # noqa: S311 - no secret hangs on it
