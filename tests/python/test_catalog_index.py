"""The index of a catalogue, as others read it: pyarrow, stac-geoparquet, DuckDB and numpy."""

import datetime
import gzip
import hashlib
import json
import pathlib
import urllib.parse
import urllib.request

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pystac
import pytest
import shapely
import shapely.geometry
import stac_geoparquet.arrow
from pystac.validation.stac_validator import JsonSchemaSTACValidator

import catalogs
import command

BASE = "https://example.org/x"
ASSETS = ["embeddings", "embeddings_npy", "scales_npy", "preview", "basis", "zone"]
# Of an item, and of its assets: columns of the same name.
PROPERTIES = ["title", "gsd", "grid:code", "version", "proj:code", "proj:shape", "proj:transform", "proj:bbox"]
TIMES = ["datetime", "start_datetime", "end_datetime", "created"]


@pytest.fixture(scope="module", params=["together", "stores", "tiles", "absolute"])
def catalog(request, tile, tmp_path_factory):
    """The catalogue of stores and NPY tiles together, of the one and the other alone, and one with absolute links."""
    root = catalogs.archive(tile, tmp_path_factory.mktemp("index"))
    sources = {"stores": [root / "stores"], "tiles": [root / "v1"]}.get(request.param, [root / "stores", root / "v1"])
    options = ["--base-url", f"{BASE}/stac"] if request.param == "absolute" else []
    command.done("catalog", "build", *sources, "-o", root / "stac", *options)
    return root / "stac"


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    return catalogs.listed(tmp_path_factory.mktemp("listed"))


@pytest.fixture
def database():
    """DuckDB as it comes, which must need nothing from anywhere."""
    with duckdb.connect() as connection:
        connection.execute("SET autoinstall_known_extensions = false")
        yield connection


def years(catalog):
    return sorted(path.parent for path in pathlib.Path(catalog).glob("*/items.parquet"))


def rows(folder):
    return pq.read_table(folder / "items.parquet").to_pylist()


def whole(folder, href):
    """A link that stands in a file of the folder, from anywhere."""
    return urllib.parse.urljoin(f"{folder.as_uri()}/", href)


def same_time(time, text):
    assert (time is None) == (text is None)
    assert time is None or time == datetime.datetime.fromisoformat(text)


def without_null(value):
    """JSON as an item is written: what is null in a column is not there, but for the datetime."""
    if isinstance(value, dict):
        return {key: without_null(v) for key, v in value.items() if v is not None or key == "datetime"}
    return [without_null(v) for v in value] if isinstance(value, list) else value


def test_rows_say_what_items_say(catalog):
    items = catalogs.items(catalog)
    seen = 0
    for folder in years(catalog):
        for row in rows(folder):
            item = items[row["id"]]
            seen += 1
            (place,) = (path.parent for path in catalog.glob(f"*/*/{row['id']}.json"))
            assert row["stac_version"] == item["stac_version"] and row["collection"] == item["collection"]
            assert list(row["bbox"].values()) == item["bbox"] and list(row["bbox"]) == ["xmin", "ymin", "xmax", "ymax"]
            polygon = shapely.from_wkb(row["geometry"])
            assert polygon.equals_exact(shapely.geometry.shape(item["geometry"])) and polygon.exterior.is_ccw
            for name in TIMES:
                same_time(row[name], item["properties"].get(name))
            for name in PROPERTIES:
                assert row[name] == item["properties"].get(name), name
            assert dict(row["processing:software"] or []) == item["properties"].get("processing:software", {})
            # What a row does not say, it does not claim to.
            assert set(row["stac_extensions"]) == {e for e in item["stac_extensions"] if "/datacube/" not in e}
            assert list(row["assets"]) == ASSETS
            assert {key for key, asset in row["assets"].items() if asset} == set(item["assets"])
            for key, asset in item["assets"].items():
                row_asset = without_null(row["assets"][key])
                assert whole(folder, row_asset.pop("href")) == whole(place, asset["href"])
                assert row_asset.items() <= asset.items(), key
                more = set(asset) - set(row_asset) - {"href"}
                assert all(name.startswith(("cube:", "proj:")) for name in more), more
            assert [link["rel"] for link in row["links"]] == ["collection"]
            assert whole(folder, row["links"][0]["href"]) == (folder / "collection.json").as_uri()
    assert seen == len(items) == 5


