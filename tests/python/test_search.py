"""Tiles of a catalogue are found by box and year, and all of its items come out as lines."""

import json
import os
import signal
import subprocess
import time
import urllib.parse

import pystac
import pytest
from pystac.validation.stac_validator import JsonSchemaSTACValidator

import catalogs
import command

BASE = "https://example.org/x"
# A box around the tiles of the small catalogue, in the order of its index.
BOX = "--bbox=-1,52,1,53"
ORDER = ["grid_-0.05_52.05", "grid_0.15_52.05", "grid_0.25_52.05"]


@pytest.fixture(scope="module", params=["relative", "absolute", "no items"])
def catalog(request, tmp_path_factory):
    options = {"absolute": ["--base-url", f"{BASE}/stac"], "no items": ["--no-items"]}.get(request.param, [])
    return catalogs.listed(tmp_path_factory.mktemp("search"), *options)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A catalogue of a hundred thousand tiles, without items as files."""
    root = tmp_path_factory.mktemp("many")
    names = [f"grid_{lon / 100:.2f}_{lat / 100:.2f}" for lat in range(-1005, 1000, 10) for lon in range(5, 5000, 10)]
    (root / "names.txt").write_text("\n".join(names) + "\n")
    options = ["--by-name", "--year", 2024, "--root", "s3://tessera/v1", "--no-items", "--no-map"]
    command.done("catalog", "build", root / "names.txt", "-o", root / "stac", *options)
    return root / "stac"


def search(catalog, *options):
    return command.run("catalog", "search", catalog, *options)


def export(catalog, *options):
    return command.run("catalog", "export", catalog, "--ndjson", *options)


def expected(catalog, years=(2023, 2024)):
    """What the items of files say, in the order of the index, with whole links."""
    found = []
    for year in years:
        for name in ORDER:
            block = "w005n50" if "-" in name else "e000n50"
            folder = catalog / str(year) / block
            path = folder / f"{name}_{year}.json"
            if not path.exists():
                found.append({"id": f"{name}_{year}"})
                continue
            item = json.loads(path.read_text())
            links = [*item["links"], *item["assets"].values()]
            for link in links:
                link["href"] = urllib.parse.urljoin(f"{folder.as_uri()}/", link["href"])
            # An item that is read elsewhere says where it comes from.
            if not any(link["rel"] == "self" for link in item["links"]):
                itself = {"href": path.as_uri(), "rel": "self", "type": "application/geo+json"}
                item["links"].insert(3, itself)
            found.append(item)
    return found


def same(found, items):
    assert [item["id"] for item in found] == [item["id"] for item in items]
    for one, other in zip(found, items):
        assert other.items() <= one.items()


def test_lines_say_where_the_data_is(catalog):
    lines = search(catalog, BOX, "--year", 2024).expect(0).out.splitlines()
    assert [line.split("\t")[0] for line in lines] == [f"{name}_2024" for name in ORDER]
    absolute = "https" in (catalog / "catalog.json").read_text()
    for line, name in zip(lines, ORDER):
        _, *files = line.split("\t")
        place = BASE if absolute else str(catalog.parent)
        assert files == [f"{place}/v1/2024/{name}/{name}{suffix}.npy" for suffix in ("", "_scales")]
        assert absolute or all(os.path.isfile(path) for path in files)


def test_json_is_a_feature_collection(catalog):
    told = search(catalog, BOX, "--json").expect(0).json
    assert (told["type"], told["numberMatched"], told["numberReturned"]) == ("FeatureCollection", 6, 6)
    same(told["features"], expected(catalog))
    validator = JsonSchemaSTACValidator()
    for item in pystac.ItemCollection.from_dict(told):
        validator.validate_core(item.to_dict(transform_hrefs=False), pystac.STACObjectType.ITEM, "1.1.0")


def test_boxes_and_years(catalog):
    def ids(*options):
        return [line.split("\t")[0] for line in search(catalog, *options).expect(0).out.splitlines()]

    assert ids("--bbox", "0.11,52.01,0.12,52.02") == ["grid_0.15_52.05_2023", "grid_0.15_52.05_2024"]
    # An edge that is shared is no touch.
    assert ids("--bbox", "0.1,52,0.2,52.1", "--year", 2023) == ["grid_0.15_52.05_2023"]
    assert ids("--bbox=-180,-90,180,90", "--years", "2024..2030") == [f"{name}_2024" for name in ORDER]
    assert ids("--bbox=-180,-90,180,90", "--years", "2023-2024", "--limit", 4)[3:] == ["grid_-0.05_52.05_2024"]
    told = search(catalog, BOX, "--limit", 2).expect(0, "2 of 6 tiles shown")
    assert told.out.count("\n") == 2
    assert search(catalog, BOX, "--limit", 0, "--json").expect(0).json["features"] == []
    assert search(catalog, "--bbox", "10,10,11,11").expect(0, "no tile of").out == ""
    assert search(catalog, "--bbox", "10,10,11,11", "--json").expect(0).json["numberMatched"] == 0


@pytest.mark.parametrize(
    "options, words",
    [
        (["--bbox", "0,52,1"], ["expected W,S,E,N"]),
        (["--bbox", "0,52,400,53"], ["east = 400", "-180..=180"]),
        (["--bbox", "0,53,1,52"], ["south 53 above north 52"]),
        (["--bbox", "10,52,1,53"], ["west 10 greater than east 1", "170,-20,-170,-10"]),
        (["--bbox", "0,52,1,nan"], ["north"]),
        ([], ["--bbox"]),
        ([BOX, "--year", "2020"], ["has no year 2020: it has 2023, 2024"]),
        ([BOX, "--years", "2024..2023"], ["runs backwards"]),
        ([BOX, "--year", "2024", "--years", "2023"], ["cannot be used with"]),
        ([BOX, "--limit=-1"], ["--limit"]),
    ],
)
def test_what_cannot_be_asked(catalog, options, words):
    search(catalog, *options).expect(2, *words)


def test_what_is_no_catalogue(tmp_path):
    search(tmp_path, BOX).expect(2, str(tmp_path), "no catalogue")
    export(tmp_path).expect(2, str(tmp_path), "no catalogue")
    search(tmp_path / "none", BOX).expect(2, "none")
    assert list(tmp_path.iterdir()) == []


def test_all_items_as_lines(catalog, tmp_path):
    lines = export(catalog).expect(0).out
    same([json.loads(line) for line in lines.splitlines()], expected(catalog))
    assert lines.endswith("\n")
    assert export(catalog, "-o", "-").expect(0).out == lines
    out = tmp_path / "items.ndjson"
    told = export(catalog, "-o", out, "--json").expect(0).json
    assert told == {"output": str(out), "items": 6, "bytes": len(lines.encode())}
    assert out.read_text() == lines and list(tmp_path.iterdir()) == [out]
    one = export(catalog, "--bbox", "0.11,52.01,0.12,52.02", "--year", 2024).expect(0).out
    assert one in lines and json.loads(one)["id"] == "grid_0.15_52.05_2024"
    assert export(catalog, "--bbox", "10,10,11,11").expect(0).out == ""


def test_items_for_another_place(catalog):
    told = export(catalog, "--base-url", "https://a.example.org/b/stac", "--year", 2024)
    if "https" in (catalog / "catalog.json").read_text():
        told.expect(2, "begin with https://example.org/x/stac")
        return
    for line in told.expect(0).out.splitlines():
        item = json.loads(line)
        hrefs = [link["href"] for link in [*item["links"], *item["assets"].values()]]
        assert all(href.startswith("https://a.example.org/b/") for href in hrefs), hrefs


def test_a_file_is_not_overwritten_unasked(catalog, tmp_path):
    out = tmp_path / "items.ndjson"
    out.write_text("mine")
    export(catalog, "-o", out).expect(2, str(out), "--overwrite")
    assert out.read_text() == "mine"
    export(catalog, "-o", out, "--overwrite").expect(0)
    assert out.read_text().count("\n") == 6
    export(catalog, "-o", tmp_path, "--overwrite").expect(2, "is not a file")
    export(catalog, "-o", tmp_path / "no/items.ndjson").expect(2, "no")
    assert list(tmp_path.iterdir()) == [out]
    command.run("catalog", "export", catalog).expect(2, "--ndjson")


def test_the_order_is_that_of_the_index(many):
    ids = [json.loads(line)["id"] for line in export(many).expect(0).out.splitlines()]
    assert len(set(ids)) == 100_500
    found = search(many, "--bbox=-180,-90,180,90", "--limit", 200_000).expect(0).out
    assert [line.split("\t")[0] for line in found.splitlines()] == ids
    told = search(many, "--bbox=-180,-90,180,90").expect(0, "100 of 100500 tiles shown")
    assert told.out.splitlines() == found.splitlines()[:100]


@pytest.mark.parametrize("asked", [["search", BOX.replace("-1,52,1,53", "-180,-90,180,90"), "--limit", "200000"], ["export", "--ndjson"]])
def test_a_reader_may_leave(many, asked):
    name, *options = asked
    running = subprocess.Popen(
        [command.binary(), "catalog", name, many, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert running.stdout.readline()
    running.stdout.close()
    assert running.stderr.read() == b"" and running.wait(timeout=60) == 0


def test_an_export_can_be_interrupted(many, tmp_path):
    out = tmp_path / "items.ndjson"
    running = command.start("catalog", "export", many, "--ndjson", "-o", out)
    give_up = time.monotonic() + 60
    while not list(tmp_path.iterdir()) and running.poll() is None and time.monotonic() < give_up:
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    _, messages = running.communicate(timeout=60)
    assert running.returncode == 75 and "interrupted" in messages
    assert list(tmp_path.iterdir()) == []
