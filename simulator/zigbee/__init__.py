"""An EZSP stick, the air above it, and devices that behave. Written from the protocol."""
