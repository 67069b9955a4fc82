"""The stick's parts: memory, configuration, network, security, tables, messaging."""
