"""What those who are shut in are shown of the machine."""

READABLE = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
"""Interpreters and libraries."""
READABLE_ETC = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")
"""What they need of the settings to begin."""
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
