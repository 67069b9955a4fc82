"""Evidence: what cameras recorded, sealed on the disk."""
