"""Pictures of tiles, regions and patches, as PNG and GeoTIFF, against numpy, scikit-learn and rasterio."""

import json
import subprocess

import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from PIL import Image
from rasterio.enums import ColorInterp
from sklearn.decomposition import PCA

import answers
import asking
import command
import mosaic
import tiles
from asking import BORDER, centres, names, refused, text
from test_pca import coloured, linear

# Two tiles of zone 31 that overlap, and one of zone 32.
NAMES = ["grid_5.85_84.05", "grid_5.95_84.05", "grid_6.05_84.05"]
CHANNELS = 8
WEST = (5.86, 84.01, 5.97, 84.05)


def earth(zone, top, left, rows, cols):
    """Pixels of a part of the lattice of a zone, which are the same in whichever tile they are: smooth fields that differ in
    strength, some noise, and squares of every kind of scale."""
    row, col = np.mgrid[top : top + rows, left : left + cols].astype(float)
    fields = [np.sin(row / 29 + zone), np.cos(col / 23), np.sin((row + col) / 61), np.cos(row / 11 - col / 17)]
    fields += [np.sin(col / 7), np.cos(row / 5)]
    mixing = np.random.default_rng(5).normal(size=(len(fields), CHANNELS)) * np.array([9, 6, 4, 2.7, 1.8, 1.2])[:, None]
    noise = np.sin(row[..., None] * 12.9898 + col[..., None] * 78.233 + np.arange(CHANNELS) * 37.719) * 43758.5453 % 1 - 0.5
    values = np.stack(fields, axis=-1) @ mixing + noise + np.arange(CHANNELS)
    scales = (np.abs(values).max(axis=-1) / 127).astype(np.float32)
    data = np.round(values / scales[..., None]).astype(np.int8)
    kinds = ((row // 8) * 7 + (col // 8) * 13).astype(int) % 41
    for kind, scale in enumerate([np.nan, np.nan, np.nan, np.inf, -np.inf, 0.0, -161685.0, 3.4e38]):
        scales[kinds == kind] = scale
    return data, scales


def made(name, root):
    zone, top, left, rows, cols = mosaic.place(name)
    return tiles.Tile(name, root / "2024" / name, *earth(zone, top, left, rows, cols)).save()


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("pictures") / "v1"


@pytest.fixture(scope="module")
def every(root):
    return [made(name, root) for name in NAMES]


@pytest.fixture(scope="module")
def zones(every):
    return answers.zones_of(every)


@pytest.fixture(scope="module")
def store(root, every, tmp_path_factory):
    path = tmp_path_factory.mktemp("zone") / "zones.zarr"
    create = ["--zones", "31,32", "--years", "2024", "--dataset", "v1", "--channels", CHANNELS, "--shard", 512]
    command.done("zone", "create", path, *create)
    command.done("zone", "fill", path, root, "--year", 2024, "--no-sync")
    return path


def part(zones, number, contains):
    """The pixels of an area in a zone, as a tile."""
    zone = zones[number]
    rows, cols = zone.rectangle(contains)
    return tiles.Tile("", None, zone.data[rows, cols], zone.scales[rows, cols])


def pixels_of(parts):
    """The valid vectors, one a row."""
    return np.concatenate([one.data[one.valid] * one.scales[one.valid].astype(float)[:, None] for one in parts])


def image(path):
    return np.asarray(Image.open(path))


def expected_colours(one, fit, shown, low, high):
    values = one.data * np.where(one.valid, one.scales, 0).astype(float)[..., None]
    projected = (values - fit.mean_) @ fit.components_[shown].T
    return np.where(one.valid[..., None], np.round(linear(projected, low, high)), 0)


def check(got, expected, valid):
    assert got.shape == (*valid.shape, 4) and got.dtype == np.uint8
    np.testing.assert_array_equal(got[..., 3], np.where(valid, 255, 0))
    assert not got[~valid].any()
    off = np.abs(got[..., :3].astype(int) - expected).max()
    assert off <= 1, f"a colour is off by {off} of 255"


def test_a_region_of_two_zones_against_scikit_learn(root, zones, tmp_path):
    told = command.done("pca", root, f"--bbox={text(BORDER)}", "-o", tmp_path / "a.png", "--basis", tmp_path / "a.json")
    parts = {number: part(zones, number, answers.box(*BORDER)) for number in (31, 32)}
    pixels = pixels_of(parts.values())
    fit = PCA(svd_solver="full").fit(pixels)
    np.testing.assert_allclose(told["explained_variance"], fit.explained_variance_[:3], rtol=1e-5)
    np.testing.assert_allclose(told["explained_variance_ratio"], fit.explained_variance_ratio_[:3], rtol=1e-5)
    np.testing.assert_allclose(told["mean"], fit.mean_, rtol=1e-5, atol=1e-5)
    # scikit-learn gives components the same sign since 1.5.
    np.testing.assert_allclose(told["components"], fit.components_[:3], atol=1e-5)
    low, high = np.percentile(fit.transform(pixels)[:, :3], [2, 98], axis=0)
    for number, one in parts.items():
        check(image(tmp_path / f"a_utm{number}.png"), expected_colours(one, fit, [0, 1, 2], low, high), one.valid)
    assert [file["zones"] for file in told["files"]] == [[31], [32]] and told["counts"]["valid"] == len(pixels)
    made_of = json.loads((tmp_path / "a.json").read_text())["provenance"]
    created = made_of.pop("created")
    assert len(created) == 20 and created.endswith("Z")
    assert made_of == {
        "software": "tessera 0.1.0", "sources": [str(root)], "years": [2024], "pixels": len(pixels), "weights": "pixel",
        "stretch": "percentiles 2 to 98",
    }  # fmt: skip
    assert names(tmp_path) == ["a.json", "a_utm31.png", "a_utm32.png"]


def test_the_words_and_the_region_command_say_the_same(root, tmp_path):
    ask = [root, f"--bbox={text(BORDER)}", "-o", tmp_path / "a.png"]
    told = command.run("pca", *ask).expect(0).out
    for words in ("2 UTM zones", "--grid", "a_utm31.png", "a_utm32.png", "of them valid", "explained variance", " %"):
        assert words in told
    command.done("region", root, f"--bbox={text(BORDER)}", "-o", tmp_path / "b.png")
    for number in (31, 32):
        np.testing.assert_array_equal(image(tmp_path / f"a_utm{number}.png"), image(tmp_path / f"b_utm{number}.png"))


@pytest.mark.parametrize("crs, resolution", [("EPSG:4326", 0.0003), ("EPSG:3857", 90), ("EPSG:32632", 30)])
def test_one_picture_on_another_grid(root, zones, tmp_path, crs, resolution):
    options = ["--grid", crs, "--resolution", resolution, "--basis", tmp_path / "a.json"]
    told = command.done("pca", root, f"--bbox={text(BORDER)}", "-o", tmp_path / "a.png", *options)
    (file,) = told["files"]
    assert (file["crs"], file["zones"], file["transform"][0]) == (crs, [31, 32], resolution)
    assert [told["rows"], told["cols"]] == file["shape"][:2]
    lon, lat = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(*centres(file))
    cells = tiles.Tile("", None, *answers.nearest(zones, lon, lat))
    expected = coloured(json.loads((tmp_path / "a.json").read_text()), cells)
    check(image(tmp_path / "a.png"), np.round(expected[..., :3]), cells.valid)
    fit = PCA(3, svd_solver="full").fit(pixels_of([cells]))
    np.testing.assert_allclose(told["explained_variance_ratio"], fit.explained_variance_ratio_, rtol=1e-5)


def test_clipped_to_a_polygon(root, zones, tmp_path):
    ring = [(5.86, 84.01), (5.97, 84.02), (5.93, 84.05), (5.86, 84.01)]
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    ask = ["pca", root, "--geojson", tmp_path / "a.geojson", "--clip", "-o", tmp_path / "a.png"]
    told = command.done(*ask, "--basis", tmp_path / "a.json")
    inside = lambda lon, lat: shapely.contains_xy(shapely.Polygon(ring), lon, lat)
    zone = zones[31]
    rows, cols = zone.rectangle(inside)
    there = zone.inside(inside)[rows, cols]
    one = tiles.Tile("", None, zone.data[rows, cols], np.where(there, zone.scales[rows, cols], np.inf).astype(np.float32))
    assert 0 < one.valid.sum() == told["counts"]["valid"] < there.size
    check(image(tmp_path / "a.png"), np.round(coloured(json.loads((tmp_path / "a.json").read_text()), one)[..., :3]), one.valid)


def test_the_surroundings_of_a_point(root, zones, store, tmp_path):
    ask = ["--size", 90, "--basis", tmp_path / "a.json", "--overwrite"]
    command.done("patch", root, "--at=5.95,84.03", "--size", 90, "-o", tmp_path / "a.npy")
    one = tiles.Tile("", None, *asking.load(tmp_path / "a.npy"))
    for source, where in ((root, ["--at=5.95,84.03"]), (store, ["--lon=5.95", "--lat=84.03"])):
        told = command.done("pca", source, *where, *ask, "-o", tmp_path / "a.png")
        assert (told["rows"], told["cols"], told["counts"]["valid"]) == (90, 90, int(one.valid.sum()))
        kept = json.loads((tmp_path / "a.json").read_text())
        check(image(tmp_path / "a.png"), np.round(coloured(kept, one)[..., :3]), one.valid)
    command.done("patch", root, "--lon=5.95", "--lat=84.03", "--size", 90, "-o", tmp_path / "b.npy")
    asking.same(asking.load(tmp_path / "b.npy"), (one.data, one.scales))


def test_other_components(root, zones, tmp_path):
    ask = ["pca", root, f"--bbox={text(WEST)}", "--basis", tmp_path / "a.json"]
    told = command.done(*ask, "-o", tmp_path / "a.png", "--components", "4,5,6")
    one = part(zones, 31, answers.box(*WEST))
    pixels = pixels_of([one])
    fit = PCA(svd_solver="full").fit(pixels)
    np.testing.assert_allclose(told["components"], fit.components_[:6], atol=1e-5)
    low, high = np.percentile(fit.transform(pixels)[:, 3:6], [2, 98], axis=0)
    check(image(tmp_path / "a.png"), expected_colours(one, fit, [3, 4, 5], low, high), one.valid)
    assert told["shown"] == json.loads((tmp_path / "a.json").read_text())["shown"] == [4, 5, 6]
    # A basis that was kept shows what it showed; and colours in another order are colours in another order.
    command.done("pca", root, f"--bbox={text(WEST)}", "-o", tmp_path / "b.png", "--with-basis", tmp_path / "a.json")
    np.testing.assert_array_equal(image(tmp_path / "b.png"), image(tmp_path / "a.png"))
    command.done("pca", root, f"--bbox={text(WEST)}", "-o", tmp_path / "c.png", "--components", "6,5,4")
    np.testing.assert_array_equal(image(tmp_path / "c.png")[..., [2, 1, 0, 3]], image(tmp_path / "a.png"))


def test_percentiles_gamma_and_saturation(root, zones, tmp_path):
    options = ["--percentiles", "5,90", "--gamma", 1.5, "--saturation", 1.4, "--basis", tmp_path / "a.json"]
    command.done("pca", root, f"--bbox={text(WEST)}", "-o", tmp_path / "a.png", *options)
    one = part(zones, 31, answers.box(*WEST))
    pixels = pixels_of([one])
    fit = PCA(3, svd_solver="full").fit(pixels)
    low, high = np.percentile(fit.transform(pixels), [5, 90], axis=0)
    kept = json.loads((tmp_path / "a.json").read_text())
    assert (kept["gamma"], kept["saturation"], kept["provenance"]["stretch"]) == (1.5, 1.4, "percentiles 5 to 90")
    got = [(mapping["linear"]["low"], mapping["linear"]["high"]) for mapping in kept["stretch"]]
    # A bin of the histogram is 0.006 standard deviations wide.
    off = np.abs(np.array(got) - np.stack([low, high], axis=1)) / np.sqrt(fit.explained_variance_)[:, None]
    assert off.max() < 0.006
    low, high = np.array(got).T
    values = one.data[one.valid] * one.scales[one.valid].astype(float)[:, None]
    bright = np.clip((fit.transform(values) - low) / (high - low), 0, 1) ** (1 / 1.5)
    grey = bright @ [0.2126, 0.7152, 0.0722]
    expected = np.clip(grey[:, None] + 1.4 * (bright - grey[:, None]), 0, 1) * 255
    assert np.abs(image(tmp_path / "a.png")[one.valid][:, :3] - expected).max() <= 1


def test_every_source_has_the_same_picture(root, store, tmp_path):
    for name, source in (("a", root), ("b", store)):
        command.done("pca", source, f"--bbox={text(BORDER)}", "-o", tmp_path / f"{name}.png")
    for number in (31, 32):
        straight, stored = (image(tmp_path / f"{name}_utm{number}.png").astype(int) for name in "ab")
        assert np.abs(straight - stored).max() <= 1


def test_a_few_rows_at_a_time_change_nothing(root, tmp_path):
    whole = command.done("pca", root, f"--bbox={text(WEST)}", "-o", tmp_path / "a.png")
    strips = command.done("pca", root, f"--bbox={text(WEST)}", "-o", tmp_path / "b.png", "--memory", "100KiB")
    np.testing.assert_allclose(strips["explained_variance"], whole["explained_variance"], rtol=1e-6)
    assert np.abs(image(tmp_path / "a.png").astype(int) - image(tmp_path / "b.png")).max() <= 1


@pytest.mark.parametrize("grid", [[], ["--grid", "EPSG:4326", "--resolution", "0.00005"]])
def test_a_geotiff_has_the_pixels_of_the_png_in_their_place(root, tmp_path, grid):
    ask = ["pca", root, f"--bbox={text(WEST)}", *grid]
    command.done(*ask, "-o", tmp_path / "a.png")
    told = command.done(*ask, "-o", tmp_path / "a.tif")["files"][0]
    with rasterio.open(tmp_path / "a.tif") as opened:
        assert opened.crs.to_string() == told["crs"] and list(opened.transform)[:6] == told["transform"]
        assert opened.colorinterp == (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
        assert opened.dtypes == ("uint8",) * 4 and opened.descriptions == ("red", "green", "blue", "alpha")
        assert opened.nodata is None and opened.block_shapes == [(256, 256)] * 4
        structure = opened.tags(ns="IMAGE_STRUCTURE")
        assert (structure["COMPRESSION"], structure["INTERLEAVE"]) == ("DEFLATE", "PIXEL")
        tags = opened.tags()
        assert (tags["year"], tags["dataset_version"], tags["components"]) == ("2024", "v1", "1, 2, 3")
        assert len(tags["basis"]) == 32
        got = opened.read()
        np.testing.assert_array_equal(got.transpose(1, 2, 0), image(tmp_path / "a.png"))
        np.testing.assert_array_equal(opened.dataset_mask(), got[3])
        sides = max(opened.shape)
        factors = opened.overviews(1)
        assert len(factors) == int(np.ceil(np.log2(sides / 256))) and opened.overviews(4) == factors
    # Of the first overview: colours by their alpha.
    with rasterio.open(tmp_path / "a.tif", overview_level=0) as half:
        shown = half.read().astype(float)
    rows, cols = got.shape[1] // 2 * 2, got.shape[2] // 2 * 2
    four = got[:, :rows, :cols].astype(float).reshape(4, rows // 2, 2, cols // 2, 2)
    alpha = four[3].mean(axis=(1, 3))
    with np.errstate(invalid="ignore"):
        means = (four[:3] * four[3]).sum(axis=(2, 4)) / four[3].sum(axis=(1, 3))
    means = np.where(alpha > 0, means, 0)
    assert np.abs(shown[3, : rows // 2, : cols // 2] - alpha).max() <= 0.5
    assert np.abs(shown[:3, : rows // 2, : cols // 2] - means).max() <= 0.51


def test_a_geotiff_is_cloud_optimized(root, tmp_path):
    """Directories first, and overviews before what they show; GDAL opens it without a warning."""
    command.done("pca", root, f"--bbox={text(WEST)}", "-o", tmp_path / "a.tif")
    done = subprocess.run(["gdalinfo", "-json", "-checksum", tmp_path / "a.tif"], check=True, capture_output=True, text=True)
    info = json.loads(done.stdout)
    assert done.stderr == "" and [band["colorInterpretation"] for band in info["bands"]] == ["Red", "Green", "Blue", "Alpha"]
    assert all("PER_DATASET ALPHA" in " ".join(band["mask"]["flags"]) for band in info["bands"][:3])
    with rasterio.open(tmp_path / "a.tif") as opened:
        count = len(opened.overviews(1))
        item = lambda name, level: int(opened.get_tag_item(name, "TIFF", bidx=1, **({} if level < 0 else {"ovr": level})))
        directories = [item("IFD_OFFSET", level) for level in range(-1, count)]
        tiles_at = [item("BLOCK_OFFSET_0_0", level) for level in range(-1, count)]
    assert count > 0 and directories[0] == 8 and directories == sorted(directories)
    assert directories[-1] < tiles_at[-1] and tiles_at == sorted(tiles_at, reverse=True)


def test_neighbours_have_the_same_colours_where_they_overlap(every, tmp_path):
    west, east = every[:2]
    command.done("pca", west.folder, "-o", tmp_path / "west.png", "--basis", tmp_path / "a.json")
    command.done("pca", east.folder, "-o", tmp_path / "east.png", "--with-basis", tmp_path / "a.json")
    (_, top, left, rows, cols), (_, other_top, other_left, other_rows, other_cols) = (mosaic.place(one.name) for one in (west, east))
    first = (max(top, other_top), max(left, other_left))
    last = (min(top + rows, other_top + other_rows), min(left + cols, other_left + other_cols))
    cut = lambda name, top, left: image(tmp_path / name)[first[0] - top : last[0] - top, first[1] - left : last[1] - left]
    own, others = cut("west.png", top, left), cut("east.png", other_top, other_left)
    assert own.size > 1000 and own[..., 3].any()
    np.testing.assert_array_equal(own, others)


def test_the_stretch_of_a_zone(root, zones, tmp_path):
    """Where the basis has one of its own for a UTM zone."""
    command.done("pca", root, f"--bbox={text(BORDER)}", "-o", tmp_path / "a.png", "--basis", tmp_path / "a.json")
    kept = json.loads((tmp_path / "a.json").read_text())
    own = [{"linear": {"low": -3.0 - k, "high": 2.0}} for k in range(3)]
    (tmp_path / "b.json").write_text(json.dumps(kept | {"zones": {"32": own}}))
    command.done("pca", root, f"--bbox={text(BORDER)}", "-o", tmp_path / "b.png", "--with-basis", tmp_path / "b.json")
    np.testing.assert_array_equal(image(tmp_path / "b_utm31.png"), image(tmp_path / "a_utm31.png"))
    one = part(zones, 32, answers.box(*BORDER))
    check(image(tmp_path / "b_utm32.png"), np.round(coloured(kept | {"stretch": own}, one)[..., :3]), one.valid)


def test_no_scale_makes_a_colour_of_nothing(root, every, tmp_path):
    """Broken vectors with every kind of scale: what is not valid is transparent black, and the rest as if it were alone."""
    one = every[0]
    wild = np.where(one.valid, one.scales, np.float32("nan"))
    for kind, scale in enumerate([np.inf, -np.inf, -1e-30, -0.0, 3.4e38, 1.0, 1e-45]):
        if not 0 < scale < 1:
            wild[kind::50][~one.valid[kind::50]] = scale
    folder = tmp_path / "v1/2024" / one.name
    tiles.Tile(one.name, folder, np.where(one.valid[..., None], one.data, -128), wild).save()
    for out, source in (("a", one.folder), ("b", folder)):
        for kind in ("png", "tif"):
            command.done("pca", source, "-o", tmp_path / f"{out}.{kind}")
    got = image(tmp_path / "b.png")
    np.testing.assert_array_equal(got, image(tmp_path / "a.png"))
    np.testing.assert_array_equal(got[..., 3], np.where(one.valid, 255, 0))
    with rasterio.open(tmp_path / "b.tif") as opened:
        np.testing.assert_array_equal(opened.read().transpose(1, 2, 0), got)


def spoilt(tmp_path, every, data=None, scales=None):
    """The first tile with other pixels; its folder."""
    one = every[0]
    data, scales = one.data if data is None else data, one.scales if scales is None else scales
    return tiles.Tile(one.name, tmp_path / "v1/2024" / one.name, data, scales).save().folder


@pytest.mark.parametrize("kind", ["png", "tif"])
def test_pixels_without_components(every, tmp_path, kind):
    one, out = every[0], tmp_path / "out"
    few = np.full_like(one.scales, np.nan)
    few[5, :2] = 0.5
    folder = spoilt(tmp_path, every, scales=few)
    ask = ["pca", folder, "-o", out / f"a.{kind}", "--basis", out / "a.json"]
    refused(tmp_path, ask, "2 valid pixels", "at least 3")
    out.rmdir()
    spoilt(tmp_path, every, scales=np.full_like(one.scales, np.nan))
    refused(tmp_path, ask, "no pixel is valid")
    out.rmdir()
    same = np.full_like(one.data, 7)
    spoilt(tmp_path, every, data=same, scales=np.full_like(one.scales, 0.25))
    refused(tmp_path, ask, "all pixels are the same")
    out.rmdir()
    constant = one.data.copy()
    constant[..., 3] = 0
    spoilt(tmp_path, every, data=constant)
    refused(tmp_path, [*ask, "--standardize"], "channel 3", "the same in all pixels")
    # Without, such a channel is as good as any.
    command.done(*ask)


def test_previews_of_pixels_without_components(every, tmp_path):
    """A store has a preview whatever its pixels are: grey where they are valid."""
    one = every[0]
    few = np.full_like(one.scales, np.nan)
    few[5, :2] = 0.5
    for name, data, scales in (("a", one.data, few), ("b", np.full_like(one.data, 7), np.full_like(one.scales, 0.25))):
        folder = spoilt(tmp_path, every, data, scales)
        command.done("convert", folder, "-o", tmp_path / f"{name}.zarr", "--preview")
        shown = image(tmp_path / f"{name}.png")
        np.testing.assert_array_equal(shown, np.where(np.isnan(scales)[..., None], 0, [128, 128, 128, 255]))
        assert not (tmp_path / f"{name}.basis.json").exists()


@pytest.mark.parametrize(
    "options, expected",
    [
        (["--percentiles", "98,2"], ["98,2", "low < high"]),
        (["--percentiles", "2,2"], ["2,2", "low < high"]),
        (["--percentiles", "nan,98"], ["nan,98"]),
        (["--components", "1,2"], ["1,2", "three numbers"]),
        (["--components", "0,1,2"], ["0,1,2", "from 1 on"]),
        (["--components", "1,2,200"], ["200 components", "8 channels"]),
        (["--components", "1,2,9"], ["9 components", "8 channels"]),
        (["--gamma", "0"], ["gamma of 0", "0.1 to 10"]),
        (["--gamma", "nan"], ["gamma of NaN"]),
        (["--saturation=-1"], ["saturation of -1", "0 to 10"]),
        (["--saturation", "11"], ["saturation of 11"]),
        (["--stretch", "wild"], ["wild", "percentile"]),
        (["--memory", "1KiB"], ["--memory 1 KiB", "allow more"]),
        (["--resolution", "20"], ["--grid"]),
        (["--at", "5.9,84.03"], ["--size"]),
        (["--grid", "EPSG:27700"], ["27700"]),
    ],
)
def test_options_that_make_no_sense(root, every, tmp_path, options, expected):
    area = [] if options[0] == "--at" else [f"--bbox={text(WEST)}"]
    refused(tmp_path, ["pca", root, *area, "-o", tmp_path / "out/a.png", "--basis", tmp_path / "out/a.json", *options], *expected)


@pytest.mark.parametrize(
    "words, expected",
    [
        (["--bbox=5.86,84.01,5.97,84.05", "-o", "a.jpg"], ["a.jpg", ".png or .tif"]),
        (["--bbox=5.86,84.01,5.97,84.05", "-o", "a"], ["expected a name"]),
        (["-o", "a.png"], ["folder of tiles", "--bbox", "--at"]),
        (["--bbox=20,10,20.1,10.1", "-o", "a.png"], ["nothing", "2024"]),
        (["--bbox=20,10,20.1,10.1", "--grid=EPSG:4326", "-o", "a.tif"], ["nothing", "2024"]),
        (["--at=20,10", "--size=30", "-o", "a.png"], ["nothing", "2024"]),
        (["--lon=5.95", "--size=30", "-o", "a.png"], ["--lat"]),
        (["--lon=5.95", "--lat=95", "--size=30", "-o", "a.png"], ["5.95, 95", "latitudes"]),
        (["--lon=5.95", "--lat=nan", "--size=30", "-o", "a.png"], ["point on Earth"]),
        (["--size=30", "-o", "a.png"], ["--at"]),
        (["--at=5.95,84.03", "--size=0", "-o", "a.png"], ["0"]),
        (["--at=5.95,84.03", "--size=30", "--bbox=5.86,84.01,5.97,84.05", "-o", "a.png"], ["--bbox", "cannot be used"]),
        (["--at=5.95,84.03", "--size=30", "--grid=EPSG:4326", "-o", "a.png"], ["--grid", "--bbox"]),
        (["--at=5.95,84.03", "--size=30", "--clip", "-o", "a.png"], ["--bbox"]),
        (["--bbox=5.86,84.01,5.97,84.05", "--year=2020", "-o", "a.png"], ["2020", "2024"]),
        (["--bbox=5.86,84.01,5.97,84.05", "-o", "no/a.png"], ["no"]),
    ],
)
def test_questions_that_have_no_answer(root, every, tmp_path, words, expected):
    words = [tmp_path / "out" / word if word.endswith((".png", ".jpg", ".tif")) or word == "a" else word for word in words]
    refused(tmp_path, ["pca", root, *words], *expected)


def test_a_basis_of_something_else(root, every, tile, tmp_path):
    basis = tmp_path / "a.json"
    command.done("pca", every[0].folder, "-o", tmp_path / "a.png", "--basis", basis)
    kept = json.loads(basis.read_text())
    ask = ["pca", root, f"--bbox={text(WEST)}", "-o", tmp_path / "out/b.tif", "--with-basis", basis]
    spoil = [
        (kept | {"dataset": "v1.1-cam"}, ["of dataset v1", "v1.1-cam", str(basis)]),
        (kept | {"dataset": None}, ["unknown", str(basis)]),
        (kept | {"tessera_basis": 3}, ["tessera_basis is 3", "expected 1 or 2"]),
        (kept | {"channels": 9}, ["9 channels", "8"]),
        (kept | {"zones": {"61": kept["stretch"]}}, ["UTM zone 61"]),
        (kept | {"zones": {"31": kept["stretch"][:2]}}, ["2 mappings", "3 components"]),
        (kept | {"basis": kept["basis"] | {"components": [[0.0] * 8]}}, [str(basis)]),
        (kept | {"stretch": [{"linear": {"low": 1.0, "high": 0.0}}] * 3}, [str(basis), "ascending"]),
        ({}, ["tessera_basis is missing"]),
    ]
    for other, expected in spoil:
        basis.write_text(json.dumps(other))
        refused(tmp_path, ask, *expected)
        (tmp_path / "out").rmdir()
    basis.write_text(json.dumps(kept))
    words = ["pca", tile.folder, "-o", tmp_path / "out/b.png", "--with-basis", basis]
    refused(tmp_path, words, "128 channels", "8", str(basis))
    command.done(*ask)


def test_a_basis_where_a_folder_is(root, every, tmp_path):
    (tmp_path / "a.json").mkdir()
    ask = ["pca", root, f"--bbox={text(WEST)}", "-o", tmp_path / "a.png", "--basis", tmp_path / "a.json"]
    command.run(*ask).expect(2, "a.json", "exists")
    command.run(*ask, "--overwrite").expect(2, "a.json")
    assert names(tmp_path) == ["a.json"]


def test_few_channels_have_fewer_colours(every, tmp_path):
    one = every[0]
    for channels in (1, 2):
        folder = spoilt(tmp_path, every, data=np.ascontiguousarray(one.data[..., :channels]))
        told = command.done("pca", folder, "-o", tmp_path / f"{channels}.png", "--gamma", 1.2)
        shown = image(tmp_path / f"{channels}.png")
        np.testing.assert_array_equal(shown[..., 3], np.where(one.valid, 255, 0))
        assert told["shown"] == list(range(1, channels + 1))
        # Grey, or red and green.
        equal = (shown[..., 0] == shown[..., 1]).all(), (shown[..., 2] == 0).all()
        assert equal == ((True, False) if channels == 1 else (False, True))
        command.run("pca", folder, "-o", tmp_path / "no.png", "--components", "2,1,3").expect(2, f"{channels} channels")
