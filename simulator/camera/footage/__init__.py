"""What the cameras look at: files played in a loop, and pictures made for it."""
