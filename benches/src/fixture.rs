//! The tile that everything is measured on.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;
use tessera_core::synthetic::Synthetic;
use tessera_core::{QuantizedView, ScalesView, Source, TileId, Window, Year};
use tessera_npy::{Existing, NpyTile};

use crate::landmask;

/// Rows of the tile.
pub const ROWS: usize = 1100;
/// Columns of the tile.
pub const COLS: usize = 700;

const NAME: &str = "grid_0.15_52.05";
const YEAR: u16 = 2024;
const SEED: u64 = 7;
const PROBE_ROWS: usize = 8;

/// The folder of what the benchmarks make: `tessera-benches` in cargo's target folder.
#[must_use]
pub fn folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target")).join("tessera-benches")
}

/// A folder in it that is removed when it is dropped.
///
/// # Errors
/// Where it cannot be made.
pub fn scratch() -> Result<TempDir> {
    std::fs::create_dir_all(folder())?;
    Ok(TempDir::new_in(folder())?)
}

/// Writes the tile, synthetic, 1100 × 700 × 128, where it is not there yet, and returns its folder
/// `root/synthetic/2024/grid_0.15_52.05`. A landmask in it says its shape, since a tile of this name would have another.
///
/// # Errors
/// Where it cannot be written.
pub fn write_tile(root: &Path) -> Result<PathBuf> {
    write_tile_of(root, ROWS, COLS)
}

fn write_tile_of(root: &Path, rows: usize, cols: usize) -> Result<PathBuf> {
    let (id, year): (TileId, _) = (NAME.parse()?, Year::new(YEAR)?);
    let parent = root.join("synthetic").join(YEAR.to_string());
    let path = parent.join(NAME);
    // The generator makes a pixel from its place alone: the first rows tell whether it has changed since.
    let probe = Synthetic::new(SEED).shape(PROBE_ROWS, cols).tile(id, year)?;
    if NpyTile::open(&path).is_ok_and(|tile| begins_with(&tile, &probe.view(), rows)) {
        return Ok(path);
    }
    if path.exists() {
        std::fs::remove_dir_all(&path)?;
    }
    let tile = Synthetic::new(SEED).shape(rows, cols).tile(id, year)?;
    tessera_npy::write_tile(&parent, id, &tile.view(), Existing::Refuse)?;
    landmask::write(&path.join(format!("{NAME}.tiff")), tile.grid())?;
    Ok(path)
}

/// Whether a tile has so many rows, the first of them these.
fn begins_with(tile: &NpyTile, first: &QuantizedView<'_>, rows: usize) -> bool {
    let (view, (probe_rows, cols, _)) = (tile.view(), first.dim());
    let part = view.window(Window::new(0, 0, probe_rows, cols));
    // Scales are NaN where there is water, so bits are compared.
    let bits = |view: &QuantizedView<'_>| match view.scales() {
        ScalesView::Pixel(scales) => scales.iter().map(|scale| scale.to_bits()).collect(),
        ScalesView::Channel(_) => Vec::new(),
    };
    view.dim().0 == rows
        && view.dim().1 == cols
        && part.is_ok_and(|part| part.data() == first.data() && bits(&part) == bits(first))
}

/// The tile, opened, its pages in the system's cache.
///
/// # Errors
/// Where it cannot be written or read.
pub fn tile() -> Result<NpyTile> {
    let tile = NpyTile::open(write_tile(&folder())?)?;
    for path in [tile.embeddings_path(), tile.scales_path()] {
        std::io::copy(&mut std::fs::File::open(path)?, &mut std::io::sink())
            .with_context(|| format!("cannot read {}", path.display()))?;
    }
    Ok(tile)
}

/// Bytes of so many pixels: the values and the scale of each.
#[must_use]
pub const fn tile_bytes(pixels: usize) -> u64 {
    (pixels * (tessera_core::CHANNELS + size_of::<f32>())) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use tessera_core::Tile;

    #[test]
    fn the_tile_opens_as_any_other_and_is_written_once() {
        let root = tempfile::tempdir().unwrap();
        let path = write_tile_of(root.path(), 40, 30).unwrap();
        let tile = NpyTile::open(&path).unwrap();
        assert_eq!((tile.grid().rows(), tile.grid().cols(), tile.channels()), (40, 30, 128));
        assert_eq!(tile.year().map(Year::number), Some(YEAR));
        assert_eq!(tile.file_len(), tile_bytes(40 * 30) + 2 * 128);
        let written = || std::fs::metadata(tile.embeddings_path()).unwrap().modified().unwrap();
        let before = written();
        assert_eq!(write_tile_of(root.path(), 40, 30).unwrap(), path);
        assert_eq!(written(), before);
    }

    #[test]
    fn a_tile_of_other_pixels_is_made_anew() {
        let root = tempfile::tempdir().unwrap();
        let path = write_tile_of(root.path(), 40, 30).unwrap();
        let file = path.join(format!("{NAME}.npy"));
        let right = std::fs::read(&file).unwrap();
        let mut wrong = right.clone();
        wrong[1000] ^= 1;
        for bytes in [&wrong[..], &right[..500]] {
            std::fs::write(&file, bytes).unwrap();
            write_tile_of(root.path(), 40, 30).unwrap();
            assert_eq!(std::fs::read(&file).unwrap(), right);
        }
        assert_eq!(NpyTile::open(write_tile_of(root.path(), 50, 30).unwrap()).unwrap().grid().rows(), 50);
    }
}
