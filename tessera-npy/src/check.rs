//! Whether two files are a tile, and where its pixels lie.

use std::path::Path;

use tessera_core::{PIXEL_SIZE, PixelGrid, TileId};

use crate::npy_head::NpyHead;
use crate::scales;
use crate::{Landmask, NpyFileProblem, NpyTile, TileError, TileNotice};

/// Checks the embeddings: int8, three dimensions, C order, a shape that a grid can have, and all there.
pub(crate) fn check_embeddings(file: &NpyHead) -> Result<(usize, usize, usize), TileError> {
    let header = file.header();
    // One byte has no order, so that any mark of it will do.
    if header.dtype().trim_start_matches(['|', '<', '>', '=']) != "i1" {
        let got = header.dtype().to_owned();
        return Err(file.error(NpyFileProblem::Dtype { got, expected: "|i1 (int8)" }).into());
    }
    let &[rows, cols, channels] = header.shape() else {
        let got = header.shape().to_vec();
        return Err(file.error(NpyFileProblem::Rank { got, expected: "3 (rows, cols, channels)" }).into());
    };
    if header.fortran_order() {
        return Err(file.error(NpyFileProblem::FortranOrder).into());
    }
    file.check_len()?;
    let edges = 1..=PixelGrid::MAX_EDGE;
    if !edges.contains(&rows) || !edges.contains(&cols) || channels == 0 {
        return Err(TileError::Extent { path: file.path().to_owned(), got: [rows, cols, channels] });
    }
    Ok((rows, cols, channels))
}

/// Checks the scales: floats, (rows, cols) or (rows, cols, channels) as the embeddings, and all there.
pub(crate) fn check_scales(
    file: &NpyHead,
    (rows, cols, channels): (usize, usize, usize),
    embeddings: &Path,
) -> Result<(), TileError> {
    scales::check_dtype(file)?;
    let (got, expected) = (file.header().shape(), [rows, cols, channels]);
    if !matches!(got.len(), 2 | 3) {
        return Err(file.error(NpyFileProblem::Rank { got: got.to_vec(), expected: scales::RANKS }).into());
    }
    if got != &expected[..2] && got != expected {
        let (path, embeddings) = (file.path().to_owned(), embeddings.to_owned());
        return Err(TileError::ScalesShape { path, got: got.to_vec(), expected, embeddings });
    }
    Ok(file.check_len()?)
}

/// Where the pixels lie: at the corner of the landmask, or of the grid computed from the name, with the file's shape.
pub(crate) fn settle_grid(
    id: TileId,
    (rows, cols, _): (usize, usize, usize),
    landmask: Option<&Landmask>,
    any_shape: bool,
    path: &Path,
    notices: &mut Vec<TileNotice>,
) -> Result<PixelGrid, TileError> {
    let computed = PixelGrid::of_tile(id).map_err(|cause| TileError::Grid { tile: id, cause })?;
    let base = landmask.map_or(&computed, Landmask::grid);
    let (got, expected) = ((rows, cols), (base.rows(), base.cols()));
    let off = rows.abs_diff(expected.0).max(cols.abs_diff(expected.1));
    if off > NpyTile::SHAPE_TOLERANCE && !any_shape {
        let (path, landmask) = (path.to_owned(), landmask.map(|landmask| landmask.path().to_owned()));
        return Err(TileError::Shape { path, got, expected, tolerance: NpyTile::SHAPE_TOLERANCE, landmask });
    }
    if off > 0 {
        notices.push(TileNotice::Shape { got, expected });
    }
    if let Some(landmask) = landmask {
        let (grid, path) = (landmask.grid(), landmask.path().to_owned());
        if !grid.is_on_lattice() {
            notices.push(TileNotice::OffLattice { landmask: path, west: grid.west(), north: grid.north() });
        }
        let moved = (grid.west() - computed.west()).abs().max((grid.north() - computed.north()).abs());
        if grid.zone() != computed.zone() || moved > PIXEL_SIZE {
            notices.push(TileNotice::Elsewhere { landmask: *grid, computed });
        }
    }
    base.with_shape(rows, cols).map_err(|cause| TileError::Grid { tile: id, cause })
}
