//! Rows on their way into one level.

use ndarray::ArrayView3;
use rayon::prelude::*;

use super::GeoTiffError;
use super::codec::{Codec, Encoder};
use super::level::{Level, nearest};
use super::pixel::Pixel;
use super::strip::Strip;
use super::tile_file::TileFile;
use crate::output::Output;

/// Bytes of pixels that each thread encodes before the outcome is written: several tiles, little beside the rows.
const AT_ONCE: usize = 4 << 20;

/// One level in the making.
#[derive(Debug)]
pub(super) struct LevelWriter<P> {
    level: Level,
    planes: usize,
    /// Rows of what it is made from.
    full_rows: usize,
    /// The column of what it is made from for each column.
    cols: Vec<usize>,
    /// The next row that is wanted.
    next: usize,
    strip: Strip<P>,
    tiles: TileFile,
}

impl<P: Pixel> LevelWriter<P> {
    /// A level that shows pixels of `full`, which has its size or a larger one.
    pub(super) fn new(
        level: Level,
        full: &Level,
        planes: usize,
        output: &Output,
    ) -> Result<Self, GeoTiffError> {
        Ok(Self {
            level,
            planes,
            full_rows: full.rows,
            cols: (0..level.cols).map(|col| nearest(col, level.cols, full.cols)).collect(),
            next: 0,
            strip: Strip::new(&level, planes),
            tiles: TileFile::new(level, planes, output.scratch()?),
        })
    }

    /// Takes what the level shows of rows of what it is made from, of which `first` is the first.
    pub(super) fn take(
        &mut self,
        pixels: &ArrayView3<'_, P>,
        first: usize,
        codec: Codec,
        output: &Output,
    ) -> Result<(), GeoTiffError> {
        let end = first + pixels.dim().0;
        loop {
            let wanted: Vec<usize> = (self.next..self.level.rows)
                .take(self.strip.free())
                .map(|row| nearest(row, self.level.rows, self.full_rows))
                .take_while(|&row| row < end)
                .map(|row| row - first)
                .collect();
            if wanted.is_empty() {
                return Ok(());
            }
            self.strip.add(pixels, &wanted, &self.cols);
            self.next += wanted.len();
            if self.strip.free() == 0 || self.next == self.level.rows {
                self.flush(codec, output)?;
            }
        }
    }

    /// Encodes the row of tiles and begins the next.
    fn flush(&mut self, codec: Codec, output: &Output) -> Result<(), GeoTiffError> {
        let Self { level, planes, strip, tiles, .. } = self;
        strip.pad();
        let (edge, across) = (level.edge, level.across());
        let count = *planes * across;
        let at_once = (AT_ONCE / (edge * edge * size_of::<P>())).max(1) * rayon::current_num_threads();
        for start in (0..count).step_by(at_once) {
            let encoded: Result<Vec<Vec<u8>>, String> = (start..count.min(start + at_once))
                .into_par_iter()
                .map_init(
                    || Encoder::new(codec),
                    |encoder, tile| {
                        let encoder = encoder.as_mut().map_err(|cause| cause.clone())?;
                        encoder.encode(strip.tile(tile % across, tile / across), edge)
                    },
                )
                .collect();
            let encoded =
                encoded.map_err(|cause| GeoTiffError::Encode { path: output.path().to_owned(), cause })?;
            tiles.append(&encoded).map_err(output.failed())?;
        }
        strip.restart();
        Ok(())
    }

    /// Its size.
    pub(super) fn level(&self) -> Level {
        self.level
    }

    /// The tiles of a level that is complete.
    pub(super) fn finish(self) -> TileFile {
        self.tiles
    }
}
