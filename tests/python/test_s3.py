"""The whole chain on S3: tiles, tile stores, a zone store, answers, pictures, a catalogue and its map, beside the same on disk."""

import csv
import json
import pathlib

import numpy as np
import pytest

import asking
import command
import serving

BUCKET = "s3://tessera"
BOX = asking.text(asking.BORDER)


@pytest.fixture(scope="module")
def far(weed, paths):
    """Runs commands that find the server; the archive and the zone store are there."""
    weed.upload(paths["tiles"], "tessera/v1")
    create = ["--zones", "1,31,32,60", "--years", "2023-2024", "--dataset", "v1", "--channels", asking.CHANNELS, "--shard", 512]
    command.done("zone", "create", f"{BUCKET}/zones.zarr", *create, **weed.environment)
    for year in (2023, 2024):
        done = command.done("zone", "fill", f"{BUCKET}/zones.zarr", f"{BUCKET}/v1", "--year", year, **weed.environment)
        assert done["failed"] == [] and done["failed_tiles"] == [] and done["written"] > 0
    return lambda *args: command.done(*args, **weed.environment)


def files(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in pathlib.Path(root).rglob("*") if path.is_file()}


def test_a_zone_store_has_the_same_objects(far, weed, paths):
    local = files(paths["zones"])
    assert weed.names("tessera/zones.zarr") == sorted(local)
    for name, data in local.items():
        assert weed.get(f"tessera/zones.zarr/{name}") == data, name


def test_filled_again_it_writes_nothing(far):
    again = far("zone", "fill", f"{BUCKET}/zones.zarr", f"{BUCKET}/v1", "--year", 2024)
    assert again["written"] == 0 and again["unchanged"] == again["shards"]
    checked = far("zone", "verify", f"{BUCKET}/zones.zarr", "--archive", f"{BUCKET}/v1", "--year", 2024)
    assert checked["problems"] == [] and checked["hashes"] == checked["objects"] > 0


def test_an_object_that_was_cut_short_is_written_anew(far, weed):
    name = next(name for name in weed.names("tessera/zones.zarr") if "/embeddings/c/1/" in name)
    whole = weed.get(f"tessera/zones.zarr/{name}")
    weed.put(f"tessera/zones.zarr/{name}", whole[:-7])
    again = far("zone", "fill", f"{BUCKET}/zones.zarr", f"{BUCKET}/v1", "--year", 2024)
    assert again["written"] == 1
    assert weed.get(f"tessera/zones.zarr/{name}") == whole


@pytest.mark.parametrize("number", [2, 3])
def test_tile_stores(far, weed, paths, number, tmp_path):
    out = f"stores{number}"
    options = ["--format", number, "--chunk", 64, "--year", 2024]
    done = far("convert", f"{BUCKET}/v1", "-o", f"{BUCKET}/{out}", *options)
    assert done["written"] == len(asking.NAMES) and done["failed"] == []
    again = far("convert", f"{BUCKET}/v1", "-o", f"{BUCKET}/{out}", *options)
    assert again["kept"] == len(asking.NAMES) and again["written"] == 0
    local = files(paths[f"stores{number}"] / "2024")
    assert weed.names(f"tessera/{out}/2024") == sorted(local)
    chunks = {name: data for name, data in local.items() if not name.endswith((".json", ".zattrs", ".zmetadata"))}
    assert chunks
    for name, data in chunks.items():
        assert weed.get(f"tessera/{out}/2024/{name}") == data, name


@pytest.mark.parametrize("source", ["v1", "stores3", "stores2", "zones.zarr"])
@pytest.mark.parametrize("box", [asking.BORDER, asking.ISLANDS])
def test_regions(far, paths, source, box, tmp_path):
    if source.startswith("stores"):
        options = ["--format", source[-1], "--chunk", 64, "--year", 2024, "--overwrite"]
        far("convert", f"{BUCKET}/v1", "-o", f"{BUCKET}/{source}", *options)
    ask = ["--year", 2024, "--bbox=" + asking.text(box)]
    here = command.done("region", paths["tiles"], *ask, "-o", tmp_path / "here.npy")
    there = far("region", f"{BUCKET}/{source}", *ask, "-o", tmp_path / "there.npy")
    assert [file["counts"] for file in here["files"]] == [file["counts"] for file in there["files"]]
    for one, other in zip(here["files"], there["files"]):
        asking.same(asking.load(pathlib.Path(other["file"])), asking.load(pathlib.Path(one["file"])))


def test_answers_written_to_the_server(far, weed, paths, tmp_path):
    ask = ["--year", 2024, "--bbox=" + BOX, "--grid", "EPSG:4326", "--resolution", "0.001"]
    for end in ("npy", "tif", "png", "zarr"):
        command.done("region", paths["tiles"], *ask, "-o", tmp_path / f"a.{end}")
        told = far("region", f"{BUCKET}/zones.zarr", *ask, "-o", f"{BUCKET}/answers/a.{end}")
        assert told["output"] == f"{BUCKET}/answers/a.{end}"
    for path in tmp_path.glob("a*"):
        if path.suffix in (".npy",):
            assert weed.get(f"tessera/answers/{path.name}") == path.read_bytes(), path.name
    assert set(weed.names("tessera/answers")) == set(files(tmp_path))
    error = command.run(
        "region", f"{BUCKET}/zones.zarr", *ask, "-o", f"{BUCKET}/answers/a.npy", **weed.environment)
    error.expect(2, "a.npy exists already", "--overwrite")
    far("region", f"{BUCKET}/zones.zarr", *ask, "-o", f"{BUCKET}/answers/a.npy", "--overwrite")


