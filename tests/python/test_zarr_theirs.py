"""Stores that zarr-python wrote in the form of ours, read by the command."""

import json

import numcodecs
import numpy as np
import pytest
import xarray as xr
import zarr
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, TransposeCodec, ZstdCodec

import command

CHUNK = (200, 50)


def write(ours, path, number, embeddings, scales, consolidated=True):
    """A store with the attributes and variables of `ours`, its two arrays made with these options."""
    source = zarr.open_group(ours, mode="r")
    group = zarr.create_group(path, zarr_format=number, attributes=dict(source.attrs))
    for name, array in source.arrays():
        options = {"chunks": array.chunks, "fill_value": array.fill_value}
        if name in ("embeddings", "scales"):
            options |= {"chunks": CHUNK + (128,) * (array.ndim - 2)} | (embeddings if name == "embeddings" else scales)
        if number == 3:
            options["dimension_names"] = array.metadata.dimension_names
        dtype = options.pop("dtype", array.dtype)
        made = group.create_array(name, shape=array.shape, dtype=dtype, attributes=dict(array.attrs), **options)
        made[...] = array[...]
    if consolidated:
        zarr.consolidate_metadata(path)
    return path


def assert_read(path, tile, tmp_path, number):
    """What the command says of the store, and converts it into, is the tile."""
    told = command.done("info", path)
    assert (told["kind"], told["zarr_format"], told["tile"]) == ("tile store", number, tile.name)
    assert (told["year"], told["version"], told["rows"], told["cols"]) == (2024, "v1", 1115, 58)
    assert {key: told["counts"][key] for key in ("valid", "water", "no_data")} == tile.counts()
    out = tmp_path / "out.zarr"
    command.done("convert", path, "-o", out, "--codec", "none")
    store = xr.open_zarr(out)
    np.testing.assert_array_equal(store.embeddings.values, tile.data)
    np.testing.assert_array_equal(store.scales.values.view(np.uint32), tile.scales.view(np.uint32))


BLOSC = numcodecs.Blosc("lz4", 5, numcodecs.Blosc.BITSHUFFLE)
V2 = {
    "zstd": ({"compressors": numcodecs.Zstd(3)},) * 2,
    "zstd with a checksum": ({"compressors": numcodecs.Zstd(3, checksum=True)},) * 2,
    "blosc": ({"compressors": BLOSC},) * 2,
    "gzip": ({"compressors": numcodecs.GZip(6)},) * 2,
    "zlib": ({"compressors": numcodecs.Zlib(6)},) * 2,
    "none": ({"compressors": None},) * 2,
    "columns first": ({"order": "F"},) * 2,
    "big-endian scales": ({}, {"dtype": ">f4"}),
    "chunks of a few channels": ({"chunks": (300, 58, 50)}, {"chunks": (64, 64)}),
    "one chunk": ({"chunks": (1115, 58, 128)}, {"chunks": (1115, 58)}),
    "a fill value": ({"fill_value": 0}, {"fill_value": float("inf")}),
}


@pytest.mark.parametrize("separator", [".", "/"])
@pytest.mark.parametrize("options", V2.values(), ids=V2.keys())
def test_version_2(stores, tile, tmp_path, options, separator):
    keys = {"chunk_key_encoding": {"name": "v2", "separator": separator}}
    path = write(stores[2], tmp_path / "a.zarr", 2, *(keys | o for o in options))
    assert json.loads((path / "embeddings/.zarray").read_text())["dimension_separator"] == separator
    assert_read(path, tile, tmp_path, 2)


