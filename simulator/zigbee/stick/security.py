"""The trust centre: keys, and whom they let in. Without the right key nobody joins."""

import secrets
from dataclasses import dataclass, replace

from simulator.zigbee.ezsp.layout import Fields
from simulator.zigbee.ezsp.status import Status
from simulator.zigbee.seams import Join, Joiner, Nanoseconds
from simulator.zigbee.stick.aes import BLOCK, chain
from simulator.zigbee.stick.config import (
    KEY_TABLE,
    TRANSIENT_KEY_TIMEOUT_S,
    TRUST_CENTER_POLICY,
    Configuration,
)
from simulator.zigbee.stick.host import Handlers, Host
from simulator.zigbee.stick.install_code import key_of
from simulator.zigbee.stick.memory import NO_EUI64, LinkKey, Memory, Network, Store

SECOND: Nanoseconds = 1_000_000_000
WELL_KNOWN_KEY = b"ZigBeeAlliance09"
MAX_TRANSIENT_KEYS = 32

# EzspDecisionBitmask of the trust-centre policy
ALLOW_JOINS, INSTALL_CODES_ONLY = 0x0001, 0x0010

# EmberInitialSecurityBitmask, EmberCurrentSecurityBitmask
GLOBAL_LINK_KEY, HAVE_LINK_KEY, HASHED_LINK_KEY = 0x0004, 0x0010, 0x0080
HAVE_NETWORK_KEY, HAVE_PRECONFIGURED_KEY = 0x0200, 0x0100

# sl_zb_sec_man_key_type
NETWORK_KEY, TRUST_CENTRE_LINK_KEY, APP_LINK_KEY = 1, 2, 4
NO_INDEX = 0xFF
KEY_METADATA = {"bitmask": 0x0000, "ttl": 0}


@dataclass(frozen=True, slots=True)
class InitialSecurity:
    """What the host set for the next network it forms."""

    bitmask: int
    network_key: bytes
    sequence: int
    link_key: bytes

    def secure(self, network: Network) -> Network:
        """Give the network its keys; what the host left out is made up here."""
        has_link, has_network = HAVE_PRECONFIGURED_KEY, HAVE_NETWORK_KEY
        return replace(
            network,
            security=self.bitmask,
            link_key=self.link_key if self.bitmask & has_link else secrets.token_bytes(16),
            network_key=self.network_key if self.bitmask & has_network else secrets.token_bytes(16),
            sequence=self.sequence,
        )


@dataclass(frozen=True, slots=True)
class _TransientKey:
    key: bytes
    expires: Nanoseconds


