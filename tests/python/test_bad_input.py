"""Bad input gets an error that names the file, what was found and what was expected, and leaves nothing behind."""

import shutil
import struct

import numpy as np
import pytest
from numpy.lib import format as npy

import command
import tiles


@pytest.fixture
def spoiled(tile, tmp_path):
    """A copy of the tile to spoil, as files on disk."""
    folder = tmp_path / "v1" / "2024" / tile.name
    shutil.copytree(tile.folder, folder)
    return tiles.Tile(tile.name, folder, tile.data, tile.scales)


def refused(source, tmp_path, *words, options=()):
    """Asserts exit code 2, the words in the message, and an output folder as empty as before."""
    out = tmp_path / "out"
    out.mkdir()
    command.run("convert", source, "-o", out / "a.zarr", "--preview", "--item", *options).expect(2, *words)
    assert list(out.iterdir()) == []


def rewrite(path, literal, version=(1, 0), body=b""):
    """An NPY file with this header."""
    text = literal.encode() + b"\n"
    length = struct.pack("<H" if version == (1, 0) else "<I", len(text))
    path.write_bytes(b"\x93NUMPY" + bytes(version) + length + text + body)


def test_missing_scales(spoiled, tmp_path):
    spoiled.scales_path.unlink()
    refused(spoiled.folder, tmp_path, spoiled.scales_path.name, spoiled.embeddings_path.name)


def test_missing_embeddings(spoiled, tmp_path):
    spoiled.embeddings_path.unlink()
    refused(spoiled.folder, tmp_path, spoiled.embeddings_path.name, spoiled.scales_path.name)


@pytest.mark.parametrize("which", ["embeddings_path", "scales_path"])
@pytest.mark.parametrize("keep", [1, 7, 40, 127, 4000, -1])
def test_truncated_file(spoiled, tmp_path, which, keep):
    path = getattr(spoiled, which)
    content = path.read_bytes()[:keep]
    path.write_bytes(content)
    # With a whole header it is known how long the file should be.
    whole = ["truncated", str(len(content)), str(len(content) + 1)] if keep == -1 else []
    refused(spoiled.folder, tmp_path, str(path), *whole)


@pytest.mark.parametrize("which", ["embeddings_path", "scales_path"])
def test_trailing_bytes(spoiled, tmp_path, which):
    path = getattr(spoiled, which)
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(b"more")
    refused(spoiled.folder, tmp_path, str(path), str(size), str(size + 4))


@pytest.mark.parametrize("which", ["embeddings_path", "scales_path"])
def test_empty_file(spoiled, tmp_path, which):
    path = getattr(spoiled, which)
    path.write_bytes(b"")
    refused(spoiled.folder, tmp_path, str(path), "0 bytes")


@pytest.mark.parametrize("which", ["embeddings_path", "scales_path"])
def test_not_an_npy_file(spoiled, tmp_path, which):
    path = getattr(spoiled, which)
    path.write_bytes(b"PK\x03\x04" * 100)
    refused(spoiled.folder, tmp_path, str(path), "NUMPY")


@pytest.mark.parametrize("which", ["embeddings_path", "scales_path"])
def test_a_directory_where_a_file_should_be(spoiled, tmp_path, which):
    path = getattr(spoiled, which)
    path.unlink()
    path.mkdir()
    refused(spoiled.folder, tmp_path, str(path), "directory")


@pytest.mark.parametrize("dtype", ["u1", "<i2", ">i2", "<f4", "?", "<c8", "S3"])
def test_embeddings_of_another_type(spoiled, tmp_path, dtype):
    array = np.zeros(spoiled.data.shape, dtype)
    np.save(spoiled.embeddings_path, array)
    refused(spoiled.folder, tmp_path, str(spoiled.embeddings_path), array.dtype.str, "i1")


@pytest.mark.parametrize("dtype", ["O", [("a", "<f4"), ("b", "i1")]])
def test_embeddings_of_objects(spoiled, tmp_path, dtype):
    np.save(spoiled.embeddings_path, np.zeros((3, 2), dtype), allow_pickle=True)
    refused(spoiled.folder, tmp_path, str(spoiled.embeddings_path), "expected")


@pytest.mark.parametrize("dtype", ["?", "<c8", "O", "S4"])
def test_scales_of_another_type(spoiled, tmp_path, dtype):
    np.save(spoiled.scales_path, np.zeros(spoiled.scales.shape, dtype), allow_pickle=True)
    refused(spoiled.folder, tmp_path, str(spoiled.scales_path), "expected")


@pytest.mark.parametrize("shape", [(1115 * 58 * 128,), (1115 * 58, 128), (1, 1115, 58, 128)])
def test_wrong_rank(spoiled, tmp_path, shape):
    np.save(spoiled.embeddings_path, spoiled.data.reshape(shape))
    refused(spoiled.folder, tmp_path, str(spoiled.embeddings_path), str(shape[0]), "expected")


def test_fortran_order(spoiled, tmp_path):
    np.save(spoiled.embeddings_path, np.asfortranarray(spoiled.data))
    refused(spoiled.folder, tmp_path, str(spoiled.embeddings_path), "Fortran", "expected")


