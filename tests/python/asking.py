"""Tiles beside a zone border and the antimeridian, and what is asked of them."""

import numpy as np

import command
import mosaic
import tiles

# Two tiles of zone 31 that overlap, one of zone 32, and two beside the antimeridian in the south: narrow ones.
NAMES = ["grid_5.85_84.05", "grid_5.95_84.05", "grid_6.05_84.05", "grid_179.95_-84.05", "grid_-179.95_-84.05"]
CHANNELS = 5
BORDER = (5.93, 84.01, 6.05, 84.03)
ISLANDS = (179.93, -84.06, -179.95, -84.03)
SOURCES = ["tiles", "stores2", "stores3", "zones"]


def made(name, root, year, seed):
    """A tile with squares of every kind of pixel, different in each, so that overlaps differ."""
    _, _, _, rows, cols = mosaic.place(name)
    rng = np.random.default_rng(seed)
    data = rng.integers(-127, 128, (rows, cols, CHANNELS), np.int8)
    scales = rng.uniform(0.01, 0.2, (rows, cols)).astype(np.float32)
    kinds = np.kron(rng.integers(0, 12, (rows // 8 + 1, cols // 8 + 1)), np.ones((8, 8), int))[:rows, :cols]
    for kind, scale in enumerate([np.nan, np.nan, np.inf, 0.0, -161685.0, 3.4e38]):
        scales[kinds == kind] = scale
    return tiles.Tile(name, root / str(year) / name, data, scales).save()


def text(numbers):
    """Numbers as they are typed."""
    return ",".join(map(str, numbers))


def ask(source, bbox, out, *options, year=2024):
    """Asks for a box; returns what the command tells."""
    return command.done("region", source, f"--bbox={text(bbox)}", "--year", year, "-o", out, *options)


def load(path):
    """Values and scales of an NPY answer."""
    return np.load(path), np.load(path.with_name(f"{path.stem}_scales.npy"))


def same(got, expected):
    """Scales must be the same bits: NaN and infinity, too."""
    np.testing.assert_array_equal(got[0], expected[0])
    np.testing.assert_array_equal(got[1].view(np.uint32), expected[1].view(np.uint32))


def counts(scales):
    status = mosaic.status(scales)
    return {name: int((status == kind).sum()) for kind, name in enumerate(("valid", "water", "no_data"))}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def centres(told):
    """x and y of the centres of all cells of an answer."""
    step_x, _, west, _, step_y, north = told["transform"]
    rows, cols, _ = told["shape"]
    return np.meshgrid(west + step_x * (np.arange(cols) + 0.5), north + step_y * (np.arange(rows) + 0.5))


def refused(tmp_path, words, *expected):
    """Exit code 2, the words in the message, and nothing left behind."""
    out = tmp_path / "out"
    out.mkdir()
    command.run(*words).expect(2, *expected)
    assert names(out) == []
