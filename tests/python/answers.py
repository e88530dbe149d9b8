"""What regions, patches and points must be, slowly: from the mosaic of each zone."""

import dataclasses

import numpy as np

import mosaic
import utm


@dataclasses.dataclass
class Zone:
    """The mosaic of a zone, with the degrees of every pixel's centre."""

    number: int
    top: int
    left: int
    data: np.ndarray
    scales: np.ndarray

    def __post_init__(self):
        rows, cols = self.scales.shape
        self.x = mosaic.WEST + 10 * (self.left + np.arange(cols) + 0.5)
        self.y = mosaic.NORTH - 10 * (self.top + np.arange(rows) + 0.5)
        self.lon, self.lat = mosaic.to_degrees(self.number).transform(*np.meshgrid(self.x, self.y))

    def inside(self, contains):
        """Which pixels are the zone's own and in an area."""
        west = self.number * 6 - 186
        # The western border of zone 1 is the antimeridian.
        lon = np.where(self.lon == 180, -180, self.lon)
        return (west <= lon) & (lon < west + 6) & contains(lon, self.lat)

    def rectangle(self, contains):
        """Rows and columns of the smallest rectangle that holds all pixels of an area."""
        own = self.inside(contains)
        rows, cols = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
        return slice(rows[0], rows[-1] + 1), slice(cols[0], cols[-1] + 1)

    def transform(self, rows, cols, southern=False):
        """That of a part, in the CRS of the northern or southern hemisphere."""
        north = mosaic.NORTH - 10 * (self.top + rows.start) + (10_000_000 if southern else 0)
        return [10.0, 0.0, mosaic.WEST + 10 * (self.left + cols.start), 0.0, -10.0, north]


def zones_of(tiles):
    """The zones of tiles by their numbers."""
    numbers = {mosaic.place(tile.name)[0] for tile in tiles}
    own = lambda number: [tile for tile in tiles if mosaic.place(tile.name)[0] == number]
    return {number: Zone(*mosaic.mosaic(own(number), margin=20)) for number in numbers}


def box(west, south, east, north):
    """Whether points lie in a box."""
    if west <= east:
        return lambda lon, lat: (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
    return lambda lon, lat: ((west <= lon) | (lon <= east)) & (south <= lat) & (lat <= north)


def nearest(zones, lon, lat):
    """The pixels that contain points, each in the zone of its longitude: int8 (…, channels) and scales."""
    lon = (np.asarray(lon) + 180) % 360 - 180
    lat = np.asarray(lat)
    channels = next(iter(zones.values())).data.shape[-1]
    data, scales = np.zeros((*lon.shape, channels), np.int8), np.full(lon.shape, np.inf, np.float32)
    for number, zone in zones.items():
        own = np.floor((lon + 180) / 6) + 1 == number
        if not own.any():
            continue
        x, y = utm.projection(32600 + number).transform(lon[own], lat[own])
        row = np.floor((mosaic.NORTH - y) / 10).astype(int) - zone.top
        col = np.floor((x - mosaic.WEST) / 10).astype(int) - zone.left
        there = (0 <= row) & (row < zone.scales.shape[0]) & (0 <= col) & (col < zone.scales.shape[1])
        at = tuple(index[there] for index in np.nonzero(own))
        data[at], scales[at] = zone.data[row[there], col[there]], zone.scales[row[there], col[there]]
    return data, scales


def vectors(data, scales):
    """float32 values, NaN where there is none."""
    valid = (scales > 0) & (scales < 1)
    factors = np.where(valid, scales, np.float32(np.nan))
    return data.astype(np.float32) * factors[..., None]
