"""The habits of the command: output, exit codes, overwriting, archives."""

import json
import shutil

import numpy as np
import pytest
import zarr

import command
import tiles


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def archive(tile, tmp_path):
    """Three tiles of 2024, the second of them cut off."""
    root = tmp_path / "v1"
    for lon in ("0.05", "0.15", "6.05"):
        name = f"grid_{lon}_89.95"
        folder = root / "2024" / name
        folder.mkdir(parents=True)
        shutil.copy(tile.embeddings_path, folder / f"{name}.npy")
        shutil.copy(tile.scales_path, folder / f"{name}_scales.npy")
    broken = root / "2024/grid_0.15_89.95/grid_0.15_89.95.npy"
    broken.write_bytes(broken.read_bytes()[:-1])
    return root


@pytest.fixture
def without_year(tile, tmp_path):
    folder = tmp_path / tile.name
    shutil.copytree(tile.folder, folder)
    return folder


@pytest.mark.parametrize("options", [["info"], ["convert", "-o", "a.zarr"], ["pca", "-o", "a.png"]])
def test_json_is_one_object_and_quiet_is_silent(tile, tmp_path, options):
    options = [tmp_path / word if word.startswith("a.") else word for word in options]
    outcome = command.run(*options, tile.folder, "--json").expect(0)
    assert isinstance(outcome.json, dict)
    if options[0] != "info":
        options.append("--overwrite")
    silent = command.run(*options, tile.folder, "-q").expect(0)
    assert (silent.out, silent.err) == ("", "")
    spoken = command.run(*options, tile.folder).expect(0)
    assert spoken.out and not spoken.out.startswith("{")


def test_several_sources_are_one_object(tile, stores):
    told = command.done("info", tile.folder, *stores.values())["sources"]
    assert [source["kind"] for source in told] == ["NPY tile", "tile store", "tile store"]
    assert told[0]["counts"] == told[1]["counts"] == told[2]["counts"]


def test_an_error_is_said_even_quietly(tmp_path):
    outcome = command.run("convert", tmp_path / "none", "-o", tmp_path / "a.zarr", "-q", "--json").expect(2, "none")
    assert outcome.out == ""


@pytest.mark.parametrize("arguments", [[], ["convert"], ["convert", "a"], ["paint"], ["info", "--colour"]])
def test_wrong_use(arguments):
    outcome = command.run(*arguments).expect(2)
    assert "Usage" in outcome.err and outcome.out == ""


@pytest.mark.parametrize("words", [["--help"], ["convert", "--help"], ["pca", "--help"], ["catalog", "build", "--help"]])
def test_help(words):
    assert "Usage: tessera" in command.run(*words).expect(0).out


