"""Regions, patches and points of every kind of source, beside slow answers in numpy and pyproj."""

import csv
import io
import json
import signal
import time

import numpy as np
import pandas as pd
import PIL.Image
import pyproj
import pytest
import rasterio
import shapely
import xarray as xr

import answers
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


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """The same tiles of two years as an archive, as stores of both formats, and as a zone store."""
    root = tmp_path_factory.mktemp("region")
    archive = root / "v1"
    all_tiles = {year: [made(name, archive, year, (year, seed)) for seed, name in enumerate(NAMES)] for year in (2023, 2024)}
    paths = {"tiles": archive, "zones": root / "zones.zarr"}
    for number in (2, 3):
        paths[f"stores{number}"] = root / f"stores{number}"
        for year in all_tiles:
            options = ["--format", number, "--chunk", 64, "--no-sync"]
            command.done("convert", archive, "-o", paths[f"stores{number}"], "--year", year, *options)
    create = ["--zones", "1,31,32,60", "--years", "2023-2024", "--dataset", "v1", "--channels", CHANNELS, "--shard", 512]
    command.done("zone", "create", paths["zones"], *create)
    for year in all_tiles:
        command.done("zone", "fill", paths["zones"], archive, "--year", year, "--no-sync")
    return paths, all_tiles


@pytest.fixture(scope="module")
def paths(sources):
    return sources[0]


@pytest.fixture(scope="module")
def zones(sources):
    return {year: answers.zones_of(all_tiles) for year, all_tiles in sources[1].items()}


def text(numbers):
    return ",".join(map(str, numbers))


def ask(source, bbox, out, *options, year=2024):
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


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("bbox, numbers", [(BORDER, (31, 32)), (ISLANDS, (60, 1))])
def test_every_source_gives_the_pixels_of_the_slow_mosaic(paths, zones, tmp_path, kind, bbox, numbers):
    told = ask(paths[kind], bbox, tmp_path / "a.npy")
    assert [file["zones"] for file in told["files"]] == [[number] for number in numbers]
    southern = bbox[3] < 0
    for number, file in zip(numbers, told["files"]):
        path = tmp_path / f"a_utm{number:02}.npy"
        zone = zones[2024][number]
        rows, cols = zone.rectangle(answers.box(*bbox))
        same(load(path), (zone.data[rows, cols], zone.scales[rows, cols]))
        expected = {
            "shape": list(zone.data[rows, cols].shape),
            "crs": f"EPSG:{(32700 if southern else 32600) + number}",
            "transform": zone.transform(rows, cols, southern),
            "zones": [number],
        }
        beside = json.loads(path.with_suffix(".json").read_text())
        for key, value in expected.items():
            assert (file[key], beside[key]) == (value, value), key
        assert beside["year"] == 2024 and beside["dataset_version"] == "v1" and beside["bbox"] == list(bbox)
        assert beside["channels"] == list(range(CHANNELS)) and list(beside["arrays"]) == [path.name, f"{path.stem}_scales.npy"]
        assert file["file"] == str(path) and {k: file["counts"][k] for k in ("valid", "water", "no_data")} == counts(zone.scales[rows, cols])
        sizes = [p.stat().st_size for p in tmp_path.iterdir() if p.stem.startswith(path.stem)]
        assert file["bytes"] == sum(sizes)
    assert len(names(tmp_path)) == 3 * len(numbers)


def test_files_are_those_that_numpy_writes(paths, tmp_path):
    ask(paths["tiles"], (5.9, 84.01, 5.91, 84.02), tmp_path / "a.npy")
    ask(paths["tiles"], (5.9, 84.01, 5.91, 84.02), tmp_path / "m.npy", "--grid", "EPSG:4326", "--resampling", "mean", "--resolution", 0.001)
    for name in ("a.npy", "a_scales.npy", "m.npy", "m_counts.npy"):
        again = io.BytesIO()
        np.save(again, np.load(tmp_path / name))
        assert (tmp_path / name).read_bytes() == again.getvalue(), name


