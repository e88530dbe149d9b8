"""Asks geotessera and the command `tessera` the same of the same zone store, and compares pixel by pixel.

    python tests/geotessera/agree.py STORE --geotessera 'geotessera.sh DIR' --dir DIR --year 2024 BOX…

`geotessera.sh DIR COMMAND …` runs a command where geotessera 0.11 is installed, with DIR under the same name; STORE is a store
below DIR, of either side, and BOX a box W,S,E,N. Needs numpy. The two cut the window of a box in slightly different places
(geotessera takes the envelope of the projected box, tessera the pixels whose centres are inside), so what both have is
compared, which must be all but the edges.
"""

import argparse
import csv
import json
import pathlib
import random
import shlex
import shutil
import subprocess

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]


def theirs(args, *what):
    """The answer of geotessera."""
    script, out = args.dir / "geotessera_reads.py", args.dir / "agree.npz"
    shutil.copy(ROOT / "benches/compare/geotessera_reads.py", script)
    subprocess.run(
        [*shlex.split(args.geotessera), "python", script, args.store, *what, args.year, out], check=True, stdout=subprocess.DEVNULL
    )
    return np.load(out)


def ours(args, *what):
    command = [args.tessera, *map(str, what), "--year", args.year, "--overwrite", "--json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def region(args, box):
    other = theirs(args, "region", box)
    out = args.dir / "agree.npy"
    ours(args, "region", args.store, f"--bbox={box}", "--dequantize", "-o", out)
    values, about = np.load(out), json.loads(out.with_suffix(".json").read_text())
    a, b = about["transform"], other["transform"]
    if about["crs"].startswith("EPSG:327"):
        # geotessera answers in the northern CRS everywhere.
        a[5] -= 10_000_000
    row, col = round((a[5] - b[5]) / 10), round((b[2] - a[2]) / 10)
    # Rows and columns of ours that both have.
    top, left = max(row, 0), max(col, 0)
    height = min(values.shape[0], row + other["values"].shape[0]) - top
    width = min(values.shape[1], col + other["values"].shape[1]) - left
    # `row` is how many rows further north theirs begins, negated.
    mine = values[top : top + height, left : left + width]
    same = other["values"][top - row : top - row + height, left - col : left - col + width]
    assert mine.shape == same.shape and mine.size > 0.97 * values.size, (values.shape, other["values"].shape, row, col)
    np.testing.assert_array_equal(mine, same)
    print(f"{args.store.name} {box}: {height} × {width} of {values.shape[:2]} pixels equal, {np.isnan(mine[..., 0]).mean():.0%} not valid")


def points(args, box):
    west, south, east, north = map(float, box.split(","))
    generator = random.Random(8)
    at = [(generator.uniform(west, east), generator.uniform(south, north)) for _ in range(400)]
    other = theirs(args, "points", ";".join(f"{lon!r},{lat!r}" for lon, lat in at))
    table, out = args.dir / "agree-in.csv", args.dir / "agree-out.csv"
    table.write_text("lon,lat\n" + "".join(f"{lon!r},{lat!r}\n" for lon, lat in at))
    ours(args, "points", args.store, table, "-o", out)
    rows = list(csv.DictReader(out.open()))
    number = lambda text: float(text) if text else np.nan
    values = np.array([[number(row[f"band_{k}"]) for k in range(other["values"].shape[1])] for row in rows], np.float32)
    np.testing.assert_array_equal(values, other["values"])
    pairs = sorted({(row["status"], str(status)) for row, status in zip(rows, other["status"])})
    counts = {pair: sum((row["status"], str(s)) == pair for row, s in zip(rows, other["status"])) for pair in pairs}
    print(f"{args.store.name} {len(at)} points in {box}: values equal; statuses (tessera, geotessera) {counts}")
    assert all(mine == same for mine, same in pairs if same != "outside" and mine != "outside"), pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=pathlib.Path)
    parser.add_argument("boxes", nargs="+")
    parser.add_argument("--geotessera", required=True)
    parser.add_argument("--dir", type=pathlib.Path, required=True)
    parser.add_argument("--year", default="2024")
    parser.add_argument("--tessera", default=ROOT / "target/release/tessera")
    args = parser.parse_args()
    for box in args.boxes:
        region(args, box)
        points(args, box)


main()