def test_year_that_nothing_says(without_year, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    command.run("convert", without_year, "-o", out / "a.zarr").expect(2, str(without_year), "--year")
    command.run("catalog", "build", without_year, "-o", out / "stac").expect(2, str(without_year), "--year")
    assert names(out) == []
    command.done("convert", without_year, "-o", out / "a.zarr", "--year", 2021)
    told = command.done("info", out / "a.zarr")
    assert (told["year"], told["version"]) == (2021, "unknown")
    command.done("convert", without_year, "-o", out / "b.zarr", "--year", 2021, "--dataset", "v1")
    assert command.done("info", out / "b.zarr")["version"] == "v1"


def test_overwriting(tile, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    first = command.done("convert", tile.folder, "-o", out / "a.zarr", "--chunk", 64)
    before = sorted((p, p.stat().st_mtime_ns) for p in out.rglob("*"))
    command.run("convert", tile.folder, "-o", out / "a.zarr").expect(2, str(out / "a.zarr"), "exists", "overwrite")
    assert sorted((p, p.stat().st_mtime_ns) for p in out.rglob("*")) == before
    second = command.done("convert", tile.folder, "-o", out / "a.zarr", "--format", 3, "--overwrite")
    assert first["chunks"] != second["chunks"] and names(out) == ["a.zarr"]
    # Nothing of the old store is left in the new one.
    assert not (out / "a.zarr/.zgroup").exists() and (out / "a.zarr/zarr.json").is_file()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_only_a_store_is_overwritten(tile, tmp_path, what):
    out = tmp_path / "letters"
    if what == "folder":
        out.mkdir()
    letter = out / "dear.txt" if what == "folder" else out
    letter.write_text("dear")
    for options in ([], ["--overwrite"]):
        command.run("convert", tile.folder, "-o", out, *options).expect(2, str(out))
    assert letter.read_text() == "dear"


def test_overwriting_a_picture(tile, tmp_path):
    path = tmp_path / "a.png"
    path.write_text("mine")
    command.run("pca", tile.folder, "-o", path).expect(2, str(path), "exists", "--overwrite")
    assert path.read_text() == "mine"
    command.done("pca", tile.folder, "-o", path, "--overwrite")
    assert path.read_bytes().startswith(b"\x89PNG") and names(tmp_path) == ["a.png"]


def test_an_output_folder_that_is_not_there(tile, tmp_path):
    command.run("convert", tile.folder, "-o", tmp_path / "no/a.zarr").expect(2, str(tmp_path / "no"))
    command.run("pca", tile.folder, "-o", tmp_path / "no/a.png").expect(2, str(tmp_path / "no"))
    assert names(tmp_path) == []


def test_an_archive_with_a_broken_tile(archive, tile, tmp_path):
    out = tmp_path / "out"
    options = ["convert", archive, "-o", out, "--preview", "--item", "--json"]
    outcome = command.run(*options).expect(3, "grid_0.15_89.95", "1 of 3")
    told = outcome.json
    assert (told["tiles"], told["written"], told["kept"]) == (3, 2, 0)
    assert [failed["tile"] for failed in told["failed"]] == ["grid_0.15_89.95"]
    assert "truncated" in told["failed"][0]["error"]
    good = ["grid_0.05_89.95", "grid_6.05_89.95"]
    assert names(out) == ["2024"]
    assert names(out / "2024") == sorted(f"{name}.{kind}" for name in good for kind in ("basis.json", "json", "png", "zarr"))
    for name in good:
        np.testing.assert_array_equal(zarr.open_group(out / f"2024/{name}.zarr", mode="r")["embeddings"][:], tile.data)

    # Mended and run again, only what is missing is done.
    before = (out / "2024/grid_0.05_89.95.zarr").stat().st_mtime_ns
    shutil.copy(tile.embeddings_path, archive / "2024/grid_0.15_89.95/grid_0.15_89.95.npy")
    told = command.run(*options).expect(0).json
    assert (told["written"], told["kept"], told["failed"]) == (1, 2, [])
    assert (out / "2024/grid_0.05_89.95.zarr").stat().st_mtime_ns == before
    # The stores are an archive again, and a source.
    assert command.done("info", out)["tiles"] == {"2024": 3}
    assert command.done("convert", out, "-o", tmp_path / "again", "--format", 3)["written"] == 3


def test_a_box_of_an_archive(archive, tmp_path):
    told = command.done("convert", archive, "-o", tmp_path / "out", "--year", 2024, "--bbox", "6,89,7,90")
    assert told["written"] == 1 and names(tmp_path / "out/2024") == ["grid_6.05_89.95.zarr"]
    outcome = command.run("convert", archive, "-o", tmp_path / "none", "--bbox", "10,10,11,11").expect(2, "3 tiles")
    assert outcome.out == "" and not (tmp_path / "none").exists()
    command.run("convert", archive, "-o", tmp_path / "none", "--year", 2019).expect(2, "2019", "2024")
    for box in ("1,2,3", "0,50,1,40", "a,b,c,d", "0,0,nan,1"):
        command.run("convert", archive, "-o", tmp_path / "none", f"--bbox={box}").expect(2, box)
    assert not (tmp_path / "none").exists()


def test_another_tile_under_the_name_of_a_store(archive, tmp_path):
    """A store that stands there and is something else is not taken for done."""
    out = tmp_path / "out"
    command.run("convert", archive, "-o", out).expect(3)
    (out / "2024/grid_0.05_89.95.zarr").rename(out / "2024/grid_0.15_89.95.zarr")
    outcome = command.run("convert", archive, "-o", out, "--json").expect(3)
    assert "grid_0.15_89.95" in json.dumps(outcome.json["failed"])


def test_strangers_in_an_archive(archive, tmp_path):
    (archive / "2024/README.txt").write_text("hello")
    (archive / "2024/grid_0.01_0.02").mkdir()
    (archive / "notes").mkdir()
    told = command.done("info", archive)
    assert told["tiles"] == {"2024": 3} and told["strangers"] >= 2 and told["kind"] == "folder of NPY tiles"


def test_wild_scales_are_reported(tile, tmp_path):
    outcome = command.run("convert", tile.folder, "-o", tmp_path / "a.zarr").expect(0)
    zero = int((tile.scales == 0).sum())
    assert f"{zero} of zero" in outcome.err and tiles.SMALL in outcome.out
