"""Configuration: stack sizes, values, policies, endpoints, tokens. Volatile but for the tokens."""

import secrets
from dataclasses import dataclass, field

from simulator.zigbee.ezsp.layout import Fields
from simulator.zigbee.ezsp.status import Status
from simulator.zigbee.stick.host import Handlers
from simulator.zigbee.stick.memory import Memory, Store

# EzspConfigId, with what a stick that was just started answers.
PACKET_BUFFER_COUNT, NEIGHBOR_TABLE, ADDRESS_TABLE, MULTICAST_TABLE = 0x01, 0x02, 0x05, 0x06
SECURITY_LEVEL, MAX_CHILDREN, KEY_TABLE, TRANSIENT_KEY_TIMEOUT_S = 0x0D, 0x11, 0x1E, 0x36
TC_ADDRESS_CACHE, SOURCE_ROUTE_TABLE = 0x19, 0x1A
FACTORY = {
    PACKET_BUFFER_COUNT: 24,
    NEIGHBOR_TABLE: 26,
    0x03: 10,  # APS unicasts at a time
    0x04: 0,  # binding table
    ADDRESS_TABLE: 8,
    MULTICAST_TABLE: 8,
    0x07: 16,  # route table
    0x08: 8,  # discovery table
    0x0C: 0,  # stack profile
    SECURITY_LEVEL: 5,
    0x10: 30,  # max hops
    MAX_CHILDREN: 6,
    0x12: 3000,  # indirect transmission timeout
    0x13: 5,  # end device poll timeout
    0x17: 0,  # transmit power mode
    0x18: 0,  # disable relay
    TC_ADDRESS_CACHE: 0,
    SOURCE_ROUTE_TABLE: 100,
    0x1C: 1,  # fragment window
    0x1D: 0,  # fragment delay
    KEY_TABLE: 4,
    0x1F: 1600,  # APS acknowledgement timeout
    0x20: 3,  # beacon jitter
    0x22: 2,  # PAN id conflict report threshold
    0x24: 0,  # request key timeout
    0x29: 1,  # certificate table
    0x2A: 0,  # application ZDO flags
    0x2B: 15,  # broadcast table
    0x2C: 0,  # MAC filter table
    0x2D: 1,  # supported networks
    0x2E: 0,  # multicasts to sleepy addresses
    0x34: 16,  # retry queue
    TRANSIENT_KEY_TIMEOUT_S: 300,
    0x37: 0xFF,  # broadcast acknowledgements needed
    0x38: 300,  # rejoins with the well-known key, seconds
    0x39: 0,  # crystal tuning
    0x41: 5,  # Green Power proxy table
    0x42: 0,  # Green Power sink table
}

# EzspValueId
FREE_BUFFERS, ENDPOINT_FLAGS, VERSION_INFO = 0x03, 0x0F, 0x11
NWK_FRAME_COUNTER, APS_FRAME_COUNTER = 0x23, 0x24

# EzspPolicyId, EzspDecisionId
TRUST_CENTER_POLICY, MESSAGE_CONTENTS_POLICY = 0x00, 0x04
TAG_AND_CONTENTS = 0x41

# EzspMfgTokenId with the sizes of the tokens; blank flash reads as ones.
TOKEN_SIZES = {
    0x00: 2,  # custom version
    0x01: 16,  # manufacturer string
    0x02: 16,  # board name
    0x03: 2,  # manufacturer id
    0x04: 2,  # radio configuration
    0x05: 16,  # bootloader key
    0x06: 40,  # ASH configuration
    0x07: 8,  # EZSP storage
    0x08: 64,  # stack calibration
    0x09: 92,  # certificate
    0x0A: 20,  # installation code
    0x0B: 1,  # calibration filter
    0x0C: 8,  # custom EUI64
    0x0D: 2,  # crystal tuning
}
CUSTOM_EUI64 = 0x0C
LIBRARY_VERSION = {13: (7, 4, 4, 0), 14: (8, 0, 2, 0), 16: (8, 1, 0, 0), 17: (8, 2, 0, 0)}
NEWEST_LIBRARY = (9, 0, 0, 0)


