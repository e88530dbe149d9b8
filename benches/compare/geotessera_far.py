"""Asks geotessera for a region of a zone store over HTTP, in geotessera's own Python: seconds as JSON.

    python geotessera_far.py URL W,S,E,N YEAR

The seconds are of opening the store and reading the region, without starting the process or importing.
"""

import json
import sys
import time

import geotessera.store
from geotessera import GeoTesseraZarr

# It reads https only by itself, and the server here speaks http.
geotessera.store.CLIENT_OPTIONS = (geotessera.store.CLIENT_OPTIONS or {}) | {"allow_http": True}

url, box, year = sys.argv[1:]
begun, spent = time.perf_counter(), time.process_time()
opened = GeoTesseraZarr(url)
values, _, _ = opened.read_region(tuple(map(float, box.split(","))), int(year))
print(json.dumps({
    "wall": time.perf_counter() - begun, "cpu": time.process_time() - spent, "shape": list(values.shape)}))
