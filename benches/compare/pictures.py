"""Pictures beside geotessera and scikit-learn, and what they cost for more tiles, in one run (Linux).

    cargo build --release -p tessera-cli
    .venv/bin/python benches/compare/pictures.py --geotessera 'geotessera.sh DIR' --dir DIR --plot docs/picture-cost.svg

`geotessera.sh DIR COMMAND …` is to run a command where geotessera 0.11 is installed, with DIR under the same name. DIR/tiles
holds four tiles with landmasks and manifests as geotessera wants them, DIR/store.zarr the zone store that it made of
them, with statistics, and with a stretch of principal components (`zarr-fill`, then `zarr-stretch --mode pca`);
without --geotessera only our side and scikit-learn are measured. Contestants take turns; a ratio is that of the medians of
CPU seconds (user + system) of whole processes, but for the fit: there it is `tessera basis moments`, which reads the files,
beside scikit-learn's `fit` alone, on float32 pixels that are in memory already.
"""

import argparse
import json
import pathlib
import shlex
import shutil
import statistics
import sys

import numpy as np

import cost_plot
from process import run
from table import Row, markdown, mebibytes

ROOT = pathlib.Path(__file__).resolve().parents[2]
YEAR = "2024"
BOX = "0,52,0.2,52.2"
COUNTS = (1, 4, 16, 64)


class Bench:
    def __init__(self, args):
        self.tessera = ROOT / "target/release/tessera"
        self.dir, self.theirs = pathlib.Path(args.dir), shlex.split(args.geotessera or "")
        self.archive, self.store = self.dir / "tiles/npy/v1", self.dir / "store.zarr"
        self.out = self.dir / "pictures"
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir()
        self.basis = self.out / "basis.json"
        self.figures = {}

    def note(self, key, *values):
        self.figures.setdefault(key, []).append(values)

    def of(self, key, at=0):
        return statistics.median(values[at] for values in self.figures[key])

    def ours(self, key, *command):
        _, cpu, peak, _ = run([self.tessera, *command, "-q"])
        self.note(key, cpu, peak)

    def geotessera(self, key, *command):
        if self.theirs:
            run([*self.theirs, "/usr/bin/time", "-f", "%U %S %M", "-o", self.dir / "time", *command])
            user, system, peak = (self.dir / "time").read_text().split()[-3:]
            self.note(key, float(user) + float(system), int(peak) * 1024)

    def clear(self, *names):
        for name in names:
            for path in (self.out / name, self.out / f"{name}.build"):
                shutil.rmtree(path, ignore_errors=True)
                path.unlink(missing_ok=True)

    def region(self):
        self.clear("region.png", "theirs.tif")
        self.ours("region", "pca", self.archive, "--bbox", BOX, "--year", YEAR, "-o", self.out / "region.png")
        self.geotessera("region theirs", "geotessera", "visualize", self.dir / "tiles", self.out / "theirs.tif")
        script = pathlib.Path(__file__).with_name("sklearn_picture.py")
        _, cpu, peak, told = run([sys.executable, script, self.archive / YEAR, self.out / "sklearn.png"])
        self.note("region sklearn", cpu, peak)
        self.note("fit sklearn", json.loads(told)["fit"])
        self.clear("ledger")
        self.ours("fit", "basis", "moments", self.archive, "--year", YEAR, "--ledger", self.out / "ledger")

    def pyramid(self):
        if not self.basis.exists():
            self.ours("basis", "basis", "build", self.archive, "--year", YEAR, "--ledger", self.out / "ledger", "-o", self.basis)
        build = ["--year", YEAR, "--with-basis", self.basis, "--levels", "5", "--no-sync", "-o"]
        for key, source in [("pyramid", self.store), ("pyramid tiles", self.archive)]:
            self.clear("ours.zarr")
            self.ours(key, "pyramid", "build", source, *build, self.out / "ours.zarr")
        if self.theirs:
            copy = self.out / "theirs.zarr"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(self.store, copy, ignore=shutil.ignore_patterns("global_rgb*"))
            preview = ["zarr-global-preview", copy, "--year", YEAR, "--levels", "5", "--workers", "2", "--force"]
            self.geotessera("pyramid theirs", "geotessera-registry", *preview)

    def growth(self, count):
        """Basis and pyramid of so many tiles, each of about 1140 × 730 pixels."""
        archive = self.out / f"many{count}" / "v1"
        if not archive.exists():
            many_tiles(next((self.archive / YEAR).glob("*")), archive / YEAR, count)
        self.clear("many.zarr", "many.ledger", "many.json")
        ledger, basis = self.out / "many.ledger", self.out / "many.json"
        self.ours(f"basis of {count}", "basis", "build", archive, "--year", YEAR, "--ledger", ledger, "-o", basis)
        build = ["--year", YEAR, "--with-basis", basis, "--no-sync", "-o", self.out / "many.zarr"]
        self.ours(f"pyramid of {count}", "pyramid", "build", archive, *build)

    def rows(self):
        seconds = lambda value: f"{value:.2f} s"

        def ratio(what, key, name, theirs, least=None):
            a, b = self.of(key), self.of(theirs)
            return Row(f"{what}, CPU", seconds(a), name, seconds(b), b / a, least=least)

        def memory(what, peak, limit, name):
            return Row(f"{what}, peak memory", mebibytes(peak), name, mebibytes(limit), peak / limit, most=1)

        rows = [memory("region picture", self.of("region", 1), 256 << 20, "limit")]
        rows.append(ratio("moments of all pixels, from the files", "fit", "scikit-learn, fit alone", "fit sklearn"))
        rows.append(ratio("region picture", "region", "scikit-learn", "region sklearn", 4))
        rows.append(memory("region picture", self.of("region", 1), self.of("region sklearn", 1), "scikit-learn"))
        if self.theirs:
            rows.append(ratio("region picture", "region", "geotessera visualize", "region theirs", 10))
            rows.append(memory("region picture", self.of("region", 1), self.of("region theirs", 1), "geotessera visualize"))
            rows.append(ratio("pyramid of the zone store", "pyramid", "zarr-global-preview", "pyramid theirs"))
            rows.append(memory("pyramid of the zone store", self.of("pyramid", 1), self.of("pyramid theirs", 1), "zarr-global-preview"))
            rows.append(ratio("pyramid of the tiles", "pyramid tiles", "zarr-global-preview", "pyramid theirs", 10))
        return rows


