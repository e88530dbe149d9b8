//! An answer on another grid, by nearest pixels.

use std::ops::Range;

use super::answer::check_rows;
use super::opened::Opened;
use super::zone_part::bytes_of_quantized;
use super::{Answer, QueryError};
use crate::area::longitude::zone_of;
use crate::{Area, CrsProjection, Quantized, RasterGrid, ScaleLimit, ScalesView, UtmProjection};

/// What the pixels of a block take beside the output.
const BLOCK_BYTES: usize = 32 << 20;

/// One raster across UTM zones, whose every cell has the pixel that contains its centre, in the zone of its longitude:
/// vectors and scales as they are, none of them invented.
///
/// Its rows are read by the methods of [`Answer`].
#[derive(Debug)]
pub struct Nearest<'z> {
    pub(super) grid: RasterGrid,
    pub(super) projection: CrsProjection,
    pub(super) zones: Vec<Opened<'z>>,
    pub(super) projections: Vec<UtmProjection>,
    pub(super) depth: usize,
    /// What to keep, where the rest is to be no data.
    pub(super) clip: Option<Area>,
    pub(super) limit: ScaleLimit,
}

/// A pixel of one of the zones.
#[derive(Debug, Clone, Copy)]
struct Pixel {
    /// Which of the zones that are open.
    zone: usize,
    row: usize,
    col: usize,
}

impl Nearest<'_> {
    /// The limit below which scales are believed, as the query has it.
    #[must_use]
    pub fn limit(&self) -> ScaleLimit {
        self.limit
    }

    /// The pixel of a cell.
    fn pixel_of(&self, row: usize, col: usize) -> Option<Pixel> {
        let (x, y) = self.grid.center(row, col);
        let (lon, lat) = self.projection.unproject(x, y)?;
        if self.clip.as_ref().is_some_and(|area| !area.contains(lon, lat)) {
            return None;
        }
        let number = zone_of(lon);
        let zone = self.zones.iter().position(|zone| zone.number == number)?;
        let (row, col) = self.zones[zone].grid.pixel_at_lon_lat(&self.projections[zone], lon, lat)?;
        Some(Pixel { zone, row, col })
    }

    /// The pixels of some cells, counted row by row.
    fn pixels_of(&self, cells: Range<usize>) -> Vec<Option<Pixel>> {
        let cols = self.grid.cols();
        let each = |cell: usize| self.pixel_of(cell / cols, cell % cols);
        #[cfg(feature = "rayon")]
        {
            use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
            cells.into_par_iter().with_min_len(256).map(each).collect()
        }
        #[cfg(not(feature = "rayon"))]
        cells.map(each).collect()
    }
}

impl Answer for Nearest<'_> {
    /// int8 values (rows, cols, channels) and their scales (rows, cols).
    type Pixels = Quantized;

    fn raster(&self) -> RasterGrid {
        self.grid
    }

    fn channels(&self) -> usize {
        self.depth
    }

    fn bytes_of_row(&self) -> u64 {
        bytes_of_quantized(self.grid.cols(), self.depth)
    }

    fn buffer(&self) -> Quantized {
        Quantized::empty()
    }

    fn read_rows_into(&self, rows: Range<usize>, out: &mut Quantized) -> Result<(), QueryError> {
        check_rows(self, &rows)?;
        let (cols, depth) = (self.grid.cols(), self.depth);
        let (mut data, scales) = out.reset(rows.len(), cols, depth);
        data.fill(0);
        scales.fill(f32::INFINITY);
        let (Some(data), Some(scales)) = (data.as_slice_mut(), scales.as_slice_mut()) else { return Ok(()) };
        let each = depth + size_of::<f32>() + size_of::<Option<Pixel>>() + 3 * size_of::<usize>();
        let block = (BLOCK_BYTES / each).max(1);
        // Whole rows, where they fit: what is stored together is read together.
        let block = if block >= cols { block / cols * cols } else { block };
        let (mut wanted, mut cells, mut part) = (Vec::new(), Vec::new(), Quantized::empty());
        for first in (0..scales.len()).step_by(block) {
            let end = scales.len().min(first + block);
            let before = rows.start * cols;
            let pixels = self.pixels_of(before + first..before + end);
            for (at, zone) in self.zones.iter().enumerate() {
                wanted.clear();
                cells.clear();
                let own = pixels.iter().enumerate().filter_map(|(cell, pixel)| Some((cell, (*pixel)?)));
                for (cell, pixel) in own.filter(|(_, pixel)| pixel.zone == at) {
                    wanted.push((pixel.row, pixel.col));
                    cells.push(first + cell);
                }
                if wanted.is_empty() {
                    continue;
                }
                zone.read_pixels_into(&wanted, &mut part)?;
                scatter(&part, &cells, depth, data, scales);
            }
        }
        Ok(())
    }
}

/// Puts single pixels where they belong.
pub(super) fn scatter(
    part: &Quantized,
    places: &[usize],
    depth: usize,
    data: &mut [i8],
    scales: &mut [f32],
) {
    let view = part.view();
    let ScalesView::Pixel(own) = view.scales() else { return };
    for ((&place, pixel), &scale) in places.iter().zip(view.data().outer_iter()).zip(own) {
        let to = &mut data[place * depth..(place + 1) * depth];
        to.iter_mut().zip(&pixel).for_each(|(to, from)| *to = *from);
        scales[place] = scale;
    }
}
