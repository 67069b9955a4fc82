"""A simulated Z-Wave stick and its devices: `python -m simulator.zwave`."""
