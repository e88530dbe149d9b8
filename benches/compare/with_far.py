"""Reads a window of a zone store over HTTP once, with one of the libraries: seconds and sums as JSON.

    python with_far.py fsspec|obstore|tensorstore URL ZONE TIME ROW,COL,ROWS,COLS

The seconds are of opening and reading both arrays, without starting the process or importing.
"""

import asyncio
import json
import sys
import time


def zarr_store(kind, url):
    if kind == "fsspec":
        from zarr.storage import FsspecStore

        return lambda: FsspecStore.from_url(url, read_only=True)
    from obstore.store import HTTPStore
    from zarr.storage import ObjectStore

    return lambda: ObjectStore(HTTPStore.from_url(url, client_options={"allow_http": True}), read_only=True)


def with_zarr(kind, url, zone, at):
    import zarr

    make = zarr_store(kind, url)
    zarr.config.set({"async.concurrency": 64})

    def read():
        group = zarr.open_group(make(), mode="r")[zone]
        row, col, rows, cols = at[1:]
        box = (slice(row, row + rows), slice(col, col + cols))
        return group["embeddings"][at[0], :, *box], group["scales"][at[0], *box]

    return read


def with_tensorstore(url, zone, at):
    import tensorstore

    def read():
        context = tensorstore.Context()
        paths = [{"driver": "zarr3", "kvstore": f"{url}/{zone}/{name}/"} for name in ("embeddings", "scales")]
        opened = [tensorstore.open(path, context=context, read=True) for path in paths]
        embeddings, scales = (one.result() for one in opened)
        row, col, rows, cols = at[1:]
        box = (slice(row, row + rows), slice(col, col + cols))
        pending = [embeddings[at[0], :, *box].read(), scales[at[0], *box].read()]
        return [one.result() for one in pending]

    return read


def main():
    kind, url, zone, at, window = sys.argv[1:]
    at = (int(at), *map(int, window.split(",")))
    read = with_tensorstore(url, zone, at) if kind == "tensorstore" else with_zarr(kind, url, zone, at)
    import numpy as np

    begun, spent = time.perf_counter(), time.process_time()
    values, scales = read()
    wall, spent = time.perf_counter() - begun, time.process_time() - spent
    values, scales = np.asarray(values), np.asarray(scales)
    valid = np.isfinite(scales) & (scales > 0) & (scales < 1)
    total = int(np.where(valid, values, 0).sum(dtype=np.int64))
    print(json.dumps({"wall": wall, "cpu": spent, "sum": total, "valid": int(valid.sum())}))


main()
