"""CF and ACDD by compliance-checker; the Zarr conventions by zarr-cm."""

import json
import pathlib
import subprocess
import sys

import pytest
import xarray as xr
import zarr
import zarr_cm

# Recommended points of ACDD that a projected grid without a vertical axis cannot have are about a fifth.
ACDD_FLOOR = 0.7


def to_netcdf(store, path):
    """A NetCDF copy: compliance-checker reads nothing else. NetCDF holds text and numbers only, and no name with a colon."""
    dataset = xr.open_zarr(store, decode_cf=False)
    for holder in (dataset, *dataset.variables.values()):
        holder.attrs = {
            key: value for key, value in holder.attrs.items() if ":" not in key and isinstance(value, (str, int, float))
        }
    # Unasked, xarray adds a _FillValue to all floats.
    dataset.to_netcdf(path, encoding={name: {"_FillValue": None} for name in dataset.variables})


@pytest.fixture(scope="module", params=[2, 3])
def report(request, stores, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cf")
    to_netcdf(stores[request.param], folder / "a.nc")
    checker = pathlib.Path(sys.executable).with_name("compliance-checker")
    tests = ["-t", "cf:1.11", "-t", "acdd:1.3", "-f", "json", "-o", folder / "a.json"]
    done = subprocess.run([checker, *tests, folder / "a.nc"], capture_output=True, text=True, timeout=300)
    assert (folder / "a.json").is_file(), done.stderr
    return json.loads((folder / "a.json").read_text())


def messages(found, priority):
    return [f"{check['name']}: {text}" for check in found[f"{priority}_priorities"] for text in check["msgs"]]


def score(found):
    return f"{found['scored_points']} of {found['possible_points']}"


def test_cf_has_no_error(report, capsys):
    found = report["cf:1.11"]
    with capsys.disabled():
        print(f"\nCF-1.11: {score(found)}", *messages(found, "medium"), *messages(found, "low"), sep="\n  ")
    assert messages(found, "high") == []
    assert found["high_count"] == 0


def test_acdd(report, capsys):
    found = report["acdd:1.3"]
    with capsys.disabled():
        print(f"\nACDD-1.3: {score(found)}", *messages(found, "high"), *messages(found, "medium"), sep="\n  ")
    assert found["scored_points"] >= ACDD_FLOOR * found["possible_points"]
    # Title, summary, keywords and Conventions are there; there is no standard name of an embedding to give.
    assert all("standard_name" in check["msgs"][0] for check in found["high_priorities"] if check["msgs"])


@pytest.mark.parametrize("number", [2, 3])
def test_zarr_conventions(stores, number):
    attributes = dict(zarr.open_group(stores[number], mode="r").attrs)
    registered = {convention["name"]: convention for convention in attributes["zarr_conventions"]}
    assert set(registered) == {"geoemb:", "spatial", "proj"}
    zarr_cm.validate_convention_metadata_objects(list(registered.values()))
    spatial = {key: value for key, value in attributes.items() if key.startswith("spatial:")}
    zarr_cm.spatial.validate(spatial)
    zarr_cm.proj.validate({"proj:code": attributes["proj:code"]})
    # The validator can fail.
    with pytest.raises(Exception):
        zarr_cm.spatial.validate(spatial | {"spatial:transform": "none"})
