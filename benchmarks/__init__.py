"""How fast the hub is, beside the floor of the machine it runs on. `make bench`."""
