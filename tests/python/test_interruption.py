"""What stops a conversion leaves nothing that looks finished, and the same command goes on from there."""

import os
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest
import zarr

import command

TILES = 24


def whole(store, tile):
    group = zarr.open_group(store, mode="r")
    return np.array_equal(group["embeddings"][:], tile.data)


def finished(out):
    """What looks finished: everything that is not hidden."""
    folder = out / "2024"
    return sorted(p for p in folder.iterdir() if not p.name.startswith(".")) if folder.is_dir() else []


@pytest.fixture(scope="module")
def archive(tile, tmp_path_factory):
    """Tiles at the same place in each zone, which have the same shape; hard links to one pair of files."""
    root = tmp_path_factory.mktemp("many") / "v1"
    for zone in range(TILES):
        name = f"grid_{zone * 6}.05_89.95"
        folder = root / "2024" / name
        folder.mkdir(parents=True)
        os.link(tile.embeddings_path, folder / f"{name}.npy")
        os.link(tile.scales_path, folder / f"{name}_scales.npy")
    return root


BESIDE = ["--preview", "--item"]


def convert(archive, out, *options):
    return ["convert", archive, "-o", out, "--codec", "gzip", "--level", 9, "--json", *options]


def stores(out):
    return [path for path in finished(out) if path.suffix == ".zarr"]


def stop_amid(arguments, out, number):
    """Starts converting, sends a signal once the first store stands, and waits. Some tiles must be left to do."""
    running = command.start(*arguments)
    give_up = time.monotonic() + 60
    while not stores(out) and running.poll() is None and time.monotonic() < give_up:
        time.sleep(0.005)
    running.send_signal(number)
    output, messages = running.communicate(timeout=120)
    assert 0 < len(stores(out)) < TILES, messages
    return running.returncode, output, messages


def resume(arguments, out, tile):
    """The same command keeps what stands and does the rest."""
    kept = {path: path.stat().st_mtime_ns for path in stores(out)}
    assert all(whole(store, tile) for store in kept)
    told = command.run(*arguments).expect(0).json
    assert (told["tiles"], told["kept"], told["failed"]) == (TILES, len(kept), [])
    assert told["written"] == TILES - len(kept)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert len(stores(out)) == TILES and all(whole(store, tile) for store in stores(out))


def test_terminated(archive, tile, tmp_path):
    out = tmp_path / "out"
    arguments = convert(archive, out, *BESIDE)
    code, output, messages = stop_amid(arguments, out, signal.SIGTERM)
    assert code == 75, messages
    assert "interrupted" in messages and "again" in messages
    assert output.count("\n") <= 1
    # Nothing hidden is left either, and whatever stands has beside it what belongs there.
    assert [p.name for p in (out / "2024").iterdir() if p.name.startswith(".")] == []
    for store in stores(out):
        assert all(store.with_suffix(kind).is_file() for kind in (".png", ".basis.json", ".json"))
    resume(arguments, out, tile)
    assert len(finished(out)) == 4 * TILES


def test_killed(archive, tile, tmp_path):
    out = tmp_path / "out"
    code, _, _ = stop_amid(convert(archive, out), out, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert command.done("info", out)["tiles"] == {"2024": len(stores(out))}
    resume(convert(archive, out), out, tile)


def test_killed_amid_one_tile(tile, tmp_path):
    """At whatever moment: the store is whole or not there."""
    for wait in np.linspace(0.005, 0.4, 12):
        out = tmp_path / f"{wait:.3f}"
        out.mkdir()
        running = command.start("convert", tile.folder, "-o", out / "a.zarr", "--codec", "gzip", "--level", 9)
        time.sleep(wait)
        running.kill()
        running.communicate(timeout=60)
        if (out / "a.zarr").exists():
            assert whole(out / "a.zarr", tile)
        # What the killed one left hidden is in nobody's way.
        command.done("convert", tile.folder, "-o", out / "a.zarr", "--overwrite", "--no-sync")
        assert whole(out / "a.zarr", tile)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 4 MiB, less than half a tile."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0777", "tmpfs", folder]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("options", [[], ["--format", 3], ["--preview", "--item"], ["--chunk", 32, "--no-sync"]])
def test_full_disk(small_disk, tile, options):
    command.run("convert", tile.folder, "-o", small_disk / "a.zarr", *options).expect(75, str(small_disk), "space")
    assert list(small_disk.iterdir()) == []


def test_full_disk_amid_an_archive(small_disk, archive):
    command.run("convert", archive, "-o", small_disk / "out").expect(75, "space")
    assert finished(small_disk / "out") == []
    assert [p for p in small_disk.rglob("*") if p.is_file()] == []


def test_full_disk_for_the_picture(small_disk, tile):
    filler = small_disk / "filler"
    size = shutil.disk_usage(small_disk).free - 8192
    filler.write_bytes(b"x" * size)
    command.run("pca", tile.folder, "-o", small_disk / "a.png").expect(75, str(small_disk))
    assert list(small_disk.iterdir()) == [filler]


def test_full_disk_for_the_catalogue(small_disk, stores):
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * shutil.disk_usage(small_disk).free)
    command.run("catalog", "build", stores[2], "-o", small_disk / "stac").expect(75)
    assert list(small_disk.iterdir()) == [filler]
