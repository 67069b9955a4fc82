"""Every section and key of the configuration file: its type, default, range and meaning.

The descriptions here are the reference: docs/config.md and nightlatch.schema.json are made of them.
"""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.config.camera_section import CameraSection, Classes, DetectorSection, EvidenceSection
from gateway.config.confirm_section import ConfirmSection
from gateway.config.durations import Duration
from gateway.config.errors import listed
from gateway.config.rule_section import CalendarSection, RuleSection, WindowSection
from gateway.config.section import Section
from gateway.config.values import (
    CAMERAS,
    DRIVERS,
    CodeHash,
    DeviceAddress,
    Name,
    Port,
    TimeZone,
    fault,
)
from gateway.config.zwave_section import ZwaveSection
from gateway.model.capability import Capability
from rules.site import OnTamper, ZoneKind

ZONE_READINGS = (
    Capability.CONTACT,
    Capability.MOTION,
    Capability.SMOKE,
    Capability.WATER,
    Capability.GLASS,
    Capability.CO,
    Capability.TAMPER,
    Capability.LOCK,
    Capability.SWITCH,
    Capability.GATE,
    Capability.CAMERA,
)
"""The readings that can trip a zone."""

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)

type ExitDelay = Annotated[
    timedelta, Duration(0 * _SECOND, 255 * _SECOND, "ANSI/SIA CP-01 4.2.2.1 ends at 255 seconds")
]
type EntryDelay = Annotated[
    timedelta, Duration(0 * _SECOND, 240 * _SECOND, "ANSI/SIA CP-01 4.2.3.1 ends at 240 seconds")
]
type SirenTime = Annotated[
    timedelta,
    Duration(
        10 * _SECOND,
        15 * _MINUTE,
        "under 10 seconds nobody looks up; EN 50131-1 ends at 15 minutes",
    ),
]
type LockoutTime = Annotated[
    timedelta,
    Duration(10 * _SECOND, _HOUR, "EN 50131-3 asks for 90 seconds; an hour shuts out its owner"),
]
type Supervision = Annotated[
    timedelta | None,
    Duration(
        _MINUTE,
        7 * 24 * _HOUR,
        "a battery device does not report every minute, and a week is too long to be blind",
        off=True,
    ),
]
type Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
type Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


def _can_trip(reading: Capability) -> Capability:
    if reading not in ZONE_READINGS:
        raise fault(reading, f"one of {listed(ZONE_READINGS)}", "this one never trips")
    return reading


type ZoneReading = Annotated[Capability, Field(strict=False), AfterValidator(_can_trip)]


class SiteSection(Section):
    """The place that is guarded."""

    name: Name = Field(
        description="What messages call the place.",
        examples=["Linden Street 4"],
    )
    timezone: TimeZone = Field(
        "UTC",
        description="The IANA time zone in which times are shown. Delays never depend on it.",
        examples=["Europe/Berlin"],
    )
    latitude: Latitude | None = Field(
        None,
        description="Degrees north of the equator, for schedules of the sun. Two decimals do.",
        examples=[52.52],
    )
    longitude: Longitude | None = Field(
        None, description="Degrees east of Greenwich; west of it below zero.", examples=[13.41]
    )


class StateSection(Section):
    """Where the panel keeps what must survive a restart."""

    folder: str = Field(
        "state",
        min_length=1,
        description="The folder of the journal and of the radio's database. A relative path "
        "starts at the configuration file's folder.",
        examples=["/var/lib/nightlatch"],
    )


class ZigbeeSection(Section):
    """The Zigbee stick (Silicon Labs EZSP). Leave the section out where there is none."""

    port: Port = Field(
        description="The stick's device file, or `socket://host:port` for one on the network. "
        "The name under /dev/serial/by-id stays the same when sticks change places.",
        examples=["/dev/serial/by-id/usb-ITead_Sonoff_Zigbee_3.0_USB_Dongle_Plus_V2-if00"],
    )
    baud: int = Field(
        115200,
        ge=9600,
        le=3_000_000,
        description="The speed of the serial line, as the stick's firmware wants it.",
        examples=[460800],
    )
    channel: int = Field(
        15,
        ge=11,
        le=26,
        description="The radio channel of a new network; 15, 20 and 25 lie between Wi-Fi's. "
        "A network that exists keeps its own.",
        examples=[20],
    )
    install_codes_only: bool = Field(
        default=False,
        description="Whether devices may join only with the install code printed on them. Then "
        "nobody who listens while one joins learns the network's key.",
        examples=[True],
    )


