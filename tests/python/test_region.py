"""Regions and patches of every kind of source, pixel by pixel beside slow answers in numpy and pyproj."""

import json

import numpy as np
import pyproj
import pytest
import rasterio
import shapely

import answers
import command
import mosaic
from asking import BORDER, CHANNELS, ISLANDS, SOURCES, ask, centres, counts, load, names, same, text


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
