"""Tiles as numpy makes them."""

import dataclasses
import pathlib

import numpy as np

# The cells nearest to the poles are the smallest: 1115 × 58 pixels. This one is 1118 × 121.
SMALL = "grid_0.05_89.95"
WIDE = "grid_115.75_-85.05"
SHAPES = {SMALL: (1115, 58), WIDE: (1118, 121)}

# Scales that mean something else than a number: by kind of pixel.
WATER = [np.nan]
NO_DATA = [np.inf, -np.inf, 0.0, -0.0, -161685.0, 3.4e38, 1.0, -1e-30]
VALID = [1e-38, 0.064, 0.99999994]


@dataclasses.dataclass
class Tile:
    """A tile in memory, and the folder that it was saved in."""

    name: str
    folder: pathlib.Path
    data: np.ndarray
    scales: np.ndarray

    @property
    def embeddings_path(self):
        return self.folder / f"{self.name}.npy"

    @property
    def scales_path(self):
        return self.folder / f"{self.name}_scales.npy"

    @property
    def valid(self):
        """Which pixels are valid: 0 < scale < 1."""
        return (self.scales > 0) & (self.scales < 1)

    def save(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        np.save(self.embeddings_path, self.data)
        np.save(self.scales_path, self.scales)
        return self

    def counts(self):
        """Pixels of each kind, as `tessera info` counts them."""
        water = np.isnan(self.scales)
        valid = self.valid
        return {"valid": int(valid.sum()), "water": int(water.sum()), "no_data": int((~valid & ~water).sum())}


def make(root, name=SMALL, year=2024, seed=1, channels=128):
    """A tile under root/<year>/<name>/: low-rank values with noise, every special scale, and a part that is all zero
    with all-NaN scales and is larger than a chunk of 256, so that whole chunks of fill values are met."""
    rows, cols = SHAPES[name]
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:rows, 0:cols]
    fields = np.stack([np.sin(x / 17 + seed), np.cos(y / 40), np.sin((x + y) / 90), np.cos(x / 9 - y / 25)], axis=-1)
    mixing = random.normal(size=(4, channels)) * [[6], [4], [2.5], [1.5]]
    values = fields @ mixing + random.normal(0, 0.8, (rows, cols, channels)) + random.normal(0, 3, channels)
    # Quantized pixel by pixel, as the data is.
    scales = (np.abs(values).max(axis=-1) / 127).astype(np.float32)
    data = np.round(values / scales[..., None]).clip(-127, 127).astype(np.int8)
    data[0, :8] = -128
    specials = np.array(WATER + NO_DATA + VALID, dtype=np.float32)
    scales[3 : 3 + len(specials), 5:25] = specials[:, None]
    data[512:800] = 0
    scales[512:800] = np.nan
    return Tile(name, root / str(year) / name, data, scales).save()
