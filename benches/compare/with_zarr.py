"""zarr-python: `with_zarr.py THREADS EMBEDDINGS.npy SCALES.npy` serves requests to write and read stores."""

import sys

import numpy as np
import zarr
from numcodecs import Zstd
from zarr.codecs import ZstdCodec

from serve import serve
from pixels import EDGE, LEVEL, shard_of, slices, sums

threads, *files = sys.argv[1:]
# As many threads as the others have, and every chunk is stored, as they do: no look whether it is all zero.
zarr.config.set({"threading.max_workers": int(threads), "array.write_empty_chunks": True})
embeddings, scales = (np.load(path, mmap_mode="r") for path in files)


def put(group, name, array, fill):
    """Writes one array."""
    chunks = (EDGE, EDGE, *array.shape[2:])
    layout = {"compressors": Zstd(level=LEVEL)}
    if group.metadata.zarr_format == 3:
        layout = {"compressors": ZstdCodec(level=LEVEL), "shards": shard_of(array.shape)}
    made = group.create_array(name, shape=array.shape, dtype=array.dtype, chunks=chunks, fill_value=fill, **layout)
    made[:] = array


def write(format, out):
    def work():
        group = zarr.create_group(out, zarr_format=format)
        put(group, "embeddings", embeddings, 0)
        put(group, "scales", scales, float("nan"))

    return work, None


def read(store, window, check):
    def work():
        at = slices(window)
        return [zarr.open_array(f"{store}/{name}", mode="r")[at] for name in ("embeddings", "scales")]

    return work, sums if check else None


serve(write=write, read=read)
