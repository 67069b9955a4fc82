"""The Imaging service (the filter against infrared), and PTZ (presets)."""

from collections.abc import Mapping
from html import escape

from simulator.camera import topics
from simulator.camera.events import stamp
from simulator.camera.onvif.device import Answer
from simulator.camera.soap import Call, Unknown
from simulator.camera.state import State

_FILTER = ("ON", "OFF", "AUTO")


def _settings(state: State, call: Call) -> str:
    _source(call)
    inside = f"<tt:IrCutFilter>{state.infrared}</tt:IrCutFilter>"
    return (
        f"<timg:GetImagingSettingsResponse><timg:ImagingSettings>{inside}</timg:ImagingSettings>"
        "</timg:GetImagingSettingsResponse>"
    )


def _set(state: State, call: Call) -> str:
    _source(call)
    wished = call.text("IrCutFilter", state.infrared)
    if wished not in _FILTER:
        raise Unknown(f"IrCutFilter {wished!r}")
    state.infrared = wished
    state.happened("infrared", {"filter": wished})
    return "<timg:SetImagingSettingsResponse/>"


def _options(_state: State, call: Call) -> str:
    _source(call)
    modes = "".join(f"<tt:IrCutFilterModes>{one}</tt:IrCutFilterModes>" for one in _FILTER)
    return (
        f"<timg:GetOptionsResponse><timg:ImagingOptions>{modes}</timg:ImagingOptions>"
        "</timg:GetOptionsResponse>"
    )


def _source(call: Call) -> None:
    if (named := call.text("VideoSourceToken")) != topics.VIDEO_SOURCE:
        raise Unknown(f"video source {named!r}")


def _capabilities(prefix: str) -> Answer:
    def answer(_state: State, _: Call) -> str:
        inside = f"<{prefix}:Capabilities/>"
        tag = f"{prefix}:GetServiceCapabilitiesResponse"
        return f"<{tag}>{inside}</{tag}>"

    return answer


def _presets(state: State, _: Call) -> str:
    listed = "".join(
        f'<tptz:Preset token="{place}"><tt:Name>{escape(name)}</tt:Name></tptz:Preset>'
        for place, name in enumerate(state.spec.presets, 1)
    )
    return f"<tptz:GetPresetsResponse>{listed}</tptz:GetPresetsResponse>"


def _go(state: State, call: Call) -> str:
    named = call.text("PresetToken")
    known = {str(place): name for place, name in enumerate(state.spec.presets, 1)}
    if named not in known:
        raise Unknown(f"preset {named!r}")
    state.position = known[named]
    state.happened("aimed", {"preset": state.position})
    return "<tptz:GotoPresetResponse/>"


def _nodes(state: State, _: Call) -> str:
    return (
        '<tptz:GetNodesResponse><tptz:PTZNode token="node0"><tt:Name>node</tt:Name>'
        "<tt:SupportedPTZSpaces/>"
        f"<tt:MaximumNumberOfPresets>{len(state.spec.presets)}</tt:MaximumNumberOfPresets>"
        "<tt:HomeSupported>false</tt:HomeSupported></tptz:PTZNode></tptz:GetNodesResponse>"
    )


def _configurations(_state: State, _: Call) -> str:
    return (
        '<tptz:GetConfigurationsResponse><tptz:PTZConfiguration token="ptz0"><tt:Name>ptz</tt:Name>'
        "<tt:UseCount>2</tt:UseCount><tt:NodeToken>node0</tt:NodeToken></tptz:PTZConfiguration>"
        "</tptz:GetConfigurationsResponse>"
    )


def _status(state: State, _: Call) -> str:
    return (
        f"<tptz:GetStatusResponse><tptz:PTZStatus><tt:UtcTime>{stamp(state.clock())}</tt:UtcTime>"
        "</tptz:PTZStatus></tptz:GetStatusResponse>"
    )


IMAGING: Mapping[str, Answer] = {
    "timg:GetImagingSettings": _settings,
    "timg:SetImagingSettings": _set,
    "timg:GetOptions": _options,
    "timg:GetServiceCapabilities": _capabilities("timg"),
}
PTZ: Mapping[str, Answer] = {
    "tptz:GetPresets": _presets,
    "tptz:GotoPreset": _go,
    "tptz:GetNodes": _nodes,
    "tptz:GetConfigurations": _configurations,
    "tptz:GetStatus": _status,
    "tptz:GetServiceCapabilities": _capabilities("tptz"),
}
