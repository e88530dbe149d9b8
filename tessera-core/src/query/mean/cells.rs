//! Which cell a pixel lies in.

use super::Mean;
use super::sums::NONE;
use crate::area::longitude::{normal, zone_of};
use crate::{Crs, PixelGrid, ProjectionError, UtmProjection, Window};

/// Finds the cells of a tile that the pixels of a zone lie in.
pub(super) struct Cells<'a> {
    mean: &'a Mean<'a>,
    grid: PixelGrid,
    utm: &'a UtmProjection,
    /// By how many degrees the raster counts on from the longitudes of the zone.
    turn: f64,
    tile: Window,
    /// Metres by which the raster's northings are greater, where it is in the UTM zone of the pixels.
    own: Option<f64>,
}

/// Where a pixel lies: west of its zone, in it or east; row and column of the cell, those beyond the tile as the ones
/// next to it. Along a row of pixels, on one side of the central meridian, each of the three only grows or only falls.
type Place = (i8, i64, i64);

impl<'a> Cells<'a> {
    /// Of the zone that is open at a place of the list.
    pub(super) fn new(mean: &'a Mean<'a>, zone: usize, turn: f64, tile: Window) -> Self {
        let grid = mean.zones[zone].grid;
        let own = match mean.grid.crs() {
            Crs::Utm(zone) if zone.number() == grid.zone().number() => {
                Some(zone.false_northing() - grid.zone().false_northing())
            }
            _ => None,
        };
        Self { mean, grid, utm: &mean.projections[zone], turn, tile, own }
    }

    /// The cells of the pixels of a window, row by row, counted within the tile; [`NONE`] for a pixel in no cell of
    /// it, or beyond its zone.
    pub(super) fn find(&self, window: &Window, out: &mut Vec<u32>) -> Result<(), ProjectionError> {
        out.clear();
        out.resize(window.pixels(), NONE);
        let each = |(row, out): (usize, &mut [u32])| self.find_row(window.row + row, window.col, out);
        #[cfg(feature = "rayon")]
        {
            use rayon::iter::{IndexedParallelIterator, ParallelIterator};
            use rayon::slice::ParallelSliceMut;
            out.par_chunks_mut(window.cols).enumerate().try_for_each(each)
        }
        #[cfg(not(feature = "rayon"))]
        out.chunks_mut(window.cols).enumerate().try_for_each(each)
    }

    /// Along a row both angles are monotone on each side of the central meridian, so pixels between two of the same
    /// cell are of that cell; in another UTM zone rows and columns are not, and each pixel is projected.
    fn find_row(&self, row: usize, col: usize, out: &mut [u32]) -> Result<(), ProjectionError> {
        if matches!(self.mean.grid.crs(), Crs::Utm(_)) && self.own.is_none() {
            for (at, out) in out.iter_mut().enumerate() {
                *out = self.number(self.place(row, col + at)?);
            }
            return Ok(());
        }
        let meridian = (500_000.0 - self.grid.west()) / crate::PIXEL_SIZE - 0.5 - col as f64;
        let split = meridian.ceil().clamp(0.0, out.len() as f64) as usize;
        let (west, east) = out.split_at_mut(split);
        self.find_run(row, col, west)?;
        self.find_run(row, col + split, east)
    }

    fn find_run(&self, row: usize, col: usize, out: &mut [u32]) -> Result<(), ProjectionError> {
        if out.is_empty() {
            return Ok(());
        }
        let (first, last) = (self.place(row, col)?, self.place(row, col + out.len() - 1)?);
        self.fill(row, col, (first, last), out)
    }

    /// Fills a run of pixels, whose first and last place are known.
    fn fill(
        &self,
        row: usize,
        col: usize,
        (first, last): (Place, Place),
        out: &mut [u32],
    ) -> Result<(), ProjectionError> {
        if first == last {
            out.fill(self.number(first));
            return Ok(());
        }
        if let [one, other] = out {
            (*one, *other) = (self.number(first), self.number(last));
            return Ok(());
        }
        let middle = out.len() / 2;
        let place = self.place(row, col + middle)?;
        // Both halves have the pixel in the middle, so that their ends are known.
        self.fill(row, col, (first, place), &mut out[..=middle])?;
        self.fill(row, col + middle, (place, last), &mut out[middle..])
    }

    fn place(&self, row: usize, col: usize) -> Result<Place, ProjectionError> {
        let (lon, lat) = self.grid.lon_lat(self.utm, row, col)?;
        let meridian = self.grid.zone().central_meridian();
        let off = normal(lon - meridian);
        let side = match zone_of(lon) == self.grid.zone().number() {
            true => 0,
            false if off < 0.0 => -1,
            false => 1,
        };
        let tile = &self.tile;
        let found = match self.own {
            // There and back would be the same metres, but for rounding.
            Some(shift) => {
                let (easting, northing) = self.grid.pixel_center(row, col);
                Some((easting, northing + shift))
            }
            None => self.mean.projection.project(meridian + off + self.turn, lat),
        };
        let Some((x, y)) = found else { return Ok((side, tile.row as i64 - 1, tile.col as i64 - 1)) };
        let (row, col) = self.mean.grid.place(x, y);
        let near =
            |at: f64, from: usize, to: usize| (at.floor().max(from as f64 - 1.0).min(to as f64)) as i64;
        Ok((side, near(row, tile.row, tile.end_row()), near(col, tile.col, tile.end_col())))
    }

    fn number(&self, (side, row, col): Place) -> u32 {
        let within =
            |at: i64, from: usize, n: usize| usize::try_from(at - from as i64).ok().filter(|&at| at < n);
        let tile = &self.tile;
        match (side, within(row, tile.row, tile.rows), within(col, tile.col, tile.cols)) {
            (0, Some(row), Some(col)) => u32::try_from(row * tile.cols + col).unwrap_or(NONE),
            _ => NONE,
        }
    }
}
