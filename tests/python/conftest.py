"""What the tests share: the command must have been built, and a tile is made once."""

import pytest

import answers
import asking
import command
import s3
import tiles


def pytest_sessionstart():
    try:
        command.binary()
    except FileNotFoundError as error:
        pytest.exit(str(error), returncode=2)


@pytest.fixture(scope="session")
def tile(tmp_path_factory):
    """A small tile with every kind of pixel, in a folder that says version and year."""
    return tiles.make(tmp_path_factory.mktemp("tile") / "v1")


@pytest.fixture(scope="session")
def stores(tile, tmp_path_factory):
    """Stores of the tile, one of each format."""
    folder = tmp_path_factory.mktemp("stores")
    for number in (2, 3):
        out = folder / f"v{number}.zarr"
        command.done("convert", tile.folder, "-o", out, "--format", number, "--chunk", 256)
    return {number: folder / f"v{number}.zarr" for number in (2, 3)}


@pytest.fixture(scope="session")
def sources(tmp_path_factory):
    """The same tiles of two years as an archive, as stores of both formats, and as a zone store."""
    root = tmp_path_factory.mktemp("region")
    archive = root / "v1"
    all_tiles = {year: [asking.made(name, archive, year, (year, seed)) for seed, name in enumerate(asking.NAMES)] for year in (2023, 2024)}
    paths = {"tiles": archive, "zones": root / "zones.zarr"}
    for number in (2, 3):
        paths[f"stores{number}"] = root / f"stores{number}"
        for year in all_tiles:
            options = ["--format", number, "--chunk", 64, "--no-sync"]
            command.done("convert", archive, "-o", paths[f"stores{number}"], "--year", year, *options)
    create = ["--zones", "1,31,32,60", "--years", "2023-2024", "--dataset", "v1", "--channels", asking.CHANNELS, "--shard", 512]
    command.done("zone", "create", paths["zones"], *create)
    for year in all_tiles:
        command.done("zone", "fill", paths["zones"], archive, "--year", year, "--no-sync")
    return paths, all_tiles


@pytest.fixture(scope="session")
def paths(sources):
    """The path of each kind of source."""
    return sources[0]


@pytest.fixture(scope="session")
def zones(sources):
    """What the tiles of each year are as whole zones, slowly."""
    return {year: answers.zones_of(all_tiles) for year, all_tiles in sources[1].items()}


@pytest.fixture(scope="session")
def weed(tmp_path_factory):
    """SeaweedFS as S3 with an empty bucket `tessera`."""
    if s3.weed() is None:
        pytest.skip("TESSERA_TEST_WEED is not the path of SeaweedFS's weed: tests/run sets it")
    with s3.Weed(tmp_path_factory.mktemp("weed") / "server") as server:
        server.make_bucket("tessera")
        yield server
