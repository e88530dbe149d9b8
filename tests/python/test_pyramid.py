"""Pyramids of pictures: Zarr groups, folders of map tiles and PMTiles archives, beside numpy and pyproj."""

import gzip
import json
import os
import shutil
import signal
import struct
import subprocess

import numpy as np
import pyproj
import pytest
import rasterio
import xarray as xr
import zarr
from PIL import Image

import command
import mosaic
from test_basis import CHANNELS, NAMES, made

HALF = 20_037_508.342789244


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    root = tmp_path_factory.mktemp("pyramid") / "v1"
    return root, [made(name, root, seed) for seed, name in enumerate(NAMES)]


@pytest.fixture(scope="module")
def basis(archive, tmp_path_factory):
    path = tmp_path_factory.mktemp("basis") / "basis.json"
    command.done("basis", "build", archive[0], "-o", path, "--count", 5, "--ledger", path.with_name("a.ledger"))
    return path


@pytest.fixture(scope="module")
def group(archive, basis, tmp_path_factory):
    path = tmp_path_factory.mktemp("group") / "pyramid.zarr"
    return command.done("pyramid", "build", archive[0], "-o", path, "--with-basis", basis), path


@pytest.fixture(scope="module")
def world(archive, basis):
    """The coloured mosaic of each zone: its first row and column, and the pixels."""
    kept = json.loads(basis.read_text())
    parts = {}
    for zone in (31, 32):
        of_zone = [tile for tile in archive[1] if mosaic.place(tile.name)[0] == zone]
        _, top, left, data, scales = mosaic.mosaic(of_zone, margin=0)
        shown = np.zeros((*scales.shape, 4))
        with np.errstate(invalid="ignore", over="ignore"):
            projected = (data * scales.astype(np.float64)[..., None] - kept["basis"]["mean"]) @ np.array(kept["basis"]["components"])[:3].T
            for channel, mapping in enumerate(kept["stretch"]):
                low, high = mapping["linear"]["low"], mapping["linear"]["high"]
                shown[..., channel] = np.clip((projected[..., channel] - low) / (high - low), 0, 1) * 255
        shown[..., 3] = 255
        valid = (scales > 0) & (scales < 1)
        parts[zone] = top, left, np.where(valid[..., None], shown, 0)
    return parts


def nearest(world, lon, lat):
    """The colours of the pixels that contain some points, and which of these points are far from a pixel's edge."""
    out = np.zeros((*lon.shape, 4))
    sure = np.ones(lon.shape, bool)
    for zone, (top, left, shown) in world.items():
        west, east = zone * 6 - 186, zone * 6 - 180
        own = (lon >= west) & (lon < east)
        x, y = pyproj.Transformer.from_crs(4326, 32600 + zone, always_xy=True).transform(lon[own], lat[own])
        col, row = (x - 163_840) / 10 - left, (10_035_200 - y) / 10 - top
        edge = np.minimum.reduce([col % 1, 1 - col % 1, row % 1, 1 - row % 1])
        row, col = np.floor(row).astype(int), np.floor(col).astype(int)
        inside = (row >= 0) & (col >= 0) & (row < shown.shape[0]) & (col < shown.shape[1])
        colours = np.zeros((len(row), 4))
        colours[inside] = shown[row[inside], col[inside]]
        out[own], sure[own] = colours, edge > 0.003
    return out, sure


