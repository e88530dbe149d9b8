"""A zone store over HTTP, near and far: requests, bytes and seconds of a window and of a pixel, beside other readers (Linux).

    cargo build --release -p tessera-benches -p tessera-cli --bins
    .venv/bin/pip install -r benches/compare/requirements.txt
    .venv/bin/python benches/compare/remote.py --store STORE --window 1000,1000,512,512 [--geotessera 'geotessera.sh DIR']

STORE is a zone store of one zone on disk, as `tessera zone fill` or geotessera writes it; it is served by `far_server`, at once
and with a wait before every answer. The contestants take turns, each in a process of its own that is measured from opening
the store to having the values, after its imports. What is least is computed from the shards' indexes: a request for each
index, one for each run of chunks that are wanted and lie together, and two to open the store.

With --s3, filling a zone store on disk and on S3 (SeaweedFS, path of `weed`) is compared too; it needs --archive.
"""

import argparse
import json
import os
import pathlib
import shlex
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import urllib.request

from process import run
from table import Row, markdown, milliseconds

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASE = ROOT / "target/release"
HERE = pathlib.Path(__file__).parent


class Server:
    """`far_server` with a folder."""

    def __init__(self, folder, wait):
        self.process = subprocess.Popen([RELEASE / "far_server", folder, str(wait)], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def counts(self):
        with urllib.request.urlopen(f"{self.url}/counts") as answer:
            return json.load(answer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def array_of(store, path):
    return json.loads((store / path / "zarr.json").read_text())


def least(store, zone, time, window):
    """The least requests and bytes of a window: of the indexes, of the chunks, and of opening."""
    row, col, rows, cols = window
    requests, total = 2, (store / "zarr.json").stat().st_size + (store / zone / "time/c/0").stat().st_size
    for name in ("embeddings", "scales"):
        array = array_of(store, f"{zone}/{name}")
        shard = array["chunk_grid"]["configuration"]["chunk_shape"]
        inner = array["codecs"][0]["configuration"]["chunk_shape"]
        per = [s // i for s, i in zip(shard, inner)]
        chunks = {}
        for r in range(row // inner[-2], (row + rows - 1) // inner[-2] + 1):
            for c in range(col // inner[-1], (col + cols - 1) // inner[-1] + 1):
                chunks.setdefault((r // per[-2], c // per[-1]), []).append((r % per[-2], c % per[-1]))
        for (shard_row, shard_col), wanted in chunks.items():
            key = [time] + [0] * (len(shard) - 3) + [shard_row, shard_col]
            path = store / zone / name / "c" / "/".join(map(str, key))
            count = per[-1] * per[-2]
            if not path.exists():
                continue
            data = path.read_bytes()
            index = struct.unpack(f"<{2 * count}Q", data[-(16 * count + 4):-4])
            places = sorted((index[2 * at], index[2 * at + 1]) for at in (r * per[-1] + c for r, c in wanted))
            places = [(offset, length) for offset, length in places if offset < 2**64 - 1]
            runs, end = 0, None
            for offset, length in places:
                runs += offset != end
                end = offset + length
            requests, total = requests + 1 + runs, total + 16 * count + 4 + sum(length for _, length in places)
    return requests, total


class Bench:
    def __init__(self, args):
        self.args, self.store = args, pathlib.Path(args.store).resolve()
        self.window = tuple(map(int, args.window.split(",")))
        self.zone = next(path.name for path in sorted(self.store.glob("utm*")) if path.is_dir())
        self.time = self.time_index()
        self.least = least(self.store, self.zone, self.time, self.window)
        self.figures = {}

    def time_index(self):
        """The place of the year on the time axis."""
        import zarr

        years = zarr.open_group(self.store, mode="r")[self.zone]["time"][:].tolist()
        return years.index(self.args.year)

    def contestants(self, url):
        at = ",".join(map(str, self.window))
        ours = [RELEASE / "read_zone", url, "window", f"{self.zone[3:]}:{at}", self.args.year]
        turns = {"tessera": ours}
        script = [sys.executable, HERE / "with_far.py"]
        for kind in ("fsspec", "obstore", "tensorstore"):
            turns[kind] = [*script, kind, url, self.zone, self.time, at]
        if self.args.geotessera:
            shared = pathlib.Path(shlex.split(self.args.geotessera)[-1])
            shutil.copy(HERE / "geotessera_far.py", shared)
            turns["geotessera"] = [
                *shlex.split(self.args.geotessera), "python", shared / "geotessera_far.py", url, self.args.box, self.args.year]
        return turns

    def turn(self, server, wait, name, command):
        server.counts()
        done = json.loads(run(command)[3].strip().splitlines()[-1])
        counts = server.counts()
        self.figures.setdefault((wait, name), []).append(done | counts)
        return done

    def of(self, wait, name, key="wall"):
        return statistics.median(one[key] for one in self.figures[wait, name])

    def measure(self, wait):
        with Server(self.store.parent, wait) as server:
            url = f"{server.url}/{self.store.name}"
            turns = self.contestants(url)
            names = list(turns)
            for number in range(-1, self.args.rounds):
                first = number % len(names)
                sums = {}
                for name in names[first:] + names[:first]:
                    done = self.turn(server, wait, name, turns[name])
                    if "sum" in done:
                        sums[name] = (done["sum"], done["valid"])
                if len(set(sums.values())) != 1:
                    raise SystemExit(f"they read different values: {sums}")
                if number < 0:
                    for name in names:
                        self.figures.pop((wait, name))
            row, col, rows, cols = self.window
            point = f"{self.zone[3:]}:{row + rows // 2},{col + cols // 2},1,1"
            for name, what in (("pixel", "window"), ("pixel warm", "warm")):
                self.turn(server, wait, name, [RELEASE / "read_zone", url, what, point, self.args.year])

    def rows(self):
        rows, (requests, total) = [], self.least
        for wait in self.args.waits:
            ours, own = self.of(wait, "tessera"), lambda key: self.of(wait, "tessera", key)
            rows.append(Row(f"{wait} ms: requests", f"{own('requests'):.0f}", "least", str(requests), own("requests") / requests, most=1.2))
            rows.append(Row(f"{wait} ms: bytes", f"{own('bytes'):.0f}", "least", str(total), own("bytes") / total, most=1.1))
            targets = {"fsspec": 5, "geotessera": 5, "obstore": 1, "tensorstore": 1} if wait else {}
            for name in ("fsspec", "obstore", "tensorstore", "geotessera"):
                if (wait, name) in self.figures:
                    label = name if name in ("tensorstore", "geotessera") else f"zarr-python + {name}"
                    theirs = self.of(wait, name)
                    rows.append(Row(
                        f"{wait} ms: window", milliseconds(ours), f"{label} ({self.of(wait, name, 'requests'):.0f} requests)",
                        milliseconds(theirs), theirs / ours, least=targets.get(name)))
            cold, warm = self.of(wait, "pixel", "requests"), self.of(wait, "pixel warm", "requests")
            rows.append(Row(f"{wait} ms: pixel, cold, requests", f"{cold:.0f}", "target", "6", cold / 6, most=1))
            rows.append(Row(f"{wait} ms: pixel, warm, requests more", f"{warm - cold:.0f}", "two arrays", "2", (warm - cold) / 2, most=1))
        return rows


def fills(args):
    """CPU seconds of filling a zone store from an archive on disk: to disk, and to S3."""
    sys.path.insert(0, str(ROOT / "tests/python"))
    os.environ["TESSERA_TEST_WEED"] = args.s3
    import s3

    figures = {"disk": [], "s3": []}
    with tempfile.TemporaryDirectory(dir=args.scratch) as scratch, s3.Weed(pathlib.Path(scratch) / "weed") as server:
        server.make_bucket("bench")
        os.environ.update(server.environment)
        for number in range(args.rounds):
            for kind, store in (("disk", f"{scratch}/{number}.zarr"), ("s3", f"s3://bench/{number}.zarr")):
                create = ["--zones", args.zone, "--years", args.year, "--dataset", "v1", "-q"]
                made = run([RELEASE / "tessera", "zone", "create", store, *create])
                done = run([RELEASE / "tessera", "zone", "fill", store, args.archive, "--year", args.year, "-q"])
                figures[kind].append((made[1] + done[1], done[0], done[2]))
    disk, far = (statistics.median(one[0] for one in figures[kind]) for kind in ("disk", "s3"))
    rows = [Row("fill of a zone store, CPU", f"{far:.2f} s to S3", "to disk", f"{disk:.2f} s", far / disk, most=1.2)]
    peaks = [statistics.median(one[2] for one in figures[kind]) / 2**20 for kind in ("s3", "disk")]
    rows.append(Row("peak memory", f"{peaks[0]:.0f} MiB", "to disk", f"{peaks[1]:.0f} MiB", peaks[0] / peaks[1]))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", required=True, help="a zone store of one zone, on disk")
    parser.add_argument("--year", type=int, default=2024)
    parser.add_argument("--window", default="1000,1000,512,512", help="row, column, rows and columns in the arrays of the zone")
    parser.add_argument("--box", default="0.07,52.06,0.14,52.105", help="about the same in degrees, for geotessera")
    parser.add_argument("--waits", type=lambda text: [int(n) for n in text.split(",")], default=[0, 30])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--geotessera", help="what runs a command where geotessera is installed, its shared folder last")
    parser.add_argument("--s3", help="the path of SeaweedFS's weed")
    parser.add_argument("--archive", help="an archive of tiles to fill from")
    parser.add_argument("--zone", default="31")
    parser.add_argument("--scratch", help="a folder for what is filled")
    args = parser.parse_args()
    bench = Bench(args)
    for wait in args.waits:
        bench.measure(wait)
    rows = bench.rows()
    if args.s3:
        rows += fills(args)
    print(markdown("A zone store over HTTP", rows))
    verdicts = [row.met() for row in rows]
    print(f"\n{verdicts.count(True)} targets met, {verdicts.count(False)} missed")


main()
