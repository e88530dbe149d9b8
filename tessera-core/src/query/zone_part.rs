//! The answer to a query in one UTM zone.

use std::ops::Range;

use super::answer::check_rows;
use super::opened::Opened;
use super::{Answer, QueryError};
use crate::area::footprint::Footprint;
use crate::{Area, Fetches, PixelGrid, Quantized, RasterGrid, ScaleLimit, Window};

/// The answer to a query in one UTM zone: the pixels as they are, of the smallest rectangle of the zone's 10 m lattice
/// that holds every pixel's centre inside the area.
///
/// Its rows are read by the methods of [`Answer`].
#[derive(Debug)]
pub struct ZonePart<'z> {
    pub(super) zone: Opened<'z>,
    pub(super) grid: PixelGrid,
    /// Row and column of the first pixel in the source, which may begin further south or east.
    pub(super) offset: (i64, i64),
    /// What to keep, where the rest is to be cleared.
    pub(super) clip: Option<Area>,
    pub(super) limit: ScaleLimit,
}

impl ZonePart<'_> {
    /// The number of the UTM zone, 1..=60.
    #[must_use]
    pub fn number(&self) -> u8 {
        self.zone.number
    }

    /// Where the pixels lie: in EPSG:327zz where the whole area is south of the equator, else in EPSG:326zz, in which
    /// northings south of the equator are negative.
    #[must_use]
    pub fn grid(&self) -> PixelGrid {
        self.grid
    }

    /// The limit below which scales are believed, as the query has it.
    #[must_use]
    pub fn limit(&self) -> ScaleLimit {
        self.limit
    }

    /// What to call the source in a message.
    #[must_use]
    pub fn source_name(&self) -> String {
        self.zone.source.name()
    }
}

impl Answer for ZonePart<'_> {
    /// int8 values (rows, cols, channels) and their scales (rows, cols).
    type Pixels = Quantized;

    fn raster(&self) -> RasterGrid {
        self.grid.into()
    }

    fn channels(&self) -> usize {
        self.zone.depth
    }

    fn bytes_of_row(&self) -> u64 {
        bytes_of_quantized(self.grid.cols(), self.zone.depth)
    }

    fn buffer(&self) -> Quantized {
        Quantized::empty()
    }

    fn block_rows(&self) -> (usize, usize) {
        let block = self.zone.source.block_rows().max(1);
        let into = self.offset.0.rem_euclid(i64::try_from(block).unwrap_or(i64::MAX));
        (block, usize::try_from(into).unwrap_or(0))
    }

    fn fetches_of_rows(&self, rows: Range<usize>) -> Result<Option<Fetches>, QueryError> {
        check_rows(self, &rows)?;
        let from = (self.offset.0 + rows.start as i64, self.offset.1);
        self.zone.fetches(from, (rows.len(), self.grid.cols()))
    }

    fn opening(&self) -> Fetches {
        self.zone.source.opening()
    }

    fn read_rows_into(&self, rows: Range<usize>, out: &mut Quantized) -> Result<(), QueryError> {
        check_rows(self, &rows)?;
        if rows.is_empty() {
            out.reset(0, self.grid.cols(), self.zone.depth);
            return Ok(());
        }
        let from = (self.offset.0 + rows.start as i64, self.offset.1);
        self.zone.read_into(from, (rows.len(), self.grid.cols()), out)?;
        match &self.clip {
            Some(area) => clear_outside(area, self.grid, rows, out),
            None => Ok(()),
        }
    }
}

/// Bytes of quantized pixels with one scale each.
pub(super) fn bytes_of_quantized(pixels: usize, channels: usize) -> u64 {
    (pixels as u64).saturating_mul((channels as u64).saturating_add(size_of::<f32>() as u64))
}

/// Makes no data of what lies outside an area, in full rows of a grid that begin at `rows`.
pub(super) fn clear_outside(
    area: &Area,
    grid: PixelGrid,
    rows: Range<usize>,
    out: &mut Quantized,
) -> Result<(), QueryError> {
    let window = Window::new(rows.start, 0, rows.len(), grid.cols());
    let outside = Footprint::new(area, grid)?.split(window)?.outside;
    let depth = out.view().dim().2;
    let (mut data, scales) = out.reset(rows.len(), grid.cols(), depth);
    for part in outside {
        let (part_rows, cols) = (part.row - rows.start..part.end_row() - rows.start, part.col_range());
        data.slice_mut(ndarray::s![part_rows.clone(), cols.clone(), ..]).fill(0);
        scales.slice_mut(ndarray::s![part_rows, cols]).fill(f32::INFINITY);
    }
    Ok(())
}