def test_memory_and_channels_change_nothing_else(paths, tmp_path):
    """A strip of a few rows at a time; channels in the order in which they are wanted."""
    box = (5.9, 84.01, 5.98, 84.03)
    ask(paths["zones"], box, tmp_path / "a.npy")
    ask(paths["zones"], box, tmp_path / "b.npy", "--memory", "8KiB")
    whole, strips = load(tmp_path / "a.npy"), load(tmp_path / "b.npy")
    same(strips, whole)
    told = ask(paths["stores3"], box, tmp_path / "c.npy", "--channels", "3,0-1")
    assert told["channels"] == [3, 0, 1]
    same(load(tmp_path / "c.npy"), (whole[0][..., [3, 0, 1]], whole[1]))
    ask(paths["tiles"], box, tmp_path / "d.npy", "--dequantize", "--memory", "80KiB")
    np.testing.assert_array_equal(np.load(tmp_path / "d.npy"), answers.vectors(*whole))
    assert names(tmp_path)[-2:] == ["d.json", "d.npy"]


def test_one_tile_is_a_source_and_one_zone_needs_no_suffix(paths, sources, tmp_path):
    box, tile = (5.93, 84.02, 5.97, 84.03), sources[1][2023][1]
    ask(tile.folder, box, tmp_path / "a.npy", year=2023)
    told = ask(paths["stores2"] / "2023" / f"{tile.name}.zarr", box, tmp_path / "b.npy", year=2023)
    zone = answers.zones_of([tile])[31]
    rows, cols = zone.rectangle(answers.box(*box))
    for name in ("a", "b"):
        same(load(tmp_path / f"{name}.npy"), (zone.data[rows, cols], zone.scales[rows, cols]))
    assert told["files"][0]["file"].endswith("b.npy")
    # A year need not be said where there is one.
    command.done("region", tile.folder, f"--bbox={text(box)}", "-o", tmp_path / "c.npy")


def test_clipped_to_a_polygon(paths, zones, tmp_path):
    ring = [(5.93, 84.005), (5.995, 84.01), (6.05, 84.04), (5.97, 84.03), (5.93, 84.005)]
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    polygon = shapely.Polygon(ring)
    contains = lambda lon, lat: shapely.contains_xy(polygon, lon, lat)
    for name, options in (("all", []), ("clipped", ["--clip"])):
        out = tmp_path / f"{name}.npy"
        command.done("region", paths["zones"], "--geojson", tmp_path / "a.geojson", "--year", 2024, "-o", out, *options)
    for number in (31, 32):
        zone = zones[2024][number]
        rows, cols = zone.rectangle(contains)
        inside = zone.inside(contains)[rows, cols]
        data, scales = zone.data[rows, cols], zone.scales[rows, cols]
        same(load(tmp_path / f"all_utm{number}.npy"), (data, scales))
        clipped = (np.where(inside[..., None], data, 0).astype(np.int8), np.where(inside, scales, np.inf).astype(np.float32))
        assert 0 < inside.sum() < inside.size
        same(load(tmp_path / f"clipped_utm{number}.npy"), clipped)


def centres(told):
    """x and y of the centres of all cells of an answer."""
    step_x, _, west, _, step_y, north = told["transform"]
    rows, cols, _ = told["shape"]
    return np.meshgrid(west + step_x * (np.arange(cols) + 0.5), north + step_y * (np.arange(rows) + 0.5))


@pytest.mark.parametrize("crs, resolution", [("EPSG:4326", 0.0003), ("EPSG:3857", 90), ("EPSG:32632", None)])
@pytest.mark.parametrize("kind", ["tiles", "zones"])
def test_another_grid_has_the_nearest_pixels(paths, zones, tmp_path, crs, resolution, kind):
    options = ["--resolution", resolution] if resolution else []
    told = ask(paths[kind], BORDER, tmp_path / "a.npy", "--grid", crs, *options)["files"][0]
    assert told["crs"] == crs and told["zones"] == [31, 32]
    assert told["transform"][0] == (resolution or 10)
    lon, lat = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(*centres(told))
    expected = answers.nearest(zones[2024], lon, lat)
    assert (expected[1] < 1).any()
    same(load(tmp_path / "a.npy"), expected)


