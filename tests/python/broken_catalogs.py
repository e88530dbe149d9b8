"""What can be wrong with the catalogue of catalogs.listed, and what is to be said of it."""

import gzip
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq

COLLECTION = "2024/collection.json"
BLOCK = "2024/e000n50/catalog.json"
ITEM = "2024/e000n50/grid_0.15_52.05_2024.json"
NPY = "../v1/2024/grid_0.15_52.05/grid_0.15_52.05.npy"


def edit(path, change):
    """Changes the JSON of a file."""
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def link(rel, href):
    return lambda document: document["links"].append({"rel": rel, "href": href})


def rewrite(path, change):
    """Writes a Parquet file anew, row group by row group, with other tables."""
    file = pq.ParquetFile(path)
    schema = file.schema_arrow
    tables = [change(file.read_row_group(group)) for group in range(file.num_row_groups)]
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for table in tables:
            writer.write_table(table.cast(schema))


def with_href(href):
    """The first tile of each row group has another link to its embeddings."""

    def change(table):
        rows = table.to_pylist()
        rows[0]["assets"]["embeddings_npy"]["href"] = href
        return pa.Table.from_pylist(rows, schema=table.schema)

    return change


def with_id(index, name):
    def change(table):
        ids = table["id"].to_pylist()
        if len(ids) > index:
            ids[index] = name
        return table.set_column(0, table.schema.field("id"), pa.array(ids))

    return change


def coverage(catalog, change):
    path = catalog / "2024/coverage.bits.gz"
    bits = bytearray(gzip.decompress(path.read_bytes()))
    path.write_bytes(gzip.compress(bytes(change(bits) or bits)))


