"""Asks geotessera for a region or points of a zone store, in geotessera's own Python: CPU seconds and peak memory as JSON.

    python geotessera_reads.py STORE region W,S,E,N YEAR [OUT.npz]
    python geotessera_reads.py STORE points LON,LAT;… YEAR [OUT.npz]

The seconds are of the call, which opens the zone too, and of the whole process with its imports.
"""

import json
import resource
import sys


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


import numpy as np
from geotessera import GeoTesseraZarr


def main():
    store, what, where, year, *out = sys.argv[1:]
    opened = GeoTesseraZarr(store)
    begun = cpu()
    if what == "region":
        values, transform, crs = opened.read_region(tuple(map(float, where.split(","))), int(year))
        answer = {"values": values, "transform": np.array(tuple(transform)[:6]), "crs": np.array(crs)}
    else:
        points = [tuple(map(float, point.split(","))) for point in where.split(";")]
        values = opened.sample_points(points, int(year), search_px=0, cross_zone=False)
        status = [opened.probe(*point, int(year), search_px=0, cross_zone=False)[1] for point in points] if out else []
        answer = {"values": values, "status": np.array(status)}
    call = cpu() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if out:
        np.savez(out[0], **answer)
    print(json.dumps({"call": call, "process": cpu(), "peak": peak * 1024, "shape": list(values.shape)}))


main()
