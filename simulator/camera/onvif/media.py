"""The Media service: profiles, and where their streams and pictures are."""

from collections.abc import Mapping

from simulator.camera import topics
from simulator.camera.footage.programme import Which
from simulator.camera.onvif.device import Answer
from simulator.camera.soap import Call, Unknown
from simulator.camera.state import State

_RATE = 10


def token(which: Which) -> str:
    """Name a stream's profile."""
    return f"profile_{which}"


def _profile(state: State, which: Which, tag: str) -> str:
    reel = state.programme.showing.scene.reel(which)
    size = f"<tt:Width>{reel.width}</tt:Width><tt:Height>{reel.height}</tt:Height>"
    ptz = _PTZ if state.spec.presets else ""
    return (
        f'<{tag} token="{token(which)}" fixed="true"><tt:Name>{which}</tt:Name>'
        f'<tt:VideoSourceConfiguration token="{topics.SOURCE_CONFIGURATION}"><tt:Name>source'
        f"</tt:Name><tt:UseCount>2</tt:UseCount><tt:SourceToken>{topics.VIDEO_SOURCE}"
        '</tt:SourceToken><tt:Bounds x="0" y="0" width="1280" height="720"/>'
        "</tt:VideoSourceConfiguration>"
        f'<tt:VideoEncoderConfiguration token="vec_{which}"><tt:Name>{which}</tt:Name>'
        "<tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding>"
        f"<tt:Resolution>{size}</tt:Resolution><tt:Quality>5</tt:Quality><tt:RateControl>"
        f"<tt:FrameRateLimit>{_RATE}</tt:FrameRateLimit><tt:EncodingInterval>1"
        "</tt:EncodingInterval><tt:BitrateLimit>2048</tt:BitrateLimit></tt:RateControl>"
        "<tt:H264><tt:GovLength>10</tt:GovLength><tt:H264Profile>Main</tt:H264Profile></tt:H264>"
        f"{_MULTICAST}<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration>"
        f"{ptz}</{tag}>"
    )


_MULTICAST = (
    "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address>"
    "</tt:Address><tt:Port>0</tt:Port><tt:TTL>0</tt:TTL><tt:AutoStart>false</tt:AutoStart>"
    "</tt:Multicast>"
)
_PTZ = (
    '<tt:PTZConfiguration token="ptz0"><tt:Name>ptz</tt:Name><tt:UseCount>2</tt:UseCount>'
    "<tt:NodeToken>node0</tt:NodeToken></tt:PTZConfiguration>"
)


def _profiles(state: State, _: Call) -> str:
    listed = "".join(_profile(state, which, "trt:Profiles") for which in state.streams)
    return f"<trt:GetProfilesResponse>{listed}</trt:GetProfilesResponse>"


def _one_profile(state: State, call: Call) -> str:
    one = _profile(state, _named(state, call), "trt:Profile")
    return f"<trt:GetProfileResponse>{one}</trt:GetProfileResponse>"


def _stream_uri(state: State, call: Call) -> str:
    return _uri("GetStreamUri", state.stream_url(_named(state, call)))


def _snapshot_uri(state: State, call: Call) -> str:
    return _uri("GetSnapshotUri", state.url(f"snapshot?{_named(state, call)}"))


def _uri(operation: str, uri: str) -> str:
    return (
        f"<trt:{operation}Response><trt:MediaUri><tt:Uri>{uri}</tt:Uri>"
        "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false"
        f"</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri>"
        f"</trt:{operation}Response>"
    )


def _video_sources(state: State, _: Call) -> str:
    reel = state.programme.showing.scene.main
    return (
        f'<trt:GetVideoSourcesResponse><trt:VideoSources token="{topics.VIDEO_SOURCE}">'
        f"<tt:Framerate>{_RATE}</tt:Framerate><tt:Resolution><tt:Width>{reel.width}</tt:Width>"
        f"<tt:Height>{reel.height}</tt:Height></tt:Resolution></trt:VideoSources>"
        "</trt:GetVideoSourcesResponse>"
    )


def _capabilities(state: State, _: Call) -> str:
    return (
        '<trt:GetServiceCapabilitiesResponse><trt:Capabilities SnapshotUri="true">'
        f'<trt:ProfileCapabilities MaximumNumberOfProfiles="{len(state.streams)}"/>'
        '<trt:StreamingCapabilities RTP_TCP="true" RTP_RTSP_TCP="true"/>'
        "</trt:Capabilities></trt:GetServiceCapabilitiesResponse>"
    )


def _named(state: State, call: Call) -> Which:
    named = call.text("ProfileToken")
    for which in state.streams:
        if token(which) == named:
            return which
    raise Unknown(f"profile {named!r}")


ANSWERS: Mapping[str, Answer] = {
    "trt:GetProfiles": _profiles,
    "trt:GetProfile": _one_profile,
    "trt:GetStreamUri": _stream_uri,
    "trt:GetSnapshotUri": _snapshot_uri,
    "trt:GetVideoSources": _video_sources,
    "trt:GetServiceCapabilities": _capabilities,
}
