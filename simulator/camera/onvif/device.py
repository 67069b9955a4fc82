"""The Device service, and DeviceIO with the contacts."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from simulator.camera.soap import NAMESPACES, Call, Unknown
from simulator.camera.state import State

type Answer = Callable[[State, Call], str]

_SERVICES = {
    "tds": "device_service",
    "trt": "media_service",
    "tev": "event_service",
    "timg": "imaging_service",
    "tptz": "ptz_service",
    "tmd": "deviceio_service",
}
_MODEL = "NL-CAM"


def _date_and_time(state: State, _: Call) -> str:
    now = datetime.fromtimestamp(state.clock(), UTC)
    time = f"<tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
    time += f"<tt:Second>{now.second}</tt:Second>"
    date = (
        f"<tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day>"
    )
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
        "<tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
        "<tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone>"
        f"<tt:UTCDateTime><tt:Time>{time}</tt:Time><tt:Date>{date}</tt:Date></tt:UTCDateTime>"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


def offered(state: State) -> Iterator[str]:
    """Name the services that it says to have, by prefix."""
    for prefix in _SERVICES:
        if prefix == "tev" and state.faults.no_events:
            continue
        if prefix == "tptz" and not state.spec.presets:
            continue
        if prefix == "timg" and not state.spec.infrared:
            continue
        yield prefix


def _services(state: State, _: Call) -> str:
    listed = "".join(
        f"<tds:Service><tds:Namespace>{NAMESPACES[prefix]}</tds:Namespace>"
        f"<tds:XAddr>{state.url(_SERVICES[prefix])}</tds:XAddr>"
        "<tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
        for prefix in offered(state)
    )
    return f"<tds:GetServicesResponse>{listed}</tds:GetServicesResponse>"


def _capabilities(state: State, _: Call) -> str:
    there = set(offered(state))
    pull = str(not state.faults.push_only).lower()
    parts = [
        "<tt:Device>" + _xaddr(state, "tds") + "</tt:Device>",
        "<tt:Events>" + _xaddr(state, "tev") + "<tt:WSSubscriptionPolicySupport>true"
        f"</tt:WSSubscriptionPolicySupport><tt:WSPullPointSupport>{pull}</tt:WSPullPointSupport>"
        "<tt:WSPausableSubscriptionManagerInterfaceSupport>false"
        "</tt:WSPausableSubscriptionManagerInterfaceSupport></tt:Events>",
        "<tt:Imaging>" + _xaddr(state, "timg") + "</tt:Imaging>",
        "<tt:Media>" + _xaddr(state, "trt") + "<tt:StreamingCapabilities>"
        "<tt:RTPMulticast>false</tt:RTPMulticast><tt:RTP_TCP>true</tt:RTP_TCP>"
        "<tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP></tt:StreamingCapabilities></tt:Media>",
        "<tt:PTZ>" + _xaddr(state, "tptz") + "</tt:PTZ>",
    ]
    order = ("tds", "tev", "timg", "trt", "tptz")
    kept = "".join(part for prefix, part in zip(order, parts, strict=True) if prefix in there)
    kept += (
        "<tt:Extension><tt:DeviceIO>"
        + _xaddr(state, "tmd")
        + (
            f"<tt:VideoSources>1</tt:VideoSources><tt:VideoOutputs>0</tt:VideoOutputs>"
            f"<tt:AudioSources>0</tt:AudioSources><tt:AudioOutputs>0</tt:AudioOutputs>"
            f"<tt:RelayOutputs>{len(state.relays)}</tt:RelayOutputs></tt:DeviceIO></tt:Extension>"
        )
    )
    return (
        f"<tds:GetCapabilitiesResponse><tds:Capabilities>{kept}</tds:Capabilities>"
        "</tds:GetCapabilitiesResponse>"
    )


def _xaddr(state: State, prefix: str) -> str:
    return f"<tt:XAddr>{state.url(_SERVICES[prefix])}</tt:XAddr>"


def _service_capabilities(_state: State, _: Call) -> str:
    return (
        "<tds:GetServiceCapabilitiesResponse><tds:Capabilities><tds:Network/>"
        '<tds:Security UsernameToken="true" HttpDigest="true"/><tds:System DiscoveryBye="true"/>'
        "</tds:Capabilities></tds:GetServiceCapabilitiesResponse>"
    )


def _information(state: State, _: Call) -> str:
    return (
        "<tds:GetDeviceInformationResponse><tds:Manufacturer>Nightlatch</tds:Manufacturer>"
        f"<tds:Model>{_MODEL}</tds:Model><tds:FirmwareVersion>1.0</tds:FirmwareVersion>"
        f"<tds:SerialNumber>{state.spec.serial}</tds:SerialNumber>"
        f"<tds:HardwareId>{_MODEL}</tds:HardwareId></tds:GetDeviceInformationResponse>"
    )


def _interfaces(state: State, _: Call) -> str:
    digits = state.spec.serial
    mac = ":".join(digits[place : place + 2] for place in range(0, 12, 2))
    return (
        '<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces token="eth0">'
        f"<tt:Enabled>true</tt:Enabled><tt:Info><tt:Name>eth0</tt:Name><tt:HwAddress>{mac}"
        "</tt:HwAddress></tt:Info></tds:NetworkInterfaces></tds:GetNetworkInterfacesResponse>"
    )


def scopes(state: State) -> tuple[str, ...]:
    """Say what it is, as WS-Discovery and GetScopes have it."""
    base = "onvif://www.onvif.org/"
    return (
        f"{base}type/video_encoder",
        f"{base}Profile/Streaming",
        f"{base}hardware/{_MODEL}",
        f"{base}name/{state.spec.name}",
    )


def _scopes(state: State, _: Call) -> str:
    listed = "".join(
        "<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef>"
        f"<tt:ScopeItem>{scope}</tt:ScopeItem></tds:Scopes>"
        for scope in scopes(state)
    )
    return f"<tds:GetScopesResponse>{listed}</tds:GetScopesResponse>"


def _hostname(state: State, _: Call) -> str:
    return (
        "<tds:GetHostnameResponse><tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP>"
        f"<tt:Name>{state.spec.name}</tt:Name></tds:HostnameInformation></tds:GetHostnameResponse>"
    )


def _reboot(state: State, _: Call) -> str:
    state.reboot(REBOOT_SECONDS)
    return (
        "<tds:SystemRebootResponse><tds:Message>Rebooting</tds:Message></tds:SystemRebootResponse>"
    )


def _relay_outputs(prefix: str) -> Answer:
    def answer(state: State, _: Call) -> str:
        listed = "".join(
            f'<{prefix}:RelayOutputs token="{token}"><tt:Properties><tt:Mode>Bistable</tt:Mode>'
            "<tt:DelayTime>PT0S</tt:DelayTime><tt:IdleState>open</tt:IdleState></tt:Properties>"
            f"</{prefix}:RelayOutputs>"
            for token in state.relays
        )
        return f"<{prefix}:GetRelayOutputsResponse>{listed}</{prefix}:GetRelayOutputsResponse>"

    return answer


def _set_relay(prefix: str) -> Answer:
    def answer(state: State, call: Call) -> str:
        token = call.text("RelayOutputToken")
        if token not in state.relays:
            raise Unknown(f"relay {token!r}")
        state.turn_relay(token, on=call.text("LogicalState") == "active")
        return f"<{prefix}:SetRelayOutputStateResponse/>"

    return answer


def _digital_inputs(state: State, _: Call) -> str:
    listed = "".join(f'<tmd:DigitalInputs token="{token}"/>' for token in state.inputs)
    return f"<tmd:GetDigitalInputsResponse>{listed}</tmd:GetDigitalInputsResponse>"


def _io_capabilities(state: State, _: Call) -> str:
    return (
        '<tmd:GetServiceCapabilitiesResponse><tmd:Capabilities VideoSources="1" VideoOutputs="0"'
        f' AudioSources="0" AudioOutputs="0" RelayOutputs="{len(state.relays)}"'
        f' DigitalInputs="{len(state.inputs)}"/></tmd:GetServiceCapabilitiesResponse>'
    )


REBOOT_SECONDS = 3.0  # that it is gone when a client asked for it
OPEN = frozenset({
    *("tds:GetSystemDateAndTime", "tds:GetServices", "tds:GetCapabilities"),
    *("tds:GetServiceCapabilities", "tds:GetHostname"),
})  # fmt: skip
"""What is answered without a proof of identity."""

ANSWERS: Mapping[str, Answer] = {
    "tds:GetSystemDateAndTime": _date_and_time,
    "tds:GetServices": _services,
    "tds:GetCapabilities": _capabilities,
    "tds:GetServiceCapabilities": _service_capabilities,
    "tds:GetDeviceInformation": _information,
    "tds:GetNetworkInterfaces": _interfaces,
    "tds:GetScopes": _scopes,
    "tds:GetHostname": _hostname,
    "tds:SystemReboot": _reboot,
    "tds:GetRelayOutputs": _relay_outputs("tds"),
    "tds:SetRelayOutputState": _set_relay("tds"),
    "tmd:GetRelayOutputs": _relay_outputs("tmd"),
    "tmd:SetRelayOutputState": _set_relay("tmd"),
    "tmd:GetDigitalInputs": _digital_inputs,
    "tmd:GetServiceCapabilities": _io_capabilities,
}
