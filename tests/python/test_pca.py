"""Principal components and pictures against scikit-learn."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

import command
import tiles


@pytest.fixture(scope="module")
def pixels(tile):
    """The dequantized valid pixels, one a row."""
    return tile.data[tile.valid].astype(np.float64) * tile.scales[tile.valid].astype(np.float64)[:, None]


@pytest.fixture(scope="module")
def made(tile, tmp_path_factory):
    """What the command says and shows."""
    path = tmp_path_factory.mktemp("pca") / "a.png"
    told = command.done("pca", tile.folder, "-o", path)
    return told, np.asarray(Image.open(path))


def assert_spectrum(told, fit):
    np.testing.assert_allclose(told["explained_variance"], fit.explained_variance_[:3], rtol=1e-5)
    np.testing.assert_allclose(told["explained_variance_ratio"], fit.explained_variance_ratio_[:3], rtol=1e-5)


def linear(values, low, high):
    """Brightness 0…255 of values between two ends."""
    return np.clip((values - low) / (high - low), 0, 1) * 255


def assert_colours(shown, expected):
    """Each colour is the component's brightness, or its negative's: the sign of a component is free."""
    for channel in range(3):
        straight = np.abs(shown[:, channel].astype(float) - expected[:, channel])
        flipped = np.abs(255 - shown[:, channel].astype(float) - expected[:, channel])
        wrong = min((straight.max(), flipped.max()))
        assert wrong <= 1.01, f"component {channel} is off by {wrong} of 255"


def coloured(kept, tile):
    """The picture of a tile by a basis that was kept, as the form says."""
    basis = {key: np.array(value) for key, value in kept["basis"].items()}
    chosen = [number - 1 for number in kept["shown"]]
    with np.errstate(invalid="ignore", over="ignore"):
        centred = tile.data * tile.scales.astype(np.float64)[..., None] - basis["mean"]
        projected = centred / basis.get("deviations", 1) @ basis["components"][chosen].T
    shown = np.zeros((*tile.scales.shape, 4))
    for channel, mapping in enumerate(kept["stretch"]):
        if "linear" in mapping:
            shown[..., channel] = linear(projected[..., channel], mapping["linear"]["low"], mapping["linear"]["high"])
        else:
            knots = mapping["knots"]
            shown[..., channel] = np.interp(projected[..., channel], knots, np.linspace(0, 255, len(knots)))
    shown[..., 3] = 255
    return np.where((tile.scales > 0)[..., None] & (tile.scales < kept["scale_limit"])[..., None], shown, 0)


def test_variances(made, pixels):
    assert_spectrum(made[0], PCA(svd_solver="full").fit(pixels))


def test_variances_of_standardized_channels(tile, pixels, tmp_path):
    """Of the correlation matrix: channels divided by their standard deviation over n − 1."""
    told = command.done("pca", tile.folder, "-o", tmp_path / "a.png", "--standardize")
    fit = PCA(svd_solver="full").fit(StandardScaler().fit_transform(pixels))
    np.testing.assert_allclose(told["explained_variance_ratio"], fit.explained_variance_ratio_[:3], rtol=1e-5)
    # scikit-learn's scaler divides by n.
    np.testing.assert_allclose(told["explained_variance"], fit.explained_variance_[:3], rtol=1e-4)


def test_components_as_colours(made, tile, pixels):
    """The 2nd to the 98th percentile of each component become 0 to 255."""
    projected = PCA(n_components=3, svd_solver="full").fit_transform(pixels)
    low, high = np.percentile(projected, [2, 98], axis=0)
    assert_colours(made[1][tile.valid], linear(projected, low, high))


def test_components_as_directions(made, tile, pixels):
    """Where nothing is clipped, a colour is linear in the values: its gradient is the component. Rounding to 255 steps
    leaves the angle uncertain by about a hundredth."""
    fit = PCA(n_components=3, svd_solver="full").fit(pixels)
    shown = made[1][tile.valid].astype(float)
    for channel, component in enumerate(fit.components_):
        inner = (shown[:, channel] > 0) & (shown[:, channel] < 255)
        design = np.column_stack([pixels[inner], np.ones(inner.sum())])
        gradient = np.linalg.lstsq(design, shown[inner, channel], rcond=None)[0][:-1]
        cosine = abs(gradient @ component) / np.linalg.norm(gradient)
        assert cosine > 0.9998, f"component {channel}: {cosine}"


def test_other_stretches(tile, pixels, tmp_path):
    projected = PCA(n_components=3, svd_solver="full").fit_transform(pixels)
    ends = {
        "min-max": (projected.min(axis=0), projected.max(axis=0)),
        "deviations": (-2 * projected.std(axis=0), 2 * projected.std(axis=0)),
    }
    for name, (low, high) in ends.items():
        path = tmp_path / f"{name}.png"
        command.done("pca", tile.folder, "-o", path, "--stretch", name)
        assert_colours(np.asarray(Image.open(path))[tile.valid], linear(projected, low, high))
    path = tmp_path / "equalize.png"
    command.done("pca", tile.folder, "-o", path, "--stretch", "equalize")
    shown = np.asarray(Image.open(path))[tile.valid]
    for channel in range(3):
        # As many pixels in each quarter of the brightness.
        share = np.histogram(shown[:, channel], bins=4, range=(0, 256))[0] / len(shown)
        np.testing.assert_allclose(share, 0.25, atol=0.01)


def test_only_valid_pixels_are_seen(made, tile):
    image = made[1]
    assert image.shape == (*tile.scales.shape, 4) and image.dtype == np.uint8
    np.testing.assert_array_equal(image[..., 3], np.where(tile.valid, 255, 0))
    # A reader that drops alpha shows no colour there either.
    assert not image[~tile.valid].any()


def test_wild_scales_do_not_move_the_picture(made, tile, tmp_path):
    """The picture of the valid pixels is the same whatever the scales of the others are."""
    calm = np.where(tile.valid, tile.scales, np.float32("nan"))
    folder = tmp_path / "2024" / tile.name
    tiles.Tile(tile.name, folder, tile.data, calm).save()
    told = command.done("pca", folder, "-o", tmp_path / "a.png")
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "a.png")), made[1])
    assert told["explained_variance"] == made[0]["explained_variance"]


def test_a_store_has_the_same_picture(made, stores, tmp_path):
    for number, store in stores.items():
        path = tmp_path / f"{number}.png"
        told = command.done("pca", store, "-o", path)
        # Its rows come by chunks, and sums of float64 in another order.
        np.testing.assert_allclose(told["explained_variance"], made[0]["explained_variance"], rtol=1e-8)
        assert np.abs(np.asarray(Image.open(path)).astype(int) - made[1]).max() <= 1


def test_the_preview_of_a_store(made, tile, tmp_path):
    command.done("convert", tile.folder, "-o", tmp_path / "a.zarr", "--preview")
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "a.png")), made[1])


@pytest.mark.parametrize("scale", [np.nan, np.inf, 0, -161685, 3.4e38])
def test_a_tile_without_a_valid_pixel(tile, tmp_path, scale):
    folder = tmp_path / "2024" / tile.name
    tiles.Tile(tile.name, folder, tile.data, np.full_like(tile.scales, scale)).save()
    command.run("pca", folder, "-o", tmp_path / "a.png").expect(2)
    assert not (tmp_path / "a.png").exists()
    command.done("convert", folder, "-o", tmp_path / "b.zarr", "--preview")
    assert not np.asarray(Image.open(tmp_path / "b.png")).any()


@pytest.mark.parametrize("options", [[], ["--standardize"], ["--stretch", "equalize"]])
def test_the_basis_makes_the_picture(tile, tmp_path, options):
    path = tmp_path / "a.basis.json"
    told = command.done("pca", tile.folder, "-o", tmp_path / "a.png", "--basis", path, *options)
    kept = json.loads(path.read_text())
    keys = ["tessera_basis", "dataset", "channels", "scale_limit", "basis", "shown", "stretch", "gamma", "saturation", "provenance"]
    assert list(kept) == keys
    assert (kept["tessera_basis"], kept["dataset"], kept["scale_limit"]) == (2, "v1", 1.0)
    assert [kept["channels"], len(kept["basis"]["mean"]), len(kept["stretch"])] == [128, 128, 3]
    assert (kept["shown"], kept["gamma"], kept["saturation"]) == ([1, 2, 3], 1.0, 1.0)
    assert ("deviations" in kept["basis"]) == ("--standardize" in options)
    for key in ("mean", "components", "explained_variance", "explained_variance_ratio"):
        assert kept["basis"][key] == told[key]
    shown = np.asarray(Image.open(tmp_path / "a.png"))
    wrong = np.abs(shown - coloured(kept, tile)).max()
    assert wrong <= 0.51, f"a colour is off by {wrong} of 255"


def test_the_basis_beside_a_store(tile, stores, tmp_path):
    """Of a store that is converted, of one that is pictured, and of the tile itself."""
    command.done("pca", tile.folder, "-o", tmp_path / "a.png", "--basis", tmp_path / "a.json")
    command.done("pca", stores[3], "-o", tmp_path / "b.png", "--basis", tmp_path / "b.json")
    straight, stored = (json.loads((tmp_path / name).read_text()) for name in ("a.json", "b.json"))
    np.testing.assert_allclose(stored["basis"]["components"], straight["basis"]["components"], rtol=1e-5, atol=1e-7)
    for source in (tile.folder, stores[2]):
        command.done("convert", source, "-o", tmp_path / "c.zarr", "--preview", "--item", "--overwrite")
        beside = tmp_path / "c.basis.json"
        asset = json.loads((tmp_path / "c.json").read_text())["assets"]["basis"]
        assert (asset["href"], asset["file:size"], asset["roles"]) == ("./c.basis.json", beside.stat().st_size, ["metadata"])
        kept = json.loads(beside.read_text())
        made_of, expected = kept.pop("provenance"), straight.copy()
        assert made_of.keys() == expected.pop("provenance").keys()
        assert kept == expected
        assert (made_of["software"], made_of["years"], made_of["pixels"]) == ("tessera 0.1.0", [2024], int(tile.valid.sum()))


def test_a_tile_in_the_colours_of_another(tile, tmp_path):
    basis = tmp_path / "a.json"
    command.done("pca", tile.folder, "-o", tmp_path / "a.png", "--basis", basis)
    told = command.done("pca", tile.folder, "-o", tmp_path / "again.png", "--with-basis", basis)
    assert told["with_basis"] == str(basis) and told["counts"].items() >= tile.counts().items()
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "a.png").read_bytes()
    other = tiles.make(tmp_path / "v1", tiles.WIDE, seed=5)
    command.done("pca", other.folder, "-o", tmp_path / "b.png", "--with-basis", basis)
    shown = np.asarray(Image.open(tmp_path / "b.png"))
    assert np.abs(shown - coloured(json.loads(basis.read_text()), other)).max() <= 0.51
    assert np.ptp(shown[other.valid], axis=0)[:3].min() > 50


def test_a_basis_of_something_else(tile, tmp_path):
    basis, out = tmp_path / "a.json", tmp_path / "b.png"
    command.done("pca", tile.folder, "-o", tmp_path / "a.png", "--basis", basis)
    kept = json.loads(basis.read_text())
    few = tiles.make(tmp_path / "few" / "v1", channels=16)
    bare = tmp_path / "bare" / tile.name
    shutil.copytree(tile.folder, bare)
    ask = ["pca", "-o", out, "--with-basis", basis]
    command.run(*ask, few.folder).expect(2, "16 channels", "128", str(basis))
    command.run(*ask, tile.folder, "--dataset", "v1.1-cam").expect(2, "v1.1-cam", "of v1", str(basis))
    command.run(*ask, bare).expect(2, "unknown", "--dataset")
    command.done(*ask, bare, "--dataset", "v1")
    out.unlink()
    for option in (["--stretch", "min-max"], ["--components", "1,2,3"], ["--gamma", 2], ["--percentiles", "1,99"], ["--saturation", 1]):
        command.run(*ask, tile.folder, *option).expect(2, option[0], "--with-basis")
    command.run(*ask, tile.folder, "--basis", tmp_path / "c.json").expect(2, "--basis", "--with-basis")
    spoilt = {
        "expected 1 or 2": kept | {"tessera_basis": 3},
        "expected the same": kept | {"channels": 127},
        "component 4 of a basis of 3": kept | {"shown": [1, 2, 4]},
        "a saturation of -1": kept | {"saturation": -1},
        "unknown field": kept | {"mine": True},
        "3 components of 1 channels": kept | {"basis": kept["basis"] | {"mean": [0.0]}},
        "invalid type": kept | {"stretch": [{"linear": {"low": None, "high": 1}}] * 3},
        "unknown": kept | {"dataset": None},
    }
    for says, other in spoilt.items():
        basis.write_text(json.dumps(other))
        command.run(*ask, tile.folder).expect(2, str(basis), says)
    for text in ("", "{", "NaN", " " * (5 << 20)):
        basis.write_text(text)
        command.run(*ask, tile.folder).expect(2, str(basis))
    command.run("pca", tile.folder, "-o", out, "--with-basis", tmp_path / "none.json").expect(2, "none.json")
    assert not out.exists() and not (tmp_path / "c.json").exists()


def test_neither_file_is_overwritten_unasked(tile, tmp_path):
    basis, out = tmp_path / "a.json", tmp_path / "a.png"
    basis.write_text("mine")
    ask = ["pca", tile.folder, "-o", out, "--basis", basis]
    command.run(*ask).expect(2, str(basis), "exists", "--overwrite")
    assert basis.read_text() == "mine" and not out.exists()
    command.run("pca", tile.folder, "-o", out, "--basis", out).expect(2, "--basis")
    command.run("pca", tile.folder, "-o", out, "--basis", tmp_path / "no/a.json").expect(2, str(tmp_path / "no"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json"]
    command.done(*ask, "--overwrite")
    assert json.loads(basis.read_text())["tessera_basis"] == 2 and out.is_file()


def test_a_basis_goes_with_its_picture(tile, tmp_path):
    """Kept, missed, replaced and removed as the picture is."""
    dark = tiles.make(tmp_path / "v1", tiles.WIDE)
    dark = tiles.Tile(dark.name, dark.folder, dark.data, np.full_like(dark.scales, np.nan)).save()
    shutil.copytree(tile.folder, tmp_path / "v1/2024" / tile.name)
    out = tmp_path / "out"
    ask = ["convert", tmp_path / "v1", "-o", out, "--preview", "--no-sync", "--json"]
    at = {"SOURCE_DATE_EPOCH": "1700000000"}
    assert command.run(*ask, **at).expect(0).json["written"] == 2
    names = {p.name for p in (out / "2024").iterdir()}
    assert names == {f"{tile.name}.{kind}" for kind in ("zarr", "png", "basis.json")} | {f"{dark.name}.zarr", f"{dark.name}.png"}
    # Again, nothing is missed: a tile without valid pixels has no basis.
    assert command.run(*ask).expect(0).json["kept"] == 2
    basis = out / "2024" / f"{tile.name}.basis.json"
    before = basis.read_bytes()
    assert json.loads(before)["provenance"]["created"] == "2023-11-14T22:13:20Z"
    basis.unlink()
    command.run(*ask).expect(3, basis.name, "--overwrite")
    command.run(*ask, "--overwrite", **at).expect(0)
    assert basis.read_bytes() == before
    # A basis that is not that of the picture does not stay beside it.
    tiles.Tile(tile.name, tmp_path / "v1/2024" / tile.name, tile.data, np.full_like(tile.scales, np.nan)).save()
    alone = ["convert", tmp_path / "v1/2024" / tile.name, "-o", out / "2024" / f"{tile.name}.zarr", "--preview", "--no-sync"]
    shutil.rmtree(out / "2024" / f"{tile.name}.zarr")
    (out / "2024" / f"{tile.name}.png").unlink()
    command.run(*alone).expect(2, basis.name, "--overwrite")
    assert basis.read_bytes() == before and not (out / "2024" / f"{tile.name}.zarr").exists()
    command.run(*alone, "--overwrite").expect(0)
    assert not basis.exists() and (out / "2024" / f"{tile.name}.png").is_file()
