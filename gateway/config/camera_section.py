"""The sections of cameras: `[[camera]]`, `[detector]`, `[evidence]`."""

import re
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from gateway.config.durations import Duration
from gateway.config.section import Section
from gateway.config.values import HIDDEN, Name, fault
from gateway.model.sight import Seen


class Decoder(StrEnum):
    """How a model's answer reads."""

    SSD = "ssd"
    YOLO = "yolo"
    NANODET = "nanodet"
    TF = "tf"


class Provider(StrEnum):
    """What a model runs on."""

    CPU = "cpu"
    CUDA = "cuda"
    OPENVINO = "openvino"


PASSWORD_IN_PATH = re.compile(r"(?<![a-z])(pass(word|wd)?|pwd)=.", re.IGNORECASE)
"""As some cameras want it: `...?user=anna&password=...`."""
MAX_CORNERS = 64
MAX_PLACES = 32
"""Zones, lines or masks of one camera."""
_SECOND = timedelta(seconds=1)

type Before = Annotated[
    timedelta,
    Duration(0 * _SECOND, 30 * _SECOND, "what is to be had from before is kept in memory"),
]
type Loiter = Annotated[
    timedelta, Duration(_SECOND, timedelta(hours=1), "after an hour somebody lives there")
]


def _camera_name(value: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", value, re.ASCII) is None:
        expected = "a name of 1 to 40 letters, digits, _ and -, as clips are called by it"
        raise fault(value, expected, 'as in "yard"')
    return value


def _address(value: str) -> str:
    if re.fullmatch(r"urn:[A-Za-z0-9][A-Za-z0-9-]*:[!-~]+", value) is not None:
        return value
    try:
        url = urlsplit(f"//{value}")
        sound = _is_host(url.hostname or "", is_literal=value.startswith("["))
        sound = sound and not (url.path or url.query or url.fragment or url.username)
        sound = sound and url.port != 0
    except ValueError:  # a port that is no number, or too great
        sound = False
    if not sound:
        hint = 'as in "192.168.1.30" or "192.168.1.30:8080"'
        raise fault(HIDDEN if "@" in value else value, "the camera's host or host:port", hint)
    return value


def _is_host(host: str, *, is_literal: bool) -> bool:
    """Tell whether this may be a machine's name or number; raise ValueError for a bad number."""
    if is_literal or re.fullmatch(r"[0-9.]+", host, re.ASCII) is not None:
        return bool(ip_address(host))
    return re.fullmatch(rf"{_LABEL}(\.{_LABEL})*\.?", host) is not None


_LABEL = r"[^\W_-]([\w-]{0,61}[^\W_-])?"


def _rtsp(value: str) -> str:
    try:
        url = urlsplit(value)
        sound = url.scheme in {"rtsp", "rtsps"} and bool(url.hostname) and url.port != 0
        known = url.username is None and url.password is None
    except ValueError:
        sound, known = False, "@" not in value
    if not known:
        hint = "write the user as user = ..., and the password into a file of its own"
        raise fault(HIDDEN, "an address without a user and a password", hint)
    if not sound or not value.isprintable():
        shown = HIDDEN if PASSWORD_IN_PATH.search(value) else value
        raise fault(shown, "rtsp://host/path", 'as in "rtsp://192.168.1.31/stream1"')
    return value


def _point(value: list[float]) -> list[float]:
    if len(value) != len("xy") or not all(0 <= part <= 1 for part in value):
        expected = "a point [x, y]: from [0, 0], the upper left of the picture, to [1, 1]"
        raise fault(value, expected, "as in [0.25, 0.9]")
    return value


def _shape(value: list[list[float]]) -> list[list[float]]:
    if not len("abc") <= len(value) <= MAX_CORNERS:
        expected = f"3 to {MAX_CORNERS} corners"
        raise fault(value, expected, "as in [[0, 0.5], [1, 0.5], [1, 1], [0, 1]]")
    around = zip(value, [*value[1:], value[0]], strict=True)
    if abs(sum(one[0] * two[1] - two[0] * one[1] for one, two in around)) < _NOTHING:
        raise fault(value, "corners that enclose a part of the picture", "they lie in one line")
    return value


_NOTHING = 1e-4


def _votes(value: list[int]) -> list[int]:
    if len(value) != len("nm") or value[0] > value[1]:
        expected = f"two numbers: so many of the last so many pictures, {_VOTES_MAX} at most"
        raise fault(value, expected, "as in [2, 3]")
    return value


_VOTES_MAX = 10


def _sha256(value: str) -> str:
    if re.fullmatch(r"[0-9a-f]{64}", value, re.ASCII) is None:
        raise fault(value, "64 digits 0-9 and a-f", "`sha256sum FILE` prints them")
    return value


type CameraName = Annotated[
    str,
    AfterValidator(_camera_name),
    Field(
        json_schema_extra={"pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"}, min_length=1, max_length=40
    ),
]
type Address = Annotated[str, AfterValidator(_address), Field(json_schema_extra={"minLength": 1})]
type Rtsp = Annotated[
    str, AfterValidator(_rtsp), Field(json_schema_extra={"pattern": "^rtsps?://"})
]
type Point = Annotated[list[Annotated[float, Field(allow_inf_nan=False)]], AfterValidator(_point)]
type Shape = Annotated[list[Point], AfterValidator(_shape)]
type Classes = Annotated[
    list[Annotated[Seen, Field(strict=False)]], Field(min_length=1, max_length=len(Seen))
]
type Sha256 = Annotated[
    str, AfterValidator(_sha256), Field(json_schema_extra={"pattern": "^[0-9a-f]{64}$"})
]
type File = Annotated[str, Field(min_length=1)]
type Votes = Annotated[list[Annotated[int, Field(ge=1, le=_VOTES_MAX)]], AfterValidator(_votes)]
type Score = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]