@pytest.mark.parametrize("shape", [(1114, 58), (58, 1115), (1115, 58, 127), (1115,), (1115, 58, 1, 1)])
def test_scales_of_another_shape(spoiled, tmp_path, shape):
    np.save(spoiled.scales_path, np.full(shape, 0.1, np.float32))
    refused(spoiled.folder, tmp_path, str(spoiled.scales_path), str(shape[-1]), "1115", "expected")


@pytest.mark.parametrize("shape", [(1112, 58, 128), (1115, 61, 128), (58, 1115, 128)])
def test_a_shape_that_the_name_does_not_allow(spoiled, tmp_path, shape):
    np.save(spoiled.embeddings_path, np.zeros(shape, np.int8))
    np.save(spoiled.scales_path, np.full(shape[:2], 0.1, np.float32))
    refused(spoiled.folder, tmp_path, str(spoiled.embeddings_path), str(shape[0]), str(shape[1]), "1115", "58")


@pytest.mark.parametrize("which", ["embeddings_path", "scales_path"])
def test_header_of_four_gibibytes(spoiled, tmp_path, which):
    path = getattr(spoiled, which)
    path.write_bytes(b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + b"{" * 100)
    refused(spoiled.folder, tmp_path, str(path), "4294967295", "expected")


@pytest.mark.parametrize(
    "shape", ["(4294967296, 4294967296, 128)", "(9223372036854775807, 2, 128)", "(99999999999999999999999, 1, 1)"]
)
def test_shape_product_overflow(spoiled, tmp_path, shape):
    rewrite(spoiled.embeddings_path, f"{{'descr': '|i1', 'fortran_order': False, 'shape': {shape}, }}")
    refused(spoiled.folder, tmp_path, str(spoiled.embeddings_path))


@pytest.mark.parametrize("shape", ["(0, 58, 128)", "(1115, 58, 0)", "(-1, 58, 128)", "()"])
def test_empty_and_negative_shapes(spoiled, tmp_path, shape):
    rewrite(spoiled.embeddings_path, f"{{'descr': '|i1', 'fortran_order': False, 'shape': {shape}, }}")
    refused(spoiled.folder, tmp_path, str(spoiled.embeddings_path))


@pytest.mark.parametrize(
    "literal", ["", "{", "{'descr': '|i1'}", "{'descr': '|i1', 'fortran_order': 7, 'shape': (1,)}", "[" * 9000, "\x00" * 64]
)
def test_unreadable_header(spoiled, tmp_path, literal):
    rewrite(spoiled.embeddings_path, literal, body=b"\0" * 4096)
    refused(spoiled.folder, tmp_path, str(spoiled.embeddings_path), "header")


def test_version_of_the_format(spoiled, tmp_path):
    rewrite(spoiled.embeddings_path, "{}", version=(9, 1))
    refused(spoiled.folder, tmp_path, str(spoiled.embeddings_path), "9.1", "expected")


def test_names_that_disagree(spoiled, tmp_path):
    folder = spoiled.folder.with_name("grid_0.15_89.95")
    spoiled.folder.rename(folder)
    refused(folder, tmp_path, "grid_0.15_89.95", tiles.SMALL)


@pytest.mark.parametrize("name", ["grid_0.07_89.95", "grid_0.10_89.95", "grid_180.05_0.05", "grid_0.05_90.05"])
def test_off_grid_names(spoiled, tmp_path, name):
    folder = spoiled.folder.with_name(name)
    folder.mkdir()
    spoiled.embeddings_path.rename(folder / f"{name}.npy")
    spoiled.scales_path.rename(folder / f"{name}_scales.npy")
    refused(folder, tmp_path, name)


@pytest.mark.parametrize("source", ["nothing", "grid_0.05_89.95", "tiles.txt"])
def test_a_source_that_is_not_there_or_no_tile(tmp_path, source):
    (tmp_path / "tiles.txt").write_text("no tile")
    refused(tmp_path / source, tmp_path, source, "expected")


@pytest.mark.parametrize("chunk", [0, 2**32, 2**63, -1, "wide"])
def test_chunk_edges(tile, tmp_path, chunk):
    refused(tile.folder, tmp_path, str(chunk), options=[f"--chunk={chunk}"])


@pytest.mark.parametrize(
    "options, words",
    [
        (["--format=3", "--chunk=100", "--shard=250"], ["250", "100"]),
        (["--format=3", "--shard=0"], ["0"]),
        (["--format=2", "--shard=256"], ["2", "shard"]),
        (["--format=4"], ["4"]),
        (["--codec=rar"], ["rar"]),
        (["--codec=zstd", "--level=99"], ["99"]),
        (["--codec=none", "--level=1"], ["1"]),
        (["--year=24"], ["24"]),
        (["--bbox=0,0,1,1"], ["bbox"]),
    ],
)
def test_options(tile, tmp_path, options, words):
    refused(tile.folder, tmp_path, *words, options=options)


def test_headers_that_numpy_wrote_stay_readable(spoiled, tmp_path):
    """What refuses the above takes an ordinary file: none of these tests passes because of something else."""
    with spoiled.embeddings_path.open("wb") as file:
        npy.write_array(file, spoiled.data, version=(2, 0))
    command.done("convert", spoiled.folder, "-o", tmp_path / "a.zarr")