def test_sizes_are_those_of_the_files(catalog):
    sizes = 0
    for folder in years(catalog):
        for row in rows(folder):
            for asset in filter(None, row["assets"].values()):
                href = whole(folder, asset["href"]).replace(BASE, catalog.parent.as_uri())
                path = pathlib.Path(urllib.request.url2pathname(urllib.parse.urlsplit(href).path))
                assert path.exists()
                if asset.get("file:size") is not None:
                    assert path.stat().st_size == asset["file:size"]
                    sizes += 1
    assert sizes >= 10


def test_columns_are_those_of_stac_geoparquet(catalog):
    schemas = {folder.name: pq.read_schema(folder / "items.parquet") for folder in years(catalog)}
    # All years can be one table.
    assert len({schema.remove_metadata().to_string() for schema in schemas.values()}) == 1
    schema = next(iter(schemas.values()))
    utc = pa.timestamp("us", tz="UTC")
    expected = {
        "id": pa.string(), "stac_version": pa.string(), "geometry": pa.binary(), "collection": pa.string(),
        "datetime": utc, "start_datetime": utc, "end_datetime": utc, "created": utc, "gsd": pa.float64(),
        "bbox": pa.struct([pa.field(name, pa.float64(), False) for name in ("xmin", "ymin", "xmax", "ymax")]),
    }  # fmt: skip
    for name, kind in expected.items():
        assert schema.field(name).type == kind, name
    assert pa.types.is_struct(schema.field("assets").type)
    assert "properties" not in schema.names


def test_geoparquet_metadata(catalog):
    for folder in years(catalog):
        schema = pq.read_schema(folder / "items.parquet")
        geo = json.loads(schema.metadata[b"geo"])
        assert geo["version"] == "1.1.0" and geo["primary_column"] == "geometry"
        assert set(geo) == {"version", "primary_column", "columns"} and set(geo["columns"]) == {"geometry"}
        column = geo["columns"]["geometry"]
        assert column["encoding"] == "WKB" and column["geometry_types"] == ["Polygon"]
        # Without a CRS it is longitude and latitude on WGS 84, as it is here; edges are planar unless said.
        assert set(column) == {"encoding", "geometry_types", "orientation", "bbox", "covering"}
        assert column["orientation"] == "counterclockwise"
        all_bounds = np.array([list(row["bbox"].values()) for row in rows(folder)])
        assert column["bbox"] == [*all_bounds[:, :2].min(axis=0), *all_bounds[:, 2:].max(axis=0)]
        covering = column["covering"]["bbox"]
        assert covering == {name: ["bbox", name] for name in ("xmin", "ymin", "xmax", "ymax")}
        for row in rows(folder):
            assert shapely.from_wkb(row["geometry"]).bounds == tuple(row["bbox"].values())

        mirrored = json.loads(schema.metadata[b"stac-geoparquet"])
        assert mirrored["version"] == "1.1.0"
        collection = json.loads((folder / "collection.json").read_text())
        assert list(mirrored["collections"]) == [collection["id"]]
        own = {key: value for key, value in collection.items() if key not in ("links", "assets", "stac_extensions")}
        assert mirrored["collections"][collection["id"]].items() >= own.items()
        asset = collection["assets"]["items"]
        assert asset["type"] == "application/vnd.apache.parquet" and asset["roles"] == ["collection-mirror"]


def test_row_groups_can_be_skipped(catalog):
    for folder in years(catalog):
        file = pq.ParquetFile(folder / "items.parquet")
        names = [file.metadata.row_group(0).column(i).path_in_schema for i in range(file.metadata.num_columns)]
        for number in range(file.num_row_groups):
            group, table = file.metadata.row_group(number), file.read_row_group(number)
            assert group.column(0).compression == "ZSTD"
            for name in ("xmin", "ymin", "xmax", "ymax"):
                statistics = group.column(names.index(f"bbox.{name}")).statistics
                values = [row[name] for row in table["bbox"].to_pylist()]
                assert (statistics.min, statistics.max) == (min(values), max(values))


