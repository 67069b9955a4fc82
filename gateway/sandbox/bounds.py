"""How much a program may take. The child reads it too."""

PROGRAM_BYTES_MAX = 8 * 2**20
"""A program is one file, at most so large."""
INPUT_BYTES_MAX = 32 * 1024
OUTPUT_BYTES_MAX = 64 * 1024
"""What it says, and what it complains of, each."""
REASON_MAX = 300
"""Characters that people are told of why it failed."""
ORDERS_MAX = 100

RUNNING_MAX = 4
"""Programs that run at a time; one processor's worth of each is taken at the lowest priority."""
WAITING_MAX = 16
"""Programs that wait for their turn. The deadline runs meanwhile."""

PROCESSES_MAX = 16
"""Processes and threads of one program together; each has the memory that the rule allows."""
FILES_MAX = 64
"""Open files of a process."""
TMP_BYTES_MAX = 16 * 2**20
"""Its private folder lies in memory, and is gone with it."""
TMP_NODES_MAX = 1000
NICE = 10

ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}

NO_SANDBOX = 121
"""The child's exit status where the machine lacks something that a program must not run without."""
NOT_STARTED = 126
"""Its exit status where the program itself cannot be started."""
SIGNALLED = 128
"""Added to the signal that ended a program, as shells do."""
