"""The mind: pure. It does no I/O and reads no clock."""
