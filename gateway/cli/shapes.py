"""What the hub's socket answers, as types: docs/hub-socket.md says what each means."""

from typing import Any, NotRequired, TypedDict


class Cause(TypedDict):
    """Why an area is, or was, in alarm."""

    zone: str | None
    device: str
    cause: str
    at_us: int


class Area(TypedDict):
    """One area."""

    phase: str
    mode: str | None
    since_us: int
    deadline_us: int | None
    remaining_ms: int | None
    by: str | None
    bypassed: list[str]
    memory: list[Cause]
    sounding: bool  # its sirens are to sound
    sirens: NotRequired[dict[str, bool]]  # which of them took that order
    blockers: dict[str, list[str]]


class Zone(TypedDict):
    """One zone."""

    area: str
    device: str
    reading: str
    tripped: bool
    bypassed: bool
    kind: str
    modes: NotRequired[list[str]]


class Nearby(TypedDict):
    """Something that answered when it was looked around, and is not configured."""

    address: str
    id: str
    what: str


class Device(TypedDict):
    """One device of the configuration."""

    id: str
    readings: dict[str, str]
    heard_seconds: float | None


class Trouble(TypedDict):
    """Something that wants looking after."""

    kind: str
    subject: str
    sentence: str
    since_us: int


class Upkeep(TypedDict):
    """A long job of a radio that is under way."""

    driver: str
    job: str
    device: str | None
    by: str
    fraction: float | None
    words: str


class State(TypedDict):
    """The whole state."""

    house_time_us: int
    boottime_offset_us: int
    entry: int
    protecting: bool
    areas: dict[str, Area]
    zones: dict[str, Zone]
    devices: dict[str, Device]
    drivers: dict[str, dict[str, Any]]
    troubles: list[Trouble]
    upkeep: NotRequired[list[Upkeep]]


class Known(TypedDict, total=False):
    """A device as its driver knows it, configured (then by its name) or not (by its id)."""

    id: str
    configured: bool
    capabilities: list[str]
    readings: dict[str, str]
    telemetry: dict[str, float]
    heard_seconds: float | None
    manufacturer: str
    model: str
    mains: bool


class EntryLine(TypedDict):
    """A watched entry."""

    entry: int
    at_us: int
    wall: str
    event: dict[str, Any]
    text: str
    effects: list[dict[str, Any]]