def test_one_raster_across_the_antimeridian(paths, zones, tmp_path):
    told = ask(paths["stores2"], ISLANDS, tmp_path / "a.npy", "--grid", "EPSG:4326", "--resolution", 0.0005)["files"][0]
    lon, lat = centres(told)
    assert told["transform"][2] == 179.93 and lon.max() > 180 and told["shape"][:2] == [60, 240]
    same(load(tmp_path / "a.npy"), answers.nearest(zones[2024], lon, lat))


def test_means_are_of_the_pixels_whose_centres_lie_in_the_cell(paths, zones, tmp_path):
    options = ["--grid", "EPSG:4326", "--resolution", 0.002, "--resampling", "mean"]
    told = ask(paths["zones"], BORDER, tmp_path / "a.npy", *options)["files"][0]
    rows, cols, channels = told["shape"]
    sums, found = np.zeros((rows * cols, channels)), np.zeros(rows * cols, int)
    for number in (31, 32):
        zone = zones[2024][number]
        row, col = np.floor((BORDER[3] - zone.lat) / 0.002).astype(int), np.floor((zone.lon - BORDER[0]) / 0.002).astype(int)
        own = zone.inside(lambda lon, lat: (row >= 0) & (row < rows) & (col >= 0) & (col < cols))
        own &= mosaic.status(zone.scales) == mosaic.VALID
        cell = (row * cols + col)[own]
        np.add.at(sums, cell, answers.vectors(zone.data, zone.scales)[own].astype(float))
        np.add.at(found, cell, 1)
    got, number = np.load(tmp_path / "a.npy"), np.load(tmp_path / "a_counts.npy")
    assert (got.dtype, number.dtype) == (np.float32, np.uint32)
    np.testing.assert_array_equal(number.ravel(), found)
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(got.reshape(-1, channels), sums / found[:, None], rtol=1e-5, atol=1e-6)
    ask(paths["tiles"], BORDER, tmp_path / "b.tif", *options)
    with rasterio.open(tmp_path / "b.tif") as values, rasterio.open(tmp_path / "b_counts.tif") as counted:
        np.testing.assert_array_equal(values.read().transpose(1, 2, 0), got)
        np.testing.assert_array_equal(counted.read(1), number)


@pytest.mark.parametrize("number", [2, 3])
def test_zarr_opens_in_xarray(paths, tmp_path, number):
    ask(paths["zones"], BORDER, tmp_path / "a.npy")
    told = ask(paths["zones"], BORDER, tmp_path / "a.zarr", "--format", number, "--chunk", 64)
    ask(paths["zones"], BORDER, tmp_path / "g.npy", "--grid", "EPSG:4326", "--resolution", 0.001)
    told["files"] += ask(paths["zones"], BORDER, tmp_path / "g.zarr", "--grid", "EPSG:4326", "--resolution", 0.001)["files"]
    for file, name in zip(told["files"], ("a_utm31", "a_utm32", "g")):
        dataset = xr.open_zarr(tmp_path / f"{name}.zarr", decode_coords="all")
        same((dataset.embeddings.values, dataset.scales.values), load(tmp_path / f"{name}.npy"))
        x, y = centres(file)
        across, down = dataset.scales.dims[1], dataset.scales.dims[0]
        np.testing.assert_allclose(dataset[across].values, x[0], rtol=0, atol=1e-9)
        np.testing.assert_allclose(dataset[down].values, y[:, 0], rtol=0, atol=1e-9)
        assert pyproj.CRS(dataset.spatial_ref.attrs["crs_wkt"]) == pyproj.CRS(file["crs"])


def test_geotiff_opens_in_rasterio(paths, tmp_path):
    ask(paths["zones"], BORDER, tmp_path / "a.npy", "--channels", "4,0")
    told = ask(paths["zones"], BORDER, tmp_path / "a.tif", "--channels", "4,0", "--memory", "1MiB")
    for file, number in zip(told["files"], (31, 32)):
        with rasterio.open(tmp_path / f"a_utm{number}.tif") as opened:
            assert opened.crs.to_epsg() == 32600 + number and list(opened.transform)[:6] == file["transform"]
            assert opened.descriptions == ("band_4", "band_0") and opened.dtypes == ("float32", "float32")
            assert np.isnan(opened.nodata) and opened.tags()["year"] == "2024"
            assert opened.tags(ns="IMAGE_STRUCTURE")["COMPRESSION"] == "DEFLATE" and opened.profile["tiled"]
            expected = answers.vectors(*load(tmp_path / f"a_utm{number}.npy"))
            np.testing.assert_array_equal(opened.read().transpose(1, 2, 0), expected)


