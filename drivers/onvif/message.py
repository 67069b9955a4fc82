"""Notifications as they come, pulled or pushed, from XML into plain values. Pure.

What is not as it should be in one notification costs that one, never its neighbours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MESSAGES_MOST = 200  # of one answer or post
TEXT_MOST = 256  # of a name, a value, a topic; longer ones are nobody's


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that a camera said."""

    topic: str  # with the prefixes that came: tns1:RuleEngine/CellMotionDetector/Motion
    source: Mapping[str, str]
    data: Mapping[str, str]
    operation: str = ""  # of a property: Initialized, Changed, Deleted; "": it is none

    @property
    def path(self) -> str:
        """Give the topic without prefixes."""
        return "/".join(step.rpartition(":")[2] for step in self.topic.split("/"))

    @property
    def key(self) -> str:
        """Name what it is about: the same for each message of one property."""
        return " ".join(
            [self.path, *(f"{name}={self.source[name]}" for name in sorted(self.source))]
        )


def messages(root: Any) -> Iterator[Message]:
    """Read each notification below an element of lxml or of the standard library."""
    count = 0
    for found in root.iter():
        if _local(found) != "NotificationMessage":
            continue
        count += 1
        if count > MESSAGES_MOST:
            return
        message = _message(found)
        if message is not None:
            yield message


def _message(found: Any) -> Message | None:
    topic, inner = "", None
    for part in found.iter():
        name = _local(part)
        if name == "Topic":
            topic = topic or (part.text or "").strip()
        elif name == "Message" and (inner is None or not _is_message(inner)):
            inner = part
    if not 0 < len(topic) <= TEXT_MOST or inner is None:
        return None
    operation = str(inner.get("PropertyOperation", ""))
    return Message(topic, dict(_items(inner, "Source")), dict(_items(inner, "Data")), operation)


def _is_message(part: Any) -> bool:
    """Tell ONVIF's message from the envelope of the same name around it."""
    return part.get("UtcTime") is not None or part.get("PropertyOperation") is not None


def _items(inner: Any, side: str) -> Iterator[tuple[str, str]]:
    for part in inner.iter():
        if _local(part) != side:
            continue
        for item in part.iter():
            if _local(item) == "SimpleItem":
                name, value = str(item.get("Name", "")), str(item.get("Value", ""))
                if 0 < len(name) <= TEXT_MOST and len(value) <= TEXT_MOST:
                    yield name, value


def _local(part: Any) -> str:
    # Comments and processing instructions have a function for a tag.
    return part.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(part.tag, str) else ""
