"""Zone stores: twelve tiles over two zones, both hemispheres and the antimeridian, beside a slow mosaic in numpy."""

import os
import pathlib
import random
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest
import rasterio
import xarray as xr
import zarr

import command
import mosaic
import tiles
import utm

NAMES = [
    f"grid_{lon}_{lat}" for lat in ("0.05", "-0.05", "-0.15") for lon in ("179.85", "179.95", "-179.95", "-179.85")
]
CHANNELS = 4
ZONES = (60, 1)


def made(name, root, seed):
    """A tile with patches of every kind of pixel, different in each tile, so that overlaps differ."""
    _, _, _, rows, cols = mosaic.place(name)
    rng = np.random.default_rng(seed)
    data = rng.integers(-127, 128, (rows, cols, CHANNELS), np.int8)
    scales = rng.uniform(0.01, 0.2, (rows, cols)).astype(np.float32)
    kinds = np.kron(rng.integers(0, 12, (rows // 16 + 1, cols // 16 + 1)), np.ones((16, 16), int))[:rows, :cols]
    for kind, scale in enumerate([np.nan, np.nan, np.inf, 0.0, -161685.0, 3.4e38]):
        scales[kinds == kind] = scale
    return tiles.Tile(name, root / "2024" / name, data, scales).save()


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    root = tmp_path_factory.mktemp("zones") / "v1"
    return root, [made(name, root, seed) for seed, name in enumerate(NAMES)]


def create(store, *options):
    zones = ",".join(map(str, ZONES))
    return command.done(
        "zone", "create", store, "--zones", zones, "--years", "2023-2024", "--dataset", "v1", "--channels", CHANNELS, *options
    )


@pytest.fixture(scope="module")
def store(archive, tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "tessera.zarr"
    create(path)
    done = command.done("zone", "fill", path, archive[0], "--year", 2024)
    assert done["failed"] == [] and done["failed_tiles"] == [] and done["written"] >= 2
    return path


@pytest.fixture(scope="module")
def expected(archive):
    """The mosaic of each zone."""
    zone_of = lambda tile: mosaic.place(tile.name)[0]
    return {zone: mosaic.mosaic([tile for tile in archive[1] if zone_of(tile) == zone], margin=20) for zone in ZONES}


@pytest.mark.parametrize("zone", ZONES)
def test_every_pixel_is_that_of_the_slow_mosaic(store, expected, zone):
    _, top, left, data, scales = expected[zone]
    group = zarr.open_group(store, mode="r")[f"utm{zone:02}"]
    rows, cols = slice(top, top + data.shape[0]), slice(left, left + data.shape[1])
    got = group["embeddings"][1, :, rows, cols].transpose(1, 2, 0)
    np.testing.assert_array_equal(group["scales"][1, rows, cols].view(np.uint32), scales.view(np.uint32))
    np.testing.assert_array_equal(got, data)
    assert {mosaic.VALID, mosaic.WATER, mosaic.NO_DATA} == set(np.unique(mosaic.status(scales)))
    # The other year is there, and empty.
    assert np.isposinf(group["scales"][0, rows, cols]).all()
    # Both hemispheres: rows above and below the equator have pixels.
    equator = round(mosaic.NORTH / 10) - top
    assert (scales[: equator - 20] < 1).any() and (scales[equator + 20 :] < 1).any()


@pytest.mark.parametrize("zone", ZONES)
def test_xarray_finds_pixels_by_coordinates(store, expected, zone):
    _, top, left, data, scales = expected[zone]
    dataset = xr.open_zarr(store, group=f"utm{zone:02}", consolidated=False)
    assert dataset.embeddings.dims == ("time", "band", "y", "x") and dataset.embeddings.dtype == np.int8
    assert dataset.sizes == {"time": 2, "band": CHANNELS, "y": mosaic.ROWS, "x": mosaic.COLS}
    assert dataset.attrs["proj:code"] == f"EPSG:{32600 + zone}"
    assert list(dataset.time.values) == [2023, 2024] and list(dataset.band.values) == list(range(CHANNELS))
    rng = np.random.default_rng(zone)
    for row, col in zip(rng.integers(0, data.shape[0], 20), rng.integers(0, data.shape[1], 20)):
        at = {"y": mosaic.NORTH - 10 * (top + row + 0.5), "x": mosaic.WEST + 10 * (left + col + 0.5)}
        pixel = dataset.sel(time=2024, **at)
        np.testing.assert_array_equal(pixel.embeddings.values, data[row, col])
        np.testing.assert_array_equal(pixel.scales.values, scales[row, col])


def test_consolidated_metadata_is_that_of_each_array(store):
    root = zarr.open_group(store, mode="r", use_consolidated=True)
    assert sorted(root.group_keys()) == ["utm01", "utm60"]
    assert root.attrs["geoemb:model"] == "https://geotessera.org/model/1.0"
    for name in ("embeddings", "scales", "x", "y", "time", "band", "spatial_ref"):
        alone = zarr.open_array(store / "utm60" / name, mode="r")
        assert alone.metadata.to_dict() == root["utm60"][name].metadata.to_dict(), name


def test_verify_finds_nothing_wrong_and_says_what_is(store, archive, tmp_path):
    found = command.done("zone", "verify", store, "--archive", archive[0])
    assert found["problems"] == [] and found["hashes"] == found["objects"] > 0 and found["pixels"] >= 1000
    copy = tmp_path / "copy.zarr"
    shutil.copytree(store, copy)
    shutil.copytree(f"{store}.build", f"{copy}.build")
    shard = next(path for path in sorted((copy / "utm60/embeddings/c").rglob("*")) if path.is_file())
    shard.write_bytes(shard.read_bytes()[:-1000])
    outcome = command.run("zone", "verify", copy, "--json").expect(3, str(shard.relative_to(copy)))
    assert {problem["what"] for problem in outcome.json["problems"]} == {str(shard.relative_to(copy))}


def test_filled_again_nothing_is_done_and_a_changed_tile_changes_its_shards(store, archive, tmp_path):
    copy = tmp_path / "copy.zarr"
    shutil.copytree(store, copy)
    shutil.copytree(f"{store}.build", f"{copy}.build")
    fill = ["zone", "fill", copy, archive[0], "--year", 2024]
    assert command.done(*fill)["written"] == 0
    os.utime(archive[1][0].scales_path)
    assert command.done(*fill)["written"] >= 1
    assert files(copy) == files(store)


def test_a_tile_that_is_cut_off_is_named_and_the_others_are_there(archive, tmp_path):
    root = tmp_path / "v1"
    shutil.copytree(archive[0], root)
    victim = root / "2024" / NAMES[5] / f"{NAMES[5]}.npy"
    whole = victim.read_bytes()
    victim.write_bytes(whole[:5000])
    store = tmp_path / "a.zarr"
    create(store, "--shard", 1024)
    outcome = command.run("zone", "fill", store, root, "--year", 2024, "--json").expect(3, NAMES[5], "bytes", "1 of 12 tiles")
    assert {failed["tile"] for failed in outcome.json["failed_tiles"]} == {NAMES[5]}
    command.run("zone", "verify", store).expect(3, f"it lacks {NAMES[5]}")
    victim.write_bytes(whole)
    command.done("zone", "fill", store, root, "--year", 2024)
    command.done("zone", "verify", store, "--archive", root)


def test_filled_from_tile_stores_it_is_the_same(archive, store, tmp_path):
    stores, fresh = tmp_path / "stores", tmp_path / "a.zarr"
    command.done("convert", archive[0], "-o", stores, "--year", 2024, "--format", 3, "--chunk", 128)
    create(fresh)
    command.done("zone", "fill", fresh, stores)
    assert files(fresh) == files(store)
    again = tmp_path / "b.zarr"
    create(again)
    command.run("zone", "fill", again, stores, "--memory", "65").expect(3, "MiB to put together")


def test_memory_stays_within_what_is_allowed(archive, tmp_path):
    """Twelve tiles of 10 MB each: the rows that were encoded are given back."""
    fresh, allowed = tmp_path / "a.zarr", 80
    create(fresh)
    running = command.start("zone", "fill", fresh, archive[0], "--memory", allowed, "--quiet")
    peak = 0
    while running.poll() is None:
        # What a process had at most; the memory of this one, before it became another, does not count there.
        status = pathlib.Path(f"/proc/{running.pid}/status").read_text()
        peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))])
        time.sleep(0.002)
    running.communicate()
    assert running.returncode == 0 and 10 < peak / 1024 < allowed


