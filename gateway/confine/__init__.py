"""What the kernel gives to shut a process in: a list of files, a list of calls."""