class CameraZoneSection(Section):
    """A part of a camera's picture that is watched."""

    name: Name = Field(
        description="What zones, rules and messages call it; unique for its camera.",
        examples=["porch"],
    )
    shape: Shape = Field(
        description="Its corners, each `[x, y]` as parts of the picture's width and height from "
        "the upper left. Somebody is in it whose feet are.",
        examples=[[[0.1, 0.6], [0.5, 0.6], [0.5, 1.0], [0.1, 1.0]]],
    )
    classes: Classes = Field(
        [Seen.PERSON],
        description="What counts in it: `person`, `vehicle`, `animal`.",
        examples=[["person", "vehicle"]],
    )
    loiter: Loiter | None = Field(
        None,
        description="Who stays for longer than this loiters: rules may ask for it.",
        examples=["30s"],
    )


class CameraLineSection(Section):
    """A line across a camera's picture. Who crosses it from its left to its right goes inward."""

    name: Name = Field(
        description="What rules and messages call it; unique for its camera.", examples=["gate"]
    )
    from_: Point = Field(
        alias="from", description="Where it begins, as `[x, y]`.", examples=[[0.2, 0.9]]
    )
    to: Point = Field(description="Where it ends.", examples=[[0.8, 0.9]])
    classes: Classes = Field(
        [Seen.PERSON], description="What counts that crosses it.", examples=[["vehicle"]]
    )


class CameraSection(Section):
    """A camera: of the ONVIF kind by its address, or any other by its RTSP stream."""

    name: CameraName = Field(
        description="What the rest of the file, messages and clips call it; unique among devices.",
        examples=["yard"],
    )
    address: Address | None = Field(
        None,
        description="The host, or `host:port`, at which an ONVIF camera answers; or its "
        "`urn:uuid:...`, by which it is looked for.",
        examples=["192.168.1.30"],
    )
    rtsp: Rtsp | None = Field(
        None,
        description="Instead of `address`: the stream of a camera without ONVIF. It is recorded.",
        examples=["rtsp://192.168.1.31/stream1"],
    )
    rtsp_sub: Rtsp | None = Field(
        None,
        description="Its smaller stream, which is looked at. Left out: `rtsp` is, for more work.",
        examples=["rtsp://192.168.1.31/stream2"],
    )
    user: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        None, description="Who logs in at the camera.", examples=["nightlatch"]
    )
    password_file: File | None = Field(
        None,
        description="The file whose first line is the password; a relative path starts at the "
        "configuration file's folder. Nobody but its owner may read it (mode 0600).",
        examples=["yard.password"],
    )
    area: Name | None = Field(
        None,
        description="The area that it looks at: its alarms are recorded by it.",
        examples=["house"],
    )
    masks: Annotated[list[Shape], Field(max_length=MAX_PLACES)] = Field(
        default_factory=list[Shape],
        description="Parts of the picture that nobody may see, each as corners: black before "
        "anything looks, and in every picture that is kept. A clip of a "
        "camera with masks is its small stream, masked, without sound.",
        examples=[[[[0.8, 0.0], [1.0, 0.0], [1.0, 0.3], [0.8, 0.3]]]],
    )
    zones: Annotated[list[CameraZoneSection], Field(max_length=MAX_PLACES)] = Field(
        default_factory=list[CameraZoneSection],
        description="Parts of its picture. None: the whole picture is watched.",
    )
    lines: Annotated[list[CameraLineSection], Field(max_length=MAX_PLACES)] = Field(
        default_factory=list[CameraLineSection], description="Lines across its picture."
    )
    before: Before = Field(
        timedelta(seconds=6),
        description="How much of a clip is from before its reason.",
        examples=["10s"],
    )
    record: bool = Field(
        default=True, description="Whether it records; else it only looks.", examples=[False]
    )