class AccessSection(Section):
    """How codes are asked for."""

    arm_needs_code: bool = Field(
        default=False,
        description="Whether arming at the command line asks for a code. A keypad always asks, "
        "and disarming always does.",
        examples=[True],
    )
    lockout_tries: int = Field(
        5,
        ge=1,
        le=10,
        description="How many wrong codes in a row shut a keypad or the command line "
        "(EN 50131-3: 10 at most).",
        examples=[3],
    )
    lockout_time: LockoutTime = Field(
        timedelta(seconds=90),
        description="For how long they stay shut.",
        examples=["5m"],
    )


class DeviceSection(Section):
    """A device that joined, and the name by which the rest of the file calls it."""

    id: DeviceAddress = Field(
        description="The device's id, as `nightlatch devices` shows it.",
        examples=["zigbee:00124b001ca10001/1"],
    )
    name: Name = Field(
        description="What the rest of the file and all messages call it; unique.",
        examples=["front_door"],
    )
    place: str = Field(
        "",
        max_length=80,
        description="Where to find it, for whoever has to change its battery.",
        examples=["above the front door"],
    )
    supervision: Supervision = Field(
        timedelta(hours=4),
        description="Silent for longer than this is a trouble. The default is the longest gap of "
        'EN 50131-1 grade 1; grade 2 asks for "2h". `"off"` for a device that never '
        "speaks by itself.",
        examples=["2h"],
    )


class ModeSection(Section):
    """A way to arm an area; its name is yours, `away`, `home` and `night` are usual."""

    exit_delay: ExitDelay = Field(
        timedelta(seconds=60),
        description="How long one may take to leave (CP-01 asks for 45 s or more when away).",
        examples=["45s"],
    )
    entry_delay: EntryDelay = Field(
        timedelta(seconds=30),
        description="How long one may take to disarm after coming in (EN 50131-3: 45 s at most; "
        "CP-01: 30 s or more).",
        examples=["45s"],
    )


class AreaSection(Section):
    """A part of the site that is armed as one."""

    name: Name = Field(
        description="What commands and messages call it; unique.", examples=["house"]
    )
    modes: dict[Name, ModeSection] = Field(
        default_factory=dict[Name, ModeSection],
        description="The ways to arm it, each a table `[area.modes.NAME]`.",
    )
    sirens: list[Name] = Field(
        default_factory=list[Name],
        description="Names of the devices that sound in an alarm.",
        examples=[["hall_siren"]],
    )
    siren_time: SirenTime = Field(
        timedelta(minutes=3),
        description="How long they sound. The law of the place may allow less.",
        examples=["90s"],
    )
    keypads: list[Name] = Field(
        default_factory=list[Name],
        description="Names of the keypads that arm and disarm it and show its state.",
        examples=[["hall_keypad"]],
    )
    lights: list[Name] = Field(
        default_factory=list[Name],
        description="Names of the lamps and plugs that are switched on while the alarm sounds.",
        examples=[["hall_lamp"]],
    )
    unlock_disarms: list[Name] = Field(
        default_factory=list[Name],
        description="Names of the locks at which a PIN disarms the area too, if the person whose "
        "slot it is may. A key, a hand and a slot of nobody's disarm nothing.",
        examples=[["front_lock"]],
    )
    on_tamper: OnTamper = Field(
        OnTamper.TROUBLE,
        strict=False,
        description="What an opened or torn-off device means while the area is disarmed. While "
        "it is armed it is always an alarm.",
        examples=["alarm"],
    )
    confirm: ConfirmSection | None = Field(
        None,
        description="That trips wait, for a moment, for a second witness. Left out: none waits.",
    )


