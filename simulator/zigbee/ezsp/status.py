"""Status values: one meaning, three number spaces (EmberStatus, EzspStatus, sl_status)."""

from enum import Enum


class Status(Enum):
    """A meaning, with its EmberStatus and EzspStatus (both one byte, to v13) and its sl_status."""

    OK = 0x00, 0x00, 0x0000
    FAIL = 0x01, 0x38, 0x0001
    BUSY = 0xA1, 0x38, 0x0004
    INVALID_PARAMETER = 0x02, 0x36, 0x0021
    INVALID_ID = 0x02, 0x37, 0x0021
    INVALID_STATE = 0x70, 0x38, 0x0002
    INVALID_INDEX = 0xB1, 0x36, 0x0027
    NOT_SUPPORTED = 0xB5, 0x37, 0x000F
    NOT_FOUND = 0x03, 0x37, 0x002D
    TABLE_ENTRY_ERASED = 0xB6, 0x37, 0x002D
    FULL = 0xB4, 0x35, 0x001C
    NETWORK_UP = 0x90, 0x38, 0x0015
    NETWORK_DOWN = 0x91, 0x38, 0x0016
    NOT_JOINED = 0x93, 0x38, 0x0017
    MESSAGE_TOO_LONG = 0x74, 0x34, 0x0036
    DELIVERY_FAILED = 0x66, 0x38, 0x0C02
    # What invalidCommand says keeps its EzspStatus number when the field grows to four bytes (v14).
    VERSION_NOT_SET = 0x30, 0x30, 0x0030
    INVALID_FRAME_ID = 0x31, 0x31, 0x0031
    TRUNCATED = 0x33, 0x33, 0x0033

    def __init__(self, ember: int, ezsp: int, sl: int) -> None:
        """Keep the three numbers as attributes."""
        self.ember = ember
        self.ezsp = ezsp
        self.sl = sl
