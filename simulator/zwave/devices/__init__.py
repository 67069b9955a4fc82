"""What stands in the house: devices made of parts, each part one command class, in bytes."""
