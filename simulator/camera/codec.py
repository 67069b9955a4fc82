"""The two codecs that are played, and what a NAL unit of each says of itself."""

from enum import StrEnum


class Codec(StrEnum):
    H264 = "h264"
    H265 = "h265"

    @property
    def header_bytes(self) -> int:
        """Of a NAL unit."""
        return 1 if self is Codec.H264 else 2

    def kind(self, nal: bytes) -> int:
        """Give the type of a NAL unit."""
        return nal[0] & 0x1F if self is Codec.H264 else nal[0] >> 1 & 0x3F