def test_points_and_patches(far, weed, paths, tmp_path):
    table = tmp_path / "points.csv"
    rng = np.random.default_rng(3)
    rows = [(rng.uniform(5.9, 6.05), rng.uniform(84.01, 84.09)) for _ in range(40)] + [(0.5, 10.0)]
    with open(table, "w", newline="") as out:
        csv.writer(out).writerows([("lon", "lat"), *rows])
    command.done("points", paths["zones"], table, "-o", tmp_path / "here.csv", "--years", "all")
    far("points", f"{BUCKET}/zones.zarr", table, "-o", f"{BUCKET}/points.csv", "--years", "all")
    assert weed.get("tessera/points.csv") == (tmp_path / "here.csv").read_bytes()
    patch = ["--year", 2024, "--at", "5.95,84.05", "--size", 40]
    command.done("patch", paths["tiles"], *patch, "-o", tmp_path / "here.npy")
    far("patch", f"{BUCKET}/v1", *patch, "-o", tmp_path / "there.npy")
    asking.same(asking.load(tmp_path / "there.npy"), asking.load(tmp_path / "here.npy"))


def test_pictures(far, weed, paths, tmp_path):
    tile = asking.NAMES[0]
    command.done("pca", paths["tiles"] / "2024" / tile, "-o", tmp_path / "here.png", "--basis", tmp_path / "here.json")
    far("pca", f"{BUCKET}/v1/2024/{tile}", "-o", f"{BUCKET}/there.png", "--basis", f"{BUCKET}/there.json")
    assert weed.get("tessera/there.png") == (tmp_path / "here.png").read_bytes()
    here, there = json.loads((tmp_path / "here.json").read_text()), json.loads(weed.get("tessera/there.json"))
    assert here.pop("provenance") != there.pop("provenance")
    assert here == there


def test_a_catalogue_and_its_map(far, weed, tmp_path):
    """Built of what is on the server, stored there, and served from there."""
    far("catalog", "build", f"{BUCKET}/v1", "-o", f"{BUCKET}/catalog", "--year", 2024)
    names = weed.names("tessera/catalog")
    assert "catalog.json" in names and "2024/items.parquet" in names and any(name.startswith("map/") for name in names)
    sent = far("catalog", "update", f"{BUCKET}/catalog", f"{BUCKET}/v1", "--year", 2024)
    assert weed.names("tessera/catalog") == names, sent
    found = far("catalog", "search", f"{BUCKET}/catalog", "--bbox=" + BOX)
    with serving.serving(f"{BUCKET}/catalog", **weed.environment) as server:
        catalog = server.json("/catalog.json")
        assert catalog["type"] == "Catalog"
        part = server.ask("/2024/items.parquet", Range="bytes=0-3")
        assert part.status == 206 and part.body == b"PAR1"
        assert server.ask("/").status in (200, 307, 308, 302)
        assert server.ask("/nothing").status == 404
        answer = server.json(f"/api/search?bbox={BOX}&limit=100")
        assert [item["id"] for item in answer["features"]] == ["grid_5.95_84.05_2024", "grid_6.05_84.05_2024"]
    assert found


def test_plans_are_what_is_sent(far, weed, tmp_path):
    ask = ["--year", 2024, "--bbox=" + BOX, "-o", tmp_path / "a.npy"]
    for source in ("zones.zarr", "v1"):
        plan = far("region", f"{BUCKET}/{source}", *ask, "--plan")
        assert not (tmp_path / "a.npy").exists()
        done = command.run("region", f"{BUCKET}/{source}", *ask, "--overwrite", "--traffic", **weed.environment).expect(0)
        words = done.err.split()
        at = words.index("requests")
        assert (plan["requests"], plan["bytes"]) == (int(words[at - 1]), int(words[words.index("bytes") - 1])), done.err


def test_bad_input(weed, tmp_path):
    environment = dict(weed.environment)
    region = ["--year", "2024", "--bbox=" + BOX, "-o", tmp_path / "a.npy"]

    def ask(url, **changes):
        return command.run("region", url, *region, **{**environment, **changes})

    ask("s3://nothing/zones.zarr").expect(2, "s3://nothing/zones.zarr", "no such bucket")
    ask("s3://tessera/none").expect(2, "s3://tessera/none")
    ask(f"{BUCKET}/zones.zarr", AWS_SECRET_ACCESS_KEY="wrong-secret").expect(2, "AWS_SECRET_ACCESS_KEY")
    assert "wrong-secret" not in ask(f"{BUCKET}/zones.zarr", AWS_SECRET_ACCESS_KEY="wrong-secret").err
    ask(f"{BUCKET}/zones.zarr", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_EC2_METADATA_DISABLED="true").expect(
        2, "no credentials", "AWS_ACCESS_KEY_ID")
    ask(f"{BUCKET}/zones.zarr", AWS_ENDPOINT_URL="http://127.0.0.1:9").expect(75, "no connection", "see that the server runs")
    ask("https://u:secret@host/x").expect(2)
    assert "secret" not in ask("https://u:secret@host/x").err
    ask("ftp://host/x").expect(2, "ftp")
    assert not list(tmp_path.iterdir())
