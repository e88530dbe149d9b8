"""What the tests share: the command must have been built, and a tile is made once."""

import pytest

import command
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
