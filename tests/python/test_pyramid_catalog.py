"""Pyramids of pictures in a catalogue: what collections tell of them, against pystac, and how they are served."""

import json
import shutil
import urllib.parse

import pystac
import pytest

import catalogs
import command
import pyramids
import serving
from test_stac import SCHEMAS, extension_validators, validate_core


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A catalogue of two years, and pyramids of every kind of the later one beside it."""
    root = tmp_path_factory.mktemp("pictured")
    catalogs.listed(root)
    pyramids.pmtiles(root / "pictures/2024.pmtiles")
    (root / "pictures/2024.basis.json").write_text("{ }")
    pyramids.map_tiles(root / "pictures/2024 xyz")
    pyramids.group(root / "zones.zarr/global_rgb")
    (root / "pictures/2023.pmtiles").write_bytes((root / "pictures/2024.pmtiles").read_bytes())
    return root


@pytest.fixture
def root(made, tmp_path):
    """A copy of it that may be changed."""
    shutil.copytree(made, tmp_path / "copy")
    return tmp_path / "copy"


def update(root, *pyramids, options=("--no-map",)):
    asked = [option for pyramid in pyramids for option in ("--pyramid", pyramid)]
    return command.done("catalog", "update", root / "stac", *asked, *options)


def all_of(root):
    pictures = root / "pictures"
    return [f"2024={pictures / '2024.pmtiles'}", pictures / "2024 xyz", root / "zones.zarr/global_rgb"]


def collection(root, year=2024):
    return json.loads((root / f"stac/{year}/collection.json").read_text())


def maps(document):
    return {link["rel"]: link for link in document["links"] if link["rel"] in ("pmtiles", "xyz", "tilejson")}


def test_a_collection_tells_its_pyramids(root):
    told = update(root, *all_of(root))
    # The collection and the index.
    assert (told["years"], told["items"], told["changed"]) == (1, 3, 2)
    document = collection(root)
    validate_core(document)
    links = maps(document)
    assert {rel: (link["href"], link["type"]) for rel, link in links.items()} == {
        "pmtiles": ("../../pictures/2024.pmtiles", "application/vnd.pmtiles"),
        "xyz": ("../../pictures/2024%20xyz/{z}/{x}/{y}.png", "image/png"),
        "tilejson": ("../../pictures/2024%20xyz/tilejson.json", "application/json"),
    }
    assets = pystac.Collection.from_dict(document, preserve_dict=True).assets
    said = {key: (assets[key].href, assets[key].media_type, assets[key].roles) for key in ("pyramid", "global_rgb", "pyramid_basis")}
    assert said == {
        "pyramid": ("../../pictures/2024.pmtiles", "application/vnd.pmtiles", ["overview", "visual"]),
        "global_rgb": ("../../zones.zarr/global_rgb", "application/vnd.zarr; version=3", ["overview"]),
        "pyramid_basis": ("../../pictures/2024.basis.json", "application/json", ["metadata"]),
    }
    size = (root / "pictures/2024.pmtiles").stat().st_size
    assert assets["pyramid"].extra_fields["file:size"] == size and assets["pyramid_basis"].extra_fields["file:size"] == 3
    for href in [asset.href for asset in assets.values()] + [links["tilejson"]["href"]]:
        assert (root / "stac/2024" / urllib.parse.unquote(href)).exists(), href
    assert maps(collection(root, 2023)) == {}
    told = command.done("catalog", "validate", root / "stac", "--files", "--hashes")
    assert told["problems"] == [] and told["files"] == 12 + 4


def test_extensions(root):
    if not SCHEMAS.is_dir():
        pytest.skip("the schemas of the extensions are not at hand")
    validators = extension_validators()
    for options in (all_of(root), ["2024=", all_of(root)[1]], ["2024=", "2024=https://example.org/a.pmtiles"], ["2024=", all_of(root)[2]], ["2024="]):
        update(root, *options)
        document = collection(root)
        validate_core(document)
        for uri in document["stac_extensions"]:
            assert [error.message for error in validators[uri].iter_errors(document)] == [], uri
        web_maps = "https://stac-extensions.github.io/web-map-links/v1.2.0/schema.json"
        assert (web_maps in document["stac_extensions"]) == (maps(document) != {})


def test_they_stay_until_others_are_said(root):
    before = collection(root)
    update(root, *all_of(root))
    told = collection(root)
    # Other tiles, and other pyramids of other kinds and years.
    listing = root / "v1/files.txt"
    command.done("catalog", "update", root / "stac", listing, "--by-name", "--dataset", "v1", "--no-map", "--prune")
    assert collection(root) == told
    update(root, f"2023={root / 'pictures/2023.pmtiles'}")
    assert collection(root) == told and maps(collection(root, 2023))["pmtiles"]["href"] == "../../pictures/2023.pmtiles"
    update(root, "2024=https://example.org/2024.pmtiles")
    changed = collection(root)
    assert maps(changed)["pmtiles"]["href"] == "https://example.org/2024.pmtiles" and "xyz" in maps(changed)
    update(root, "2024=")
    assert collection(root) == before and maps(collection(root, 2023))
    assert command.done("catalog", "validate", root / "stac", "--files")["problems"] == []


def test_a_catalogue_is_built_with_them(root):
    said = {**pyramids.SAID, "year": 2023}
    # The folder says its year; of two years the archive must be told its own.
    folder = pyramids.map_tiles(root / "pictures/2023 xyz", said)
    source = [root / "v1/files.txt", "--by-name", "--dataset", "v1", "-o", root / "new", "--no-map"]
    archive = root / "pictures/2024.pmtiles"
    command.run("catalog", "build", *source, "--pyramid", archive).expect(2, "does not say its year", f"YEAR={archive}")
    assert not (root / "new").exists()
    command.done("catalog", "build", *source, "--pyramid", f"2024={archive}", "--pyramid", folder)
    documents = {year: json.loads((root / f"new/{year}/collection.json").read_text()) for year in (2023, 2024)}
    assert set(maps(documents[2024])) == {"pmtiles"} and set(maps(documents[2023])) == {"xyz", "tilejson"}
    # Of one year alone it need not be said, and with a base address links are absolute.
    command.done("catalog", "build", *source, "--overwrite", "--year", 2024, "--base-url", "https://example.org/s/new", "--pyramid", archive)
    document = json.loads((root / "new/2024/collection.json").read_text())
    assert maps(document)["pmtiles"]["href"] == "https://example.org/s/pictures/2024.pmtiles"
    command.done("catalog", "validate", root / "new", "--files")


def broken(root, **files):
    for name, text in files.items():
        (root / name).mkdir()
        (root / name / ("zarr.json" if name.startswith("group") else "tilejson.json")).write_text(text)


def test_what_is_no_pyramid_is_refused(root):
    pyramids.pmtiles(root / "vectors.pmtiles", kind=1)
    pyramids.pmtiles(root / "later.pmtiles", version=4)
    (root / "short.pmtiles").write_bytes((root / "vectors.pmtiles").read_bytes()[:100])
    (root / "empty").mkdir()
    said = pyramids.SAID
    tiles = {"tiles": ["{z}/{x}/{y}.png"]}
    broken(
        root,
        text="no json",
        tiff=json.dumps({"tiles": ["{z}/{x}/{y}.tif"]}),
        listed="[]",
        century=json.dumps({**tiles, "tessera": {**said, "year": 1066}}),
        huge=json.dumps({**tiles, "tessera": {**said, "year": 2**40}}),
        escape=json.dumps({**tiles, "tessera": {**said, "basis": "../../../etc/passwd"}}),
        v2=json.dumps({**tiles, "tessera": {**said, "dataset": "v2"}}),
        group1=json.dumps({"zarr_format": 3, "node_type": "array"}),
        group2=json.dumps({"zarr_format": 3, "node_type": "group", "attributes": {}}),
        group3="5",
    )
    good = root / "pictures/2024 xyz"
    cases = [
        (["2024=vectors.pmtiles"], ["vectors.pmtiles", "kind 1: expected 2"]),
        (["2024=later.pmtiles"], ["later.pmtiles is no PMTiles archive of version 3"]),
        (["2024=short.pmtiles"], ["short.pmtiles is no PMTiles archive"]),
        (["2024=gone.pmtiles"], ["cannot read", "gone.pmtiles"]),
        (["2024=empty"], ["empty is no pyramid: expected a .pmtiles archive, a folder with tilejson.json, or a Zarr group"]),
        (["gone"], ["gone is no pyramid"]),
        (["text"], ["tilejson.json is not JSON"]),
        (["tiff"], ['"{z}/{x}/{y}.tif"', 'expected "{z}/{x}/{y}.png"']),
        (["listed"], ["listed", "expected"]),
        (["century"], ["says a year that is none"]),
        (["huge"], ["says a year that is none"]),
        (["escape"], ["basis", "expected a name beside it"]),
        (["v2"], ["v2 is a picture of dataset version v2: expected v1, as the tiles of 2024 are"]),
        (["group1"], ["expected a Zarr V3 group with multiscales"]),
        (["group2"], ["expected a Zarr V3 group with multiscales"]),
        (["group3"], ["expected a Zarr V3 group with multiscales"]),
        ([f"2023={good}"], ["is of 2024 by what it says of itself: expected 2023"]),
        ([f"2022={root}/pictures/2024.pmtiles"], ["there is no tile of 2022: expected one of the years 2023, 2024"]),
        ([good, good], ["are two folders of map tiles of 2024: expected one"]),
        (["2024=https://example.org/pictures"], ["is an address: expected that of a .pmtiles archive"]),
        (["2024=https://me:hunter2@example.org/a.pmtiles"], ["has a user name or password"]),
        ([""], ["no path"]),
    ]
    before = {path: path.read_bytes() for path in (root / "stac").rglob("*") if path.is_file()}
    for asked, words in cases:
        options = []
        for text in map(str, asked):
            year, _, path = text.rpartition("=")
            relative = path and "://" not in path and not path.startswith("/")
            options += ["--pyramid", f"{year}{'=' if year else ''}{root / path if relative else path}"]
        told = command.run("catalog", "update", root / "stac", *options).expect(2, *words)
        assert "hunter2" not in told.err and "panicked" not in told.err
    assert {path: path.read_bytes() for path in (root / "stac").rglob("*") if path.is_file()} == before
    command.run("catalog", "build", "-o", root / "x", "--pyramid", good).expect(2, "no SOURCE")
    command.run("catalog", "update", root / "stac").expect(2, "SOURCE")


def test_what_is_gone_is_seen(root):
    update(root, *all_of(root))
    (root / "pictures/2024.pmtiles").write_bytes(b"PMTiles")
    shutil.rmtree(root / "zones.zarr")
    told = command.run("catalog", "validate", root / "stac", "--files", "--json").expect(3).json
    assert sorted((found["kind"], found["what"].split(":")[0]) for found in told["problems"]) == [
        ("file", "asset global_rgb"),
        ("size", "asset pyramid"),
    ]


def test_they_are_served(root):
    update(root, *all_of(root), options=())
    archive = (root / "pictures/2024.pmtiles").read_bytes()
    with serving.serving(root) as server:
        answer = server.ask("/pictures/2024.pmtiles", Range="bytes=0-126")
        assert (answer.status, answer["Content-Type"], answer.body) == (206, "application/vnd.pmtiles", archive[:127])
        assert answer["Content-Range"] == f"bytes 0-126/{len(archive)}" and answer["ETag"] == server.ask("/pictures/2024.pmtiles", "HEAD")["ETag"]
        # A reader asks for more than a small archive has.
        assert server.ask("/pictures/2024.pmtiles", Range="bytes=0-16383").body == archive
        picture = server.ask("/pictures/2024%20xyz/0/0/0.png")
        assert (picture.status, picture["Content-Type"]) == (200, "image/png") and picture.body.startswith(b"\x89PNG")
        assert server.ask("/pictures/2024%20xyz/0/0/1.png").status == 404
        assert server.json("/pictures/2024%20xyz/tilejson.json")["tessera"] == pyramids.SAID
        document = server.json("/api/collections/tessera-v1-2024")
        validate_core(document)
        links = maps(document)
        assert links["pmtiles"]["href"] == f"{server.url}pictures/2024.pmtiles"
        assert links["xyz"]["href"] == f"{server.url}pictures/2024%20xyz/{{z}}/{{x}}/{{y}}.png"
        assert document["assets"]["global_rgb"]["href"] == f"{server.url}zones.zarr/global_rgb"
        page = server.ask("/stac/map/pyramid/archive.js")
        assert page.status == 200 and page["Content-Type"].startswith("text/javascript")
