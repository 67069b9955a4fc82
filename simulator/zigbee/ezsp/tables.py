"""The commands and callbacks of each EZSP version, from the reference guide (UG100).

A line is: name, frame id, what the host sends, what the stick answers (or, for a callback, tells).
Status fields name their number space to v13: `ember`, `ezsp`, or `sl` where it was always wide.
"""

VERSIONS = (13, 14, 16, 17, 18, 19)  # there is no 15
LEGACY_VERSION_ID = 0x0000

type Line = tuple[int, str, str]
"""Frame id, request fields, response fields."""

_CONFIGURATION: dict[str, Line] = {
    "version": (0x0000, "desired:u8", "protocol:u8 stack_type:u8 stack_version:u16"),
    "addEndpoint": (
        0x0002,
        "endpoint:u8 profile:u16 device:u16 flags:u8 inputs:u8 outputs:u8 clusters:rest",
        "status:ezsp",
    ),
    "getExtendedValue": (0x0003, "value_id:u8 characteristics:u32", "status:ezsp value:lv"),
    "nop": (0x0005, "", ""),
    "callback": (0x0006, "", ""),
    "setToken": (0x0009, "token:u8 value:eui64", "status:ember"),
    "getToken": (0x000A, "token:u8", "status:ember value:eui64"),
    "getMfgToken": (0x000B, "token:u8", "value:lv"),
    "setMfgToken": (0x000C, "token:u8 value:lv", "status:ember"),
    "customFrame": (0x0047, "payload:lv", "status:ember reply:lv"),
    "getRandomNumber": (0x0049, "", "status:ember value:u16"),
    "getConfigurationValue": (0x0052, "config:u8", "status:ezsp value:u16"),
    "setConfigurationValue": (0x0053, "config:u8 value:u16", "status:ezsp"),
    "setPolicy": (0x0055, "policy:u8 decision:rest", "status:ezsp"),
    "getPolicy": (0x0056, "policy:u8", "status:ezsp decision:u8"),
    "invalidCommand": (0x0058, "", "reason:ezsp"),
    "readAndClearCounters": (0x0065, "", "values:rest"),
    "tokenFactoryReset": (0x0077, "keep_frame_counter:u8 keep_boot_counter:u8", ""),
    "echo": (0x0081, "data:lv", "echo:lv"),
    "getValue": (0x00AA, "value_id:u8", "status:ezsp value:lv"),
    "setValue": (0x00AB, "value_id:u8 value:lv", "status:ezsp"),
    "gpSinkTableClearAll": (0x00E2, "", ""),
    "readCounters": (0x00F1, "", "values:rest"),
    "getPhyInterfaceCount": (0x00FC, "", "count:u8"),
    "getTokenCount": (0x0100, "", "count:u8"),
    "getTokenInfo": (
        0x0101,
        "index:u8",
        "status:ember token:u32 counter:u8 indexed:u8 size:u8 elements:u8",
    ),
    "getTokenData": (0x0102, "token:u32 index:u32", "status:ember value:lv32"),
    "setTokenData": (0x0103, "token:u32 index:u32 value:lv32", "status:ember"),
    "resetNode": (0x0104, "", ""),
}

_NETWORKING: dict[str, Line] = {
    "setConcentrator": (
        0x0010,
        "on:u8 kind:u16 min_time:u16 max_time:u16 route_errors:u8 delivery_errors:u8 hops:u8",
        "status:ember",
    ),
    "setManufacturerCode": (0x0015, "code:u16", "status:ember"),
    "setPowerDescriptor": (0x0016, "descriptor:u16", "status:ember"),
    "networkInit": (0x0017, "options:u16", "status:ember"),
    "networkState": (0x0018, "", "state:u8"),
    "startScan": (0x001A, "kind:u8 channels:u32 duration:u8", "status:sl"),
    "stopScan": (0x001D, "", "status:ember"),
    "formNetwork": (0x001E, "@network", "status:ember"),
    "leaveNetwork": (0x0020, "", "status:ember"),
    "permitJoining": (0x0022, "duration:u8", "status:ember"),
    "getEui64": (0x0026, "", "eui64:eui64"),
    "getNodeId": (0x0027, "", "nwk:u16"),
    "getNetworkParameters": (0x0028, "", "status:ember node_type:u8 @network"),
    "getParentChildParameters": (0x0029, "", "children:u8 parent_eui64:eui64 parent:u16"),
    "getChildData": (
        0x004A,
        "index:u8",
        "status:ember eui64:eui64 kind:u8 nwk:u16 phy:u8 power:u8 timeout:u8 remaining:u32",
    ),
    "setSourceRouteDiscoveryMode": (0x005A, "mode:u8", "remaining:u32"),
    "getNeighbor": (
        0x0079,
        "index:u8",
        "status:ember nwk:u16 lqi:u8 in_cost:u8 out_cost:u8 age:u8 eui64:eui64",
    ),
    "neighborCount": (0x007A, "", "count:u8"),
    "getRouteTableEntry": (
        0x007B,
        "index:u8",
        "status:ember destination:u16 next_hop:u16 state:u8 age:u8 concentrator:u8 record:u8",
    ),
    "setRadioPower": (0x0099, "power:i8", "status:ember"),
    "setRadioChannel": (0x009A, "channel:u8", "status:ember"),
    "getSourceRouteTableFilledSize": (0x00C2, "", "size:u8"),
    "getSourceRouteTableTotalSize": (0x00C3, "", "size:u8"),
    "findUnusedPanId": (0x00D3, "channels:u32 duration:u8", "status:ember"),
    "getRadioParameters": (0x00FD, "phy:u8", "status:ember power:i8 page:u8 channel:u8"),
    "getRadioChannel": (0x00FF, "", "channel:u8"),
}

