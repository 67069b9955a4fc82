"""What is counted on the stick's line; a clean run leaves the faults at zero."""

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """Counts since the process started. One object, written by every layer of the stick."""

    nak_sent: int = 0
    nak_received: int = 0
    crc_errors: int = 0
    framing_errors: int = 0
    retransmissions_sent: int = 0
    retransmissions_received: int = 0
    out_of_sequence: int = 0
    timeouts: int = 0
    overflows: int = 0
    resets: int = 0
    frames_in: int = 0
    frames_out: int = 0
    unknown_commands: int = 0
    malformed_commands: int = 0
    cca_failures: int = 0
    refused_clients: int = 0
