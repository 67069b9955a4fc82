"""The hub: what flows, what is kept, who is told."""