def with_tile(bits):
    """One tile more: grid_0.35_52.05."""
    row, column = (8995 - 5205) // 10, (35 + 17995) // 10
    bits[row * 450 + column // 8] |= 0x80 >> column % 8


def newer(catalog):
    """An index of another version: the same bytes but for a digit."""
    path = catalog / "2024/items.parquet"
    path.write_bytes(path.read_bytes().replace(b'"index":1', b'"index":9'))


def hashes_of_others(catalog):
    shutil.copy(catalog / "2023/hashes.parquet", catalog / "2024/hashes.parquet")


def pair(folder, change):
    return lambda catalog: rewrite(catalog / folder, change)


# What is done to a catalogue, the kind that is said, and words that are said with it.
BROKEN = {
    "not json": (lambda c: (c / BLOCK).write_text("{"), "document", [BLOCK, "not JSON"]),
    "another version of stac": (
        lambda c: edit(c / "catalog.json", lambda d: d.update(stac_version="1.0.0")),
        "document",
        ["catalog.json", '"1.0.0"', '"1.1.0"'],
    ),
    "no licence": (lambda c: edit(c / COLLECTION, lambda d: d.pop("license")), "document", [COLLECTION, "license"]),
    "an item that is none": (lambda c: (c / ITEM).write_text("{}"), "document", [ITEM, "Feature"]),
    "no catalogue above": (lambda c: (c / "catalog.json").unlink(), "missing", ["catalog.json"]),
    "no block": (lambda c: (c / BLOCK).unlink(), "missing", [BLOCK]),
    "no folder of a block": (lambda c: shutil.rmtree(c / "2024/w005n50"), "missing", ["2024/w005n50", "bitmap: 1"]),
    "no item": (lambda c: (c / ITEM).unlink(), "missing", [ITEM]),
    "no collection": (lambda c: (c / COLLECTION).unlink(), "missing", [COLLECTION]),
    "no index": (lambda c: (c / "2024/items.parquet").unlink(), "missing", ["2024/items.parquet"]),
    "no bitmap": (lambda c: (c / "2024/coverage.bits.gz").unlink(), "missing", ["2024/coverage.bits.gz"]),
    "an item more": (
        lambda c: shutil.copy(c / ITEM, c / "2024/e000n50/grid_0.35_52.05_2024.json"),
        "extra",
        ["grid_0.35_52.05_2024.json", "coverage bitmap"],
    ),
    "an item of another block": (
        lambda c: shutil.copy(c / ITEM, c / "2024/e000n50/grid_5.15_52.05_2024.json"),
        "extra",
        ["belongs to e005n50"],
    ),
    "a block more": (lambda c: (c / "2024/e100s20").mkdir(), "extra", ["2024/e100s20"]),
    "left over": (lambda c: (c / "2024/.tessera-1.partial").touch(), "extra", [".tessera-1.partial", "left over"]),
    "an item off the grid": (
        lambda c: shutil.copy(c / ITEM, c / "2024/e000n50/grid_0.17_52.05_2024.json"),
        "off-grid",
        ["grid_0.17_52.05"],
    ),
    "a link off the grid": (
        lambda c: (
            shutil.copy(c / ITEM, c / "2024/e000n50/grid_0.17_52.05_2024.json"),
            edit(c / BLOCK, link("item", "./grid_0.17_52.05_2024.json")),
        ),
        "off-grid",
        [BLOCK, "./grid_0.17_52.05_2024.json"],
    ),
    "a row off the grid": (pair("2024/items.parquet", with_id(0, "grid_0.17_52.05_2024")), "index", ["grid_0.17_52.05"]),
    "a year that is not linked": (
        lambda c: edit(c / "catalog.json", lambda d: d["links"].pop()),
        "link",
        ["no link rel=child to ./2024/collection.json"],
    ),
    "a year that is not there": (lambda c: shutil.rmtree(c / "2023"), "link", ["./2023/collection.json", "nothing is"]),
    "a block that is not linked": (
        lambda c: edit(c / COLLECTION, lambda d: d["links"].pop()),
        "link",
        ["no link rel=child to ./e000n50/catalog.json"],
    ),
    "another parent": (
        lambda c: edit(c / BLOCK, lambda d: d["links"][1].update(href="../../catalog.json")),
        "link",
        ["rel=parent", "expected ../collection.json"],
    ),
    "another root": (
        lambda c: edit(c / COLLECTION, lambda d: d["links"][0].update(href="./collection.json")),
        "link",
        ["rel=root", "expected ../catalog.json"],
    ),
    "another collection": (
        lambda c: edit(c / ITEM, lambda d: d["links"][2].update(href="./catalog.json")),
        "item",
        [ITEM, "links[2].href", "../collection.json"],
    ),
    "a link to nothing": (lambda c: edit(c / COLLECTION, link("about", "./about.html")), "link", ["./about.html"]),
    "a link twice": (
        lambda c: edit(c / BLOCK, lambda d: d["links"].append(d["links"][-1])),
        "duplicate",
        ["2 links rel=item", "grid_0.25_52.05"],
    ),
    "a row twice": (pair("2024/items.parquet", with_id(1, "grid_0.15_52.05_2024")), "index", ["grid_0.15_52.05", "twice"]),
    "an item that says something else": (
        lambda c: edit(c / ITEM, lambda d: d["properties"].update(gsd=20.0)),
        "item",
        ["properties.gsd is 20.0: expected 10.0"],
    ),
    "an item in other bytes": (lambda c: edit(c / ITEM, lambda d: None), "item", ["other bytes"]),
    "another index": (newer, "index", ["version 9: expected 1"]),
    "half an index": (
        lambda c: (c / "2024/items.parquet").write_bytes((c / "2024/items.parquet").read_bytes()[:500]),
        "index",
        ["not an index"],
    ),
    "a bitmap of another length": (lambda c: coverage(c, lambda bits: bits[:-1]), "index", ["809999 bytes", "810000"]),
    "a bitmap with a tile more": (lambda c: coverage(c, with_tile), "index", ["has 2 tiles", "bitmap beside it 3"]),
    "an index of another year": (
        lambda c: shutil.copy(c / "2023/items.parquet", c / "2024/items.parquet"),
        "index",
        ["is of 2023: expected 2024"],
    ),
    "hashes of another year": (hashes_of_others, "index", ["hashes.parquet", "2024"]),
    "half the hashes": (
        lambda c: (c / "2024/hashes.parquet").write_bytes((c / "2024/hashes.parquet").read_bytes()[:90]),
        "index",
        ["hashes.parquet"],
    ),
    "another extent": (
        lambda c: edit(c / COLLECTION, lambda d: d["extent"]["spatial"]["bbox"][0].__setitem__(0, -5)),
        "collection",
        ["extent.spatial.bbox[0][0] is -5: expected -0.1"],
    ),
    "other codes": (
        lambda c: edit(c / COLLECTION, lambda d: d["summaries"]["proj:code"].append("EPSG:32632")),
        "collection",
        ["summaries.proj:code[2]"],
    ),
    "another template": (
        lambda c: edit(c / COLLECTION, lambda d: d["linkTemplates"][0].update(uriTemplate="./{lon}.json")),
        "collection",
        ["linkTemplates[0].uriTemplate"],
    ),
    "another template of assets": (
        lambda c: edit(c / COLLECTION, lambda d: d["assetTemplates"].pop("scales_npy")),
        "collection",
        ["assetTemplates.scales_npy"],
    ),
    "a link to a script": (lambda c: edit(c / COLLECTION, link("about", "javascript:alert(1)")), "href", ["javascript"]),
    "a link to data": (lambda c: edit(c / BLOCK, link("item", "data:text/html,x")), "href", ['"data"']),
    "a link with a password": (
        lambda c: edit(c / "catalog.json", link("about", "https://me:hunter2@example.org/")),
        "href",
        ["example.org", "user name or password"],
    ),
    "an asset that is a script": (pair("2024/items.parquet", with_href("javascript:alert(1)")), "href", ["javascript"]),
    "an asset with a password": (
        pair("2024/items.parquet", with_href("https://me:hunter2@example.org/x.npy")),
        "href",
        ["grid_0.15_52.05", "user name or password"],
    ),
    "an asset out of the root": (
        pair("2024/items.parquet", with_href("../../../../../../../../etc/passwd")),
        "escapes",
        ["grid_0.15_52.05", "etc/passwd"],
    ),
    "a link out of the root": (
        lambda c: edit(c / COLLECTION, link("about", "../../../elsewhere.json")),
        "escapes",
        ["../../../elsewhere.json"],
    ),
    "a file that is gone": (lambda c: (c / NPY).unlink(), "file", [ITEM, "is not there"]),
    "a file that is a folder": (lambda c: ((c / NPY).unlink(), (c / NPY).mkdir()), "file", ["not a file"]),
    "a file of another size": (lambda c: (c / NPY).write_bytes(b"x"), "size", ["has 1 bytes: expected 20"]),
    "a file of other bytes": (
        lambda c: (c / NPY).write_bytes((c / NPY).read_bytes()[::-1]),
        "hash",
        [ITEM, "grid_0.15_52.05.npy", "SHA-256", "expected"],
    ),
}
