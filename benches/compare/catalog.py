"""Catalogues of 146 thousand and 1.8 million tiles: building, searching, serving; beside a catalogue made with pystac.

    cargo build --release -p tessera-cli -p tessera-benches --bins
    .venv/bin/python benches/compare/catalog.py --dir DIR [--names tiles-2024.txt]

Makes DIR, on a disk with 10 GB of room, and deletes it at the end. NAMES is a list of tile names, one a line; without it the first
146,452 of a synthetic year are taken. Runs in turns, medians; seconds are of the clock, and memory is the peak of a process.
Targets with a number of their own stand as ratios to it.
"""

import argparse
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import time

from process import run
from table import Row, markdown, mebibytes

ROOT = pathlib.Path(__file__).resolve().parents[2]
YEAR = 2024
FULL = 1_800_000
REAL = 146_452
NAIVE = 20_000


def synthetic(path, count):
    """A list of names: whole rows of cells from 83° N to 60° S, every other degree of longitude left out."""
    with path.open("w") as file:
        left = count
        for row in range(70, 1500):
            for column in range(3600):
                if (column // 10 + row // 10) % 3 == 2 or left == 0:
                    continue
                lon, lat = column * 10 - 17995, 8995 - row * 10
                text = lambda v: f"{'-' if v < 0 else ''}{abs(v) // 100}.{abs(v) % 100:02d}"
                file.write(f"grid_{text(lon)}_{text(lat)}\n")
                left -= 1


def timed(command):
    """Seconds of the clock, peak bytes and output of a process."""
    seconds, _, peak, out = run(command)
    return seconds, peak, out


class Bench:
    def __init__(self, args):
        release = ROOT / "target/release"
        self.tessera, self.search, self.load = (release / n for n in ("tessera", "search_catalog", "load_api"))
        self.dir = pathlib.Path(args.dir)
        self.dir.mkdir(parents=True)
        self.full, self.real = self.dir / "full.txt", self.dir / "real.txt"
        synthetic(self.full, FULL)
        if args.names:
            shutil.copy(args.names, self.real)
        else:
            synthetic(self.real, REAL)
        self.rounds, self.built = args.rounds, 0

    def build(self, names, *options):
        # Deleting a million files takes longer than writing them: each has its own folder, and all go at the end.
        self.built += 1
        out = self.dir / f"catalogue-{self.built}"
        root = ["--root", f"https://data.example.org/v1/{YEAR}", "--dataset", "v1", "--year", YEAR]
        return timed([self.tessera, "catalog", "build", names, *root, *options, "-o", out, "-q"])

    def median(self, runs, at=0):
        return statistics.median(found[at] for found in runs)

    def rows(self):
        count = sum(1 for _ in self.real.open())
        plain, items, naive = [], [], []
        for _ in range(self.rounds):
            plain.append(self.build(self.real, "--no-items"))
            items.append(self.build(self.real))
            out = self.dir / f"naive-{len(naive)}"
            script = pathlib.Path(__file__).with_name("naive_catalog.py")
            naive.append(json.loads(timed([sys.executable, script, self.real, YEAR, out, NAIVE])[2]))
        seconds = self.median(plain)
        yield Row(f"{count:,} tiles, index and catalogue", f"{seconds:.2f} s", "target", "3 s", seconds / 3, most=1)
        rate = count / self.median(items)
        yield Row(f"{count:,} tiles with item files", f"{rate:,.0f} items/s", "target", "20,000 items/s", rate / 2e4, least=1)
        theirs = statistics.median(found["items"] / found["seconds"] for found in naive)
        yield Row("items a second", f"{rate:,.0f}", f"pystac, {NAIVE:,} items", f"{theirs:,.0f}", rate / theirs)
        each = statistics.median(found["peak"] / found["items"] for found in naive)
        peak = self.median(items, 1)
        yield Row("peak memory", mebibytes(peak), f"pystac, {NAIVE:,} items", mebibytes(each * NAIVE), peak / (each * NAIVE))

        full = [self.build(self.full, "--no-items") for _ in range(self.rounds)]
        seconds, peak = self.median(full), self.median(full, 1)
        yield Row(f"{FULL:,} tiles, index and catalogue", f"{seconds:.1f} s", "target", "30 s", seconds / 30, most=1)
        yield Row("peak memory", mebibytes(peak), "target", "512 MiB", peak / 2**29, most=1)
        yield from self.asked()

    def asked(self):
        catalogue = self.dir / f"catalogue-{self.built}"
        found = [json.loads(timed([self.search, catalogue, YEAR, 400])[2]) for _ in range(self.rounds)]
        for what, key in (("median", "median"), ("slowest of 400", "most")):
            seconds = statistics.median(one[key] for one in found)
            yield Row(f"box of {FULL:,}, 100 records, {what}", f"{seconds * 1e3:.2f} ms", "target", "20 ms", seconds / 0.02, most=1)
        seconds = statistics.median(one["open"] for one in found)
        yield Row("opening its index", f"{seconds * 1e3:.1f} ms", "target", "20 ms", seconds / 0.02)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen([self.tessera, "serve", catalogue, "--port", str(port), "-q"], stdout=subprocess.DEVNULL)
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            rates = [json.loads(timed([self.load, f"127.0.0.1:{port}", 8, 6])[2]) for _ in range(self.rounds)]
        finally:
            server.terminate()
            server.wait()
        rate = statistics.median(one["per_second"] for one in rates)
        items = statistics.median(one["items"] / one["requests"] for one in rates)
        yield Row(f"API search, 8 connections, {items:.0f} items a page", f"{rate:,.0f} /s", "target", "500 /s", rate / 500, least=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", required=True)
    parser.add_argument("--names")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.2f}\n")
    bench = Bench(args)
    print(markdown("Catalogues", list(bench.rows())))
    shutil.rmtree(bench.dir)


if __name__ == "__main__":
    main()
