"""Small pyramids of pictures, written by hand from the specifications of their formats."""

import gzip
import json
import pathlib
import struct
import zlib

SAID = {"year": 2024, "dataset": "v1", "components": [1, 2, 3], "explained_variance_ratio": [0.41, 0.17, 0.09], "basis": "pyramid.basis.json"}
MULTISCALES = {"layout": [{"asset": "0", "transform": {"scale": [1.0, 1.0], "translation": [0.0, 0.0]}}]}


def png(rgba):
    """256 × 256 pixels of one colour."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes(rgba) * 256) * 256
    header = struct.pack(">IIBBBBB", 256, 256, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def pmtiles(path, kind=2, version=3):
    """An archive of the map tile of zoom 0 (PMTiles 3: a header of 127 bytes, a directory of one entry, metadata)."""
    tile = png((200, 100, 50, 255))
    length = bytes([len(tile) % 128 + 128, len(tile) // 128])
    root = gzip.compress(bytes([1, 0, 1]) + length + bytes([1]))
    metadata = gzip.compress(json.dumps({"name": "2024", "tessera": SAID}).encode())
    places = [127, len(root), 127 + len(root), len(metadata), 127 + len(root) + len(metadata), 0]
    places += [places[4], len(tile), 1, 1, 1]
    header = b"PMTiles" + bytes([version]) + struct.pack("<11Q", *places)
    header += struct.pack("<6B4iB2i", 1, 2, 1, kind, 0, 0, -(10**9), -(5 * 10**8), 10**9, 5 * 10**8, 0, 0, 0)
    assert len(header) == 127
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header + root + metadata + tile)
    return path


def map_tiles(folder, said=SAID, tiles="{z}/{x}/{y}.png"):
    """A folder of map tiles of zoom 0, with TileJSON 3.0.0."""
    folder = pathlib.Path(folder)
    (folder / "0/0").mkdir(parents=True)
    (folder / "0/0/0.png").write_bytes(png((200, 100, 50, 255)))
    tilejson = {"tilejson": "3.0.0", "tiles": [tiles], "minzoom": 0, "maxzoom": 0, "bounds": [-100, -50, 100, 50], "tessera": said}
    (folder / "tilejson.json").write_text(json.dumps(tilejson))
    (folder / "pyramid.basis.json").write_text("{}")
    return folder


def group(folder, said=SAID):
    """The metadata of a Zarr V3 group of multiscales."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    attributes = {"multiscales": MULTISCALES, "tessera": said}
    (folder / "zarr.json").write_text(json.dumps({"zarr_format": 3, "node_type": "group", "attributes": attributes}))
    return folder
