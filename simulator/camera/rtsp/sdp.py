"""The description of a stream (RFC 4566)."""

import base64

from simulator.camera.codec import Codec
from simulator.camera.footage.reel import Reel
from simulator.camera.rtsp.rtp import CLOCK_HZ, PAYLOAD_TYPE

CONTROL = "trackID=0"
_UNKNOWN = "X-NIGHTLATCH"  # an encoding that nobody decodes
_NAMES = {Codec.H264: "H264", Codec.H265: "H265"}
_SPROPS = {32: "sprop-vps", 33: "sprop-sps", 34: "sprop-pps"}


def describe(reel: Reel, address: str, *, unknown: bool = False) -> str:
    """Give the description of what plays now; as of an unknown encoding, if wished."""
    name = _UNKNOWN if unknown else _NAMES[reel.codec]
    lines = [
        *("v=0", f"o=- 1 1 IN IP4 {address}", "s=Nightlatch", f"c=IN IP4 {address}", "t=0 0"),
        *("a=control:*", "a=range:npt=now-", f"m=video 0 RTP/AVP {PAYLOAD_TYPE}"),
        f"a=rtpmap:{PAYLOAD_TYPE} {name}/{CLOCK_HZ}",
        f"a=fmtp:{PAYLOAD_TYPE} {'' if unknown else _parameters(reel)}",
        *(f"a=framesize:{PAYLOAD_TYPE} {reel.width}-{reel.height}", f"a=control:{CONTROL}"),
        f"a=framerate:{reel.rate:g}",
    ]
    return "\r\n".join([*lines, ""])


def _parameters(reel: Reel) -> str:
    sets = [base64.b64encode(one).decode() for one in reel.sets]
    if reel.codec is Codec.H264:
        profile = reel.sets[0][1:4].hex().upper() if reel.sets else "42E01F"
        named = f"sprop-parameter-sets={','.join(sets)}"
        return f"packetization-mode=1;profile-level-id={profile};{named}"
    kinds = [reel.codec.kind(one) for one in reel.sets]
    return ";".join(f"{_SPROPS[kind]}={text}" for kind, text in zip(kinds, sets, strict=True))