def test_pictures_share_their_colours_and_are_transparent_where_nothing_is(paths, zones, tmp_path):
    told = ask(paths["zones"], BORDER, tmp_path / "a.png", "--memory", "2MiB")
    parts = []
    for number in (31, 32):
        zone = zones[2024][number]
        rows, cols = zone.rectangle(answers.box(*BORDER))
        parts.append((zone.data[rows, cols], zone.scales[rows, cols]))
    every = [answers.vectors(*part) for part in parts]
    valid = np.concatenate([values[~np.isnan(values[..., 0])] for values in every]).astype(float)
    variance, components = np.linalg.eigh(np.cov(valid.T))
    components = components[:, ::-1][:, :3].T
    components *= np.sign(components[np.arange(3), np.abs(components).argmax(axis=1)])[:, None]
    np.testing.assert_allclose(told["explained_variance_ratio"], variance[::-1][:3] / variance.sum(), rtol=1e-4)
    low, high = np.percentile((valid - valid.mean(axis=0)) @ components.T, [2, 98], axis=0)
    for number, values in zip((31, 32), every):
        picture = np.asarray(PIL.Image.open(tmp_path / f"a_utm{number}.png"))
        there = ~np.isnan(values[..., 0])
        np.testing.assert_array_equal(picture[..., 3], np.where(there, 255, 0))
        expected = ((values.astype(float) - valid.mean(axis=0)) @ components.T - low) / (high - low)
        off = np.abs(picture[..., :3][there] - np.clip(expected, 0, 1)[there] * 255)
        assert off.max() < 1.5
    ask(paths["zones"], BORDER, tmp_path / "m.png", "--grid", "EPSG:3857", "--resampling", "mean", "--resolution", 900)
    assert PIL.Image.open(tmp_path / "m.png").mode == "RGBA"


