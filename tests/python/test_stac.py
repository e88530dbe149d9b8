"""Items, collections and catalogues against pystac and the schemas of the extensions."""

import json
import pathlib
import urllib.parse
import urllib.request

import jsonschema
import pyproj
import pystac
import pystac.stac_io
import pytest
import referencing
import referencing.jsonschema
from pystac.validation.stac_validator import JsonSchemaSTACValidator

import catalogs
import command
from catalogs import NAMES

BASE = "https://tiles.example.org/stac/"
SCHEMAS = command.ROOT.parent / "shared/data/stac-schemas"


@pytest.fixture(scope="module")
def archive(tile, tmp_path_factory):
    return catalogs.archive(tile, tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module", params=["stores", "v1", "absolute"])
def catalog(request, archive, tmp_path_factory):
    """The catalogue of the stores, of the NPY tiles, and one with absolute links."""
    out = tmp_path_factory.mktemp("catalog") / "stac"
    source = archive / ("v1" if request.param == "v1" else "stores")
    options = ["--base-url", BASE] if request.param == "absolute" else []
    told = command.done("catalog", "build", source, "-o", out, *options)
    assert (told["items"], told["years"]) == (5, 2)
    return out


class Served(pystac.stac_io.DefaultStacIO):
    """Reads what would be served at BASE from the folder."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def read_text(self, source, *args, **kwargs):
        return super().read_text(str(source).replace(BASE, f"{self.folder}/"), *args, **kwargs)


def validate_core(document):
    """Against the schemas of STAC 1.1.0 that pystac brings along."""
    validator = JsonSchemaSTACValidator()
    kind = pystac.STACObjectType(document["type"])
    assert document["stac_version"] == "1.1.0"
    validator.validate_core(document, kind, "1.1.0")


def extension_validators():
    """A validator for each schema at hand, by the address that documents declare."""
    documents = [json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")]
    local = JsonSchemaSTACValidator().schema_cache
    known = {schema["$id"].rstrip("#"): schema for schema in documents} | local
    # The schema of CRS objects, which the projection extension refers to, comes with PROJ.
    crs = json.loads((pathlib.Path(pyproj.datadir.get_data_dir()) / "projjson.schema.json").read_text())
    known[crs["$id"]] = crs

    def retrieve(uri):
        raise referencing.exceptions.NoSuchResource(uri)

    resources = [
        (uri, referencing.Resource.from_contents(schema, referencing.jsonschema.DRAFT7))
        for uri, schema in known.items()
    ]
    registry = referencing.Registry(retrieve=retrieve).with_resources(resources)
    return {
        uri: jsonschema.Draft7Validator(schema, registry=registry)
        for uri, schema in known.items()
        if "stac-extensions.github.io" in uri
    }


def documents(folder):
    """The JSON below a folder, but for that of the map page."""
    paths = (path for path in sorted(folder.rglob("*.json")) if "map" not in path.relative_to(folder).parts)
    found = {path: json.loads(path.read_text()) for path in paths}
    assert found
    return found


def test_core(catalog):
    kinds = []
    for document in documents(catalog).values():
        validate_core(document)
        kinds.append(document["type"])
    # One catalogue above and one for every block of a year.
    assert kinds.count("Collection") == 2 and kinds.count("Feature") == 5 and kinds.count("Catalog") == 1 + 4


def items_of(stores):
    """The items beside stores; the bases of pictures are JSON too."""
    return [path for path in stores.glob("*/*.json") if not path.name.endswith(".basis.json")]


def test_items_of_convert(archive):
    items = [json.loads(path.read_text()) for path in items_of(archive / "stores")]
    assert len(items) == 5
    for item in items:
        validate_core(item)


def test_extensions(catalog, archive):
    if not SCHEMAS.is_dir():
        pytest.skip("the schemas of the extensions are not at hand")
    validators = extension_validators()
    declared = set()
    for path, document in (documents(catalog) | documents(archive / "stores")).items():
        if document.get("type") not in ("Feature", "Collection"):
            continue
        for uri in document.get("stac_extensions", []):
            errors = [e.message for e in validators[uri].iter_errors(document)]
            assert errors == [], f"{path}: {uri}"
            declared.add(uri.split("/")[-3])
    assert declared >= {"projection", "datacube", "zarr", "grid", "version", "processing"}


def test_the_walk_of_pystac(catalog):
    root = pystac.Catalog.from_file(str(catalog / "catalog.json"), stac_io=Served(catalog))
    years = {child.id: child for child in root.get_children()}
    assert len(years) == 2 and all(isinstance(child, pystac.Collection) for child in years.values())
    items = list(root.get_items(recursive=True))
    expected = {f"{name}_2024" for name in NAMES} | {f"{NAMES[0]}_2023"}
    assert {item.id for item in items} == expected
    for item in items:
        assert item.get_collection().id in years
        assert item.get_root().id == root.id
        lon, lat = map(float, item.id.split("_")[1:3])
        assert item.bbox == [round(lon - 0.05, 2), round(lat - 0.05, 2), round(lon + 0.05, 2), round(lat + 0.05, 2)]
        assert item.properties["start_datetime"].startswith(item.id[-4:])
        block = pathlib.Path(item.get_self_href()).parent.name
        assert block == {"grid_0.05": "e000n85", "grid_0.15": "e000n85", "grid_-0.05": "w005n85"}.get(
            item.id.rsplit("_", 2)[0], "e175s90"
        )


def test_links_lead_somewhere(catalog, archive):
    seen = 0
    for path, document in documents(catalog).items():
        hrefs = [link["href"] for link in document["links"] if link["rel"] not in ("license", "about", "cite-as", "via")]
        hrefs += [asset["href"] for asset in document.get("assets", {}).values()]
        for href in hrefs:
            if href.startswith("https://") and not href.startswith(BASE):
                continue
            target = href.replace(BASE, f"{catalog.as_uri()}/")
            parts = urllib.parse.urlparse(target)
            local = pathlib.Path(urllib.request.url2pathname(parts.path))
            local = local if parts.scheme == "file" else path.parent / local
            assert local.exists(), f"{path}: {href}"
            seen += 1
    assert seen > 30


def test_links_of_the_items_of_convert(archive):
    for path in items_of(archive / "stores"):
        item = json.loads(path.read_text())
        assets = item["assets"]
        basis = path.parent / assets["basis"]["href"]
        assert basis.name == f"{path.stem}.basis.json" and basis.stat().st_size == assets["basis"]["file:size"]
        assert (path.parent / assets["embeddings"]["href"]).is_dir()
        picture = path.parent / assets["preview"]["href"]
        assert picture.stat().st_size == assets["preview"]["file:size"]
        assert assets["embeddings"]["type"] == "application/vnd.zarr; version=2"


def test_a_catalogue_is_not_overwritten_unasked(archive, tmp_path):
    out = tmp_path / "stac"
    command.done("catalog", "build", archive / "stores", "-o", out)
    before = {p: p.read_bytes() for p in out.rglob("*.json")}
    command.run("catalog", "build", archive / "stores", "-o", out, "--year", 2023).expect(2, str(out), "exists")
    assert {p: p.read_bytes() for p in out.rglob("*.json")} == before
    command.done("catalog", "build", archive / "stores", "-o", out, "--year", 2023, "--overwrite")
    assert not (out / "2024").exists() and (out / "2023/collection.json").is_file()
    assert [p.name for p in tmp_path.iterdir()] == ["stac"]
