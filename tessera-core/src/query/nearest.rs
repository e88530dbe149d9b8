//! An answer on another grid, by nearest pixels.

mod own_zone;

use std::ops::Range;

use ndarray::{ArrayViewMut2, ArrayViewMut3, s};

use super::answer::check_rows;
use super::opened::Opened;
use super::zone_part::bytes_of_quantized;
use super::{Answer, QueryError};
use crate::area::longitude::zone_of;
use crate::{
    Area, CrsProjection, Fetches, Quantized, RasterGrid, ScaleLimit, ScalesView, UtmProjection, Window,
};
use own_zone::OwnZone;

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

/// A row and a column.
type Place = (usize, usize);

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

    /// Parts of some rows whose pixels take little memory.
    fn blocks(&self, rows: &Range<usize>) -> impl Iterator<Item = Window> + use<> {
        let cols = self.grid.cols();
        let each = self.depth + size_of::<f32>() + size_of::<((usize, usize), Pixel)>() + 32;
        let cells = (BLOCK_BYTES / each).max(1);
        // Whole rows, where they fit: what is stored together is read together.
        Window::new(rows.start, 0, rows.len(), cols).split((cells / cols).max(1), cells)
    }

    /// The cells whose pixels lie in a zone, and those pixels as (row, col) of it.
    fn of_zone(found: &[(Place, Pixel)], zone: usize) -> (Vec<Place>, Vec<Place>) {
        let found = found.iter().filter(|(_, pixel)| pixel.zone == zone);
        found.map(|(cell, pixel)| (*cell, (pixel.row, pixel.col))).unzip()
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

    /// The cells of a part of the raster that have a pixel, each as (row, col) with it, in their order.
    fn pixels_of(&self, part: &Window) -> Vec<((usize, usize), Pixel)> {
        let cell = |at: usize| (part.row + at / part.cols, part.col + at % part.cols);
        let find = |at: usize| Some((cell(at), self.pixel_of(cell(at).0, cell(at).1)?));
        #[cfg(feature = "rayon")]
        {
            use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
            (0..part.pixels()).into_par_iter().with_min_len(256).filter_map(find).collect()
        }
        #[cfg(not(feature = "rayon"))]
        (0..part.pixels()).filter_map(find).collect()
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

    fn fetches_of_rows(&self, rows: Range<usize>) -> Result<Option<Fetches>, QueryError> {
        check_rows(self, &rows)?;
        let own = OwnZone::of(self);
        let mut all = Some(Fetches::default());
        for block in self.blocks(&rows) {
            let rest = match &own {
                Some(own) => {
                    let (inside, rest) = own.fetches(block)?;
                    all = Fetches::both(all, inside);
                    rest
                }
                None => vec![block],
            };
            let found: Vec<_> = rest.iter().flat_map(|rest| self.pixels_of(rest)).collect();
            for (at, zone) in self.zones.iter().enumerate() {
                let (_, wanted) = Self::of_zone(&found, at);
                if !wanted.is_empty() {
                    all = Fetches::both(all, zone.fetches_of_pixels(&wanted)?);
                }
            }
        }
        Ok(all)
    }

    fn opening(&self) -> Fetches {
        self.zones.iter().map(|zone| zone.source.opening()).sum()
    }

    fn read_rows_into(&self, rows: Range<usize>, out: &mut Quantized) -> Result<(), QueryError> {
        check_rows(self, &rows)?;
        let cols = self.grid.cols();
        let (mut data, scales) = out.reset(rows.len(), cols, self.depth);
        data.fill(0);
        scales.fill(f32::INFINITY);
        let own = OwnZone::of(self);
        let mut part = Quantized::empty();
        for block in self.blocks(&rows) {
            let to_rows = block.row - rows.start..block.end_row() - rows.start;
            let mut to = Block {
                window: block,
                data: data.slice_mut(s![to_rows.clone(), block.col_range(), ..]),
                scales: scales.slice_mut(s![to_rows, block.col_range()]),
            };
            let rest = match &own {
                Some(own) => own.read(&mut to, &mut part)?,
                None => vec![block],
            };
            let found: Vec<_> = rest.iter().flat_map(|rest| self.pixels_of(rest)).collect();
            for (at, zone) in self.zones.iter().enumerate() {
                let (cells, wanted) = Self::of_zone(&found, at);
                if !wanted.is_empty() {
                    zone.read_pixels_into(&wanted, &mut part)?;
                    to.scatter(&part, &cells);
                }
            }
        }
        Ok(())
    }
}

/// A part of the output, which is no data until it is filled.
struct Block<'a> {
    /// Where it lies in the raster.
    window: Window,
    data: ArrayViewMut3<'a, i8>,
    scales: ArrayViewMut2<'a, f32>,
}

impl Block<'_> {
    /// Puts single pixels (pixels, 1, channels) where they belong.
    fn scatter(&mut self, pixels: &Quantized, cells: &[(usize, usize)]) {
        let view = pixels.view();
        let ScalesView::Pixel(scales) = view.scales() else { return };
        let pixels = view.data().into_outer_iter().zip(scales);
        for (&(row, col), (pixel, &scale)) in cells.iter().zip(pixels) {
            let (row, col) = (row - self.window.row, col - self.window.col);
            self.data.slice_mut(s![row, col, ..]).assign(&pixel.slice(s![0, ..]));
            self.scales[(row, col)] = scale;
        }
    }
}
