"""Zone stores beside geotessera: filling, regions and points, in one run (Linux).

    cargo build --release -p tessera-cli -p tessera-benches --bins
    .venv/bin/python benches/compare/zones.py --geotessera 'geotessera.sh DIR' --dir DIR

`geotessera.sh DIR COMMAND …` is to run a command where geotessera 0.11 is installed, with DIR under the same name. DIR/tiles
holds tiles with landmasks and manifests as geotessera wants them; without --geotessera only our side and the codec are
measured. Contestants take turns; a ratio is that of the medians of CPU seconds (user + system). Of reads these are the
seconds of the call into an array of float32, without starting the process or importing.
"""

import argparse
import json
import os
import pathlib
import random
import shlex
import shutil
import statistics
import sys
import time

import numpy as np
from numcodecs import Blosc

from process import run
from table import Row, markdown, mebibytes

ROOT = pathlib.Path(__file__).resolve().parents[2]
BOXES = {"906 × 447": "0.07,52.06,0.13,52.14", "2279 × 1459": "0,52,0.2,52.2"}
YEAR = "2024"


def measured(command):
    """CPU seconds, peak bytes and output of one process and those that it waits for."""
    _, cpu, peak, out = run(command)
    return cpu, peak, out


def codec_alone(tiles):
    """CPU seconds of encoding all pixels of tiles in blocks of 32 × 32 as the layout has them, on one thread."""
    embeddings, scales = Blosc("zstd", 3, Blosc.BITSHUFFLE), Blosc("zstd", 3, Blosc.SHUFFLE)
    spent = 0.0
    for path in tiles:
        data = np.load(path, mmap_mode="r")
        factors = np.load(str(path).replace(".npy", "_scales.npy"))
        for row in range(0, data.shape[0], 32):
            band = np.ascontiguousarray(np.moveaxis(data[row : row + 32], 2, 0))
            for col in range(0, data.shape[1], 32):
                block = np.ascontiguousarray(band[:, :, col : col + 32])
                part = np.ascontiguousarray(factors[row : row + 32, col : col + 32])
                begun = time.process_time()
                embeddings.encode(block)
                scales.encode(part)
                spent += time.process_time() - begun
    return spent


class Bench:
    def __init__(self, args):
        self.tessera, self.read_zone = (ROOT / "target/release" / name for name in ("tessera", "read_zone"))
        self.dir, self.theirs = pathlib.Path(args.dir), shlex.split(args.geotessera or "")
        self.archive = self.dir / "tiles/npy"
        self.tiles = sorted(p for p in (self.archive / "v1" / YEAR).glob("*/*.npy") if not p.stem.endswith("_scales"))
        self.figures = {}

    def note(self, key, *values):
        self.figures.setdefault(key, []).append(values)

    def of(self, key, at=0):
        return statistics.median(values[at] for values in self.figures[key])

    def fill(self):
        ours, theirs = self.dir / "ours.zarr", self.dir / "theirs.zarr"
        for path in (ours, theirs):
            shutil.rmtree(path, ignore_errors=True)
            shutil.rmtree(f"{path}.build", ignore_errors=True)
        made = measured([self.tessera, "zone", "create", ours, "--zones", 31, "--years", "2023-2024", "--dataset", "v1", "-q"])
        done = measured([self.tessera, "zone", "fill", ours, self.archive, "--year", YEAR, "-q"])
        self.note("fill", made[0] + done[0], max(made[1], done[1]))
        if self.theirs:
            tiles = f"file://{self.dir}/tiles"
            fill = ["--year", YEAR, "--workers", "2", "--no-stretch-stats", "--dataset-version", "v1"]
            quiet = lambda command: measured([*self.theirs, "/usr/bin/time", "-f", "%U %S %M", "-o", self.dir / "time", *command])
            quiet(["geotessera-registry", "zarr-init", tiles, "--years", "2023-2024", "--output", theirs, "--dataset-version", "v1"])
            quiet(["geotessera-registry", "zarr-fill", tiles, theirs, *fill])
            user, system, peak = (self.dir / "time").read_text().split()[-3:]
            self.note("fill theirs", float(user) + float(system), int(peak) * 1024)
        self.note("codec", codec_alone(self.tiles))

    def reads(self, store):
        generator = random.Random(4)
        points = [(generator.uniform(0.001, 0.199), generator.uniform(52.001, 52.199)) for _ in range(1000)]
        for name, box in BOXES.items():
            self.our_read(name, store, "region", box)
            self.their_read(name, store, "region", box)
        where = ";".join(f"{lon!r},{lat!r}" for lon, lat in points)
        self.our_read("1,000 points", store, "points", where)
        self.their_read("1,000 points", store, "points", where)

    def our_read(self, name, store, *what):
        found = json.loads(measured([self.read_zone, store, *what, YEAR])[2])
        rows, *rest = found["shape"]
        answer = 4 * rows * int(np.prod(rest))
        self.note(name, found["call"], found["peak"], answer)

    def their_read(self, name, store, *what):
        if self.theirs:
            script = self.dir / "geotessera_reads.py"
            shutil.copy(pathlib.Path(__file__).with_name("geotessera_reads.py"), script)
            found = json.loads(measured([*self.theirs, "python", script, store, *what, YEAR])[2])
            self.note(f"{name} theirs", found["call"], found["peak"], found["process"])

    def rows(self):
        seconds = lambda value: f"{value:.2f} s"
        def ratio(what, key, least=None):
            a, b = self.of(key), self.of(f"{key} theirs")
            return Row(f"{what}, CPU", seconds(a), "geotessera", seconds(b), b / a, least=least)
        def memory(what, peak, limit, name):
            return Row(f"{what}, peak memory", mebibytes(peak), name, mebibytes(limit), peak / limit, most=1)
        fill, codec = self.of("fill"), self.of("codec")
        rows = [Row("fill, CPU", seconds(fill), "codec alone", seconds(codec), fill / codec, most=1.5)]
        rows.append(memory("fill", self.of("fill", 1), 512 << 20, "limit"))
        if self.theirs:
            rows.append(ratio("fill", "fill", 6))
            rows.append(memory("fill", self.of("fill", 1), self.of("fill theirs", 1), "geotessera"))
        for name, least in [("906 × 447", 3), ("2279 × 1459", 5)]:
            if self.theirs:
                rows.append(ratio(f"region {name}", name, least))
            answer = self.of(name, 2)
            rows.append(memory(f"region {name}", self.of(name, 1), answer + (64 << 20), "answer + 64 MiB"))
        if self.theirs:
            rows.append(ratio("1,000 points", "1,000 points"))
        return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--geotessera", help="what runs a command where geotessera is installed")
    parser.add_argument("--dir", required=True, help="the folder that both sides see, with tiles/")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side fills")
    parser.add_argument("--reads", type=int, default=3, help="how often each side reads after that")
    args = parser.parse_args()
    bench = Bench(args)
    for number in range(args.rounds):
        print(f"round {number + 1} of {args.rounds}", file=sys.stderr)
        bench.fill()
        for _ in range(args.reads):
            bench.reads(bench.dir / "ours.zarr")
    rows = bench.rows()
    print(markdown("Zone store of four tiles of 1140 × 730 × 128", rows))
    verdicts = [row.met() for row in rows]
    print(f"\n{verdicts.count(True)} targets met, {verdicts.count(False)} missed")


main()
