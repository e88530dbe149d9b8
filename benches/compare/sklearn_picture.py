"""The picture of all tiles of a folder by scikit-learn's covariance solver: CPU seconds and peak bytes, as JSON."""

import json
import pathlib
import resource
import sys
import time

import numpy as np
from sklearn.decomposition import PCA


def pixels(folder):
    """The dequantized valid pixels, one a row."""
    parts = []
    for path in sorted(pathlib.Path(folder).glob("*/*_scales.npy")):
        scales = np.load(path)
        valid = (scales > 0) & (scales < 1)
        data = np.load(str(path).replace("_scales", ""), mmap_mode="r")
        parts.append(data[valid].astype(np.float32) * scales[valid][:, None])
    return np.concatenate(parts)


def main():
    values = pixels(sys.argv[1])
    begun = time.process_time()
    projected = PCA(3, svd_solver="covariance_eigh").fit(values).transform(values)
    low, high = np.percentile(projected, [2, 98], axis=0)
    np.round(np.clip((projected - low) / (high - low), 0, 1) * 255).astype(np.uint8)
    spent = time.process_time() - begun
    print(json.dumps({"cpu": spent, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


main()