class Security:
    """Answers what concerns keys, and judges joiners."""

    def __init__(
        self, host: Host, memory: Memory, store: Store, configuration: Configuration
    ) -> None:
        """Begin as after a reset."""
        self._host = host
        self._memory = memory
        self._store = store
        self._configuration = configuration
        self.reset()

    def reset(self) -> None:
        """Forget what is volatile: transient keys and the keys of a network not yet formed."""
        self.initial: InitialSecurity | None = None
        self._transient: dict[bytes, _TransientKey] = {}

    def judge(self, joiner: Joiner) -> Join:
        """Decide whether a joiner gets the network key: by policy, then by whether it can read it.

        The key is sent under the joiner's own transient key if one was imported, else under the
        wildcard's. A joiner that holds another key cannot decrypt it.
        """
        policy = self._configuration.settings.policies.get(TRUST_CENTER_POLICY, 0)
        if not policy & ALLOW_JOINS:
            return Join.CLOSED
        own = self._valid(joiner.eui64)
        offered = own if own or policy & INSTALL_CODES_ONLY else self._valid(NO_EUI64)
        held = WELL_KNOWN_KEY if joiner.install_code is None else key_of(joiner.install_code)
        return Join.ACCEPTED if offered and offered == held else Join.NO_KEY

    def handlers(self) -> Handlers:
        """Give the commands answered here."""
        return {
            "setInitialSecurityState": self._set_initial,
            "getCurrentSecurityState": self._get_current,
            "exportKey": self._export_key,
            "importKey": lambda _: {"status": Status.NOT_SUPPORTED},
            "checkKeyContext": lambda asked: {"status": self._export_key(asked)["status"]},
            "getNetworkKeyInfo": self._network_key_info,
            "getApsKeyInfo": self._aps_key_info,
            "importLinkKey": self._import_link_key,
            "exportLinkKeyByIndex": self._export_by_index,
            "exportLinkKeyByEui": self._export_by_eui,
            "findKeyTableEntry": self._find_entry,
            "eraseKeyTableEntry": self._erase_entry,
            "clearKeyTable": self._clear_table,
            "importTransientKey": self._import_transient,
            "exportTransientKeyByIndex": self._export_transient_by_index,
            "exportTransientKeyByEui": self._export_transient_by_eui,
            "clearTransientLinkKeys": self._clear_transient,
            "aesMmoHash": _hash,
        }

    def _valid(self, eui64: bytes) -> bytes | None:
        found = self._transient.get(eui64)
        if found is None or found.expires <= self._host.now():
            return None
        return found.key

    def _set_initial(self, asked: Fields) -> Fields:
        if self._memory.network is not None:
            return {"status": Status.INVALID_STATE}
        self.initial = InitialSecurity(
            asked["bitmask"], asked["network_key"], asked["sequence"], asked["preconfigured"]
        )
        return {"status": Status.OK}

    def _get_current(self, _: Fields) -> Fields:
        network = self._memory.network
        if network is None:
            return {"status": Status.NOT_JOINED}
        kept = network.security & (GLOBAL_LINK_KEY | HASHED_LINK_KEY)
        return {
            "status": Status.OK,
            "bitmask": kept | HAVE_LINK_KEY,
            "trust_centre": self._memory.eui64,
        }

    def _export_key(self, asked: Fields) -> Fields:
        network = self._memory.network
        match asked["key_type"]:
            case 1 if network is not None:
                return {**asked, "status": Status.OK, "key": network.network_key}
            case 2 if network is not None:
                return {**asked, "status": Status.OK, "key": network.link_key}
            case 4 if (entry := self._memory.link_keys.get(asked["key_index"])) is not None:
                return {**asked, "status": Status.OK, "key": entry.key}
            case _:
                return {**asked, "status": Status.NOT_FOUND, "key": bytes(16)}

    def _network_key_info(self, _: Fields) -> Fields:
        network = self._memory.network
        if network is None:
            return {"status": Status.NOT_JOINED}
        return {
            "status": Status.OK,
            "set": 1,
            "sequence": network.sequence,
            "frame_counter": self._memory.frame_counter,
        }

    def _aps_key_info(self, asked: Fields) -> Fields:
        exported = self._export_key(asked)
        return KEY_METADATA | {
            "status": exported["status"],
            "eui64": asked["eui64"],
            "outgoing": self._memory.aps_counter,
        }

    def _import_link_key(self, asked: Fields) -> Fields:
        index = asked["index"]
        if index >= self._configuration.settings.sizes[KEY_TABLE]:
            return {"status": Status.INVALID_INDEX}
        self._memory.link_keys[index] = LinkKey(asked["eui64"], asked["key"])
        self._store.save(self._memory)
        return {"status": Status.OK}

    def _export_by_index(self, asked: Fields) -> Fields:
        if asked["index"] >= self._configuration.settings.sizes[KEY_TABLE]:
            return {"status": Status.INVALID_INDEX}
        return self._exported(asked["index"])

    def _export_by_eui(self, asked: Fields) -> Fields:
        return self._exported(self._index_of(asked["eui64"]))

    def _exported(self, index: int) -> Fields:
        entry = self._memory.link_keys.get(index)
        if entry is None:
            return {"status": Status.NOT_FOUND}
        return KEY_METADATA | {
            "status": Status.OK,
            "key_type": APP_LINK_KEY,
            "key_index": index,
            "index": index,
            "eui64": entry.eui64,
            "key": entry.key,
            "outgoing": self._memory.aps_counter,
        }

    def _index_of(self, eui64: bytes) -> int:
        keys = self._memory.link_keys
        return next((at for at, entry in keys.items() if entry.eui64 == eui64), NO_INDEX)

    def _find_entry(self, asked: Fields) -> Fields:
        if asked["eui64"] != bytes(8):
            return {"index": self._index_of(asked["eui64"])}
        size = self._configuration.settings.sizes[KEY_TABLE]  # all zeros asks for a free entry
        free = (at for at in range(size) if at not in self._memory.link_keys)
        return {"index": next(free, NO_INDEX)}

    def _erase_entry(self, asked: Fields) -> Fields:
        if self._memory.link_keys.pop(asked["index"], None) is None:
            return {"status": Status.INVALID_INDEX}
        self._store.save(self._memory)
        return {"status": Status.OK}

    def _clear_table(self, _: Fields) -> Fields:
        self._memory.link_keys.clear()
        self._store.save(self._memory)
        return {"status": Status.OK}

    def _import_transient(self, asked: Fields) -> Fields:
        now = self._host.now()
        self._transient = {eui: key for eui, key in self._transient.items() if key.expires > now}
        if len(self._transient) >= MAX_TRANSIENT_KEYS and asked["eui64"] not in self._transient:
            return {"status": Status.FULL}
        seconds = self._configuration.settings.sizes[TRANSIENT_KEY_TIMEOUT_S]
        self._transient[asked["eui64"]] = _TransientKey(asked["key"], now + seconds * SECOND)
        return {"status": Status.OK}

    def _export_transient_by_index(self, asked: Fields) -> Fields:
        kept = list(self._transient)
        if asked["index"] >= len(kept):
            return {"status": Status.NOT_FOUND}
        return self._export_transient_by_eui({"eui64": kept[asked["index"]]})

    def _export_transient_by_eui(self, asked: Fields) -> Fields:
        key = self._valid(asked["eui64"])
        if key is None:
            return {"status": Status.NOT_FOUND}
        return KEY_METADATA | {"status": Status.OK, "eui64": asked["eui64"], "key": key}

    def _clear_transient(self, _: Fields) -> Fields:
        self._transient.clear()
        return {}


def _hash(asked: Fields) -> Fields:
    """Hash whole blocks and, at the end, what is left with its padding (UG100 aesMmoHash)."""
    state, data, length = asked["result"], asked["data"], asked["length"] + len(asked["data"])
    if asked["finalize"]:
        padded = data + b"\x80"
        data = padded + bytes(-(len(padded) + 2) % BLOCK) + (8 * length & 0xFFFF).to_bytes(2)
    elif len(data) % BLOCK:
        return {"status": Status.INVALID_PARAMETER, "result": state, "length": asked["length"]}
    for at in range(0, len(data), BLOCK):
        state = chain(state, data[at : at + BLOCK])
    return {"status": Status.OK, "result": state, "length": length}
