//! An answer on another grid, by means.

mod cells;
mod gather;
mod sums;

use std::ops::Range;

use ndarray::{Array2, Array3};

use super::answer::check_rows;
use super::opened::Opened;
use super::{Answer, QueryError};
use crate::{Area, CrsProjection, Fetches, RasterGrid, ScaleLimit, UtmProjection, Window};
use sums::Sums;

/// What the sums of a tile of cells take.
const SUM_BYTES: usize = 8 << 20;

/// One raster across UTM zones, whose every cell has the mean of the dequantized vectors of all valid pixels whose
/// centres lie in it, each from the zone of its longitude.
///
/// A mean of learned vectors is a vector that no model has made: [`Nearest`](crate::Nearest) makes none up. Sums are
/// float64 in one order, so the answer depends neither on threads nor on the strips in which it is read.
///
/// Its rows are read by the methods of [`Answer`].
#[derive(Debug)]
pub struct Mean<'z> {
    pub(super) grid: RasterGrid,
    pub(super) projection: CrsProjection,
    pub(super) zones: Vec<Opened<'z>>,
    pub(super) projections: Vec<UtmProjection>,
    pub(super) depth: usize,
    /// Whose pixels to take, where not all.
    pub(super) clip: Option<Area>,
    pub(super) limit: ScaleLimit,
}

/// Rows of means, and how many pixels each is of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Means {
    /// The means (rows, cols, channels); NaN where no valid pixel lies in the cell.
    pub values: Array3<f32>,
    /// How many valid pixels lie in the cell (rows, cols).
    pub counts: Array2<u32>,
}

impl Answer for Mean<'_> {
    /// float32 means (rows, cols, channels) and counts (rows, cols).
    type Pixels = Means;

    fn raster(&self) -> RasterGrid {
        self.grid
    }

    fn channels(&self) -> usize {
        self.depth
    }

    fn bytes_of_row(&self) -> u64 {
        let each = (self.depth as u64).saturating_add(1).saturating_mul(size_of::<f32>() as u64);
        (self.grid.cols() as u64).saturating_mul(each)
    }

    fn buffer(&self) -> Means {
        Means::default()
    }

    fn fetches_of_rows(&self, rows: Range<usize>) -> Result<Option<Fetches>, QueryError> {
        check_rows(self, &rows)?;
        let mut all = Some(Fetches::default());
        for tile in self.tiles(&rows) {
            all = Fetches::both(all, self.fetches_of_tile(&tile)?);
        }
        Ok(all)
    }

    fn opening(&self) -> Fetches {
        self.zones.iter().map(|zone| zone.source.opening()).sum()
    }

    fn read_rows_into(&self, rows: Range<usize>, out: &mut Means) -> Result<(), QueryError> {
        check_rows(self, &rows)?;
        let (cols, depth) = (self.grid.cols(), self.depth);
        crate::quantized::reuse(&mut out.values, ndarray::Ix3(rows.len(), cols, depth));
        crate::quantized::reuse(&mut out.counts, ndarray::Ix2(rows.len(), cols));
        let mut sums = Sums::default();
        for tile in self.tiles(&rows) {
            sums.reset(tile.pixels(), depth);
            self.gather(&tile, &mut sums)?;
            let to_rows = tile.row - rows.start..tile.end_row() - rows.start;
            let part = ndarray::s![to_rows.clone(), tile.col_range(), ..];
            sums.write(
                out.values.slice_mut(part),
                out.counts.slice_mut(ndarray::s![to_rows, tile.col_range()]),
            );
        }
        Ok(())
    }
}

impl Mean<'_> {
    /// The limit below which scales are believed, as the query has it.
    #[must_use]
    pub fn limit(&self) -> ScaleLimit {
        self.limit
    }

    /// Tiles of cells that are as wide as high: the wider one is, the more its box in the metres of a zone slants out
    /// of it.
    fn tiles(&self, rows: &Range<usize>) -> impl Iterator<Item = Window> + use<> {
        /// A tile of a single row is not cut smaller than this.
        const LEAST: usize = 64;
        let cells = (SUM_BYTES / (self.depth.max(1) * size_of::<f64>())).max(1);
        let high = rows.len().min(cells.isqrt()).max(1);
        let wide = high.max(LEAST).min(cells / high).max(1);
        Window::new(rows.start, 0, rows.len(), self.grid.cols()).split(high, wide)
    }
}