class ZoneSection(Section):
    """One reading of one device, as a part of an area."""

    name: Name = Field(
        description="What messages call it; unique among zones, may be its device's name.",
        examples=["front_door"],
    )
    area: Name = Field(description="The area it belongs to.", examples=["house"])
    device: Name = Field(description="The name of the device.", examples=["front_door"])
    reading: ZoneReading = Field(
        description="Which of the device's readings trips it.",
        examples=["contact"],
        json_schema_extra={"enum": list(ZONE_READINGS)},
    )
    kind: ZoneKind = Field(
        strict=False,
        description="`entry` starts the entry delay and is free during the exit delay. `follower` "
        "is free during both and else an alarm at once. `instant` is an alarm at once. `24h` "
        "is one even when nothing is armed, and has no modes.",
        examples=["entry"],
    )
    modes: list[Name] = Field(
        default_factory=list[Name],
        description="The modes of its area in which it watches. None for `24h`.",
        examples=[["away", "night"]],
    )
    entry_delay: EntryDelay | None = Field(
        None,
        description="Its own entry delay instead of the mode's, for the long way from the garage. "
        "Only for `entry`.",
        examples=["60s"],
    )
    sees: Classes | None = Field(
        None,
        description="What trips it, of a camera: `person`, `vehicle`, `animal`. Left out: "
        "`person`.",
        examples=[["person", "vehicle"]],
    )
    in_: Annotated[list[Name], Field(min_length=1)] | None = Field(
        None,
        alias="in",
        description="The names of the camera's own zones in which it counts. Left out: anywhere "
        "in its picture.",
        examples=[["porch"]],
    )


class PersonSection(Section):
    """Somebody who may act."""

    name: Name = Field(description="What the journal calls them; unique.", examples=["Anna"])
    code: CodeHash | None = Field(
        None,
        repr=False,
        description="The hash of their code, made by `nightlatch hash-code`. The code itself "
        "never stands here. Leave it out for somebody who only uses a lock.",
        examples=["$argon2id$v=19$m=19456,t=2,p=1$..."],
    )
    areas: list[Name] | None = Field(
        None,
        description="The areas they may act on. Left out: all of them.",
        examples=[["house"]],
    )
    may_arm: bool = Field(default=True, description="Whether they may arm.", examples=[False])
    may_disarm: bool = Field(default=True, description="Whether they may disarm.", examples=[False])
    lock_slots: dict[Name, Annotated[int, Field(ge=0, le=250)]] = Field(
        default_factory=dict[Name, int],
        description="The number (0 to 250) under which each lock keeps their PIN, by the lock's "
        "device name: then messages and the journal name who opened it.",
        examples=[{"front_lock": 3}],
    )
    unlock: list[Name] = Field(
        default_factory=list[Name],
        description="Names of the windows outside which their PIN is in none of these locks; "
        "`never` keeps it out. Left out: it is always there. `nightlatch code set` gives the hub "
        "the PIN, which it needs for that.",
        examples=[["workdays"]],
    )


class Sections(Section):
    """The whole file."""

    place: SiteSection = Field(alias="site")
    state: StateSection = Field(default_factory=lambda: StateSection.model_validate({}))
    zigbee: ZigbeeSection | None = None
    zwave: ZwaveSection | None = None
    access: AccessSection = Field(default_factory=lambda: AccessSection.model_validate({}))
    devices: list[DeviceSection] = Field(default_factory=list[DeviceSection], alias="device")
    cameras: list[CameraSection] = Field(default_factory=list[CameraSection], alias="camera")
    detector: DetectorSection = Field(default_factory=lambda: DetectorSection.model_validate({}))
    evidence: EvidenceSection = Field(default_factory=lambda: EvidenceSection.model_validate({}))
    areas: list[AreaSection] = Field(default_factory=list[AreaSection], alias="area")
    zones: list[ZoneSection] = Field(default_factory=list[ZoneSection], alias="zone")
    people: list[PersonSection] = Field(default_factory=list[PersonSection], alias="person")
    calendars: list[CalendarSection] = Field(
        default_factory=list[CalendarSection], alias="calendar"
    )
    windows: list[WindowSection] = Field(default_factory=list[WindowSection], alias="window")
    rules: list[RuleSection] = Field(default_factory=list[RuleSection], alias="rule")

    @property
    def radios(self) -> tuple[str, ...]:
        """Name the drivers that it asks for."""
        radios = tuple(name for name in DRIVERS if getattr(self, name) is not None)
        return (*radios, CAMERAS) if self.cameras else radios
