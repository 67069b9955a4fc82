"""The far side of every wire, as separate processes. Imports nothing of the house it faces."""