def many_tiles(base, folder, count):
    """Tiles beside each other whose pixels are those of one tile, cut or repeated to the shape that their names ask for."""
    sys.path.insert(0, str(ROOT / "tests/python"))
    import utm

    data = np.load(base / f"{base.name}.npy", mmap_mode="r")
    scales = np.load(base / f"{base.name}_scales.npy")
    side = round(count**0.5)
    for at in range(count):
        name = f"grid_{0.05 + 0.1 * (at % side):.2f}_{52.05 + 0.1 * (at // side):.2f}"
        grid = utm.grid(name)
        rows, cols = (np.arange(grid[axis]) % size for axis, size in (("rows", data.shape[0]), ("cols", data.shape[1])))
        tile = folder / name
        tile.mkdir(parents=True)
        np.save(tile / f"{name}.npy", data[rows][:, cols])
        np.save(tile / f"{name}_scales.npy", scales[rows][:, cols])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--geotessera", help="what runs a command where geotessera is installed")
    parser.add_argument("--dir", required=True, help="the folder that both sides see, with tiles/ and store.zarr")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side does it")
    parser.add_argument("--plot", help="an SVG file for the costs of 1 to 64 tiles")
    args = parser.parse_args()
    bench = Bench(args)
    for number in range(args.rounds):
        print(f"round {number + 1} of {args.rounds}", file=sys.stderr)
        bench.region()
        bench.pyramid()
    rows = bench.rows()
    print(markdown("Pictures of four tiles of 1140 × 730 × 128, 407 MiB", rows))
    verdicts = [row.met() for row in rows]
    print(f"\n{verdicts.count(True)} targets met, {verdicts.count(False)} missed")
    if args.plot:
        for _ in range(args.rounds):
            for count in COUNTS:
                bench.growth(count)
        lines = {
            what: [(count, bench.of(f"{what} of {count}"), bench.of(f"{what} of {count}", 1)) for count in COUNTS]
            for what in ("basis", "pyramid")
        }
        print("\n| tiles | basis, CPU | peak memory | pyramid, CPU | peak memory |\n|---|---|---|---|---|")
        for a, b in zip(lines["basis"], lines["pyramid"], strict=True):
            print(f"| {a[0]} | {a[1]:.2f} s | {mebibytes(a[2])} | {b[1]:.2f} s | {mebibytes(b[2])} |")
        pathlib.Path(args.plot).write_text(cost_plot.svg(lines))
        for count in COUNTS:
            shutil.rmtree(bench.out / f"many{count}", ignore_errors=True)


main()