def test_stac_geoparquet_gives_the_items(catalog):
    items, validator, seen = catalogs.items(catalog), JsonSchemaSTACValidator(), 0
    for folder in years(catalog):
        for found in stac_geoparquet.arrow.stac_table_to_items(pq.read_table(folder / "items.parquet")):
            # The package leaves the type of GeoJSON out, and keeps what is null.
            found = {"type": "Feature", **without_null(found)}
            validator.validate_core(found, pystac.STACObjectType.ITEM, "1.1.0")
            read, item = pystac.Item.from_dict(found), pystac.Item.from_dict(items[found["id"]])
            assert (read.id, read.bbox, read.geometry) == (item.id, item.bbox, item.geometry)
            assert read.common_metadata.start_datetime == item.common_metadata.start_datetime
            assert read.ext.has("proj") and read.ext.proj.epsg == item.ext.proj.epsg
            assert set(read.assets) == set(item.assets)
            seen += 1
    assert seen == 5


def test_duckdb_asks_one_year(catalog, database):
    path = str(catalog / "2024/items.parquet")
    key = "embeddings" if "embeddings" in next(iter(catalogs.items(catalog).values()))["assets"] else "embeddings_npy"
    found = database.execute(
        f"select id, assets.{key}.href from read_parquet(?) where bbox.xmin < 0.15 and bbox.ymax > 80 order by id", [path]
    ).fetchall()
    expected = ["grid_-0.05_89.95_2024", "grid_0.05_89.95_2024", "grid_0.15_89.95_2024"]
    assert [row[0] for row in found] == expected
    hrefs = {row["id"]: row["assets"][key]["href"] for row in rows(catalog / "2024")}
    assert dict(found) == {name: hrefs[name] for name in expected}
    # What a tile has not is null, and can be asked for.
    assert database.execute("select count(*) from read_parquet(?) where assets.zone is null", [path]).fetchone() == (4,)


def test_duckdb_asks_all_years_at_once(catalog, database):
    database.execute("SET TimeZone = 'UTC'")
    found = database.execute(
        """
        select collection, count(*), min(year(start_datetime)), max("proj:shape"[1]), min(bbox.xmin), max(bbox.xmax)
        from read_parquet(?) group by collection order by collection
        """,
        [str(catalog / "*/items.parquet")],
    ).fetchall()
    assert found == [
        ("tessera-v1-2023", 1, 2023, 1115, 0.0, 0.1),
        ("tessera-v1-2024", 4, 2024, 1115, -0.1, 180.0),
    ]


def test_numpy_reads_the_bitmap(catalog, listed):
    for folder in [*years(catalog), *years(listed)]:
        bits = gzip.decompress((folder / "coverage.bits.gz").read_bytes())
        assert len(bits) == 810_000
        bitmap = np.unpackbits(np.frombuffer(bits, np.uint8)).reshape(1800, 3600)
        cells = np.argwhere(bitmap)
        # Row 0 is the northernmost, column 0 the westernmost; centres in hundredths of a degree.
        names = {f"grid_{(column * 10 - 17995) / 100:.2f}_{(8995 - row * 10) / 100:.2f}_{folder.name}" for row, column in cells}
        assert names == {row["id"] for row in rows(folder)}
        asset = json.loads((folder / "collection.json").read_text())["assets"]["coverage"]
        assert asset["href"].endswith("/coverage.bits.gz")


def test_hashes_are_those_of_the_files(listed):
    for folder in years(listed):
        table = pq.read_table(folder / "hashes.parquet")
        assert [str(field.type) for field in table.schema] == ["string", "fixed_size_binary[32]", "fixed_size_binary[32]"]
        assert table["id"].to_pylist() == [row["id"] for row in rows(folder)]
        assets = {row["id"]: row["assets"] for row in rows(folder)}
        for known in table.to_pylist():
            for key in ("embeddings_npy", "scales_npy"):
                content = (folder / assets[known["id"]][key]["href"]).read_bytes()
                assert known[key] == hashlib.sha256(content).digest()


def test_no_hashes_no_file(catalog):
    for folder in years(catalog):
        assert not (folder / "hashes.parquet").exists()
        assert "hashes" not in json.loads((folder / "collection.json").read_text())["assets"]


def test_duckdb_joins_the_hashes(listed, database):
    # Both files have columns of these names.
    found = database.execute(
        """
        select items.id, items.assets.embeddings_npy.href, hex(hashes.embeddings_npy)
        from read_parquet(?) as items join read_parquet(?) as hashes using (id) order by items.id
        """,
        [str(listed / "*/items.parquet"), str(listed / "*/hashes.parquet")],
    ).fetchall()
    assert len(found) == 6
    for name, href, digest in found:
        content = (listed / name[-4:] / href).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest.lower()
