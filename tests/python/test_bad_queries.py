"""Regions and patches that cannot be: exit code 2, a message that helps, and nothing left behind."""

import pytest

import command
from asking import BORDER, names, refused, text


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
