"""EZSP, the commands of the stick (UG100): framing, fields, and who says which status how."""
