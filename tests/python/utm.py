"""The grid of a tile by pyproj: zone, corners, snapped to the 10 m lattice."""

import functools
import math

import pyproj


@functools.cache
def projection(epsg):
    return pyproj.Transformer.from_crs("EPSG:4326", f"EPSG:{epsg}", always_xy=True)


def grid(name):
    """EPSG code, west, north, rows and columns of a tile of this name."""
    lon, lat = map(float, name.removeprefix("grid_").split("_"))
    zone = min(max(math.floor((lon + 180) / 6) + 1, 1), 60)
    epsg = (32600 if lat >= 0 else 32700) + zone
    to_metres = projection(epsg).transform
    corners = {
        v + h: tuple(
            round(metres, 6)
            for metres in to_metres(round(lon + (0.05 if h == "R" else -0.05), 2), round(lat + (0.05 if v == "U" else -0.05), 2))
        )
        for v in "UL"
        for h in "LR"
    }
    west = min(corners["UL"][0], corners["LL"][0])
    east = max(corners["UR"][0], corners["LR"][0])
    north = max(corners["UL"][1], corners["UR"][1])
    south = min(corners["LL"][1], corners["LR"][1])
    return {
        "crs": f"EPSG:{epsg}",
        "west": math.floor(west / 10) * 10.0,
        "north": math.ceil(north / 10) * 10.0,
        "rows": round((north - south) / 10),
        "cols": round((east - west) / 10),
    }
