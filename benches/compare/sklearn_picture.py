"""The picture of all tiles of a folder by scikit-learn's covariance solver, beside each other as they come: `sklearn_picture.py
FOLDER PICTURE.png` tells the CPU seconds of the fit alone, as JSON.
"""

import json
import pathlib
import sys
import time

import numpy as np
from PIL import Image
from sklearn.decomposition import PCA


def main():
    tiles = []
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*/*_scales.npy")):
        scales = np.load(path)
        valid = (scales > 0) & (scales < 1)
        data = np.load(str(path).replace("_scales", ""), mmap_mode="r")
        tiles.append((valid, data[valid].astype(np.float32) * scales[valid][:, None]))
    values = np.concatenate([own for _, own in tiles])
    begun = time.process_time()
    fit = PCA(3, svd_solver="covariance_eigh").fit(values)
    spent = time.process_time() - begun
    projected = fit.transform(values)
    low, high = np.percentile(projected, [2, 98], axis=0)
    shown = np.rint(np.clip((projected - low) / (high - low), 0, 1) * 255).astype(np.uint8)
    rows, cols = max(valid.shape[0] for valid, _ in tiles), sum(valid.shape[1] for valid, _ in tiles)
    picture = np.zeros((rows, cols, 4), np.uint8)
    left = first = 0
    for valid, own in tiles:
        part = picture[: valid.shape[0], left : left + valid.shape[1]]
        part[valid, :3], part[valid, 3] = shown[first : first + len(own)], 255
        left, first = left + valid.shape[1], first + len(own)
    Image.fromarray(picture).save(sys.argv[2], compress_level=1)
    print(json.dumps({"fit": spent, "pixels": len(values)}))


main()
