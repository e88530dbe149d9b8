"""Grids of tiles against pyproj."""

import gzip
import random

import numpy as np
import pyproj
import pytest
import xarray as xr

import command
import utm

REGISTRY = command.ROOT.parent / "shared/data/registry/tiles-2024.txt.gz"


def name(lon, lat):
    """The name of the cell whose south-west corner lies at so many tenths of a degree."""
    return f"grid_{(lon * 10 + 5) / 100:.2f}_{(lat * 10 + 5) / 100:.2f}"


def compare(names):
    """Asserts that every name has pyproj's grid."""
    told = command.done("info", *names)["sources"]
    assert [source["name"] for source in told] == names
    wrong = []
    for source in told:
        expected = utm.grid(source["name"])
        got = {key: source[key] for key in expected}
        if got != expected:
            wrong.append((source["name"], got, expected))
    assert not wrong, f"{len(wrong)} of {len(names)} differ, as {wrong[:3]}"


def test_known_grids():
    """The oracle itself, against values computed once for the reference tiles."""
    known = {
        "grid_-99.95_80.05": (32614, 480610, 8892920, 1119, 211),
        "grid_0.15_52.05": (32631, 300930, 5776130, 1139, 729),
        "grid_0.05_0.05": (32631, 166020, 11070, 1107, 1114),
        "grid_-0.05_50.75": (32630, 704340, 5631880, 1140, 750),
        "grid_179.95_-16.55": (32760, 809440, 8173530, 1123, 1084),
        "grid_115.75_-85.05": (32750, 487350, 560150, 1118, 121),
    }
    for tile, (epsg, *rest) in known.items():
        assert list(utm.grid(tile).values()) == [f"EPSG:{epsg}", *rest]
    compare(list(known))


def test_every_zone_the_poles_and_the_antimeridian():
    seeded = random.Random(2)
    cells = [(zone * 60 - 1800 + edge, seeded.randint(-800, 799)) for zone in range(60) for edge in (0, 29, 30, 59)]
    cells += [(lon, lat) for lon in (-1800, 1799, -1, 0, 30) for lat in (-900, -899, -1, 0, 898, 899)]
    cells += [(seeded.randint(-1800, 1799), seeded.randint(-900, 899)) for _ in range(60)]
    compare(list(dict.fromkeys(name(lon, lat) for lon, lat in cells)))


def test_two_thousand_real_names():
    if not REGISTRY.is_file():
        pytest.skip("the list of real names is not at hand")
    with gzip.open(REGISTRY, "rt") as lines:
        names = [word for line in lines for word in line.split() if word.startswith("grid_")]
    assert len(names) > 100_000
    compare(random.Random(2024).sample(names, 2000))


@pytest.mark.parametrize("number", [2, 3])
def test_the_crs_of_a_store(stores, tile, number):
    store = xr.open_zarr(stores[number])
    attributes = store.spatial_ref.attrs
    crs = pyproj.CRS.from_wkt(attributes["crs_wkt"])
    epsg = int(utm.grid(tile.name)["crs"].removeprefix("EPSG:"))
    assert crs.to_epsg(min_confidence=100) == epsg
    assert crs.equals(pyproj.CRS.from_epsg(epsg))
    # The parameters of CF alone say the same projection.
    by_parameters = pyproj.CRS.from_cf({k: v for k, v in attributes.items() if k not in ("crs_wkt", "spatial_ref")})
    lon, lat = np.array([0.02, 0.09]), np.array([89.91, 89.99])
    points = [pyproj.Transformer.from_crs("EPSG:4326", c, always_xy=True).transform(lon, lat) for c in (crs, by_parameters)]
    np.testing.assert_allclose(points[0], points[1], atol=1e-6)