_SECURITY: dict[str, Line] = {
    "setInitialSecurityState": (
        0x0068,
        "bitmask:u16 preconfigured:key network_key:key sequence:u8 trust_centre:eui64",
        "status:ember",
    ),
    "getCurrentSecurityState": (0x0069, "", "status:ember bitmask:u16 trust_centre:eui64"),
    "clearTransientLinkKeys": (0x006B, "", ""),
    "aesMmoHash": (
        0x006F,
        "result:key length:u32 finalize:u8 data:lv",
        "status:ember result:key length:u32",
    ),
    "findKeyTableEntry": (0x0075, "eui64:eui64 link_key:u8", "index:u8"),
    "eraseKeyTableEntry": (0x0076, "index:u8", "status:ember"),
    "removeDevice": (0x00A8, "nwk:u16 destination:eui64 target:eui64", "status:ember"),
    "clearKeyTable": (0x00B1, "", "status:ember"),
    "getApsKeyInfo": (0x010C, "@context", "eui64:eui64 @metadata status:sl"),
    "exportLinkKeyByEui": (0x010D, "eui64:eui64", "key:key index:u8 @metadata status:sl"),
    "importLinkKey": (0x010E, "index:u8 eui64:eui64 key:key", "status:sl"),
    "exportLinkKeyByIndex": (0x010F, "index:u8", "eui64:eui64 key:key @metadata status:sl"),
    "checkKeyContext": (0x0110, "@context", "status:sl"),
    # Hosts send a flags byte behind the key at some versions and not at others; either is taken.
    "importTransientKey": (0x0111, "eui64:eui64 key:key", "status:sl"),
    "exportTransientKeyByIndex": (0x0112, "index:u8", "@context key:key @metadata status:sl"),
    "exportTransientKeyByEui": (0x0113, "eui64:eui64", "@context key:key @metadata status:sl"),
    "exportKey": (0x0114, "@context", "key:key status:sl"),
    "importKey": (0x0115, "@context key:key", "status:sl"),
    "getNetworkKeyInfo": (
        0x0116,
        "",
        "status:sl set:u8 alternate_set:u8 sequence:u8 alternate_sequence:u8 frame_counter:u32",
    ),
}

_MESSAGING: dict[str, Line] = {
    "maximumPayloadLength": (0x0033, "", "length:u8"),
    "sendUnicast": (
        0x0034,
        "kind:u8 nwk:u16 @aps tag:u8 message:lv",
        "status:ember aps_sequence:u8",
    ),
    "sendBroadcast": (
        0x0036,
        "nwk:u16 @aps radius:u8 tag:u8 message:lv",
        "status:ember aps_sequence:u8",
    ),
    "sendMulticast": (
        0x0038,
        "@aps hops:u8 non_member_radius:u8 tag:u8 message:lv",
        "status:ember aps_sequence:u8",
    ),
    "sendManyToOneRouteRequest": (0x0041, "kind:u16 radius:u8", "status:ember"),
    "setAddressTableRemoteEui64": (0x005C, "index:u8 eui64:eui64", "status:ember"),
    "setAddressTableRemoteNodeId": (0x005D, "index:u8 nwk:u16", ""),
    "getAddressTableRemoteEui64": (0x005E, "index:u8", "eui64:eui64"),
    "getAddressTableRemoteNodeId": (0x005F, "index:u8", "nwk:u16"),
    "lookupNodeIdByEui64": (0x0060, "eui64:eui64", "nwk:u16"),
    "lookupEui64ByNodeId": (0x0061, "nwk:u16", "status:ember eui64:eui64"),
    "getMulticastTableEntry": (
        0x0063,
        "index:u8",
        "status:ember group:u16 endpoint:u8 network:u8",
    ),
    "setMulticastTableEntry": (
        0x0064,
        "index:u8 group:u16 endpoint:u8 network:u8",
        "status:ember",
    ),
    "setExtendedTimeout": (0x007E, "eui64:eui64 extended:u8", ""),
    "getExtendedTimeout": (0x007F, "eui64:eui64", "extended:u8"),
}

