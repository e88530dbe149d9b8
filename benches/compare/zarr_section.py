"""Writing and reading stores, beside zarr-python and tensorstore."""

import contextlib
import random
import shutil

from contestant import python, rust, take_turns, whole
from table import Row, faster, mebibytes, slower

EDGE = 256
NAMES = {2: "V2", 3: "V3 sharded"}
# How many times as long zarr-python and tensorstore must take at least.
WRITES = (1.3, 1.3)
READS = {
    "full read": {2: (2.5, 1.8), 3: (3.0, 1.5)},
    "one chunk": {2: (1.5, 1.5), 3: (1.5, 1.5)},
    "one pixel": {2: (1.5, 1.5), 3: (1.5, 1.5)},
    "512² window": {2: (1.7, 1.4), 3: (1.7, 1.4)},
    "64² window": {2: (None, None), 3: (None, None)},
}
# How many times as long as the codec alone writing may take, and how much memory above that of the tile.
FLOOR, MEMORY = 1.4, 40 << 20


def run(setup):
    with contextlib.ExitStack() as stack:
        contestants = {
            "tessera": rust(setup), "zarr-python": python(setup, "with_zarr.py"),
            "tensorstore": python(setup, "with_tensorstore.py"),
        }
        for contestant in contestants.values():
            stack.enter_context(contestant)
        formats = [Format(setup, number, contestants) for number in NAMES]
        rows = [row for format in formats for row in format.writes() + format.reads()]
        # At the end, so that the disk is idle while the others are measured.
        return rows + [row for format in formats for row in format.synced_writes()]


class Format:
    """One Zarr format: 2, or 3 with all chunks in one shard."""

    def __init__(self, setup, number, contestants):
        self.setup, self.number, self.name = setup, number, NAMES[number]
        self.tessera, self.zarr, self.tensorstore = contestants.values()
        # What was read in the first rounds.
        self.sums = {}

    def store(self, name):
        return str(self.setup.work / f"{name}-v{self.number}.zarr")

    def fresh(self, name):
        """The path of a store that is not there."""
        shutil.rmtree(self.store(name), ignore_errors=True)
        return self.store(name)

    def write(self, name, sync=False):
        """A turn of writing."""
        return lambda _: getattr(self, name).ask(
            "write", format=self.number, out=self.fresh(name), **({} if name == "zarr" else {"sync": sync}))

    def convert(self, *options):
        """A turn of the command as a whole process."""
        command = [self.setup.convert, "convert", self.setup.tile, "--format", str(self.number), "--quiet", *options]
        return lambda _: whole([*command, "-o", self.fresh("convert")], self.setup.threads)

    def writes(self):
        """Without fsync on any side."""
        measured = take_turns(self.setup.rounds, {
            "tessera": self.write("tessera"),
            "codec alone": lambda _: self.tessera.ask("floor", threads=self.setup.threads),
            "zarr-python": self.write("zarr"),
            "tensorstore": self.write("tensorstore"),
            "convert": self.convert("--no-sync"),
        })
        self.check_stores()
        what, whole_process = f"{self.name} write", f"{self.name} `tessera convert`, whole process"
        peak, limit = measured.of("convert", "peak_bytes"), self.setup.bytes + MEMORY
        return [
            faster(what, measured, "zarr-python", WRITES[0]),
            faster(what, measured, "tensorstore", WRITES[1]),
            slower(what, measured, "codec alone", FLOOR),
            faster(whole_process, measured, "zarr-python", 1.0, ours="convert"),
            Row(f"{whole_process}, peak memory", mebibytes(peak), "tile + 40 MiB", mebibytes(limit), peak / limit, most=1.0),
        ]

    def check_stores(self):
        """All stores hold the same pixels, read by the same reader."""
        everything = [0, 0, *self.setup.shape]
        sums = []
        for name in ("tessera", "zarr", "tensorstore", "convert"):
            answer = self.zarr.ask("read", store=self.store(name), window=everything, check=True)
            sums.append((answer["values"], answer["scales"]))
        if len(set(sums)) != 1:
            raise SystemExit(f"the stores of format {self.number} differ: {sums}")

    def reads(self):
        """Each from the store that it wrote."""
        rows = []
        for kind, targets in READS.items():
            turns = {
                "tessera": self.read("tessera", kind),
                "zarr-python": self.read("zarr", kind),
                "tensorstore": self.read("tensorstore", kind, format=self.number),
            }
            if kind == "one chunk":
                turns["codec alone"] = lambda number: self.tessera.ask(
                    "decode_floor", **dict(zip(("row", "col"), self.window("one chunk", number))))
            measured = take_turns(self.setup.rounds, turns)
            for other, least in zip(("zarr-python", "tensorstore"), targets[self.number], strict=True):
                rows.append(faster(f"{self.name} {kind}", measured, other, least))
            if kind == "one chunk":
                rows.append(slower(f"{self.name} {kind}", measured, "codec alone"))
        return rows

    def read(self, name, kind, **more):
        """A turn of opening and reading. In the first round what was read is compared."""
        sums = self.sums.setdefault(kind, {})

        def turn(number):
            answer = getattr(self, name).ask(
                "read", store=self.store(name), window=self.window(kind, number), check=number < 0, **more)
            if number < 0:
                sums[name] = answer["values"], answer["scales"]
                if len(set(sums.values())) != 1:
                    raise SystemExit(f"{kind} of format {self.number} differs: {sums}")
            return answer

        return turn

    def window(self, kind, number):
        """Row, column, rows, columns: in each round another place, the same for all."""
        rows, cols = self.setup.shape
        place = random.Random(f"{kind} {number}")
        if kind == "full read":
            return [0, 0, rows, cols]
        if kind == "one chunk":
            row, col = (EDGE * place.randrange(max(1, size // EDGE)) for size in (rows, cols))
            return [row, col, min(EDGE, rows - row), min(EDGE, cols - col)]
        edge = {"one pixel": 1, "512² window": 512, "64² window": 64}[kind]
        height, width = min(edge, rows), min(edge, cols)
        return [place.randrange(rows - height + 1), place.randrange(cols - width + 1), height, width]

    def synced_writes(self):
        """Every file brought to disk: zarr-python cannot."""
        measured = take_turns(self.setup.rounds, {
            "tessera": self.write("tessera", sync=True),
            "tensorstore": self.write("tensorstore", sync=True),
            "convert": self.convert(),
            "zarr-python, no fsync": self.write("zarr"),
        })
        what = f"{self.name} write with fsync"
        return [
            faster(what, measured, "tensorstore"),
            faster(what, measured, "zarr-python, no fsync"),
            faster(f"{self.name} `tessera convert`, whole process with fsync", measured, "zarr-python, no fsync", ours="convert"),
        ]
