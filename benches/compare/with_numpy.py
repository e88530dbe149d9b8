"""numpy: `with_numpy.py THREADS EMBEDDINGS.npy SCALES.npy` serves requests to dequantize.

numpy multiplies in one thread, whatever THREADS says.
"""

import sys

import numpy as np

from serve import serve

_, *files = sys.argv[1:]
embeddings, scales = (np.load(path, mmap_mode="r") for path in files)
# Water has the scale NaN.
np.seterr(invalid="ignore")
kept = np.ones(embeddings.shape, np.float32)


def total(values):
    """The sum over a part of the valid pixels, for comparing."""
    part = values[::50][(scales[::50] > 0) & (scales[::50] < 1)]
    return {"sum": float(part.sum(dtype=np.float64))}


def dequantize(fresh):
    out = None if fresh else kept
    return lambda: np.multiply(embeddings, scales[:, :, None], out=out), total


serve(dequantize=dequantize)
