"""The processes that are compared, and taking turns."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent


class Contestant:
    """A process that answers requests, started with so many threads for every library that might be in it."""

    def __init__(self, name, command, threads):
        self.name = name
        libraries = ("RAYON", "OMP", "OPENBLAS", "MKL")
        environment = os.environ | {f"{library}_NUM_THREADS": str(threads) for library in libraries}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def ask(self, op, **request):
        """The answer to a request: a dictionary, with the seconds `wall` and `cpu` where something was measured."""
        print(json.dumps({"op": op} | request), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended with {self.process.wait()} when asked for {op} {request}")
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def rust(setup, threads=None):
    """The crates of this repository."""
    return Contestant("measure", [setup.measure, setup.tile], threads or setup.threads)


def python(setup, script, threads=None):
    """One of the scripts beside this file, in the interpreter that runs it."""
    threads = threads or setup.threads
    files = [str(threads), setup.embeddings, setup.scales]
    return Contestant(script, [sys.executable, HERE / script, *files], threads)


def whole(command, threads):
    """Runs a program once: seconds of wall and CPU time, and its peak of resident memory in bytes.

    Linux counts the memory of the process that starts another towards the peak of the other. So this process must stay
    smaller than what it measures: it does not import numpy.
    """
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, env=os.environ | {"RAYON_NUM_THREADS": str(threads)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command} ended with {process.returncode}: {process.stderr.read().decode()}")
    process.stderr.close()
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak_bytes": usage.ru_maxrss * 1024}


class Measured(dict):
    """What was measured of each contestant: lists of answers by name."""

    # What stands for the turns of a contestant. Where the machine is never idle, the least is what can be compared.
    statistic = staticmethod(statistics.median)

    def of(self, name, key="wall"):
        return self.statistic([answer[key] for answer in self[name]])


def take_turns(rounds, turns):
    """Lets contestants take turns, A B C, B C A, …, after a round that does not count.

    A turn is a function of the number of the round, −1 first, that returns an answer.
    """
    measured, names = Measured((name, []) for name in turns), list(turns)
    for number in range(-1, rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            answer = turns[name](number)
            if number >= 0:
                measured[name].append(answer)
            # Whatever still spins or writes back goes to rest.
            time.sleep(0.03)
    return measured
