"""One process, measured."""

import os
import time


def run(command):
    """Seconds of the clock and of the CPU, peak bytes and output of a process and those that it waits for (Linux)."""
    read, write = os.pipe()
    begun = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.dup2(write, 1)
        os.execvp(str(command[0]), list(map(str, command)))
    os.close(write)
    with os.fdopen(read) as pipe:
        out = pipe.read()
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{' '.join(map(str, command))}: status {status}")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, out
