"""tensorstore: `with_tensorstore.py THREADS EMBEDDINGS.npy SCALES.npy` serves requests to write and read stores."""

import sys

import numpy as np
import tensorstore as ts

from serve import serve
from pixels import EDGE, LEVEL, shard_of, slices, sums

threads, *files = sys.argv[1:]
embeddings, scales = (np.load(path, mmap_mode="r") for path in files)
limit = {"limit": int(threads)}


def context(sync):
    """No cache, as many threads as the others have, and fsync or not (by default tensorstore does)."""
    cache = {"total_bytes_limit": 0}
    return ts.Context({
        "data_copy_concurrency": limit, "file_io_concurrency": limit, "file_io_sync": sync, "cache_pool": cache})


contexts = {sync: context(sync) for sync in (False, True)}


def metadata(format, array, fill):
    """The usual layout of an array."""
    shape, chunk = list(array.shape), [EDGE, EDGE, *array.shape[2:]]
    if format == 2:
        kind = array.dtype.str
        return {"shape": shape, "chunks": chunk, "dtype": kind, "compressor": {"id": "zstd", "level": LEVEL},
                "fill_value": fill}
    codecs = [{"name": "bytes", "configuration": {"endian": "little"}} if array.dtype.itemsize > 1 else {"name": "bytes"},
              {"name": "zstd", "configuration": {"level": LEVEL}}]
    sharding = {"name": "sharding_indexed", "configuration": {"chunk_shape": chunk, "codecs": codecs}}
    grid = {"name": "regular", "configuration": {"chunk_shape": list(shard_of(array.shape))}}
    return {"shape": shape, "data_type": array.dtype.name, "chunk_grid": grid, "codecs": [sharding], "fill_value": fill}


def put(format, out, name, array, fill, sync):
    """Begins to write one array."""
    spec = {"driver": "zarr" if format == 2 else "zarr3", "kvstore": {"driver": "file", "path": f"{out}/{name}/"},
            "metadata": metadata(format, array, fill), "store_data_equal_to_fill_value": True}
    return ts.open(spec, create=True, context=contexts[sync]).result().write(array)


def get(format, store, name, at):
    """Begins to read one array."""
    spec = {"driver": "zarr" if format == 2 else "zarr3", "kvstore": {"driver": "file", "path": f"{store}/{name}/"}}
    return ts.open(spec, context=contexts[False]).result()[at].read()


def write(format, out, sync):
    def work():
        # Both arrays are under way at the same time, as the interface invites.
        begun = [put(format, out, "embeddings", embeddings, 0, sync), put(format, out, "scales", scales, "NaN", sync)]
        for future in begun:
            future.result()

    return work, None


def read(format, store, window, check):
    def work():
        at = slices(window)
        begun = [get(format, store, name, at) for name in ("embeddings", "scales")]
        return [future.result() for future in begun]

    return work, sums if check else None


serve(write=write, read=read)
