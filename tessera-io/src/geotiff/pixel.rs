//! What a GeoTIFF holds at one place.

use std::fmt::Debug;

use super::predictor;

/// What a GeoTIFF is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Bands of float32, each with its own tiles.
    Floats,
    /// Red, green, blue and alpha, together in each tile.
    Colours,
}

impl Kind {
    /// How many tiles there are for one place, where the file has so many bands.
    pub(super) fn planes(self, bands: usize) -> usize {
        match self {
            Self::Floats => bands,
            Self::Colours => 1,
        }
    }
}

/// What stands in a tile for one place; four bytes in either case.
pub(super) trait Pixel: bytemuck::Pod + Debug + Send + Sync {
    /// What stands beyond the last row and column.
    const NOTHING: Self;
    /// What a file of such pixels is made of.
    const KIND: Kind;

    /// Appends the rows of a tile as they are.
    fn plain(tile: &[Self], out: &mut Vec<u8>);

    /// Appends the rows of a tile as differences, which become smaller when they are compressed.
    fn predict(tile: &[Self], edge: usize, out: &mut Vec<u8>);
}

impl Pixel for f32 {
    const NOTHING: Self = f32::NAN;
    const KIND: Kind = Kind::Floats;

    fn plain(tile: &[Self], out: &mut Vec<u8>) {
        predictor::plain(tile, out);
    }

    fn predict(tile: &[Self], edge: usize, out: &mut Vec<u8>) {
        predictor::predict(tile, edge, out);
    }
}

impl Pixel for [u8; 4] {
    const NOTHING: Self = [0; 4];
    const KIND: Kind = Kind::Colours;

    fn plain(tile: &[Self], out: &mut Vec<u8>) {
        out.extend_from_slice(tile.as_flattened());
    }

    fn predict(tile: &[Self], edge: usize, out: &mut Vec<u8>) {
        predictor::difference(tile, edge, out);
    }
}
