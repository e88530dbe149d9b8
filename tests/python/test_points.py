"""Tables of points, beside numpy at the pixels where pyproj puts them."""

import csv

import numpy as np
import pandas as pd
import pytest

import answers
import command
import mosaic
from asking import CHANNELS, SOURCES, refused


def table(path, rng):
    """Points on tiles and beside them, with more columns."""
    lon = np.concatenate([rng.uniform(5.8, 6.1, 150), rng.uniform(179.9, 180, 40), rng.uniform(-180, -179.9, 40), [100, -180, 180]])
    lat = np.concatenate([rng.uniform(84, 84.1, 150), rng.uniform(-84.1, -84, 80), [10, -84.05, -84.05]])
    frame = pd.DataFrame({"id": [f"p{n}" for n in range(len(lon))], "Longitude": lon, "note": 'rye, "winter"', "Latitude": lat})
    frame.sample(frac=1, random_state=1).to_csv(path, index=False)
    return pd.read_csv(path)


@pytest.mark.parametrize("kind", SOURCES)
def test_points_are_those_of_numpy(paths, zones, tmp_path, kind):
    points = table(tmp_path / "points.csv", np.random.default_rng(7))
    told = {}
    for name, options in (("a.csv", []), ("a.parquet", ["--channels", "4,1"])):
        out = tmp_path / name
        told[name] = command.done("points", paths[kind], tmp_path / "points.csv", "--years", "all", "-o", out, *options)
    got = pd.read_csv(tmp_path / "a.csv", keep_default_na=False, na_values=[""], dtype={f"band_{c}": np.float32 for c in range(CHANNELS)})
    assert list(got) == ["id", "note", "lon", "lat", "year", "status", *(f"band_{c}" for c in range(CHANNELS))]
    assert (told["a.csv"]["rows"], told["a.csv"]["points"], len(got)) == (2 * len(points), len(points), 2 * len(points))
    assert (told["a.csv"]["years"], told["a.parquet"]["channels"]) == ([2023, 2024], [4, 1])
    kinds = np.array(["valid", "water", "nodata"])
    for at, year in enumerate((2023, 2024)):
        own = got[at::2].reset_index(drop=True)
        assert (own.year == year).all() and (own.note == 'rye, "winter"').all()
        pd.testing.assert_series_equal(own.id, points.id)
        np.testing.assert_array_equal(own[["lon", "lat"]].values, points[["Longitude", "Latitude"]].values)
        data, scales = answers.nearest(zones[year], own.lon.values, own.lat.values)
        bands = own[[f"band_{c}" for c in range(CHANNELS)]].values
        np.testing.assert_array_equal(bands, answers.vectors(data, scales))
        # Of a point without data, what is said depends on the boxes that the source tells.
        said = own.status.replace("outside", "nodata")
        np.testing.assert_array_equal(said, kinds[mosaic.status(scales)])
        assert (own.status[own.lon == 100] == "outside").all()
    parquet = pd.read_parquet(tmp_path / "a.parquet")
    assert list(parquet) == ["id", "note", "lon", "lat", "year", "status", "band_4", "band_1"]
    assert parquet.band_4.dtype == np.float32
    for column in parquet:
        np.testing.assert_array_equal(parquet[column].values, got[column].values, err_msg=column)


def test_points_of_one_year(paths, tmp_path):
    (tmp_path / "points.csv").write_text("lat,lon\n84.02,5.95\n")
    command.run("points", paths["tiles"], tmp_path / "points.csv", "-o", tmp_path / "a.csv").expect(2, "2023, 2024", "--year")
    command.done("points", paths["tiles"], tmp_path / "points.csv", "-o", tmp_path / "a.csv", "--year", 2023, "--channels", 0)
    with open(tmp_path / "a.csv") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["lon", "lat", "year", "status", "band_0"] and rows[1][:3] == ["5.95", "84.02", "2023"]


@pytest.mark.parametrize(
    "content, options, expected",
    [
        ("lon,lat\n5.95,84.02\n5.95,95\n", [], ["line 3", "95", "-90"]),
        ("lon,lat\n5.95,84.02\n5.95,x\n", [], ["line 3", '"x"']),
        ("lon,lat\n5.95\n", [], ["line 2", "2"]),
        ("a,b\n1,2\n", [], ["lon", "longitude"]),
        ("lon,lat\n", [], ["no points"]),
        ("lon,lat,status\n5.95,84.02,x\n", [], ["status"]),
        ("lon,lat\n5.95,84.02\n", ["--years=2019-2020"], ["2019", "2023–2024"]),
        ("lon,lat\n5.95,84.02\n", ["--years=2020-2019"], ["backwards", "all"]),
        ("lon,lat\n5.95,84.02\n", ["--years=all", "--year=2023"], ["--year"]),
        ("lon,lat\n5.95,84.02\n", ["--years=all", "--channels=9"], ["channel 9", "0..5"]),
    ],
)
def test_bad_points(paths, tmp_path, content, options, expected):
    (tmp_path / "points.csv").write_text(content)
    options = options or ["--years=all"]
    refused(tmp_path, ["points", paths["tiles"], tmp_path / "points.csv", "-o", tmp_path / "out/a.csv", *options], *expected)
