"""The rule by which a pixel is taken from one of the tiles that cover it, applied to whole arrays, slowly."""

import functools
import math

import numpy as np
import pyproj

import utm

# The lattice that every zone store has: upper-left corner in the northern CRS, rows, columns.
WEST, NORTH, ROWS, COLS = 163_840.0, 10_035_200.0, 2_007_040, 69_632
VALID, WATER, NO_DATA, NOTHING = range(4)


@functools.cache
def to_degrees(zone):
    return pyproj.Transformer.from_crs(f"EPSG:{32600 + zone}", "EPSG:4326", always_xy=True)


def place(name):
    """Zone, row and column in the zone's lattice, rows and columns of a tile."""
    grid = utm.grid(name)
    epsg = int(grid["crs"].removeprefix("EPSG:"))
    north = grid["north"] - (10_000_000 if epsg > 32700 else 0)
    row, col = (NORTH - north) / 10, (grid["west"] - WEST) / 10
    assert row == int(row) and col == int(col)
    return epsg % 100, int(row), int(col), grid["rows"], grid["cols"]


def degrees(name):
    """Longitude and latitude of the centre of a tile's cell, in hundredths."""
    return tuple(round(float(part) * 100) for part in name.removeprefix("grid_").split("_"))


def status(scales):
    return np.where((scales > 0) & (scales < 1), VALID, np.where(np.isnan(scales), WATER, NO_DATA))


def window(tiles):
    """Zone, first row and column, rows and columns of what the tiles of one zone cover."""
    places = [place(tile.name) for tile in tiles]
    zone, top, left = places[0][0], min(p[1] for p in places), min(p[2] for p in places)
    rows, cols = max(p[1] + p[3] for p in places) - top, max(p[2] + p[4] for p in places) - left
    return zone, top, left, rows, cols


def mosaic(tiles, margin=0):
    """The tiles of one zone as one raster: zone, first row, first column, int8 (rows, cols, channels), float32 scales."""
    zone, top, left, rows, cols = window(tiles)
    top, left, rows, cols = top - margin, left - margin, rows + 2 * margin, cols + 2 * margin
    x = WEST + 10 * (left + np.arange(cols) + 0.5)
    y = NORTH - 10 * (top + np.arange(rows) + 0.5)
    lon, lat = to_degrees(zone).transform(*np.meshgrid(x, y))
    # The centre of the cell that holds each pixel, in hundredths of a degree.
    lon = (np.floor(((lon + 180) % 360 - 180) * 10) * 10 + 5).astype(int)
    lat = (np.floor(lat * 10) * 10 + 5).astype(int)

    channels = tiles[0].data.shape[2]
    data, scales = np.zeros((rows, cols, channels), np.int8), np.full((rows, cols), np.inf, np.float32)
    best = [np.full((rows, cols), NOTHING), np.ones((rows, cols), bool), np.full((rows, cols), math.inf)]
    # In the order of latitude and longitude: of two that are equal in all else, the first one stays.
    for tile in sorted(tiles, key=lambda tile: degrees(tile.name)[::-1]):
        _, row, col, height, width = place(tile.name)
        part = np.s_[row - top : row - top + height, col - left : col - left + width]
        center_lon, center_lat = degrees(tile.name)
        center = utm.projection(32600 + zone).transform(center_lon / 100, center_lat / 100)
        distance = np.hypot(x[part[1]][None, :] - center[0], y[part[0]][:, None] - center[1])
        stranger = (lon[part] != center_lon) | (lat[part] != center_lat)
        own = [status(tile.scales), stranger, distance]
        old = [array[part] for array in best]
        better = own[0] < old[0]
        better |= (own[0] == old[0]) & ((own[1] < old[1]) | ((own[1] == old[1]) & (own[2] < old[2])))
        for array, new in zip(best, own):
            array[part][better] = new[better]
        data[part][better] = tile.data[better]
        scales[part][better] = tile.scales[better]
    data[best[0] != VALID] = 0
    scales[best[0] == WATER] = np.nan
    scales[best[0] >= NO_DATA] = np.inf
    return zone, top, left, data, scales
