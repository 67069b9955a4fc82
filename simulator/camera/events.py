"""What a camera tells: its topics, and who has subscribed to them."""

import asyncio
import re
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import escape

MOST_UNTOLD = 1000  # messages; older ones are dropped
MOST_SUBSCRIPTIONS = 10
USUAL_SECONDS = 60.0
MOST_SECONDS = 3600.0
CONCRETE = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>[\d.]+)S)?)?"
)
_SECONDS = {"days": 86400.0, "hours": 3600.0, "minutes": 60.0, "seconds": 1.0}

type Items = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that happened."""

    topic: str
    source: Items
    data: Items
    operation: str  # of a property: Initialized, Changed, Deleted; "": it is none
    at: float  # by the camera's clock, in seconds since 1970

    def xml(self) -> str:
        said = f' PropertyOperation="{self.operation}"' if self.operation else ""
        parts = f"{_items('Source', self.source)}{_items('Data', self.data)}"
        return (
            f'<wsnt:NotificationMessage><wsnt:Topic Dialect="{CONCRETE}">{escape(self.topic)}'
            f'</wsnt:Topic><wsnt:Message><tt:Message UtcTime="{stamp(self.at)}"{said}>{parts}'
            "</tt:Message></wsnt:Message></wsnt:NotificationMessage>"
        )


@dataclass(slots=True, eq=False)
class Subscription:
    """One client's queue."""

    name: str  # the last part of its address
    consumer: str  # where to post; "": it pulls
    topics: tuple[str, ...]  # none: all
    expires: float  # by the loop's clock
    untold: deque[Message] = field(default_factory=lambda: deque(maxlen=MOST_UNTOLD))
    news: asyncio.Event = field(default_factory=asyncio.Event)
    gone: bool = False

    def wants(self, topic: str) -> bool:
        return not self.topics or any(_covers(wish, topic) for wish in self.topics)

    def put(self, message: Message) -> None:
        self.untold.append(message)
        self.news.set()

    def take(self, most: int) -> list[Message]:
        taken = [self.untold.popleft() for _ in range(min(most, len(self.untold)))]
        if not self.untold:
            self.news.clear()
        return taken


class Events:
    """The state of every property, and the subscriptions."""

    def __init__(self, clock: Callable[[], float], now: Callable[[], float]) -> None:
        self._clock = clock
        self._now = now
        self._states: dict[tuple[str, tuple[tuple[str, str], ...]], Message] = {}
        self._all: dict[str, Subscription] = {}

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        self._prune()
        return tuple(self._all.values())

    def establish(self, topic: str, source: Items, data: Items) -> None:
        """Let a property be so from the start."""
        at = self._clock()
        self._states[_key(topic, source)] = Message(topic, source, data, "Initialized", at)

    def change(self, topic: str, source: Items, data: Items) -> bool:
        """Let a property change; tell whether anybody is told."""
        self.establish(topic, source, data)
        return self.say(Message(topic, source, data, "Changed", self._clock()))

    def occur(self, topic: str, source: Items, data: Items) -> bool:
        """Let something happen that leaves no state."""
        return self.say(Message(topic, source, data, "", self._clock()))

    def say(self, message: Message) -> bool:
        listening = [one for one in self.subscriptions if one.wants(message.topic)]
        for one in listening:
            one.put(message)
        return bool(listening)

    def subscribe(self, consumer: str, topics: tuple[str, ...], seconds: float) -> Subscription:
        """Begin; the state of every property comes first. ValueError: there are too many."""
        if len(self.subscriptions) >= MOST_SUBSCRIPTIONS:
            raise ValueError("there are too many subscriptions")
        name = secrets.token_hex(8)
        self._all[name] = new = Subscription(name, consumer, topics, self._now() + seconds)
        self.repeat(new)
        return new

    def repeat(self, subscription: Subscription) -> None:
        """Say once more how every property stands."""
        for state in self._states.values():
            if subscription.wants(state.topic):
                subscription.put(replace(state, operation="Initialized"))

    def find(self, name: str) -> Subscription | None:
        self._prune()
        return self._all.get(name)

    def renew(self, subscription: Subscription, seconds: float) -> None:
        subscription.expires = self._now() + seconds

    def left(self, subscription: Subscription) -> float:
        """Give the seconds until it ends by itself."""
        return max(0.0, subscription.expires - self._now())

    def forget(self, subscription: Subscription) -> None:
        self._all.pop(subscription.name, None)
        subscription.gone = True
        subscription.news.set()

    def forget_all(self) -> None:
        for one in tuple(self._all.values()):
            self.forget(one)

    def _prune(self) -> None:
        for one in tuple(self._all.values()):
            if one.expires <= self._now():
                self.forget(one)


def stamp(at: float) -> str:
    """Give a moment as xs:dateTime."""
    text = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def seconds_of(text: str, clock: float) -> float:
    """Read a duration or a moment to come as seconds from now; ValueError where it is neither."""
    if not text:
        return USUAL_SECONDS
    found = _DURATION.fullmatch(text)
    if found is not None:
        parts = found.groupdict()
        seconds = sum(float(parts[name] or 0) * unit for name, unit in _SECONDS.items())
    else:
        moment = datetime.fromisoformat(text)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - clock
    if seconds < 0:
        raise ValueError(f"{text} is over")
    return min(seconds, MOST_SECONDS)


def topics_of(expression: str) -> tuple[str, ...]:
    """Read a topic expression of the concrete set: topics, each perhaps with `//.`, and `|`."""
    return tuple(wish.strip() for wish in expression.split("|") if wish.strip())


def _covers(wish: str, topic: str) -> bool:
    if wish.endswith("//."):
        branch = wish.removesuffix("//.")
        return topic == branch or topic.startswith(f"{branch}/")
    return wish == topic


def _key(topic: str, source: Items) -> tuple[str, tuple[tuple[str, str], ...]]:
    return topic, tuple(sorted(source.items()))


def _items(name: str, items: Items) -> str:
    inside = "".join(
        f'<tt:SimpleItem Name="{escape(key)}" Value="{escape(value)}"/>'
        for key, value in items.items()
    )
    return f"<tt:{name}>{inside}</tt:{name}>"
