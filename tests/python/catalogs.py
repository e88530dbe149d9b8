"""Archives and catalogues of them."""

import hashlib
import json
import pathlib
import shutil

import command
import tiles

NAMES = [tiles.SMALL, "grid_0.15_89.95", "grid_-0.05_89.95", "grid_179.95_-89.95"]
# Of files that no tile is read from: two blocks, one beside the other.
LISTED = ["grid_0.15_52.05", "grid_0.25_52.05", "grid_-0.05_52.05"]


def archive(tile, root):
    """Tiles and their stores with items and previews, below v1/ and stores/: four in 2024, one of them in 2023 too."""
    for year, names in ((2024, NAMES), (2023, NAMES[:1])):
        for name in names:
            folder = root / "v1" / str(year) / name
            folder.mkdir(parents=True)
            shutil.copy(tile.embeddings_path, folder / f"{name}.npy")
            shutil.copy(tile.scales_path, folder / f"{name}_scales.npy")
    for year in (2023, 2024):
        command.done("convert", root / "v1", "-o", root / "stores", "--year", year, "--item", "--preview")
    return root


def listed(root, *options, years=(2023, 2024)):
    """The catalogue root/stac of small files that are called as the files of tiles are, and listed with their sizes and
    hashes in root/v1/files.txt; returns its folder."""
    lines = []
    for year in years:
        for name in LISTED:
            folder = root / "v1" / str(year) / name
            folder.mkdir(parents=True)
            for suffix in ("", "_scales"):
                content = f"{year} {name}{suffix}".encode()
                (folder / f"{name}{suffix}.npy").write_bytes(content)
                digest = hashlib.sha256(content).hexdigest()
                lines.append(f"{year}/{name}/{name}{suffix}.npy {len(content)} {digest}")
    listing = root / "v1/files.txt"
    listing.write_text("\n".join(lines) + "\n")
    out = root / "stac"
    command.done("catalog", "build", listing, "--by-name", "--dataset", "v1", "-o", out, "--no-map", *options)
    return out


def items(catalog):
    """The items of a catalogue that are files, by their ids."""
    found = [json.loads(path.read_text()) for path in pathlib.Path(catalog).glob("*/*/grid_*.json")]
    return {item["id"]: item for item in found}
