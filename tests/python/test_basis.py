"""The basis of many tiles, against scikit-learn; taken in parts, by several machines, and again."""

import itertools
import json
import random
import shutil
import signal
import subprocess

import numpy as np
import pytest
from sklearn.decomposition import PCA

import command
import mosaic
import tiles

NAMES = ["grid_5.85_84.05", "grid_5.95_84.05", "grid_6.05_84.05", "grid_5.95_84.15"]
CHANNELS = 6
WEIGHT = 1 << 20


def made(name, root, seed, year=2024):
    """A tile whose vectors follow a few fields of its own, with water and bad scales."""
    _, _, _, rows, cols = mosaic.place(name)
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:rows, 0:cols]
    fields = np.stack([np.sin(x / 17 + seed), np.cos(y / 40 + seed), np.sin((x + y) / 90)], axis=-1)
    mixing = np.random.default_rng(9).normal(size=(3, CHANNELS)) * [[6], [4], [2]]
    values = fields @ mixing + rng.normal(0, 0.5, (rows, cols, CHANNELS)) + [seed, 2, -3, 0, 1, 0]
    scales = (np.abs(values).max(axis=-1) / 127).astype(np.float32)
    data = np.round(values / scales[..., None]).clip(-127, 127).astype(np.int8)
    for row, scale in enumerate([np.nan, np.inf, 0.0, -1.0, 3.4e38]):
        scales[row * 7 : row * 7 + 5, : cols // 2] = scale
    return tiles.Tile(name, root / str(year) / name, data, scales).save()


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    root = tmp_path_factory.mktemp("basis") / "v1"
    return root, [made(name, root, seed) for seed, name in enumerate(NAMES)]


def vectors(tile):
    return tile.data[tile.valid].astype(np.float64) * tile.scales[tile.valid].astype(np.float64)[:, None]


def read(path):
    return json.loads(path.read_text())


def assert_same(kept, other, tolerance=1e-9):
    """The same axes, variances and mean."""
    for key in ("mean", "components", "explained_variance", "explained_variance_ratio"):
        np.testing.assert_allclose(kept["basis"][key], other["basis"][key], rtol=tolerance, atol=tolerance)


def assert_axes(components, expected, tolerance=1e-5):
    """The same directions; the sign is free. Of the fields only: axes of noise, which is alike in all directions, are as
    good as any others."""
    cosines = np.abs(np.sum(np.asarray(components)[:3] * expected[:3], axis=1))
    assert np.all(np.sqrt(2 * (1 - np.minimum(cosines, 1))) < tolerance), cosines


@pytest.fixture(scope="module")
def built(archive, tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    options = ["--ledger", folder / "a.ledger", "--count", 5]
    told = command.done("basis", "build", archive[0], "-o", folder / "a.json", *options)
    return told, folder / "a.json", folder / "a.ledger"


def test_axes_variances_and_ratios_are_those_of_all_pixels(archive, built):
    told, path, _ = built
    pixels = np.concatenate([vectors(tile) for tile in archive[1]])
    fit = PCA(5, svd_solver="covariance_eigh").fit(pixels)
    basis = read(path)["basis"]
    assert told["pixels"] == len(pixels) and told["parts"] == len(NAMES)
    np.testing.assert_allclose(basis["explained_variance"], fit.explained_variance_, rtol=1e-5)
    np.testing.assert_allclose(basis["explained_variance_ratio"], fit.explained_variance_ratio_, rtol=1e-5)
    np.testing.assert_allclose(basis["mean"], fit.mean_, rtol=1e-5, atol=1e-5)
    assert_axes(basis["components"], fit.components_)


def test_tiles_may_weigh_the_same(archive, built, tmp_path):
    command.done("basis", "fit", built[2], "-o", tmp_path / "b.json", "--weights", "tile", "--count", 5)
    covariances, means = [], []
    for tile in archive[1]:
        pixels = vectors(tile)
        means.append(pixels.mean(axis=0))
        covariances.append(pixels.T @ pixels / len(pixels))
    mean = np.mean(means, axis=0)
    variances, axes = np.linalg.eigh(np.mean(covariances, axis=0) - np.outer(mean, mean))
    kept = read(tmp_path / "b.json")
    np.testing.assert_allclose(kept["basis"]["explained_variance"], variances[::-1][:5], rtol=1e-5)
    assert_axes(kept["basis"]["components"], axes.T[::-1][:5])
    assert kept["provenance"]["weights"] == "tile"


def test_ledgers_of_several_machines_in_any_order_and_grouping(archive, built, tmp_path):
    one = tmp_path / "one.json"
    command.done("basis", "fit", built[2], "-o", one, "--count", 5)
    ledgers = []
    for name in NAMES:
        lon, lat = name.split("_")[1:]
        box = f"{float(lon) - 0.01},{float(lat) - 0.01},{float(lon) + 0.01},{float(lat) + 0.01}"
        ledgers.append(tmp_path / f"{name}.ledger")
        told = command.done("basis", "moments", archive[0], "--bbox", box, "--ledger", ledgers[-1])
        assert (told["parts"], told["taken"]) == (1, 1)
    orders = list(itertools.permutations(ledgers))
    for order in random.Random(3).sample(orders, 4):
        out = tmp_path / "any.json"
        # Some are named twice: a part still counts once.
        command.done("basis", "fit", *order, *order[:2], "-o", out, "--count", 5, "--overwrite")
        assert_same(read(out), read(one))


def test_a_second_run_takes_only_what_has_changed(archive, tmp_path):
    root = tmp_path / "v1"
    shutil.copytree(archive[0], root)
    first = command.done("basis", "moments", root)
    assert (first["taken"], first["kept"]) == (4, 0)
    assert first["ledger"] == str(tmp_path / "v1.ledger")
    again = command.done("basis", "moments", root)
    assert (again["taken"], again["kept"]) == (0, 4)
    made(NAMES[1], root, 77)
    changed = command.done("basis", "moments", root)
    assert (changed["taken"], changed["kept"]) == (1, 3)
    command.done("basis", "fit", tmp_path / "v1.ledger", "-o", tmp_path / "a.json", "--count", 5)
    fresh = ["--ledger", tmp_path / "fresh.ledger"]
    command.done("basis", "moments", root, *fresh)
    command.done("basis", "fit", tmp_path / "fresh.ledger", "-o", tmp_path / "b.json", "--count", 5)
    assert_same(read(tmp_path / "a.json"), read(tmp_path / "b.json"), 0)


def test_killed_runs_go_on(archive, tmp_path):
    ledger = tmp_path / "a.ledger"
    options = ["basis", "build", archive[0], "--ledger", ledger, "--count", "5", "-o"]
    for _ in range(4):
        process = command.start(*map(str, options), str(tmp_path / "killed.json"))
        try:
            process.wait(timeout=0.15)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    command.done(*options, tmp_path / "a.json")
    whole = [*options]
    whole[whole.index(ledger)] = tmp_path / "b.ledger"
    command.done(*whole, tmp_path / "b.json")
    kept, other = read(tmp_path / "a.json"), read(tmp_path / "b.json")
    assert kept["basis"] == other["basis"] and kept["stretch"] == other["stretch"]


def test_the_stretch_is_that_of_the_projected_pixels(archive, built, tmp_path):
    pixels = np.concatenate([vectors(tile) for tile in archive[1]])
    kept = read(built[1])
    projected = (pixels - kept["basis"]["mean"]) @ np.array(kept["basis"]["components"]).T
    deviations = projected.std(axis=0)
    for channel, mapping in enumerate(kept["stretch"]):
        ends = np.percentile(projected[:, channel], [2, 98])
        ours = [mapping["linear"]["low"], mapping["linear"]["high"]]
        assert np.abs(ours - ends).max() < 0.006 * deviations[channel]
    command.done("basis", "stretch", built[2], "--with-basis", built[1], "-o", tmp_path / "b.json", "--components", "4,5,2",
                 "--stretch", "min-max", "--gamma", 1.5, "--saturation", 1.2)
    other = read(tmp_path / "b.json")
    assert other["shown"] == [4, 5, 2] and other["gamma"] == 1.5 and other["saturation"] == 1.2
    for mapping, component in zip(other["stretch"], (3, 4, 1), strict=True):
        ends = [projected[:, component].min(), projected[:, component].max()]
        np.testing.assert_allclose([mapping["linear"]["low"], mapping["linear"]["high"]], ends, rtol=1e-4, atol=1e-4)
    command.done("basis", "stretch", built[2], "--with-basis", built[1], "-o", tmp_path / "c.json", "--stretch", "equalize")
    knots = np.array(read(tmp_path / "c.json")["stretch"][0]["knots"])
    expected = np.percentile(projected[:, 0], np.linspace(0, 100, 257))
    assert np.abs(knots - expected)[2:-2].max() < 0.012 * deviations[0]


def test_each_zone_may_have_its_own_stretch(archive, built, tmp_path):
    command.done("basis", "stretch", built[2], "--with-basis", built[1], "-o", tmp_path / "b.json", "--per-zone")
    kept = read(tmp_path / "b.json")
    assert sorted(kept["zones"]) == ["31", "32"]
    east = [tile for tile in archive[1] if tile.name == "grid_6.05_84.05"]
    pixels = np.concatenate([vectors(tile) for tile in east])
    projected = (pixels - kept["basis"]["mean"]) @ np.array(kept["basis"]["components"]).T
    ends = np.percentile(projected[:, 0], [2, 98])
    mapping = kept["zones"]["32"][0]["linear"]
    assert np.abs([mapping["low"], mapping["high"]] - ends).max() < 0.006 * np.std(projected[:, 0]) + 0.01


def test_another_year_is_turned_to_the_same_side(archive, built, tmp_path):
    root = tmp_path / "v1"
    for seed, name in enumerate(NAMES):
        made(name, root, seed + 10, 2025)
    plain, aligned = tmp_path / "plain.json", tmp_path / "aligned.json"
    # A basis whose components are turned over and in another order.
    turned = read(built[1])
    basis = turned["basis"]
    order = [1, 0, 2, 4, 3]
    basis["components"] = [[-v for v in basis["components"][k]] for k in order]
    for key in ("explained_variance", "explained_variance_ratio"):
        basis[key] = [basis[key][k] for k in order]
    (tmp_path / "turned.json").write_text(json.dumps(turned))
    options = ["basis", "build", root, "--count", 5, "-o"]
    command.done(*options, plain)
    command.done(*options, aligned, "--align-to", tmp_path / "turned.json")
    kept, other = read(aligned), read(plain)
    cosines = np.sum(np.array(kept["basis"]["components"]) * np.array(basis["components"]), axis=1)
    assert np.all(cosines[:3] > 0.5)
    # The axes are the same ones.
    both = np.abs(np.array(kept["basis"]["components"]) @ np.array(other["basis"]["components"]).T)
    np.testing.assert_allclose(np.sort(both.max(axis=1)), 1, atol=1e-12)
    assert len(kept["provenance"]["aligned_to"]) == 32


def test_a_zone_store_counts_each_pixel_once(archive, tmp_path):
    store = tmp_path / "tessera.zarr"
    command.done("zone", "create", store, "--zones", "31,32", "--years", "2024", "--dataset", "v1", "--channels", CHANNELS, "--shard", 512)
    command.done("zone", "fill", store, archive[0], "--year", 2024, "--no-sync")
    told = command.done("basis", "build", store, "-o", tmp_path / "a.json", "--count", 5)
    parts = [mosaic.mosaic([t for t in archive[1] if mosaic.place(t.name)[0] == zone], margin=0) for zone in (31, 32)]
    pixels = []
    for _, _, _, data, scales in parts:
        valid = (scales > 0) & (scales < 1)
        pixels.append(data[valid].astype(np.float64) * scales[valid].astype(np.float64)[:, None])
    pixels = np.concatenate(pixels)
    assert told["pixels"] == len(pixels)
    fit = PCA(5, svd_solver="covariance_eigh").fit(pixels)
    kept = read(tmp_path / "a.json")
    np.testing.assert_allclose(kept["basis"]["explained_variance"], fit.explained_variance_, rtol=1e-5)
    assert_axes(kept["basis"]["components"], fit.components_)
    again = command.done("basis", "moments", store)
    assert again["taken"] == 0


def test_what_makes_no_basis_is_refused(archive, built, tmp_path):
    out = tmp_path / "a.json"

    def refused(*words, args, root=archive[0]):
        command.run("basis", "build", root, "-o", out, "--ledger", tmp_path / "a.ledger", *args).expect(2, *words)
        assert not out.exists()

    refused("expected three numbers", args=["--components", "1,2"])
    refused("component 9 of 5", args=["--components", "1,2,9", "--count", 5])
    refused("low < high", args=["--percentiles", "98,2"])
    refused("low < high", args=["--percentiles", "5,5"])
    refused("gamma of 0", args=["--gamma", 0, "--count", 5])
    refused("components were asked for of 6 channels", args=["--count", 7])
    refused("has nothing of 2024 in", args=["--bbox", "100,0,101,1"])
    water = made(NAMES[0], tmp_path / "water/v1", 1)
    water.scales[:] = np.nan
    water.save()
    refused("no pixel is valid", args=["--count", 5], root=tmp_path / "water/v1")
    water.scales[40, 0] = 0.5
    water.save()
    refused("1 valid pixels: expected at least 5", args=["--count", 5], root=tmp_path / "water/v1")
    constant = made(NAMES[0], tmp_path / "constant/v1", 1)
    constant.data[..., 4] = 0
    constant.save()
    refused("channel 4 is the same in all pixels", args=["--count", 5, "--standardize"], root=tmp_path / "constant/v1")
    command.run("basis", "build", archive[1][0].folder, "-o", out).expect(2, "is one tile")
    (tmp_path / "x.ledger").write_text("something else")
    command.run("basis", "fit", tmp_path / "x.ledger", "-o", out).expect(2, "not a ledger")
    command.run("basis", "stretch", built[2], "--with-basis", tmp_path / "none.json", "-o", out).expect(2, "cannot read")
    other = read(built[1])
    other["dataset"] = "v2"
    (tmp_path / "v2.json").write_text(json.dumps(other))
    command.run("basis", "histograms", archive[0], "--with-basis", tmp_path / "v2.json", "--ledger", tmp_path / "h").expect(2, "of v2: expected the same")
    # The histograms of one basis say nothing of another.
    other["dataset"] = "v1"
    other["basis"]["mean"][0] += 1
    (tmp_path / "v1.json").write_text(json.dumps(other))
    command.run("basis", "stretch", built[2], "--with-basis", tmp_path / "v1.json", "-o", out).expect(2, "no histogram of any part")
    assert not out.exists()


def test_moments_of_two_datasets_are_not_mixed(archive, tmp_path):
    made(NAMES[0], tmp_path / "v2", 5)
    for root in (archive[0], tmp_path / "v2"):
        command.done("basis", "moments", root, "--ledger", tmp_path / f"{root.name}.ledger")
    ledgers = [tmp_path / "v1.ledger", tmp_path / "v2.ledger"]
    command.run("basis", "fit", *ledgers, "-o", tmp_path / "a.json", "--count", 5).expect(2, "of dataset", "expected the same")


def test_a_dataset_that_is_said_later_begins_anew(tmp_path):
    root = tmp_path / "tiles"
    made(NAMES[0], root, 1)
    first = command.run("basis", "build", root, "-o", tmp_path / "a.json", "--count", 5).expect(0, "--dataset says it")
    assert first.code == 0 and read(tmp_path / "a.json")["dataset"] is None
    command.done("basis", "build", root, "-o", tmp_path / "b.json", "--count", 5, "--dataset", "v1")
    kept = read(tmp_path / "b.json")
    assert kept["dataset"] == "v1" and kept["provenance"]["parts"] == 1


def test_a_missing_ledger_is_told(archive, built, tmp_path):
    ledger = tmp_path / "half.ledger"
    command.done("basis", "histograms", archive[0], "--with-basis", built[1], "--bbox", "5.84,84.04,5.86,84.06", "--ledger", ledger)
    words = ["basis", "stretch", ledger, "--with-basis", built[1], "-o", tmp_path / "a.json"]
    command.run(*words).expect(0, "is a ledger missing?")
    counted = read(tmp_path / "a.json")["provenance"]["stretch"]
    assert counted.startswith("percentiles 2 to 98 of ") and str(read(built[1])["provenance"]["pixels"]) not in counted


def test_what_is_mistyped_is_told_before_anything_is_read(archive, tmp_path):
    ledger = tmp_path / "a.ledger"
    build = ["basis", "build", archive[0], "--ledger", ledger, "--count", 5, "-o"]
    command.run(*build, tmp_path / "no" / "a.json").expect(2, "is no folder")
    command.run(*build, tmp_path / "a.json", "--align-to", tmp_path / "no.json").expect(2, "cannot read")
    command.run(*build, tmp_path / "a.json", "--stretch", "min-max", "--percentiles", "5,95").expect(2, "--stretch percentile")
    assert not ledger.exists()
    command.run(*build[:-2], 9, "-o", tmp_path / "a.json").expect(2, "9 components were asked for of 6 channels")
    assert ledger.stat().st_size == 8


def test_one_process_writes_a_ledger(archive, tmp_path):
    ledger = tmp_path / "a.ledger"
    import fcntl

    command.done("basis", "moments", archive[0], "--ledger", ledger)
    with open(ledger, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        command.run("basis", "moments", archive[0], "--ledger", ledger).expect(2, "another process writes it")