def library_version(ezsp: int) -> tuple[int, int, int, int]:
    """Give the stack release a version of EZSP came with."""
    return LIBRARY_VERSION.get(ezsp, NEWEST_LIBRARY)


@dataclass(slots=True)
class Settings:
    """What the host set since the last reset, which forgets it all."""

    sizes: dict[int, int] = field(default_factory=lambda: dict(FACTORY))
    values: dict[int, bytes] = field(default_factory=dict)
    policies: dict[int, int] = field(default_factory=dict)
    endpoints: dict[int, Fields] = field(default_factory=dict)


class Configuration:
    """Answers what concerns configuration."""

    def __init__(self, version: int, memory: Memory, store: Store) -> None:
        """Begin as after a reset."""
        self._version = version
        self._memory = memory
        self._store = store
        self.settings = Settings()

    def reset(self) -> None:
        """Forget what was set."""
        self.settings = Settings()

    def handlers(self) -> Handlers:
        """Give the commands answered here."""
        return {
            "nop": lambda _: {},
            "callback": lambda _: {},
            "gpSinkTableClearAll": lambda _: {},  # no Green Power is kept here
            "gpClearProxyTable": lambda _: {},
            "echo": lambda asked: {"echo": asked["data"]},
            "getRandomNumber": lambda _: {"value": secrets.randbits(16)},
            "getPhyInterfaceCount": lambda _: {"count": 1},
            # XNCP's feature query among others: stock firmware knows no custom frames.
            "customFrame": lambda _: {"status": Status.NOT_SUPPORTED, "reply": b""},
            "getConfigurationValue": self._get_size,
            "setConfigurationValue": self._set_size,
            "getValue": self._get_value,
            "setValue": self._set_value,
            "getExtendedValue": self._get_extended_value,
            "setPolicy": self._set_policy,
            "getPolicy": self._get_policy,
            "addEndpoint": self._add_endpoint,
            **self._token_handlers(),
        }

    def _token_handlers(self) -> Handlers:
        return {
            "getMfgToken": self._get_mfg_token,
            "setMfgToken": self._set_mfg_token,
            "getToken": self._get_token,
            "setToken": self._set_token,
            "getTokenCount": lambda _: {"count": 0},
            "getTokenInfo": lambda _: {"status": Status.INVALID_INDEX},
            "getTokenData": self._get_token_data,
            "setTokenData": self._set_token_data,
        }

    def _get_size(self, asked: Fields) -> Fields:
        size = self.settings.sizes.get(asked["config"])
        if size is None:
            return {"status": Status.INVALID_ID}
        return {"status": Status.OK, "value": size}

    def _set_size(self, asked: Fields) -> Fields:
        if asked["config"] not in self.settings.sizes:
            return {"status": Status.INVALID_ID}
        self.settings.sizes[asked["config"]] = asked["value"]
        return {"status": Status.OK}

    def _get_value(self, asked: Fields) -> Fields:
        match asked["value_id"]:
            case 0x03:  # free buffers
                value = bytes((self.settings.sizes[PACKET_BUFFER_COUNT] & 0xFF,))
            case 0x11:  # version info: build, then release, then general availability
                build = (400).to_bytes(2, "little")
                value = build + bytes((*library_version(self._version), 0xAA))
            case 0x23:
                value = self._memory.frame_counter.to_bytes(4, "little")
            case 0x24:
                value = self._memory.aps_counter.to_bytes(4, "little")
            case other:
                value = self.settings.values.get(other, b"\0")
        return {"status": Status.OK, "value": value}

    def _set_value(self, asked: Fields) -> Fields:
        identifier, value = asked["value_id"], asked["value"]
        if identifier in {NWK_FRAME_COUNTER, APS_FRAME_COUNTER}:
            # Only a stick without a network takes counters: they must never run backwards on one.
            if self._memory.network is not None or len(value) != 4:
                return {"status": Status.INVALID_STATE}
            counter = int.from_bytes(value, "little")
            if identifier == NWK_FRAME_COUNTER:
                self._memory.frame_counter = counter
            else:
                self._memory.aps_counter = counter
            self._store.save(self._memory)
        else:
            self.settings.values[identifier] = value
        return {"status": Status.OK}

    def _get_extended_value(self, asked: Fields) -> Fields:
        if asked["value_id"] != 0x00:  # endpoint flags
            return {"status": Status.INVALID_ID, "value": b"\0\0"}
        if asked["characteristics"] not in self.settings.endpoints:
            # Two bytes all the same: hosts read them before they look at the status.
            return {"status": Status.INVALID_PARAMETER, "value": b"\0\0"}
        return {"status": Status.OK, "value": b"\x01\0"}

    def _set_policy(self, asked: Fields) -> Fields:
        if not asked["decision"]:
            return {"status": Status.INVALID_PARAMETER}
        decision = int.from_bytes(asked["decision"][:2], "little")
        self.settings.policies[asked["policy"]] = decision
        return {"status": Status.OK}

    def _get_policy(self, asked: Fields) -> Fields:
        decision = self.settings.policies.get(asked["policy"], 0)
        return {"status": Status.OK, "decision": decision & 0xFF}

    def _add_endpoint(self, asked: Fields) -> Fields:
        inputs, outputs, raw = asked["inputs"], asked["outputs"], asked["clusters"]
        if len(raw) < 2 * (inputs + outputs):
            return {"status": Status.INVALID_PARAMETER}
        found = [int.from_bytes(raw[at : at + 2], "little") for at in range(0, len(raw) - 1, 2)]
        self.settings.endpoints[asked["endpoint"]] = {
            **asked,
            "inputs": found[:inputs],
            "outputs": found[inputs : inputs + outputs],
        }
        return {"status": Status.OK}

    def _get_mfg_token(self, asked: Fields) -> Fields:
        size = TOKEN_SIZES.get(asked["token"], 0)
        return {"value": self._memory.tokens.get(f"mfg:{asked['token']}", b"\xff" * size)}

    def _set_mfg_token(self, asked: Fields) -> Fields:
        token, value, name = asked["token"], asked["value"], f"mfg:{asked['token']}"
        if TOKEN_SIZES.get(token) != len(value):
            return {"status": Status.INVALID_PARAMETER}
        if name in self._memory.tokens:
            return {"status": Status.INVALID_STATE}  # manufacturing tokens burn once
        self._keep(name, value)
        if token == CUSTOM_EUI64:
            self._memory.eui64 = value
        return {"status": Status.OK}

    def _get_token(self, asked: Fields) -> Fields:
        value = self._memory.tokens.get(f"host:{asked['token']}", b"\xff" * 8)
        return {"status": Status.OK, "value": value}

    def _set_token(self, asked: Fields) -> Fields:
        if asked["token"] >= 8:
            return {"status": Status.INVALID_INDEX}
        self._keep(f"host:{asked['token']}", asked["value"])
        return {"status": Status.OK}

    def _get_token_data(self, asked: Fields) -> Fields:
        value = self._memory.tokens.get(_nvm(asked))
        if value is None:
            return {"status": Status.NOT_FOUND}
        return {"status": Status.OK, "value": value}

    def _set_token_data(self, asked: Fields) -> Fields:
        if _nvm(asked) not in self._memory.tokens:
            return {"status": Status.NOT_FOUND}  # stock firmware makes no new tokens
        self._keep(_nvm(asked), asked["value"])
        return {"status": Status.OK}

    def _keep(self, name: str, value: bytes) -> None:
        self._memory.tokens[name] = value
        self._store.save(self._memory)


def _nvm(asked: Fields) -> str:
    return f"nvm:{asked['token']:#x}:{asked['index']}"
