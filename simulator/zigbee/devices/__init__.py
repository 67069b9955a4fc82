"""The devices of the simulated home, a file for each kind."""
