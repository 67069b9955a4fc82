"""What pictures mean: motion, tracks, zones and the picture's own health. Pure, told the time."""
