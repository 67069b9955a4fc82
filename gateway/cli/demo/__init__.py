"""The demo: a virtual home, the real hub, and a console to watch them and be the burglar."""
