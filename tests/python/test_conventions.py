"""CF and ACDD by compliance-checker; the Zarr conventions by zarr-cm."""

import json
import pathlib
import subprocess
import sys

import pytest
import xarray as xr
import zarr
import zarr_cm

# All that is missing, as points and as what is said of them: tessera-zarr/README.md, "Metadata", says it too.
CF_MISSING = 1, {
    # Bounds of a scalar coordinate have the dimension of the vertices alone (CF 7.1).
    "Boundary variable time_bnds specified by time should have at least two dimensions to enclose the base case of a one "
    "dimensionsal variable",
}
ACDD_MISSING = 10, {
    # CF has no standard name of an embedding or its scale.
    "standard_name",
    # There is no vertical axis.
    "geospatial_vertical_min not present",
    "geospatial_vertical_max not present",
    "geospatial_vertical_positive not present",
    "geospatial_bounds_vertical_crs not present",
    # Addresses are of people.
    "creator_email not present",
    "publisher_email not present",
    # One coordinate for a whole year.
    "Date time mismatch between time_coverage_end and actual time values 2024-12-31T23:59:59+00:00 (time_coverage_end) != "
    "2024-01-01T00:00:00+00:00 (time[N])",
}


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


def messages(found, *priorities):
    return {text for priority in priorities for check in found[f"{priority}_priorities"] for text in check["msgs"]}


def missing(found, capsys):
    """The points that are missing, and why."""
    said = messages(found, "high", "medium")
    with capsys.disabled():
        print(f"\n{found['testname']}: {found['scored_points']} of {found['possible_points']}", *sorted(said), sep="\n  ")
    return found["possible_points"] - found["scored_points"], said


def test_cf(report, capsys):
    found = report["cf:1.11"]
    assert found["high_count"] == 0 and messages(found, "high") == set()
    assert missing(found, capsys) == CF_MISSING
    assert messages(found, "low") == set()


def test_acdd(report, capsys):
    assert missing(report["acdd:1.3"], capsys) == ACDD_MISSING


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
