"""Compares the crates with what people use today, in one run, and prints tables of ratios (Linux).

    python3 -m venv .venv && .venv/bin/pip install -r benches/compare/requirements.txt
    .venv/bin/python benches/compare/compare.py

Contestants take turns, and each answers from a process that stays, so that all is measured warm. A ratio is that of the
medians. On a machine that does something else ratios of wall time say little; those of `--least` say a little more.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import dequantize_section
import pca_section
import zarr_section
from contestant import Contestant, Measured
from table import Row, markdown

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECTIONS = {
    "zarr": ("Zarr: zstd level 1, chunks of 256 × 256 × 128", zarr_section.run),
    "dequantize": ("Dequantize", dequantize_section.run),
    "pca": ("Principal components", pca_section.run),
}


@dataclasses.dataclass
class Setup:
    """What all sections know."""

    measure: str
    convert: str
    tile: str
    threads: int
    rounds: int
    work: pathlib.Path
    embeddings: str = ""
    scales: str = ""
    bytes: int = 0
    shape: tuple[int, int] = (0, 0)


def build(package, binary):
    """Builds a program of the workspace and returns its path."""
    command = ["cargo", "build", "--release", "-p", package, "--bin", binary, "--message-format=json"]
    made = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in made.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == binary:
            return message["executable"]
    raise SystemExit(f"cargo built no {binary}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=SECTIONS, action="append", help="a section; all of them otherwise")
    parser.add_argument("--rounds", type=int, default=9, help="turns of each contestant (default: 9)")
    parser.add_argument("--threads", type=int, default=2, help="threads of each contestant (default: 2)")
    parser.add_argument("--tile", help="a tile folder; a synthetic tile of 1100 × 700 × 128 otherwise")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/compare", help="folder for stores and tile")
    parser.add_argument("--measure", help="the program measure; built otherwise")
    parser.add_argument("--tessera", help="the program tessera; built otherwise")
    parser.add_argument("--least", action="store_true", help="compare the least times, not the medians: for a busy machine")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a target is missed")
    return parser.parse_args()


def prepare(args):
    """Builds what is needed, makes the tile and looks at it."""
    measure = args.measure or build("tessera-benches", "measure")
    convert = args.tessera or build("tessera-cli", "tessera")
    args.work.mkdir(parents=True, exist_ok=True)
    tile = args.tile or subprocess.run(
        [measure, "--write-tile", str(args.work)], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    setup = Setup(measure, convert, tile, args.threads, args.rounds, args.work)
    with Contestant("measure", [measure, tile], args.threads) as process:
        about = process.ask("tile")
    setup.embeddings, setup.scales, setup.bytes = about["embeddings"], about["scales"], about["bytes"]
    setup.shape = tuple(about["shape"][:2])
    return setup


def main():
    args = arguments()
    if args.least:
        Measured.statistic = min
    setup = prepare(args)
    load = os.getloadavg()[0]
    statistic = "least" if args.least else "median"
    print(f"{args.threads} threads, {statistic} of {args.rounds} rounds, "
          f"tile of {setup.shape[0]} × {setup.shape[1]} pixels; load before: {load:.2f}\n")
    if load > 0.7:
        print("The machine is busy: ratios of wall time are not to be trusted.\n", file=sys.stderr)
    rows: list[Row] = []
    for name in args.only or SECTIONS:
        title, run = SECTIONS[name]
        found = run(setup)
        print(markdown(title, found), flush=True)
        rows += found
    missed = [row for row in rows if row.met() is False]
    print(f"{sum(row.met() is True for row in rows)} targets met, {len(missed)} missed")
    sys.exit(1 if missed and args.strict else 0)


main()
