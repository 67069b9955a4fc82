"""FFmpeg's errors in words of ours. Its own hold the address, and so the password."""

import errno
from urllib.parse import urlsplit

import av
import av.error

from gateway.detection.stream.news import StreamTrouble, StreamUseless
from gateway.model.credential import Code

SCHEMES = frozenset({"rtsp", "rtsps"})
_BY_NUMBER = {
    errno.ECONNREFUSED: "nobody listens there: connection refused",
    errno.ECONNRESET: "the camera hung up",
    errno.EPIPE: "the camera hung up",
    errno.EHOSTUNREACH: "its address cannot be reached",
    errno.ENETUNREACH: "its network cannot be reached",
    errno.ETIMEDOUT: "it does not answer",
    errno.EIO: "it does not answer as a camera does",
}


def must_be_rtsp(url: Code) -> None:
    """Refuse what is no RTSP address: FFmpeg would open files and more."""
    try:
        parts = urlsplit(url.text)
        sound = parts.scheme.lower() in SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not url.text.isprintable():
        raise StreamUseless("its address is none: rtsp://host/path is wanted")


def trouble_of(error: BaseException, silence_seconds: float) -> StreamTrouble:
    """Give the trouble behind FFmpeg's error, in words that hold nothing of the address."""
    match error:
        case av.error.HTTPUnauthorizedError() | av.error.HTTPForbiddenError():
            return StreamUseless("the camera refuses the user or the password")
        case av.error.HTTPNotFoundError():
            return StreamUseless("the camera has no stream of that path")
        case av.error.HTTPClientError() | av.error.HTTPServerError():
            return StreamTrouble("the camera refuses the stream")
        case av.error.ExitError():
            return StreamTrouble(f"nothing came for {silence_seconds:g} s")
        case av.error.EOFError():
            return StreamTrouble("the camera ended the stream")
        case av.error.InvalidDataError():
            return StreamTrouble("what comes is no stream")
        case av.error.ProtocolNotFoundError():
            return StreamUseless("its address is none: rtsp://host/path is wanted")
        case OSError():
            return StreamTrouble(_BY_NUMBER.get(error.errno or 0, f"error {error.errno}"))
        case _:
            return StreamTrouble(f"it failed ({type(error).__name__})")
