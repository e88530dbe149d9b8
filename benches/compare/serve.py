"""What every Python contestant does: answers requests, one JSON object a line, with seconds of wall and CPU time."""

import json
import sys
import time


def peak_bytes():
    """The most resident memory that this process has had (Linux)."""
    with open("/proc/self/status") as status:
        kib = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
    return {"peak_bytes": int(kib) * 1024}


def serve(**operations):
    """Answers requests until standard input ends.

    An operation is a function of what the request says beside `op`. It returns a function without arguments that is
    what is measured, and a function that says more about its result, or None.
    """
    for line in sys.stdin:
        request = json.loads(line)
        name = request.pop("op")
        if name == "memory":
            answer = peak_bytes()
        else:
            work, describe = operations[name](**request)
            cpu, wall = time.process_time(), time.perf_counter()
            result = work()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            answer = {"wall": wall, "cpu": cpu}
            if describe is not None:
                answer |= describe(result)
            del result, work, describe
        print(json.dumps(answer), flush=True)
