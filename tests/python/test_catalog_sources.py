"""What a catalogue is made of: folders, stores, zone stores, texts; and how it is updated."""

import gzip
import hashlib
import json
import pathlib
import shutil

import numpy as np
import pyarrow.parquet as parquet
import pytest

import asking
import command
import tiles

REGISTRY = command.ROOT.parent / "shared/data/registry"
SHA = hashlib.sha256(b"").hexdigest()


def read(folder):
    """Every file of a catalogue with its bytes, but for the map page."""
    paths = [path for path in folder.rglob("*") if path.is_file() and "map" not in path.relative_to(folder).parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def bits(folder, year):
    """The bitmap of a year, (1800, 3600)."""
    packed = np.frombuffer(gzip.decompress((folder / str(year) / "coverage.bits.gz").read_bytes()), np.uint8)
    return np.unpackbits(packed).reshape(1800, 3600)


def rows(folder, year):
    return parquet.read_table(folder / str(year) / "items.parquet").to_pylist()


def test_all_that_holds_a_tile_is_in_its_item(paths):
    # Beside the sources, so that links are relative.
    out = paths["tiles"].parent / "catalogue"
    sources = [paths["tiles"], paths["stores2"], paths["zones"]]
    told = command.done("catalog", "build", *sources, "-o", out)
    assert (told["items"], told["years"], told["failed"]) == (2 * len(asking.NAMES), 2, 0)
    for row in rows(out, 2024):
        assets = row["assets"]
        name = row["id"].removesuffix("_2024")
        assert assets["embeddings"]["href"].endswith(f"stores2/2024/{name}.zarr")
        assert assets["embeddings_npy"]["file:size"] > assets["scales_npy"]["file:size"] > 0
        zone = int(row["proj:code"][-2:])
        assert assets["zone"]["href"].endswith(f"zones.zarr/utm{zone:02}")
        assert assets["zone"]["type"] == "application/vnd.zarr; version=3"
        assert (assets["preview"], assets["basis"]) == (None, None)
        block = pathlib.Path(next(out.glob(f"2024/*/{row['id']}.json")))
        for asset in json.loads(block.read_text())["assets"].values():
            assert (block.parent / asset["href"]).exists(), asset["href"]
    collection = json.loads((out / "2024/collection.json").read_text())
    assert "{zone}" in collection["assetTemplates"]["zone"]["uriTemplate"]
    assert set(collection["item_assets"]) == {"embeddings", "embeddings_npy", "scales_npy", "zone"}
    assert bits(out, 2024).sum() == len(asking.NAMES)


def test_a_zone_store_alone(paths, tmp_path):
    told = command.done("catalog", "build", paths["zones"], "-o", tmp_path / "stac", "--year", 2023)
    assert (told["items"], told["years"]) == (len(asking.NAMES), 1)
    shutil.copytree(paths["zones"], tmp_path / "alone.zarr")
    words = ["catalog", "build", tmp_path / "alone.zarr", "-o", tmp_path / "none"]
    command.run(*words).expect(2, "alone.zarr.build does not say which tiles")


def test_versions_do_not_mix(paths, tile, tmp_path):
    shutil.copytree(tile.folder, tmp_path / "v2" / "2024" / tile.name)
    words = ["catalog", "build", paths["tiles"], tmp_path / "v2", "-o", tmp_path / "stac"]
    command.run(*words).expect(2, "dataset version v1", "of v2", "cannot be compared")
    assert not (tmp_path / "stac").exists()


def test_a_text_with_sizes_and_hashes(tmp_path):
    listing = tmp_path / "registry.txt"
    name, other, sha = "grid_-0.05_50.75", "grid_0.05_50.75", "0123456789abcdef" * 4
    listing.write_text(
        f"2022/{name}/{name}.npy {sha} 106282496\n"
        f"2022/{name}/{name}_scales.npy {SHA} 3321452\n"
        f"2022/{other}/{other}.npy {sha}\n"
        f"2022/{other}/{other}.npy {sha}\n"
        "2022/README.md\n"
        "2022/grid_0.10_50.75/grid_0.10_50.75.npy\n"
        "2022/grid_0.05_99.05\n"
    )
    out = tmp_path / "stac"
    words = ["catalog", "build", listing, "--root", "https://data.example.org/v1", "--dataset", "v1", "-o", out]
    outcome = command.run(*words).expect(0, "2 off-grid names", "1 lines that name no tile", "line 5", "1 lines that name again")
    assert "2 items in 2 blocks of 1 years" in outcome.out
    first, second = sorted(rows(out, 2022), key=lambda row: row["bbox"]["xmin"])
    assert first["assets"]["embeddings_npy"]["href"] == f"https://data.example.org/v1/2022/{name}/{name}.npy"
    assert [first["assets"][key]["file:size"] for key in ("embeddings_npy", "scales_npy")] == [106282496, 3321452]
    assert second["assets"]["scales_npy"]["file:size"] is None
    hashes = {row["id"]: row for row in parquet.read_table(out / "2022/hashes.parquet").to_pylist()}
    assert hashes[f"{name}_2022"]["scales_npy"].hex() == SHA and hashes[f"{other}_2022"]["embeddings_npy"].hex() == sha
    assert hashes[f"{other}_2022"]["scales_npy"] is None
    # An address tells nothing by itself.
    command.run("catalog", "build", "http://127.0.0.1:9/v1", "-o", tmp_path / "x").expect(75, "127.0.0.1:9", "no connection")
    listing.write_text("README.md\n")
    command.run(*words, "--overwrite").expect(2, "registry.txt")


def test_a_tile_that_cannot_be_read_is_left_out(tile, tmp_path):
    for name in ("grid_0.05_89.95", "grid_6.05_89.95"):
        folder = tmp_path / "v1/2024" / name
        folder.mkdir(parents=True)
        for ending in ("", "_scales"):
            shutil.copy(tile.folder / f"{tile.name}{ending}.npy", folder / f"{name}{ending}.npy")
    (tmp_path / "v1/2024/grid_6.05_89.95/grid_6.05_89.95.npy").write_bytes(b"no numpy")
    words = ["catalog", "build", tmp_path / "v1", "-o", tmp_path / "stac"]
    command.run(*words).expect(3, "grid_6.05_89.95 of 2024 is left out", "1 of 2 tiles could not be described")
    assert [row["id"] for row in rows(tmp_path / "stac", 2024)] == ["grid_0.05_89.95_2024"]
    # By their names alone both are described.
    assert command.done(*words, "--overwrite", "--by-name")["items"] == 2


def test_an_update_writes_what_changes(paths, tmp_path):
    part, whole = tmp_path / "part", tmp_path / "whole"
    few = tmp_path / "few.txt"
    few.write_text("".join(f"2024/{name}\n" for name in asking.NAMES[:-1]))
    listed = ["--root", paths["tiles"], "--dataset", "v1"]
    command.done("catalog", "build", few, *listed, "-o", part)
    before = {path: (data, (part / path).stat().st_mtime_ns) for path, data in read(part).items()}
    few.write_text(f"2024/{asking.NAMES[-1]}\n")
    told = command.done("catalog", "update", part, few, *listed)
    assert (told["items"], told["failed"]) == (len(asking.NAMES), 0)
    after = read(part)
    changed = {path for path in after if path not in before or before[path][0] != after[path]}
    written = {path for path in after if path not in before or before[path][1] != (part / path).stat().st_mtime_ns}
    assert changed == written and told["changed"] == len(written) <= 6
    assert {"2024/items.parquet", "2024/coverage.bits.gz"} < changed and "catalog.json" not in changed

    few.write_text("".join(f"2024/{name}\n" for name in asking.NAMES))
    command.done("catalog", "build", few, *listed, "-o", whole)
    assert read(whole) == after
    few.write_text(f"2024/{asking.NAMES[0]}\n")
    assert command.done("catalog", "update", part, few, *listed, "--prune")["items"] == 1
    assert command.done("catalog", "validate", part)["problems"] == []
    command.run("catalog", "update", tmp_path / "nothing", few, *listed).expect(2, "nothing")


@pytest.mark.skipif(not REGISTRY.is_dir(), reason="the real lists are not at hand")
def test_the_real_lists(tmp_path):
    names, registry, out = tmp_path / "tiles-2024.txt", tmp_path / "registry_2022.txt", tmp_path / "stac"
    names.write_bytes(gzip.decompress((REGISTRY / "tiles-2024.txt.gz").read_bytes()))
    registry.write_bytes(gzip.decompress((REGISTRY / "registry_2022.txt.gz").read_bytes()))
    options = ["--dataset", "v1", "--no-items", "-o", out]
    told = command.done("catalog", "build", names, "--year", 2024, "--root", "https://data.example.org/v1/2024", *options)
    assert (told["items"], told["blocks"]) == (146_452, 259)
    told = command.done("catalog", "update", out, registry, "--root", "https://data.example.org/v1", "--dataset", "v1")
    assert told["items"] == 4220
    assert bits(out, 2024).sum() == 146_452 and bits(out, 2022).sum() == 4220
    ids = parquet.read_table(out / "2024/items.parquet", columns=["id"]).column("id").to_pylist()
    assert set(ids) == {f"{name}_2024" for name in names.read_text().split()}
    hashes = parquet.read_table(out / "2022/hashes.parquet")
    said = dict(line.split() for line in registry.read_text().splitlines())
    for row in hashes.to_pylist()[::97]:
        name = row["id"].removesuffix("_2022")
        for key, ending in (("embeddings_npy", ""), ("scales_npy", "_scales")):
            assert row[key].hex() == said[f"2022/{name}/{name}{ending}.npy"]
    largest = max((path.stat().st_size, path) for path in out.glob("*/*/catalog.json"))
    assert largest[0] < 2**20, largest
    assert tiles.SMALL not in ids
