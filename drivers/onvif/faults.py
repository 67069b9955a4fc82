"""What can go wrong between a camera and us, within this driver.

CameraFault
├── Unreachable    nobody answers, or not in time
├── WrongPassword  it does not know us
├── Refused        it answered no
├── Garbled        what it answered cannot be read, or it has no such service
└── Stranger       another device answers in its name
"""


class CameraFault(Exception):
    """A camera came to grief over something. The message is a sentence without secrets."""


class Unreachable(CameraFault):
    """Nobody answers, or not in time."""


class WrongPassword(CameraFault):
    """It does not let us in."""


class Refused(CameraFault):
    """It answered no."""


class Garbled(CameraFault):
    """Its answer makes no sense, or there is no such service."""


class EventsLost(CameraFault):
    """The camera may be well; its events do not come any more."""


class Stranger(CameraFault):
    """Another device answers in its name."""