@pytest.mark.parametrize("size", [9, 10])
@pytest.mark.parametrize("at", [(5.9995, 84.02), (179.9999, -84.04)])
def test_a_patch_across_a_border(paths, zones, tmp_path, at, size):
    outs = []
    for kind in SOURCES:
        out = tmp_path / f"{kind}.npy"
        told = command.done("patch", paths[kind], f"--at={text(at)}", "--size", size, "--year", 2024, "-o", out)["files"][0]
        outs.append(load(out))
    assert told["shape"] == [size, size, CHANNELS]
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", told["crs"], always_xy=True)
    x, y = to_metres.transform(*at)
    _, _, west, _, _, north = told["transform"]
    assert (int((north - y) // 10), int((x - west) // 10)) == (size // 2, size // 2)
    lon, lat = to_metres.transform(*centres(told), direction="INVERSE")
    assert len(np.unique(np.floor(np.asarray(lon) / 6))) == 2
    for out in outs:
        same(out, answers.nearest(zones[2024], lon, lat))


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


def test_info_of_a_zone_store(paths):
    told = command.done("info", paths["zones"])
    assert (told["kind"], told["version"], told["channels"]) == ("zone store", "v1", CHANNELS)
    assert (told["zones"], told["years"]) == ([1, 31, 32, 60], [2023, 2024])
    assert told["grids"]["31"]["crs"] == "EPSG:32631" and "512 × 512" in told["layout"][0]
    assert told["written"]["2024"]["shards"] > 0 and len(told["written"]["2024"]["boxes"]) == 4
    assert "zone store" in command.run("info", paths["zones"]).expect(0).out
    for words in (["convert"], ["pca"], ["catalog", "build"]):
        command.run(*words, paths["zones"], "-o", "a.png").expect(2, "zone store")


def test_in_words(paths, tmp_path):
    words = ["region", paths["zones"], f"--bbox={text(BORDER)}", "--year", 2024, "-o", tmp_path / "a.png"]
    outcome = command.run(*words).expect(0)
    for word in ("2 UTM zones", "--grid", "a_utm31.png", "a_utm32.png", "EPSG:32631", "valid", "explained variance"):
        assert word in outcome.out
    silent = command.run(*words, "-q", "--overwrite").expect(0)
    assert (silent.out, silent.err) == ("", "")


def refused(tmp_path, words, *expected):
    """Exit code 2, the words in the message, and nothing left behind."""
    out = tmp_path / "out"
    out.mkdir()
    command.run(*words).expect(2, *expected)
    assert names(out) == []


BAD = {
    "nothing there": (["--bbox=15,84.01,16,84.03"], ["15,84.01,16,84.03", "the boxes", "2023–2024"]),
    "unknown year": (["--bbox=5.93,84.01,6.05,84.03", "--year=2019"], ["2019", "2023", "2024"]),
    "west above east": (["--bbox=6.05,84.01,5.93,84.03"], ["west 6.05", "170,-20,-170,-10"]),
    "south above north": (["--bbox=5.93,84.03,6.05,84.01"], ["south 84.03"]),
    "no box": (["--bbox=1,2,3"], ["W,S,E,N"]),
    "no area": ([], ["--bbox", "--geojson"]),
    "two areas": (["--bbox=5.93,84.01,6.05,84.03", "--geojson=a"], ["--geojson"]),
    "a channel too many": (["--bbox=5.93,84.01,6.05,84.03", "--channels=0-5"], ["channel 5", "0..5"]),
    "no channels": (["--bbox=5.93,84.01,6.05,84.03", "--channels=a"], ["channel", "0,3,7"]),
    "channels twice": (["--bbox=5.93,84.01,6.05,84.03", "--channels=1,1"], ["twice"]),
    "no memory": (["--bbox=5.93,84.01,6.05,84.03", "--memory=100B"], ["--memory 100 B", "narrower"]),
    "no amount": (["--bbox=5.93,84.01,6.05,84.03", "--memory=much"], ["much", "2GiB"]),
    "no grid": (["--bbox=5.93,84.01,6.05,84.03", "--grid=EPSG:2056"], ["EPSG:2056", "native"]),
    "far grid": (["--bbox=5.93,84.01,6.05,84.03", "--grid=EPSG:32610"], ["EPSG:32610", "60°"]),
    "no cells": (["--bbox=5.93,84.01,6.05,84.03", "--grid=EPSG:4326", "--resolution=0"], ["cells of 0"]),
    "resolution of the native grid": (["--bbox=5.93,84.01,6.05,84.03", "--resolution=20"], ["--grid"]),
    "mean of the native grid": (["--bbox=5.93,84.01,6.05,84.03", "--resampling=mean"], ["--grid"]),
}


@pytest.mark.parametrize("options, expected", BAD.values(), ids=BAD)
@pytest.mark.parametrize("kind", ["tiles", "zones"])
def test_bad_input(paths, tmp_path, kind, options, expected):
    year = [] if any("--year" in option for option in options) else ["--year=2024"]
    refused(tmp_path, ["region", paths[kind], "-o", tmp_path / "out/a.npy", *year, *options], *expected)


@pytest.mark.parametrize(
    "name, options, expected",
    [
        ("a.nc", [], [".npy", ".zarr", ".tif", ".png"]),
        ("a", [], [".npy"]),
        ("no/a.npy", [], ["no"]),
        ("a.tif", ["--memory=1KiB"], ["--memory 1 KiB", "expected at least"]),
        ("a.zarr", ["--memory=1KiB"], ["--memory 1 KiB", "smaller chunks"]),
        ("a.png", ["--memory=1KiB"], ["--memory 1 KiB", "--resolution"]),
        ("a.zarr", ["--dequantize"], ["--dequantize"]),
        ("a.zarr", ["--grid=EPSG:4326", "--resampling=mean"], ["float32", ".tif"]),
        ("a.zarr", ["--chunk=0"], ["0"]),
    ],
)
def test_bad_output(paths, tmp_path, name, options, expected):
    words = ["region", paths["tiles"], f"--bbox={text(BORDER)}", "--year=2024", "-o", tmp_path / "out" / name, *options]
    refused(tmp_path, words, *expected)


@pytest.mark.parametrize(
    "content, expected",
    [
        ("{", ["not GeoJSON"]),
        ('{"type": "Point", "coordinates": [1, 2]}', ["polygons"]),
        ('{"type": "Polygon", "coordinates": [[[0, 1], [2, 3], [0, 1]]]}', ["four"]),
        ('{"type": "Polygon", "coordinates": [[[0, 1], [2, 3], [4, 95], [0, 1]]]}', ["95"]),
    ],
)
def test_bad_geojson(paths, tmp_path, content, expected):
    (tmp_path / "a.geojson").write_text(content)
    words = ["region", paths["tiles"], "--geojson", tmp_path / "a.geojson", "--year=2024", "-o", tmp_path / "out/a.npy"]
    refused(tmp_path, words, "a.geojson", *expected)


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


def test_bad_tables_and_patches(paths, tmp_path):
    (tmp_path / "points.csv").write_text("lon,lat\n5.95,84.02\n")
    points = ["points", paths["zones"], tmp_path / "points.csv", "--year=2024"]
    command.run(*points, "-o", tmp_path / "a.txt").expect(2, ".csv", ".parquet")
    command.run(*points, "-o", tmp_path / "points.csv").expect(2, "exists already")
    command.run("points", paths["zones"], tmp_path / "none.csv", "-o", tmp_path / "a.csv").expect(2, "none.csv")
    patch = ["patch", paths["zones"], "--year=2024", "-o", tmp_path / "a.npy"]
    command.run(*patch, "--at=5.95,84.02", "--size=0").expect(2, "0")
    command.run(*patch, "--at=5.95", "--size=3").expect(2, "LON,LAT")
    command.run(*patch, "--at=15,10", "--size=3").expect(2, "the boxes", "2023–2024")
    command.run(*patch, "--at=5.95,84.02", "--size=100000", "--memory=1MiB").expect(2, "1 MiB")
    assert names(tmp_path) == ["points.csv"]


@pytest.mark.parametrize("name", ["a.npy", "a.tif", "a.png", "a.zarr"])
def test_nothing_is_overwritten_unless_told(paths, tmp_path, name):
    box = (5.93, 84.02, 5.97, 84.03)
    ask(paths["zones"], box, tmp_path / name, year=2023)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    words = ["region", paths["zones"], f"--bbox={text(box)}", "--year", 2024, "-o", tmp_path / name]
    command.run(*words).expect(2, str(tmp_path / name), "exists already", "--overwrite")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    command.run(*words, "--overwrite").expect(0)
    assert {path for path in tmp_path.rglob("*")} == set(before)
    # Another format's file stands in the way of one of three: none is written.
    if name == "a.npy":
        (tmp_path / "b.json").write_text("mine")
        command.run(*words[:-1], tmp_path / "b.npy").expect(2, "b.json exists already")
        assert not (tmp_path / "b.npy").exists()
    (tmp_path / f"folder.{name[2:]}").mkdir()
    command.run(*words[:-1], tmp_path / f"folder.{name[2:]}", "--overwrite").expect(2, "folder")


@pytest.mark.parametrize("name", ["a.npy", "a.tif", "a.zarr"])
def test_interrupted_nothing_is_left(paths, tmp_path, name):
    words = ["region", paths["zones"], f"--bbox={text(BORDER)}", "--year=2024", "--grid=EPSG:4326", "--resolution=0.00001"]
    running = command.start(*words, "-o", tmp_path / name, "--memory=32MiB", "--codec=gzip")
    give_up = time.monotonic() + 60
    while not names(tmp_path) and running.poll() is None and time.monotonic() < give_up:
        time.sleep(0.005)
    running.send_signal(signal.SIGTERM)
    _, messages = running.communicate(timeout=60)
    assert running.returncode == 75, messages
    assert "interrupted" in messages and names(tmp_path) == []
