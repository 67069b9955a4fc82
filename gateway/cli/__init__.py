"""The command line: one file for each group of commands, over the hub's local socket."""
