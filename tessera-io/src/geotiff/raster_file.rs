//! A GeoTIFF in the making, of whatever pixels.

use std::path::Path;

use ndarray::ArrayView3;

use super::assembly::assemble;
use super::codec::Codec;
use super::entry::Format;
use super::level::{LEAST_EDGE, Level, levels_in_memory};
use super::level_writer::LevelWriter;
use super::options::MOST_EDGE;
use super::pixel::{Kind, Pixel};
use super::{GeoTiffError, GeoTiffOptions, GeoTiffReport, GeoTiffSpec};
use crate::output::Output;

/// A GeoTIFF in the making: rows go to its levels, which are put together at the end.
#[derive(Debug)]
pub(super) struct RasterFile<P> {
    output: Output,
    spec: GeoTiffSpec,
    codec: Codec,
    levels: Vec<LevelWriter<P>>,
    edge: usize,
    rows: usize,
    broken: bool,
    /// Bytes beyond which the file is BigTIFF.
    pub(super) classic: u64,
}

impl<P: Pixel> RasterFile<P> {
    /// Begins a file that is to stand at `path`, in a folder that is there.
    pub(super) fn create(
        path: &Path,
        spec: GeoTiffSpec,
        options: &GeoTiffOptions,
    ) -> Result<Self, GeoTiffError> {
        spec.check()?;
        let edge = options.tile_edge;
        if !edge.is_multiple_of(LEAST_EDGE) || !(LEAST_EDGE..=MOST_EDGE).contains(&edge) {
            return Err(GeoTiffError::TileEdge { got: edge });
        }
        let (rows, cols, bands) = (spec.rows, spec.cols, spec.bands.len());
        let planes = P::KIND.planes(bands);
        let levels = levels_in_memory((rows, cols, planes), edge, options.overviews, options.memory)?;
        let full = levels[0];
        let tiles = [full.across(), full.down(), planes].iter().map(|&n| n as u128).product::<u128>();
        if tiles > u128::from(u32::MAX) {
            return Err(GeoTiffError::Tiles { rows, cols, bands, edge: full.edge });
        }
        let output = Output::begin(path, options.overwrite)?;
        let levels = levels.iter().map(|&level| {
            // Vectors are picked from the full resolution, colours come as means of the level before.
            let from = if P::KIND == Kind::Floats { &full } else { &level };
            LevelWriter::new(level, from, planes, &output)
        });
        Ok(Self {
            levels: levels.collect::<Result<_, _>>()?,
            codec: Codec::of(options, P::KIND),
            edge: full.edge,
            output,
            spec,
            rows: 0,
            broken: false,
            classic: u64::from(u32::MAX),
        })
    }

    pub(super) fn edge(&self) -> usize {
        self.edge
    }

    /// Rows that all levels have.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The size of each level, the full resolution first.
    pub(super) fn levels(&self) -> impl Iterator<Item = Level> {
        self.levels.iter().map(LevelWriter::level)
    }

    /// Refuses rows of another shape, (rows, cols, bands), or more than the file has left. Until all levels have them,
    /// the file cannot be finished.
    pub(super) fn begin_rows(
        &mut self,
        (rows, cols, bands): (usize, usize, usize),
    ) -> Result<(), GeoTiffError> {
        let path = || self.output.path().to_owned();
        if self.broken {
            return Err(GeoTiffError::Broken { path: path() });
        }
        let expected = (self.spec.cols, self.spec.bands.len());
        if (cols, bands) != expected {
            return Err(GeoTiffError::Shape { path: path(), got: (cols, bands), expected });
        }
        let got = self.rows.saturating_add(rows);
        if got > self.spec.rows {
            return Err(GeoTiffError::Rows { path: path(), got, expected: self.spec.rows });
        }
        self.broken = true;
        Ok(())
    }

    /// Gives rows to a level, of which `first` is the first.
    pub(super) fn give(
        &mut self,
        level: usize,
        pixels: &ArrayView3<'_, P>,
        first: usize,
    ) -> Result<(), GeoTiffError> {
        self.levels[level].take(pixels, first, self.codec, &self.output)
    }

    /// Says that all levels have so many rows more.
    pub(super) fn end_rows(&mut self, rows: usize) {
        self.broken = false;
        self.rows += rows;
    }

    /// Puts the file together and lets it appear.
    pub(super) fn finish(self) -> Result<GeoTiffReport, GeoTiffError> {
        let path = || self.output.path().to_owned();
        if self.broken {
            return Err(GeoTiffError::Broken { path: path() });
        }
        if self.rows != self.spec.rows {
            return Err(GeoTiffError::Rows { path: path(), got: self.rows, expected: self.spec.rows });
        }
        // The rows of tiles are given back before anything is copied.
        let levels: Vec<_> = self.levels.into_iter().map(LevelWriter::finish).collect();
        let format = assemble(self.output.file(), &self.spec, self.codec, &levels, self.classic)
            .map_err(self.output.failed())?;
        Ok(GeoTiffReport {
            bytes: self.output.commit()?,
            tile_edge: self.edge,
            overviews: levels.len() - 1,
            big: format == Format::Big,
        })
    }
}