def test_water_is_that_of_landmasks_when_asked(archive, tmp_path):
    tile = archive[1][2]
    zone, top, left, rows, cols = mosaic.place(tile.name)
    mask = (np.indices((rows, cols)).sum(axis=0) // 40 % 3 > 0).astype(np.uint8)
    masks = tmp_path / "masks"
    masks.mkdir()
    grid = utm.grid(tile.name)
    transform = rasterio.Affine(10, 0, grid["west"], 0, -10, grid["north"])
    with rasterio.open(
        masks / f"{tile.name}.tiff", "w", driver="GTiff", height=rows, width=cols, count=1, dtype="uint8", crs=grid["crs"],
        transform=transform, compress="lzw",
    ) as out:
        out.write(mask, 1)
    root = tmp_path / "v1"
    shutil.copytree(tile.folder, root / "2024" / tile.name)
    store = tmp_path / "a.zarr"
    create(store)
    command.done("zone", "fill", store, root, "--landmasks", masks, "--water-from-landmasks")
    got = zarr.open_group(store, mode="r")[f"utm{zone:02}/scales"][1, top : top + rows, left : left + cols]
    valid = (tile.scales > 0) & (tile.scales < 1)
    np.testing.assert_array_equal(np.isnan(got), mask == 0)
    np.testing.assert_array_equal(got[(mask == 1) & valid], tile.scales[(mask == 1) & valid])
    assert np.isposinf(got[(mask == 1) & ~valid]).all()


def test_an_archive_that_is_listed_in_a_file_is_not_walked(archive, store, tmp_path):
    listing = tmp_path / "tiles.txt"
    listing.write_text("# all but the first\n" + "".join(f"2024/{name}/{name}.npy\n" for name in NAMES[1:]) + "nonsense\n")
    fresh = tmp_path / "a.zarr"
    create(fresh)
    command.done("zone", "fill", fresh, archive[0], "--listing", listing)
    command.done("zone", "verify", fresh, "--archive", archive[0], "--listing", listing)
    assert files(fresh) != files(store)
    listing.write_text("".join(f"2024/{name}\n" for name in NAMES))
    command.done("zone", "fill", fresh, archive[0], "--listing", listing)
    assert files(fresh) == files(store)


def files(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_killed_at_any_moment_the_store_ends_up_the_same(archive, tmp_path):
    """kill -9, several times; then the same command again."""
    options = ["--shard", 256, "--codec", "gzip", "--level", 6]
    whole, killed = tmp_path / "whole.zarr", tmp_path / "killed.zarr"
    create(whole, *options)
    begun = time.monotonic()
    command.done("zone", "fill", whole, archive[0], "--year", 2024)
    takes = time.monotonic() - begun
    expected = files(whole)
    create(killed, *options)
    rng, kills = random.Random(5), 0
    for _ in range(30):
        running = command.start("zone", "fill", killed, archive[0], "--year", 2024)
        try:
            running.communicate(timeout=rng.uniform(0.05, 0.35) * takes)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGKILL)
            running.communicate()
            kills += 1
        # What is there is whole: each object is that of the undisturbed store.
        for name, content in files(killed).items():
            assert content == expected[name], name
        if running.returncode == 0:
            break
    assert kills >= 2
    command.done("zone", "fill", killed, archive[0], "--year", 2024)
    assert files(killed) == expected
    command.done("zone", "verify", killed, "--archive", archive[0])


def test_interrupted_it_says_so_and_goes_on(archive, tmp_path):
    options = ["--shard", 256, "--codec", "gzip", "--level", 9]
    store = tmp_path / "a.zarr"
    create(store, *options)
    running = command.start("zone", "fill", store, archive[0], "--year", 2024)
    give_up = time.monotonic() + 60
    while not any((store / "utm60/embeddings").rglob("c/1/0/*/*")) and time.monotonic() < give_up:
        time.sleep(0.01)
    running.send_signal(signal.SIGTERM)
    _, messages = running.communicate(timeout=60)
    assert running.returncode == 75, messages
    assert "run the same command again" in messages
    assert command.done("zone", "fill", store, archive[0], "--year", 2024)["unchanged"] > 0
    command.done("zone", "verify", store)


def test_two_processes_fill_one_store(archive, tmp_path):
    store, whole = tmp_path / "a.zarr", tmp_path / "whole.zarr"
    for path in (store, whole):
        create(path, "--shard", 512)
    running = [command.start("zone", "fill", store, archive[0], "--year", 2024) for _ in range(2)]
    for process in running:
        process.communicate(timeout=120)
        assert process.returncode == 0
    command.done("zone", "fill", whole, archive[0], "--year", 2024)
    assert files(store) == files(whole)
    assert command.done("zone", "fill", store, archive[0], "--year", 2024)["written"] == 0


def test_extend_keeps_what_is_there(store, tmp_path):
    copy = tmp_path / "copy.zarr"
    shutil.copytree(store, copy)
    before = {name: content for name, content in files(copy).items() if "/c/" in name and "/time/" not in name}
    command.done("zone", "extend", copy, "--years", "2025,2017", "--zones", 31)
    after = files(copy)
    assert all(after[name] == content for name, content in before.items())
    dataset = xr.open_zarr(copy, group="utm60")
    assert list(dataset.time.values) == [2023, 2024, 2017, 2025]
    assert zarr.open_group(copy, mode="r")["utm31/time"][:].tolist() == [2023, 2024, 2017, 2025]
    info = command.done("zone", "info", copy)
    assert [zone["zone"] for zone in info["zones"]] == [1, 31, 60]


def test_what_does_not_fit_is_refused(store, archive, tmp_path):
    fill = lambda *options: command.run("zone", "fill", store, archive[0], *options)
    fill("--year", 2020).expect(2, "no year 2020", "2024")
    fill("--year", 2024, "--zones", 31).expect(2, "no zone 31", "1, 60")
    fill("--year", 2024, "--dataset", "v2").expect(2, "v2", "v1")
    other = tmp_path / "v2.zarr"
    command.done("zone", "create", other, "--zones", "1,60", "--years", 2024, "--dataset", "v2", "--channels", CHANNELS)
    command.run("zone", "fill", other, archive[0]).expect(2, "dataset v1: expected v2", "do not mix")
    command.run("zone", "fill", archive[0], archive[0]).expect(2, "not a Zarr store")
    command.run("zone", "create", store, "--zones", 1, "--years", 2024, "--dataset", "v1").expect(2, "exists already")
    fresh = tmp_path / "b.zarr"
    command.run("zone", "create", fresh, "--zones", "61", "--years", 2024, "--dataset", "v1").expect(2, "1..=60")
    command.run("zone", "create", fresh, "--zones", 1, "--years", "2024-2020", "--dataset", "v1").expect(2, "backwards")
    command.run("zone", "create", fresh, "--zones", 1, "--years", 2024, "--dataset", "unknown").expect(2, "dataset")
    command.run("zone", "create", fresh, "--zones", 1, "--years", 2024, "--dataset", "v1", "--shard", 100).expect(2, "shard")
    assert not fresh.exists()
    # A store of 128 channels takes no tiles of 4.
    command.done("zone", "create", fresh, "--zones", "1,60", "--years", 2024, "--dataset", "v1")
    command.run("zone", "fill", fresh, archive[0]).expect(3, "4 channels: expected 128")