_CALLBACKS: dict[str, Line] = {
    "stackStatusHandler": (0x0019, "", "status:ember"),
    "networkFoundHandler": (
        0x001B,
        "",
        (
            "channel:u8 pan_id:u16 extended_pan_id:eui64 open:u8 profile:u8 update_id:u8 "
            "lqi:u8 rssi:i8"
        ),
    ),
    "scanCompleteHandler": (0x001C, "", "channel:u8 status:ember"),
    "childJoinHandler": (0x0023, "", "index:u8 joining:u8 nwk:u16 eui64:eui64 kind:u8"),
    "trustCenterJoinHandler": (
        0x0024,
        "",
        "nwk:u16 eui64:eui64 update:u8 decision:u8 parent:u16",
    ),
    "messageSentHandler": (0x003F, "", "kind:u8 nwk:u16 @aps tag:u8 status:ember message:lv"),
    "incomingMessageHandler": (
        0x0045,
        "",
        "kind:u8 @aps lqi:u8 rssi:i8 nwk:u16 binding:u8 address:u8 message:lv",
    ),
    "energyScanResultHandler": (0x0048, "", "channel:u8 rssi:i8"),
    "unusedPanIdFoundHandler": (0x00D2, "", "pan_id:u16 channel:u8"),
}

_V13: dict[str, Line] = _CONFIGURATION | _NETWORKING | _SECURITY | _MESSAGING | _CALLBACKS

# Version 14 turned every status into an sl_status, moved it to the front, and widened the tags.
_SINCE_14: dict[str, Line] = {
    "getApsKeyInfo": (0x010C, "@context", "status:sl @metadata"),
    "exportLinkKeyByEui": (0x010D, "eui64:eui64", "status:sl @context key:key @metadata"),
    "exportLinkKeyByIndex": (0x010F, "index:u8", "status:sl @context key:key @metadata"),
    "exportTransientKeyByIndex": (0x0112, "index:u8", "status:sl @context key:key @metadata"),
    "exportTransientKeyByEui": (0x0113, "eui64:eui64", "status:sl @context key:key @metadata"),
    "exportKey": (0x0114, "@context", "status:sl key:key @context"),
    "sendUnicast": (
        0x0034,
        "kind:u8 nwk:u16 @aps tag:u16 message:lv",
        "status:sl aps_sequence:u8",
    ),
    "sendBroadcast": (
        0x0036,
        "alias:u16 nwk:u16 nwk_sequence:u8 @aps radius:u8 tag:u16 message:lv",
        "status:sl aps_sequence:u8",
    ),
    "sendMulticast": (
        0x0038,
        "@aps hops:u8 broadcast:u16 alias:u16 nwk_sequence:u8 tag:u16 message:lv",
        "status:sl aps_sequence:u8",
    ),
    "setAddressTableInfo": (0x005C, "index:u8 eui64:eui64 nwk:u16", "status:sl"),
    "getAddressTableInfo": (0x005E, "index:u8", "status:sl nwk:u16 eui64:eui64"),
    "lookupNodeIdByEui64": (0x0060, "eui64:eui64", "status:sl nwk:u16"),
    "setExtendedTimeout": (0x007E, "eui64:eui64 extended:u8", "status:sl"),
    "getExtendedTimeout": (0x007F, "eui64:eui64", "status:sl"),
    "scanCompleteHandler": (0x001C, "", "channel:u8 status:sl"),
    "messageSentHandler": (0x003F, "", "status:sl kind:u8 nwk:u16 @aps tag:u16 message:lv"),
    "incomingMessageHandler": (
        0x0045,
        "",
        (
            "kind:u8 @aps nwk:u16 eui64:eui64 binding:u8 address:u8 lqi:u8 rssi:i8 "
            "timestamp:u32 message:lv"
        ),
    ),
}
_GONE_SINCE_14 = (
    "setAddressTableRemoteEui64",
    "setAddressTableRemoteNodeId",
    "getAddressTableRemoteEui64",
    "getAddressTableRemoteNodeId",
)
_SINCE_17: dict[str, Line] = {"gpClearProxyTable": (0x005F, "", "")}
CALLBACKS = frozenset(_CALLBACKS)


def lines(version: int) -> dict[str, Line]:
    """Give every command and callback of a version by name."""
    if version < VERSIONS[1]:
        return _V13
    kept = {name: line for name, line in _V13.items() if name not in _GONE_SINCE_14}
    return kept | _SINCE_14 | (_SINCE_17 if version >= 17 else {})
