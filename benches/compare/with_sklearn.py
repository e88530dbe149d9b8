"""scikit-learn: `with_sklearn.py THREADS EMBEDDINGS.npy SCALES.npy` serves requests for the picture of a PCA.

`pca` is what a user would write, in float32 with the solver covariance_eigh; `exact` the components in float64, to
compare with.
"""

import sys

import numpy as np
from sklearn.decomposition import PCA

from serve import serve

_, *files = sys.argv[1:]
embeddings, scales = (np.load(path) for path in files)


def valid():
    return np.isfinite(scales) & (scales > 0) & (scales < 1)


def picture():
    ok = valid()
    fit = PCA(3, svd_solver="covariance_eigh")
    projected = fit.fit_transform(embeddings[ok] * scales[ok][:, None])
    low, high = np.percentile(projected, [2, 98], axis=0)
    rgba = np.zeros((*scales.shape, 4), np.uint8)
    rgba[ok, :3] = np.rint(np.clip((projected - low) / (high - low), 0, 1) * 255)
    rgba[ok, 3] = 255
    return fit, rgba


def describe(done):
    fit, rgba = done
    return {"components": fit.components_.tolist(), "ratio": fit.explained_variance_ratio_.tolist(),
            "means": rgba.mean(axis=(0, 1)).tolist()}


def pca():
    return picture, describe


def exact():
    def work():
        ok = valid()
        values, factors = embeddings[ok], scales[ok]
        count, channels = values.shape
        total, gram = np.zeros(channels), np.zeros((channels, channels))
        blocks = [(values[i:i + 8192] * factors[i:i + 8192, None]).astype(np.float64) for i in range(0, count, 8192)]
        for block in blocks:
            total += block.sum(axis=0)
        mean = total / count
        for block in blocks:
            block -= mean
            gram += block.T @ block
        variances, vectors = np.linalg.eigh(gram / (count - 1))
        return {"components": vectors[:, ::-1][:, :3].T.tolist(), "ratio": (variances[::-1][:3] / variances.sum()).tolist()}

    return work, lambda done: done


serve(pca=pca, exact=exact)
