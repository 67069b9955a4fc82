"""Looks back: why something happened, and why a rule did not run. Read from the journal alone."""
