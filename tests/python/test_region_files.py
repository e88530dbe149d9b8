"""The files that regions become, as other programs open them; all of them or none."""

import io
import json
import signal
import subprocess
import time

import numpy as np
import PIL.Image
import pyproj
import pytest
import rasterio
import xarray as xr

import answers
import command
from asking import BORDER, CHANNELS, ask, centres, load, names, same, text


def test_files_are_those_that_numpy_writes(paths, tmp_path):
    ask(paths["tiles"], (5.9, 84.01, 5.91, 84.02), tmp_path / "a.npy")
    ask(paths["tiles"], (5.9, 84.01, 5.91, 84.02), tmp_path / "m.npy", "--grid", "EPSG:4326", "--resampling", "mean", "--resolution", 0.001)
    for name in ("a.npy", "a_scales.npy", "m.npy", "m_counts.npy"):
        again = io.BytesIO()
        np.save(again, np.load(tmp_path / name))
        assert (tmp_path / name).read_bytes() == again.getvalue(), name


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


def test_geotiff_opens_in_gdal(paths, tmp_path):
    ask(paths["zones"], BORDER, tmp_path / "a.npy", "--channels", "4,0")
    ask(paths["zones"], BORDER, tmp_path / "a.tif", "--channels", "4,0")
    told = subprocess.run(["gdalinfo", "-json", tmp_path / "a_utm31.tif"], check=True, stdout=subprocess.PIPE).stdout
    info = json.loads(told)
    values = answers.vectors(*load(tmp_path / "a_utm31.npy"))
    assert info["size"] == [values.shape[1], values.shape[0]]
    assert [band["description"] for band in info["bands"]] == ["band_4", "band_0"]
    assert {band["noDataValue"] for band in info["bands"]} == {"NaN"} and {band["type"] for band in info["bands"]} == {"Float32"}
    assert pyproj.CRS(info["coordinateSystem"]["wkt"]).to_epsg() == 32631


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


def test_info_of_a_zone_store(paths):
    told = command.done("info", paths["zones"])
    assert (told["kind"], told["version"], told["channels"]) == ("zone store", "v1", CHANNELS)
    assert (told["zones"], told["years"]) == ([1, 31, 32, 60], [2023, 2024])
    assert told["grids"]["31"]["crs"] == "EPSG:32631" and "512 × 512" in told["layout"][0]
    assert told["written"]["2024"]["shards"] > 0 and len(told["written"]["2024"]["boxes"]) == 4
    assert "zone store" in command.run("info", paths["zones"]).expect(0).out
    for words in (["convert"], ["pca"]):
        command.run(*words, paths["zones"], "-o", "a.png").expect(2, "zone store")


def test_in_words(paths, tmp_path):
    words = ["region", paths["zones"], f"--bbox={text(BORDER)}", "--year", 2024, "-o", tmp_path / "a.png"]
    outcome = command.run(*words).expect(0)
    for word in ("2 UTM zones", "--grid", "a_utm31.png", "a_utm32.png", "EPSG:32631", "valid", "explained variance"):
        assert word in outcome.out
    silent = command.run(*words, "-q", "--overwrite").expect(0)
    assert (silent.out, silent.err) == ("", "")


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


def test_more_than_the_disk_holds_is_not_begun(paths, tmp_path):
    words = ["region", paths["zones"], "--bbox=-180,-90,180,90", "--year=2024", "-o", tmp_path / "a.npy"]
    command.run(*words, "--grid=EPSG:4326", "--resolution=0.00001").expect(75, "the answer takes", "free")
    assert names(tmp_path) == []


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