class ModelSection(Section):
    """A model that looks again, at what the first one found."""

    model: File = Field(description="An ONNX file.", examples=["models/nanodet.onnx"])
    sha256: Sha256 = Field(
        description="Its hash: another file under this name is refused.",
        examples=["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    )
    decoder: Decoder = Field(
        strict=False,
        description="How its answer reads: `ssd`, `yolo`, `nanodet` or `tf`.",
        examples=["nanodet"],
    )
    labels: File = Field(
        description="A text file with its classes, one a line.", examples=["models/coco.txt"]
    )
    score: Score = Field(0.3, description="Below this a find is nothing.", examples=[0.4])


class DetectorSection(Section):
    """What looks at the pictures. Left out: the model that comes with Nightlatch."""

    model: File | None = Field(
        None,
        description="An ONNX file instead of the one that comes with Nightlatch; a relative path "
        "starts at the configuration file's folder.",
        examples=["models/yolox_tiny.onnx"],
    )
    sha256: Sha256 | None = Field(
        None,
        description="Its hash: another file under this name is refused.",
        examples=["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    )
    decoder: Decoder | None = Field(
        None,
        strict=False,
        description="How its answer reads: `ssd`, `yolo`, `nanodet` or `tf`.",
        examples=["yolo"],
    )
    labels: File | None = Field(
        None, description="A text file with its classes, one a line.", examples=["models/coco.txt"]
    )
    score: Score = Field(0.3, description="Below this a find of its is nothing.", examples=[0.4])
    second: ModelSection | None = Field(
        None, description="A model that looks again before a person is believed."
    )
    provider: Provider = Field(
        Provider.CPU,
        strict=False,
        description="What it runs on: `cpu`, `cuda` or `openvino`, if that is installed.",
        examples=["cuda"],
    )
    threads: int = Field(
        1, ge=1, le=16, description="How many threads a look may use.", examples=[2]
    )
    votes: Votes = Field(
        [2, 3],
        description="Something is believed that is found in so many of the last so many pictures.",
        examples=[[3, 5]],
    )


class EvidenceSection(Section):
    """Where clips and pictures are kept, encrypted, and for how long."""

    folder: File = Field(
        "evidence",
        description="Their folder. A relative path starts at the state folder.",
        examples=["/srv/evidence"],
    )
    days: Annotated[float, Field(ge=0.04, le=3650, allow_inf_nan=False)] = Field(
        14.0, description="How many days what belongs to no alarm is kept.", examples=[7]
    )
    alarm_days: Annotated[float, Field(ge=0.04, le=3650, allow_inf_nan=False)] = Field(
        90.0, description="How many days what belongs to an alarm is kept.", examples=[365]
    )
    disk_share: Annotated[float, Field(ge=0.01, le=0.95, allow_inf_nan=False)] = Field(
        0.5,
        description="The part of the disk that all of it may take; the oldest goes first, that of "
        "alarms last.",
        examples=[0.2],
    )


CLASSES = tuple(sorted(Seen))
"""All that may be seen, for sentences."""
