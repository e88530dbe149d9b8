"""Principal components and pictures against scikit-learn."""

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
        assert told["explained_variance"] == made[0]["explained_variance"]
        np.testing.assert_array_equal(np.asarray(Image.open(path)), made[1])


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
