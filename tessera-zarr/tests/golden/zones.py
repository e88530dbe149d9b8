#!/usr/bin/env python3
"""Makes the golden zone stores beside this file, with zarr-python: `python zones.py`, after `pip install zarr==3.1.6`.

`utm.zarr` has the layout of geotessera's zone stores, in miniature: groups utm01 and utm31 of (time, band, y, x) in the
northern CRS, of which utm31 lies across the equator; the first 4 channels once more; shards of 32 × 32 pixels in chunks of
8 × 8 (16 × 16 for the prefix), which zarr-python writes in Morton order; water NaN; consolidated metadata.

`hemispheres.zarr` has that of dClimate's store: groups 30N and 30S of (time, northing, easting, band) in their own CRS,
both reaching beyond the equator; no data NaN; an unfinished year; no consolidated metadata, and no transform for 30S.

A pixel's values follow from where it lies on the lattice of its zone, as `support.rs` computes them too.
"""

import shutil
from pathlib import Path

import numpy as np
import zarr
from zarr.codecs import BloscCodec, ZstdCodec

HERE = Path(__file__).parent
# The upper-left corner of the lattice of every zone.
WEST, NORTH = 163_840, 10_035_200
YEARS = [2023, 2024]


def lattice(west, north, rows, cols):
    """Rows and columns on the lattice, for a corner in the northern CRS."""
    return np.mgrid[0:rows, 0:cols] + np.array([(NORTH - north) // 10, (west - WEST) // 10])[:, None, None]


def values(year, row, col, channels):
    channel = np.arange(channels).reshape(-1, 1, 1)
    return ((row * 3 + col * 5 + channel * 11 + year * 7) % 61 - 30).astype("i1")


def scales(year, row, col):
    """Valid for the most part; 0 to 3 are what is not."""
    kind = (row * 7 + col * 3 + year) % 29
    special = [np.nan, np.inf, 3.5, -1.0]
    return np.select([kind == k for k in range(4)], special, kind / 256).astype("f4")


def coordinate(group, name, numbers, **attributes):
    array = group.create_array(
        name, shape=numbers.shape, chunks=numbers.shape, dtype=numbers.dtype, dimension_names=[name], attributes=attributes
    )
    array[:] = numbers


def shards(rows, cols, edge):
    for row in range(0, rows, edge):
        for col in range(0, cols, edge):
            yield slice(row, min(row + edge, rows)), slice(col, min(col + edge, cols))


def utm_zone(root, name, west, north, rows, cols, channels, left_out):
    group = root.create_group(name)
    blosc = BloscCodec(cname="zstd", clevel=3)
    times = len(YEARS)

    def embeddings(array, depth, inner, band):
        return group.create_array(
            array, shape=(times, depth, rows, cols), chunks=(1, depth, inner, inner), shards=(1, depth, 32, 32),
            dtype="i1", fill_value=0, compressors=blosc, dimension_names=["time", band, "y", "x"],
        )

    full, prefix = embeddings("embeddings", channels, 8, "band"), embeddings("embeddings_d4", 4, 16, "band_d4")
    scale = group.create_array(
        "scales", shape=(times, rows, cols), chunks=(1, 8, 8), shards=(1, 32, 32), dtype="f4", fill_value=np.inf,
        compressors=blosc, dimension_names=["time", "y", "x"],
    )
    row, col = lattice(west, north, rows, cols)
    for time, year in enumerate(YEARS):
        for at, (r, c) in enumerate(shards(rows, cols, 32)):
            if (year, at) in left_out:
                continue
            cells = values(year, row[r, c], col[r, c], channels)
            full[time, :, r, c], prefix[time, :, r, c] = cells, cells[:4]
            scale[time, r, c] = scales(year, row[r, c], col[r, c])
    coordinate(group, "time", np.array(YEARS, "i4"))
    coordinate(group, "band", np.arange(channels, dtype="i4"))
    coordinate(group, "band_d4", np.arange(4, dtype="i4"))
    coordinate(group, "x", west + 10.0 * (np.arange(cols) + 0.5))
    coordinate(group, "y", north - 10.0 * (np.arange(rows) + 0.5))
    group.attrs.update({
        "spatial:dimensions": ["y", "x"],
        "spatial:transform_type": "affine",
        "spatial:transform": [10.0, 0.0, float(west), 0.0, -10.0, float(north)],
        "spatial:shape": [rows, cols],
        "spatial:registration": "pixel",
        "proj:code": f"EPSG:326{name[3:]}",
    })


def utm():
    path = HERE / "utm.zarr"
    shutil.rmtree(path, ignore_errors=True)
    root = zarr.open_group(path, mode="w-", zarr_format=3)
    root.attrs.update({
        "geoemb:type": "pixel",
        "geoemb:dimensions": 16,
        "geoemb:model": "https://geotessera.org/model/1.0",
        "geoemb:depths": [{"dimensions": 4, "array": "embeddings_d4"}, {"dimensions": 16, "array": "embeddings"}],
    })
    # 40 rows north of the equator, 20 south of it; shard 1 of 2023 was never written, nor was anything in zone 1 then.
    utm_zone(root, "utm31", 300_000, 400, 60, 50, 16, {(2023, 1)})
    utm_zone(root, "utm01", 500_000, 5_000_000, 16, 16, 16, {(2023, 0)})
    zarr.consolidate_metadata(path)


def hemisphere(root, name, west, north, rows, cols, attributes):
    group = root.create_group(name)
    times, channels = len(YEARS), 6
    dimensions = ["time", "northing", "easting", "band"]
    embeddings = group.create_array(
        "embeddings", shape=(times, rows, cols, channels), chunks=(1, 16, 16, channels), shards=(1, 32, 32, channels),
        dtype="i1", fill_value=0, compressors=ZstdCodec(level=3), dimension_names=dimensions,
    )
    scale = group.create_array(
        "scales", shape=(times, rows, cols), chunks=(1, 16, 16), shards=(1, 32, 32), dtype="f4", fill_value=np.nan,
        compressors=ZstdCodec(level=3), dimension_names=dimensions[:3],
    )
    false_northing = 10_000_000 if name.endswith("S") else 0
    row, col = lattice(west, north - false_northing, rows, cols)
    for time, year in enumerate(YEARS):
        for r, c in shards(rows, cols, 32):
            # Beyond the equator there is only what the other group must hide.
            beyond = (row[r, c] < NORTH // 10) == (name == "30S")
            embeddings[time, r, c] = np.where(beyond, 99, values(year, row[r, c], col[r, c], channels)).transpose(1, 2, 0)
            scale[time, r, c] = np.where(beyond, 0.5, scales(year, row[r, c], col[r, c]))
    days = np.array([f"{year}-01-01" for year in YEARS], "datetime64[ns]").astype("i8")
    coordinate(group, "time", days, units="nanoseconds since 1970-01-01", calendar="proleptic_gregorian")
    coordinate(group, "easting", west + 10.0 * (np.arange(cols) + 0.5))
    coordinate(group, "northing", north - 10.0 * (np.arange(rows) + 0.5))
    group.attrs.update(attributes)


def hemispheres():
    path = HERE / "hemispheres.zarr"
    shutil.rmtree(path, ignore_errors=True)
    root = zarr.open_group(path, mode="w-", zarr_format=3)
    north = {
        "proj:code": "EPSG:32630",
        "spatial:transform": [10.0, 0.0, 600_000.0, 0.0, -10.0, 440.0],
        "years_complete": YEARS,
    }
    # 44 rows north of the equator and 4 south of it; 6 rows north of it and 42 south.
    hemisphere(root, "30N", 600_000, 440, 48, 40, north)
    hemisphere(root, "30S", 599_840, 10_000_060, 48, 48, {"years_complete": [2024]})


if __name__ == "__main__":
    utm()
    hemispheres()
