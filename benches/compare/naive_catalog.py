"""The catalogue as one would write it first: pystac, a file for each item, all links in one collection.

`naive_catalog.py NAMES YEAR OUT [COUNT]`: the first COUNT names of a list; prints items, seconds and peak memory as JSON.
"""

import datetime
import json
import pathlib
import resource
import sys
import time

import pystac


def item(name, year):
    lon, lat = (float(part) for part in name.removeprefix("grid_").split("_"))
    west, south, east, north = (round(edge, 1) for edge in (lon - 0.05, lat - 0.05, lon + 0.05, lat + 0.05))
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    start, end = datetime.datetime(year, 1, 1), datetime.datetime(year, 12, 31, 23, 59, 59)
    made = pystac.Item(
        f"{name}_{year}",
        {"type": "Polygon", "coordinates": [ring]},
        [west, south, east, north],
        None,
        {"grid:code": f"TESSERA-{name.removeprefix('grid_')}"},
        start_datetime=start,
        end_datetime=end,
    )
    for key, ending in (("embeddings_npy", ""), ("scales_npy", "_scales")):
        href = f"https://data.example.org/v1/{year}/{name}/{name}{ending}.npy"
        made.add_asset(key, pystac.Asset(href, media_type="application/x-npy", roles=["data"]))
    return made


def main():
    names, year, out = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    listed = names.read_text().split()[: int(sys.argv[4]) if len(sys.argv) > 4 else None]
    begun = time.monotonic()
    space = pystac.SpatialExtent([[-180, -90, 180, 90]])
    span = pystac.TemporalExtent([[datetime.datetime(year, 1, 1), datetime.datetime(year, 12, 31)]])
    catalog = pystac.Catalog("tessera", "TESSERA embeddings")
    collection = pystac.Collection(f"tessera-{year}", "TESSERA embeddings", pystac.Extent(space, span))
    catalog.add_child(collection)
    collection.add_items(item(name, year) for name in listed)
    catalog.normalize_and_save(out, pystac.CatalogType.SELF_CONTAINED)
    seconds = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"items": len(listed), "seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    main()
