"""Pictures: motion, persons, tracks and clips, in a process of its own."""
