"""Runs the programs of rules: confined, bounded, and believed nothing but what they may ask."""