def halved(cells):
    """2 × 2 cells as one: alpha is the mean, and colours are weighted by it."""
    rows, cols, _ = cells.shape
    squares = cells.astype(np.int64).reshape(rows // 2, 2, cols // 2, 2, 4)
    alpha = squares[..., 3]
    total = alpha.sum(axis=(1, 3))
    colour = (squares[..., :3] * alpha[..., None]).sum(axis=(1, 3))
    out = np.zeros((rows // 2, cols // 2, 4), np.uint8)
    some = total > 0
    out[some, :3] = np.floor(colour[some] / total[some][:, None] + 0.5)
    out[..., 3] = (total + 2) // 4
    out[out[..., 3] == 0] = 0
    return out


def stored_chunks(path, level):
    """Row and column of the chunks of a level that are stored."""
    folder = path / str(level) / "rgb" / "c"
    return sorted((int(file.parent.parent.name), int(file.parent.name)) for file in folder.glob("*/*/0"))


def test_level_0_has_the_nearest_pixels(group, world):
    told, path = group
    array = zarr.open_group(path, mode="r")["0/rgb"]
    assert array.shape == (1_800_000, 3_600_000, 4) and array.chunks == (512, 512, 4)
    chunks = stored_chunks(path, 0)
    assert len(chunks) > 10 and told["chunks_written"] > len(chunks)
    seen = 0
    for row, col in chunks:
        got = array[row * 512 : (row + 1) * 512, col * 512 : (col + 1) * 512]
        lat = 90 - (np.arange(row * 512, (row + 1) * 512) + 0.5) / 10_000
        lon = -180 + (np.arange(col * 512, (col + 1) * 512) + 0.5) / 10_000
        expected, sure = nearest(world, *np.meshgrid(lon, lat))
        np.testing.assert_array_equal(got[sure][:, 3], expected[sure][:, 3])
        assert np.abs(got[sure].astype(float) - expected[sure]).max() <= 1.01
        seen += int((got[..., 3] > 0).sum())
    assert seen > 1_000_000


def test_further_levels_are_means(group):
    _, path = group
    root = zarr.open_group(path, mode="r")
    for level in range(1, 13):
        below, array = root[f"{level - 1}/rgb"], root[f"{level}/rgb"]
        chunks = stored_chunks(path, level)
        assert chunks and {(row // 2, col // 2) for row, col in stored_chunks(path, level - 1)} >= set(chunks)
        for row, col in chunks:
            got = array[row * 512 : (row + 1) * 512, col * 512 : (col + 1) * 512]
            cells = np.zeros((1024, 1024, 4), np.uint8)
            part = below[row * 1024 : (row + 1) * 1024, col * 1024 : (col + 1) * 1024]
            cells[: part.shape[0], : part.shape[1]] = part
            np.testing.assert_array_equal(got, halved(cells)[: got.shape[0], : got.shape[1]])


def test_xarray_opens_it(group, world):
    _, path = group
    row, col = stored_chunks(path, 3)[0]
    data = xr.open_zarr(path, group="3", consolidated=False)["rgb"]
    assert data.dims == ("lat", "lon", "band") and data.dtype == np.uint8
    window = data[row * 512 : row * 512 + 512, col * 512 : col * 512 + 512].to_numpy()
    assert window[..., 3].any()
    assert not data[:512, :512].to_numpy().any()
    attributes = zarr.open_group(path, mode="r").attrs
    assert len(attributes["multiscales"]["layout"]) == 13 and attributes["tessera"]["components"] == [1, 2, 3]


def test_gdal_opens_it(group):
    """As of 3.12, which the wheels for the Python of the tests do not have yet."""
    _, path = group
    version = tuple(int(part) for part in rasterio.__gdal_version__.split(".")[:2])
    if version < (3, 12):
        print(f"skipped: GDAL {rasterio.__gdal_version__} does not read the codec `bytes` of Zarr V3")
        pytest.skip("GDAL before 3.12 does not read Zarr V3")
    row, col = stored_chunks(path, 3)[0]
    expected = zarr.open_group(path, mode="r")["3/rgb"][row * 512 : row * 512 + 512, col * 512 : col * 512 + 512]
    with rasterio.open(path / "3" / "rgb", DIM_X="lon", DIM_Y="lat") as opened:
        assert opened.crs.to_epsg() == 4326
        window = rasterio.windows.Window(col * 512, row * 512, 512, 512)
        np.testing.assert_array_equal(np.moveaxis(opened.read(window=window), 0, 2), expected)


def test_gdal_opens_the_map_tiles(tiles_of_map, tmp_path):
    """Through its driver for tile servers, which reads files, too."""
    _, path = tiles_of_map
    text = (
        f'<GDAL_WMS><Service name="TMS"><ServerUrl>file://{path}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service><DataWindow>'
        f"<UpperLeftX>{-HALF!r}</UpperLeftX><UpperLeftY>{HALF!r}</UpperLeftY><LowerRightX>{HALF!r}</LowerRightX>"
        f"<LowerRightY>{-HALF!r}</LowerRightY><TileLevel>13</TileLevel><TileCountX>1</TileCountX><TileCountY>1</TileCountY>"
        "<YOrigin>top</YOrigin></DataWindow><Projection>EPSG:3857</Projection><BlockSizeX>256</BlockSizeX>"
        "<BlockSizeY>256</BlockSizeY><BandsCount>4</BandsCount><ZeroBlockHttpCodes>404</ZeroBlockHttpCodes>"
        "</GDAL_WMS>"
    )
    (tmp_path / "map.xml").write_text(text)
    file = sorted((path / "13").glob("*/*.png"))[0]
    x, y = int(file.parent.name), int(file.stem)
    with rasterio.open(tmp_path / "map.xml") as opened:
        assert (opened.crs.to_epsg(), opened.count, opened.width) == (3857, 4, 256 * 2**13)
        got = opened.read(window=rasterio.windows.Window(x * 256, y * 256, 256, 256))
        np.testing.assert_array_equal(np.moveaxis(got, 0, 2), np.asarray(Image.open(file)))
        assert not opened.read(window=rasterio.windows.Window(0, 0, 256, 256)).any()


def test_a_group_in_a_zone_store(archive, basis, tmp_path):
    store = tmp_path / "tessera.zarr"
    command.done("zone", "create", store, "--zones", "31,32", "--years", "2024", "--dataset", "v1", "--channels", CHANNELS, "--shard", 512)
    command.done("zone", "fill", store, archive[0], "--year", 2024, "--no-sync")
    told = command.done("pyramid", "build", store, "-o", store / "global_rgb", "--with-basis", basis, "--levels", 4)
    assert told["chunks_written"] > 0 and (tmp_path / "tessera.zarr.build" / "global_rgb.ledger").is_file()
    other = tmp_path / "other.zarr"
    command.done("pyramid", "build", archive[0], "-o", other, "--with-basis", basis, "--levels", 4)
    for level in range(4):
        chunks = stored_chunks(other, level)
        assert stored_chunks(store / "global_rgb", level) == chunks
        for row, col in chunks:
            name = f"{level}/rgb/c/{row}/{col}/0"
            assert (store / "global_rgb" / name).read_bytes() == (other / name).read_bytes()
    # The store still is one.
    assert command.done("info", store)


@pytest.fixture(scope="module")
def tiles_of_map(archive, basis, tmp_path_factory):
    path = tmp_path_factory.mktemp("xyz") / "map"
    return command.done("pyramid", "build", archive[0], "-o", path, "--with-basis", basis, "--zooms", "0-13"), path


def test_map_tiles(tiles_of_map, world):
    _, path = tiles_of_map
    told = json.loads((path / "tilejson.json").read_text())
    assert (told["tilejson"], told["minzoom"], told["maxzoom"]) == ("3.0.0", 0, 13)
    assert told["tessera"]["components"] == [1, 2, 3] and len(told["tessera"]["explained_variance_ratio"]) == 3
    assert json.loads((path / "basis.json").read_text())["tessera_basis"] == 2
    tiles = {z: {tuple(int(part) for part in (file.parent.name, file.stem)) for file in (path / str(z)).glob("*/*.png")} for z in range(14)}
    assert all(tiles.values()) and tiles[0] == {(0, 0)}
    step = 2 * HALF / 256 / 2**14
    for x, y in sorted(tiles[13])[:6]:
        got = np.asarray(Image.open(path / "13" / str(x) / f"{y}.png"))
        assert got.shape == (256, 256, 4)
        cols = -HALF + (np.arange(x * 512, (x + 1) * 512) + 0.5) * step
        rows = HALF - (np.arange(y * 512, (y + 1) * 512) + 0.5) * step
        lon, lat = pyproj.Transformer.from_crs(3857, 4326, always_xy=True).transform(*np.meshgrid(cols, rows))
        finest, sure = nearest(world, lon, lat)
        expected = halved(np.floor(finest + 0.5).astype(np.uint8))
        sure = sure.reshape(256, 2, 256, 2).all(axis=(1, 3))
        np.testing.assert_array_equal(got[sure][:, 3], expected[sure][:, 3])
        assert np.abs(got[sure].astype(float) - expected[sure]).max() <= 1.01


def test_an_archive_of_the_same(archive, basis, tiles_of_map, tmp_path):
    path = tmp_path / "map.pmtiles"
    told = command.done("pyramid", "build", archive[0], "-o", path, "--with-basis", basis, "--zooms", "0-13")
    assert told["basis"] == str(tmp_path / "map.basis.json")
    data = path.read_bytes()
    assert data[:8] == b"PMTiles\x03"
    root, root_bytes, meta, meta_bytes = struct.unpack("<4Q", data[8:40])
    metadata = json.loads(gzip.decompress(data[meta : meta + meta_bytes]))
    assert metadata["tessera"]["year"] == 2024 and metadata["tessera"]["basis"] == "map.basis.json"
    assert gzip.decompress(data[root : root + root_bytes])
    # The folder of the same zooms, packed.
    command.done("pyramid", "pack", tiles_of_map[1], "-o", tmp_path / "packed.pmtiles")
    packed = (tmp_path / "packed.pmtiles").read_bytes()
    count = lambda data: struct.unpack("<3Q", data[72:96])
    assert count(packed) == count(data) and count(data)[0] == sum(1 for _ in tiles_of_map[1].glob("*/*/*.png"))
    command.run("pyramid", "pack", tiles_of_map[1], "-o", tmp_path / "packed.pmtiles").expect(2, "exists already")
    # Again: nothing is made, and the archive is the same.
    again = command.done("pyramid", "build", archive[0], "-o", path, "--with-basis", basis, "--zooms", "0-13")
    assert again["chunks_written"] == 0 and path.read_bytes() == data


def contents(folder):
    return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_only_what_changed_is_made_again(archive, basis, tmp_path):
    root, path = tmp_path / "v1", tmp_path / "map"
    shutil.copytree(archive[0], root)
    build = ["pyramid", "build", root, "-o", path, "--with-basis", basis, "--zooms", "5-12", "--no-sync"]
    first = command.done(*build)
    assert first["blocks"] > 3 and first["blocks_kept"] == 0
    before = contents(path)
    again = command.done(*build)
    assert (again["blocks"], again["chunks_written"]) == (0, 0) and contents(path) == before
    made(NAMES[3], root, 55)
    changed = command.done(*build)
    assert 0 < changed["blocks"] < first["blocks"] and changed["chunks_written"] < first["chunks_written"]
    fresh = tmp_path / "fresh"
    command.done("pyramid", "build", root, "-o", fresh, "--with-basis", basis, "--zooms", "5-12", "--no-sync")
    assert contents(path) == contents(fresh)
    shutil.rmtree(root / "2024" / NAMES[3])
    removed = command.done(*build)
    assert removed["blocks_removed"] > 0 and removed["chunks_removed"] > 0
    command.done("pyramid", "build", root, "-o", tmp_path / "less", "--with-basis", basis, "--zooms", "5-12", "--no-sync")
    assert contents(path).keys() == contents(tmp_path / "less").keys()
    # Other colours: all of it.
    gamma = tmp_path / "gamma.json"
    gamma.write_text(basis.read_text().replace('"gamma":1.0', '"gamma":2.0'))
    assert command.done(*[gamma if word == basis else word for word in build])["blocks_kept"] == 0


def test_another_year_is_another_pyramid_whatever_its_files_look_like(archive, basis, tmp_path):
    root, path = tmp_path / "v1", tmp_path / "map"
    shutil.copytree(archive[0] / "2024", root / "2024")
    made(NAMES[0], root, 40, 2023)
    for file in (root / "2023" / NAMES[0]).iterdir():
        twin = (root / "2024" / NAMES[0] / file.name).stat()
        os.utime(file, ns=(twin.st_atime_ns, twin.st_mtime_ns))
    build = ["pyramid", "build", root, "--with-basis", basis, "--zooms", "8-11", "--no-sync", "-o"]
    command.done(*build, path, "--year", 2024)
    other = command.done(*build, path, "--year", 2023)
    assert other["blocks"] > 0 and other["blocks_kept"] == 0
    command.done(*build, tmp_path / "fresh", "--year", 2023)
    assert contents(path) == contents(tmp_path / "fresh")


def test_some_zones_are_those_of_the_whole(archive, basis, group, tmp_path):
    path = tmp_path / "east.zarr"
    told = command.done("pyramid", "build", archive[0], "--with-basis", basis, "--zones", 32, "-o", path)
    assert told["parts"] == 1
    whole, east = (zarr.open_group(one, mode="r")["0/rgb"] for one in (group[1], path))
    border = (6 + 180) * 10_000
    seen = 0
    for row, col in stored_chunks(path, 0):
        rows, first = slice(row * 512, row * 512 + 512), max(col * 512, border)
        got = east[rows, col * 512 : col * 512 + 512]
        assert not got[:, : first - col * 512].any()
        np.testing.assert_array_equal(got[:, first - col * 512 :], whole[rows, first : col * 512 + 512])
        seen += int((got[..., 3] > 0).sum())
    assert seen > 100_000


def test_without_its_ledger_a_pyramid_is_not_gone_on_with(archive, basis, tmp_path):
    build = ["pyramid", "build", archive[0], "--with-basis", basis, "--zooms", "8-10", "--no-sync", "-o", tmp_path / "map"]
    command.done(*build)
    ledger = tmp_path / "map.build" / "pyramid.ledger"
    data = bytearray(ledger.read_bytes())
    data[200] ^= 1
    ledger.write_bytes(data)
    command.run(*build).expect(2, "is damaged", "with what was made by its help")
    ledger.unlink()
    command.run(*build).expect(2, "nothing says what it was made of")
    shutil.rmtree(tmp_path / "map")
    assert command.done(*build)["blocks"] > 0


def test_killed_runs_end_with_the_same_bytes(archive, basis, group, tmp_path):
    path = tmp_path / "pyramid.zarr"
    args = ["pyramid", "build", archive[0], "-o", path, "--with-basis", basis]
    for wait in (0.1, 0.3, 0.5, 0.7):
        process = command.start(*map(str, args))
        try:
            process.wait(timeout=wait)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    command.done(*args)
    assert contents(path) == contents(group[1])


def test_what_makes_no_pyramid_is_refused(archive, basis, tmp_path):
    def refused(*words, args=(), root=archive[0], out=tmp_path / "out", with_basis=basis):
        command.run("pyramid", "build", root, "-o", out, "--with-basis", with_basis, *args).expect(2, *words)
        assert not out.exists() and not out.with_name(f"{out.name}.build").exists()

    for zooms in ("0-17", "9-3", "x", "-1-4"):
        refused("expected zooms from 0 to 16", args=[f"--zooms={zooms}"])
    for levels in (0, 14):
        refused(f"a pyramid of {levels} levels", args=["--levels", levels], out=tmp_path / "out.zarr")
    refused("expected --levels", args=["--zooms", "0-3"], out=tmp_path / "out.zarr")
    refused("expected --zooms", args=["--levels", 3])
    refused("has nothing of 2024 in the zones 50", args=["--zones", "50"])
    refused("is no folder", out=tmp_path / "no" / "out")
    assert not (tmp_path / "no").exists()
    refused("is one tile", root=archive[1][0].folder)
    kept = json.loads(basis.read_text())
    for change, says in [
        ({"dataset": "v2"}, "of v2: expected the same"),
        ({"tessera_basis": 9}, "tessera_basis is 9"),
        ({"shown": [1, 2], "stretch": kept["stretch"][:2]}, "shows 2 components: expected three"),
    ]:
        path = tmp_path / "other.json"
        path.write_text(json.dumps(kept | change))
        refused(says, with_basis=path)
    narrow = json.loads(basis.read_text())
    narrow["channels"] = 4
    narrow["basis"]["mean"] = narrow["basis"]["mean"][:4]
    narrow["basis"]["components"] = [row[:4] for row in narrow["basis"]["components"][:4]]
    for key in ("explained_variance", "explained_variance_ratio"):
        narrow["basis"][key] = narrow["basis"][key][:4]
    (tmp_path / "narrow.json").write_text(json.dumps(narrow))
    refused("has 6 channels: expected 4", with_basis=tmp_path / "narrow.json")
    # What is there and is no pyramid stays.
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").write_text("mine")
    command.run("pyramid", "build", archive[0], "-o", tmp_path / "full", "--with-basis", basis).expect(2, "full")
    (tmp_path / "mine.pmtiles").write_text("mine")
    command.run("pyramid", "build", archive[0], "-o", tmp_path / "mine.pmtiles", "--with-basis", basis).expect(2, "exists already")
    assert not list(tmp_path.glob("*.build"))
    command.run("pyramid", "pack", tmp_path / "full", "-o", tmp_path / "a.txt").expect(2, "ends in .pmtiles")
    (tmp_path / "precious.basis.json").write_text("mine")
    words = ["--with-basis", basis, "-o", tmp_path / "precious.pmtiles"]
    command.run("pyramid", "build", archive[0], *words).expect(2, "in the place of the basis", "--overwrite")
    assert (tmp_path / "precious.basis.json").read_text() == "mine"
    assert (tmp_path / "full" / "a.txt").read_text() == (tmp_path / "mine.pmtiles").read_text() == "mine"


def test_water_alone_is_an_empty_pyramid(basis, tmp_path):
    tile = made(NAMES[0], tmp_path / "v1", 1)
    tile.scales[:] = np.nan
    tile.save()
    told = command.done("pyramid", "build", tmp_path / "v1", "-o", tmp_path / "map", "--with-basis", basis, "--zooms", "8-10")
    assert told["chunks_written"] == 0 and not list((tmp_path / "map").glob("*/*/*.png"))
