"""Stands in for the detection's process: does on the wire what its first argument says."""

import os
import signal
import sys

from gateway.detection.wire import (
    Answer,
    Beat,
    Begin,
    Failed,
    Happened,
    Ready,
    Watched,
    line,
    read_ask,
)
from gateway.model.capability import Picture
from gateway.model.credential import StreamsFound
from gateway.model.device import DeviceId
from gateway.model.effect import Inspect, KeepClip
from gateway.model.event import DisarmRequested, PartFailed, PartWorks, Reported, Telemetry
from gateway.model.sight import ClipFailed, ClipKept, Inspected, PersonSeen

SHED = DeviceId("onvif:shed/0")  # in no plan
LARGE = "the large stream of yard"
SAYS: dict[str, tuple[Answer, ...]] = {
    "floods": tuple(Beat(number, 0) for number in range(1, 5001)),
    "speaks for others": (Happened(DisarmRequested("home", "anna", "detection")),),
    "measures another": (Telemetry(SHED, "detection_milliseconds", 1.0),),
    "records another": (Happened(ClipFailed(DeviceId("zwave:e0f1a2b3/2/0"), "", "")),),
    "watches another": (Watched(SHED, "h264 640x360", small_lost=False, per_second=10.0),),
    "fails and works": (
        Happened(PartWorks(LARGE)),
        Happened(PartFailed(LARGE, "no route")),
        Happened(PartWorks(LARGE)),
        Happened(PartWorks(LARGE)),
    ),
}
"""What it has to say by itself."""


def say(*said: Answer) -> None:
    for one in said:
        sys.stdout.buffer.write(line(one))
    sys.stdout.buffer.flush()


def main(how: str) -> None:
    begun = read_ask(sys.stdin.buffer.readline())
    assert isinstance(begun, Begin)
    if how == "refuses":
        say(Failed("the model is no model"))
        return
    if how != "never ready":
        say(Ready("cpu", "nothing at all"), Beat(0, 0))
    ail(how)
    while asked := sys.stdin.buffer.readline():
        answer(how, asked)


def ail(how: str) -> None:
    match how:
        case "hangs":
            os.kill(os.getpid(), signal.SIGSTOP)
        case "garbage":
            sys.stdout.buffer.write(b'{"rtsp://user:secret@host": 1}\n')
            sys.stdout.buffer.flush()
        case "long":
            sys.stdout.buffer.write(b"x" * (3 << 20))
            sys.stdout.buffer.flush()
        case "eats":
            eaten = bytearray(200 << 20)
            eaten[:: 1 << 12] = b"x" * len(eaten[:: 1 << 12])
            say(Beat(1, 0))
        case "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        case "complains":
            sys.stderr.write("rtsp://alarm:secret@10.0.0.9/main: no route\n")
            sys.stderr.flush()
        case _:
            say(*SAYS.get(how, ()))


def answer(how: str, asked: bytes) -> None:
    match read_ask(asked):
        case StreamsFound(device=device, main=main_stream):
            picture = Picture.LOST if main_stream is None else Picture.SEEING
            say(Happened(Reported(device, picture)))
        case Inspect() if how == "late":
            pass
        case Inspect(cameras=cameras) if how != "mute":
            for camera in cameras:
                say(Happened(PersonSeen(camera, 1, 0.8)), Happened(Inspected(camera, (), 3)))
        case Inspect():
            os.kill(os.getpid(), signal.SIGKILL)
        case KeepClip(cameras=cameras, incident=incident, seconds=seconds):
            if how == "dies recording":
                os.kill(os.getpid(), signal.SIGKILL)
            for camera in cameras:
                say(Happened(ClipKept(camera, "clip", "00", 6.0, seconds, incident, 1)))
        case _:
            pass


if __name__ == "__main__":
    main(sys.argv[1])
