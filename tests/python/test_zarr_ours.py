"""Stores that the command writes, as zarr-python and xarray read them."""

import datetime
import json

import numpy as np
import pytest
import xarray as xr
import zarr

import command
import utm

CODECS = ["zstd", "blosc-zstd", "blosc-lz4", "gzip", "none"]
# Format, chunk edge, shard edge: several, one and less than one chunk across; one shard for all, and many.
LAYOUTS = [
    (2, 32, None),
    (2, 256, None),
    (2, 512, None),
    (3, 32, None),
    (3, 256, None),
    (3, 32, 64),
    (3, 100, 600),
    (3, 512, None),
]


def assert_values(store, tile):
    """Values bit by bit, with their types."""
    assert store.embeddings.dtype == np.int8 and store.scales.dtype == np.float32
    np.testing.assert_array_equal(store.embeddings.values, tile.data)
    np.testing.assert_array_equal(store.scales.values.view(np.uint32), tile.scales.view(np.uint32))


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("number, chunk, shard", LAYOUTS)
def test_every_layout_and_codec(tile, tmp_path, number, chunk, shard, codec):
    path = tmp_path / "a.zarr"
    options = ["--format", number, "--chunk", chunk, "--codec", codec] + (["--shard", shard] if shard else [])
    command.done("convert", tile.folder, "-o", path, *options, "--no-sync")
    store = xr.open_zarr(path, consolidated=True)
    assert_values(store, tile)
    assert store.embeddings.dims == ("y", "x", "band") and store.scales.dims == ("y", "x")

    group = zarr.open_group(path, mode="r", use_consolidated=False)
    assert group.metadata.zarr_format == number
    embeddings = group["embeddings"]
    rows, cols, channels = tile.data.shape
    assert embeddings.chunks[2] == channels
    # A chunk is as wide as asked, or the whole array where that is less.
    assert all(got == chunk or extent <= got <= chunk for got, extent in zip(embeddings.chunks, (rows, cols)))
    if shard:
        assert embeddings.shards[:2] == (shard, shard)
    else:
        assert (embeddings.shards is None) == (number == 2)
    names = " ".join(type(c).__name__ for c in embeddings.compressors).lower()
    expected = {"zstd": "zstd", "blosc-zstd": "blosc", "blosc-lz4": "blosc", "gzip": "gzip", "none": ""}[codec]
    assert expected in names and bool(names) == bool(expected)
    if "blosc" in codec:
        assert codec.split("-")[1] in str(embeddings.compressors[0]).lower()


@pytest.mark.parametrize("number", [2, 3])
def test_xarray_without_any_option(stores, tile, number, recwarn):
    store = xr.open_zarr(stores[number])
    # A warning would be about metadata that is not consolidated, or a type out of specification.
    assert [str(w.message) for w in recwarn if "onsolidated" in str(w.message) or "ecification" in str(w.message)] == []
    assert_values(store, tile)
    assert dict(store.sizes) == {"y": 1115, "x": 58, "band": 128, "bnds": 2}
    assert set(store.coords) >= {"y", "x", "band", "time"}
    grid = utm.grid(tile.name)
    np.testing.assert_array_equal(store.x, grid["west"] + 10 * (np.arange(58) + 0.5))
    np.testing.assert_array_equal(store.y, grid["north"] - 10 * (np.arange(1115) + 0.5))
    np.testing.assert_array_equal(store.band, np.arange(128))
    assert store.time.values == np.datetime64("2024-01-01") and store.time.shape == ()
    assert store.time_bnds.values.tolist() == np.array(["2024-01-01", "2025-01-01"], "M8[ns]").tolist()
    assert store.embeddings.attrs["grid_mapping"] == "spatial_ref"
    assert store.embeddings.attrs["ancillary_variables"] == "scales"
    for array in (store.embeddings, store.scales):
        assert not {"scale_factor", "add_offset", "_FillValue"} & {*array.attrs, *array.encoding} - {"_FillValue"}


@pytest.mark.parametrize("number", [2, 3])
def test_dequantize_in_xarray(stores, tile, number):
    """The recipe of the documents: values × scales where the pixel is valid."""
    store = xr.open_zarr(stores[number])
    values = (store.embeddings * store.scales).where((store.scales > 0) & (store.scales < 1))
    assert values.dtype == np.float32
    expected = np.where(tile.valid[..., None], tile.data * np.where(tile.valid, tile.scales, 0)[..., None], np.nan)
    np.testing.assert_array_equal(values.values, expected.astype(np.float32))


@pytest.mark.parametrize("number", [2, 3])
def test_attributes(stores, tile, number):
    attributes = xr.open_zarr(stores[number]).attrs
    grid = utm.grid(tile.name)
    assert attributes["Conventions"] == "CF-1.11, ACDD-1.3"
    assert attributes["id"] == f"{tile.name}_2024" and attributes["product_version"] == "v1"
    assert attributes["proj:code"] == grid["crs"]
    assert attributes["spatial:shape"] == [1115, 58]
    assert attributes["spatial:transform"] == [10, 0, grid["west"], 0, -10, grid["north"]]
    box = [grid["west"], grid["north"] - 11150, grid["west"] + 580, grid["north"]]
    assert attributes["spatial:bbox"] == box
    bounds = [attributes[f"geospatial_{edge}"] for edge in ("lon_min", "lat_min", "lon_max", "lat_max")]
    assert bounds == [0.0, 89.9, 0.1, 90.0]
    assert attributes["geoemb:dimensions"] == 128 and "geoemb:spatial_layout" not in attributes
    assert attributes["time_coverage_start"][:10] == "2024-01-01"
    assert attributes["time_coverage_end"][:10] == "2024-12-31"
    made = datetime.datetime.fromisoformat(attributes["date_created"])
    assert abs(datetime.datetime.now(datetime.UTC) - made) < datetime.timedelta(hours=1)


def test_version_2_is_as_it_was_described(stores):
    """One folder, metadata in dot files, chunks named by their place with dots."""
    path = stores[2]
    assert {".zgroup", ".zattrs", ".zmetadata"} <= {p.name for p in path.iterdir()}
    assert {p.name for p in (path / "scales").iterdir()} == {".zarray", ".zattrs", *(f"{n}.0" for n in range(5))}
    keys = {p.name for p in (path / "embeddings").iterdir()}
    assert keys == {".zarray", ".zattrs", *(f"{n}.0.0" for n in range(5))}
    metadata = json.loads((path / "embeddings/.zarray").read_text())
    assert metadata["fill_value"] is None and metadata["dtype"] == "|i1"
    # What is consolidated is what stands beside the chunks.
    for key, value in json.loads((path / ".zmetadata").read_text())["metadata"].items():
        assert json.loads((path / key).read_text()) == value


def test_version_3_consolidated_metadata_is_used(stores, tmp_path):
    group = json.loads((stores[3] / "zarr.json").read_text())
    for name, value in group["consolidated_metadata"]["metadata"].items():
        assert json.loads((stores[3] / name / "zarr.json").read_text()) == value
    assert list((stores[3] / "embeddings/c").rglob("*"))


def test_reproducible(tile, tmp_path):
    """The same input at the same time gives the same bytes."""
    for name in ("a", "b"):
        command.done("convert", tile.folder, "-o", tmp_path / name, SOURCE_DATE_EPOCH="1700000000")
    files = [
        {p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()}
        for name in ("a", "b")
    ]
    assert files[0] == files[1] and len(files[0]) > 20