BIG = BytesCodec(endian="big")
SHARDS = {"shards": (400, 100)}
V3 = {
    "zstd": ({"compressors": ZstdCodec(level=3)},) * 2,
    "blosc": ({"compressors": BloscCodec(cname="zstd", clevel=3, shuffle="bitshuffle", typesize=1)},) * 2,
    "gzip": ({"compressors": GzipCodec(level=6)},) * 2,
    "none": ({"compressors": None},) * 2,
    "checksums": ({"compressors": [ZstdCodec(level=1), Crc32cCodec()]},) * 2,
    "checksums alone": ({"compressors": [Crc32cCodec()]},) * 2,
    "transposed": ({"filters": [TransposeCodec(order=(2, 0, 1))]}, {"filters": [TransposeCodec(order=(1, 0))]}),
    "big-endian scales": ({}, {"serializer": BIG}),
    "keys with dots": ({"chunk_key_encoding": {"name": "default", "separator": "."}},) * 2,
    "keys of version 2": ({"chunk_key_encoding": {"name": "v2", "separator": "."}},) * 2,
    "chunks of a few channels": ({"chunks": (300, 58, 50)}, {"chunks": (64, 64)}),
    "shards": ({"shards": (400, 100, 128)}, SHARDS),
    "shards of a few channels": ({"chunks": (100, 50, 16), "shards": (400, 100, 64)}, SHARDS),
    "shards with checksums": (
        {"shards": (400, 100, 128), "compressors": [ZstdCodec(level=1), Crc32cCodec()]},
        SHARDS | {"compressors": [Crc32cCodec()]},
    ),
    "shards, big-endian and transposed": (
        {"shards": (400, 100, 128), "filters": [TransposeCodec(order=(2, 0, 1))]},
        SHARDS | {"serializer": BIG},
    ),
    "shards of no data": ({"shards": (400, 100, 128), "fill_value": 0}, SHARDS | {"fill_value": float("nan")}),
    "a fill value": ({"fill_value": 0}, {"fill_value": float("inf")}),
}


@pytest.mark.parametrize("options", V3.values(), ids=V3.keys())
def test_version_3(stores, tile, tmp_path, options):
    path = write(stores[3], tmp_path / "a.zarr", 3, *options)
    if "shards" in options[0]:
        codecs = json.loads((path / "embeddings/zarr.json").read_text())["codecs"]
        assert codecs[0]["name"] == "sharding_indexed"
    assert_read(path, tile, tmp_path, 3)


def test_the_index_at_the_start_of_a_shard(stores, tile, tmp_path):
    options = [
        {"shards": {"shape": shape, "index_location": "start"}} for shape in ((400, 100, 128), (400, 100))
    ]
    path = write(stores[3], tmp_path / "a.zarr", 3, *options)
    codecs = json.loads((path / "embeddings/zarr.json").read_text())["codecs"]
    assert codecs[0]["configuration"]["index_location"] == "start"
    assert_read(path, tile, tmp_path, 3)


@pytest.mark.parametrize("number", [2, 3])
def test_metadata_that_is_not_consolidated(stores, tile, tmp_path, number):
    path = write(stores[number], tmp_path / "a.zarr", number, {}, {}, consolidated=False)
    assert not (path / ".zmetadata").exists()
    assert_read(path, tile, tmp_path, number)


@pytest.mark.parametrize("number", [2, 3])
def test_what_xarray_wrote_again(stores, tile, tmp_path, number):
    """A store that went through xarray, which decodes and encodes what it can."""
    path = tmp_path / "a.zarr"
    xr.open_zarr(stores[number]).to_zarr(path, zarr_format=number, consolidated=True)
    assert_read(path, tile, tmp_path, number)


@pytest.mark.parametrize("number, chunk", [(2, "2.0.0"), (3, "c/2/0/0")])
def test_chunks_that_are_not_there(stores, tile, tmp_path, number, chunk):
    """With a fill value, a chunk of nothing else need not be there."""
    path = write(stores[number], tmp_path / "a.zarr", number, {"chunks": (256, 58, 128), "fill_value": 0}, {})
    assert (path / "embeddings" / "0.0.0").exists() or (path / "embeddings/c/0/0/0").exists()
    assert not (path / "embeddings" / chunk).exists()
    assert_read(path, tile, tmp_path, number)


@pytest.mark.parametrize("number", [2, 3])
@pytest.mark.parametrize("damage", ["cut", "flip", "empty"])
def test_a_damaged_chunk_is_an_error(stores, tmp_path, number, damage):
    """Checksums find what no codec would."""
    options = {"compressors": [ZstdCodec(level=1), Crc32cCodec()] if number == 3 else numcodecs.Zstd(1, checksum=True)}
    path = write(stores[number], tmp_path / "a.zarr", number, options, {})
    chunk = path / "embeddings" / ("c/1/0/0" if number == 3 else "1.0.0")
    content = bytearray(chunk.read_bytes())
    content[len(content) // 2] ^= 0x5A
    chunk.write_bytes({"cut": content[: len(content) // 2], "flip": content, "empty": b""}[damage])
    out = tmp_path / "out"
    out.mkdir()
    command.run("convert", path, "-o", out / "b.zarr").expect(2, str(path), "embeddings")
    assert list(out.iterdir()) == []
