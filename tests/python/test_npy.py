"""NPY files against numpy: what numpy wrote is read by the command."""

import numpy as np
import pytest
import zarr
from numpy.lib import format as npy

import command
import tiles


def copy_of(tile, root):
    """A second tile of the same content that a test may spoil."""
    copy = tiles.Tile(tile.name, root / "v1" / "2024" / tile.name, tile.data, tile.scales)
    return copy.save()


def converted(tile, out):
    """What the command made of a tile, as zarr-python reads it."""
    command.done("convert", tile.folder, "-o", out)
    group = zarr.open_group(out, mode="r")
    return group["embeddings"][:], group["scales"][:]


def assert_same(got, data, scales):
    assert got[0].dtype == np.int8 and got[1].dtype == np.float32
    np.testing.assert_array_equal(got[0], data)
    # Bit by bit: NaN is NaN, -0.0 is -0.0.
    np.testing.assert_array_equal(got[1].view(np.uint32), scales.view(np.uint32))


def test_info_counts_what_numpy_counts(tile):
    told = command.done("info", tile.folder)
    assert {key: told["counts"][key] for key in ("valid", "water", "no_data")} == tile.counts()
    assert told["counts"]["infinite"] == np.isinf(tile.scales).sum()
    assert told["counts"]["zero"] == (tile.scales == 0).sum()
    assert told["counts"]["negative"] == (np.isfinite(tile.scales) & (tile.scales < 0)).sum()
    assert told["counts"]["over_limit"] == (np.isfinite(tile.scales) & (tile.scales >= 1)).sum()
    assert (told["rows"], told["cols"], told["channels"]) == tile.data.shape
    assert (told["tile"], told["year"], told["version"]) == (tile.name, 2024, "v1")
    assert told["bytes"] == tile.embeddings_path.stat().st_size + tile.scales_path.stat().st_size


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_header_versions(tile, tmp_path, version):
    copy = copy_of(tile, tmp_path)
    for path, array in ((copy.embeddings_path, copy.data), (copy.scales_path, copy.scales)):
        with path.open("wb") as file:
            npy.write_array(file, array, version=version)
        assert path.read_bytes()[6:8] == bytes(version)
    assert_same(converted(copy, tmp_path / "a.zarr"), tile.data, tile.scales)


def test_values(tile, tmp_path):
    assert_same(converted(tile, tmp_path / "a.zarr"), tile.data, tile.scales)


def test_a_scale_for_each_channel(tile, tmp_path):
    scales = np.repeat(tile.scales[..., None], 128, axis=2)
    scales[100:200, :, 5] *= np.float32(0.5)
    copy = tiles.Tile(tile.name, tmp_path / "2024" / tile.name, tile.data, scales).save()
    assert_same(converted(copy, tmp_path / "a.zarr"), tile.data, scales)


@pytest.mark.parametrize("dtype", ["<f8", ">f8", ">f4", "<f2"])
def test_scales_of_other_floats(tile, tmp_path, dtype):
    """Other floats become float32, by the value that numpy rounds to."""
    copy = copy_of(tile, tmp_path)
    with np.errstate(over="ignore"):
        stored = tile.scales.astype(dtype)
    np.save(copy.scales_path, stored)
    assert_same(converted(copy, tmp_path / "a.zarr"), tile.data, stored.astype(np.float32))


def test_fortran_order_of_the_scales(tile, tmp_path):
    """Scales in Fortran order are either converted or refused, never read as if they were in C order."""
    copy = copy_of(tile, tmp_path)
    np.save(copy.scales_path, np.asfortranarray(tile.scales))
    outcome = command.run("convert", copy.folder, "-o", tmp_path / "a.zarr")
    if outcome.code == 0:
        got = zarr.open_group(tmp_path / "a.zarr", mode="r")
        np.testing.assert_array_equal(got["scales"][:], tile.scales)
    else:
        outcome.expect(2, "Fortran", copy.scales_path.name)


def test_a_row_more_than_the_name_says(tile, tmp_path):
    """A pixel or two of difference is told and kept."""
    data = np.concatenate([tile.data, tile.data[-1:]])
    scales = np.concatenate([tile.scales, tile.scales[-1:]])
    copy = tiles.Tile(tile.name, tmp_path / "2024" / tile.name, data, scales).save()
    notices = command.done("info", copy.folder)["notices"]
    assert len(notices) == 1 and "1116" in notices[0] and "1115" in notices[0]
    assert_same(converted(copy, tmp_path / "a.zarr"), data, scales)
