"""A catalogue is checked against its own index, and whatever is wrong with it is said."""

import os
import shutil
import signal
import time

import pytest

import catalogs
import command
from broken_catalogs import BROKEN, NPY, edit, rewrite, with_href


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp("made")
    catalogs.listed(root)
    return root


@pytest.fixture
def catalog(made, tmp_path):
    """A catalogue that may be broken, with the files that it is about."""
    shutil.copytree(made, tmp_path / "copy")
    return tmp_path / "copy/stac"


def validate(catalog, *options):
    return command.run("catalog", "validate", catalog, *options)


def test_nothing_is_wrong(catalog):
    told = command.done("catalog", "validate", catalog, "--files", "--hashes")
    assert told.pop("checks") > 80
    assert told == {
        "problems": [], "years": 2, "blocks": 4, "tiles": 6, "items": 6, "files": 12, "hashed": 12, "elsewhere": 0,
        "failed": 0,
    }  # fmt: skip
    assert "all is well" in validate(catalog).expect(0).out
    assert validate(catalog, "--quiet").expect(0).out == ""


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_said(catalog, name):
    change, kind, words = BROKEN[name]
    change(catalog)
    told = validate(catalog, "--files", "--hashes").expect(3)
    said = [line for line in told.err.splitlines() if line.startswith(f"tessera: {kind}: ")]
    assert any(all(word in line for word in words) for line in said), told.err
    assert "hunter2" not in told.err and "panicked" not in told.err
    problems = validate(catalog, "--files", "--hashes", "--json").expect(3).json["problems"]
    assert any(found["kind"] == kind and all(w in f"{found['path']} {found['what']}" for w in words) for found in problems)


def test_many_problems_are_counted(tmp_path):
    names = [f"grid_{lon / 100:.2f}_52.05" for lon in range(5, 295, 10)]
    listing = tmp_path / "names.txt"
    listing.write_text("\n".join(names) + "\n")
    out = tmp_path / "stac"
    command.done("catalog", "build", listing, "--by-name", "--year", 2024, "--root", "s3://tessera/v1", "-o", out)
    for path in out.glob("2024/*/grid_*.json"):
        path.unlink()
    told = validate(out).expect(3, "missing: 9 more", "29 of ")
    assert told.err.count("tessera: missing: 2024/e000n50/grid_") == 20 and "29 problems" in told.out
    told = validate(out, "--json").expect(3).json
    assert len(told["problems"]) == told["failed"] == 29
    assert {problem["kind"] for problem in told["problems"]} == {"missing"}


def test_the_root_can_be_said(catalog):
    told = validate(catalog, "--root", catalog).expect(3, "escapes", "../../v1/2024/grid_0.15_52.05/grid_0.15_52.05.npy")
    assert "12 problems" in told.out
    validate(catalog, "--root", catalog.parent).expect(0)


def test_files_elsewhere_are_counted(tmp_path):
    out = catalogs.listed(tmp_path, "--root", "s3://tessera/v1", years=[2024])
    told = command.done("catalog", "validate", out, "--hashes", "--files")
    assert (told["elsewhere"], told["hashed"], told["files"], told["failed"]) == (6, 0, 0, 0)
    assert "6 not on this disk" in validate(out, "--hashes").expect(0).out


def test_absolute_links_and_items_that_are_no_files(tmp_path):
    out = catalogs.listed(tmp_path, "--base-url", "https://example.org/x/stac", "--no-items", years=[2024])
    told = command.done("catalog", "validate", out, "--hashes", "--files")
    # Beside the address as beside the folder.
    assert (told["files"], told["hashed"], told["items"]) == (6, 6, 0)
    edit(out / "catalog.json", lambda d: d["links"][1].update(href="./catalog.json"))
    validate(out).expect(3, "rel=self", "expected https://example.org/x/stac/catalog.json")


def test_files_out_of_the_root_are_not_opened(catalog):
    rewrite(catalog / "2024/items.parquet", with_href("../../../../../../../../etc/passwd"))
    told = validate(catalog, "--files", "--hashes").expect(3, "escapes")
    assert "SHA-256" not in told.err and "bytes" not in told.err.replace("other bytes", "")


def test_what_is_no_catalogue(tmp_path):
    validate(tmp_path).expect(2, str(tmp_path), "holds no catalogue")
    validate(tmp_path / "none").expect(2, "none")
    (tmp_path / "file").touch()
    validate(tmp_path / "file").expect(2, "cannot read")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_interrupted(tmp_path, number):
    out = catalogs.listed(tmp_path, years=[2024])
    # Without an end in sight, and without a block on the disk.
    os.truncate(out / NPY, 1 << 42)
    running = command.start("catalog", "validate", out, "--hashes")
    time.sleep(1)
    assert running.poll() is None
    running.send_signal(number)
    _, messages = running.communicate(timeout=60)
    assert running.returncode == 75 and "interrupted" in messages
