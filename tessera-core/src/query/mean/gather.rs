//! Reading the pixels of a tile of cells.

use geo_types::{Rect, coord};

use super::cells::Cells;
use super::sums::{NONE, Sums};
use super::{Mean, Opened, QueryError};
use crate::area::footprint::Footprint;
use crate::area::utm_box::UtmBox;
use crate::raster_grid::parts_in_zone;
use crate::{Fetches, PIXEL_SIZE, PixelGrid, Quantized, Region, ScalesView, UtmProjection, Window};

/// What is read of a zone at a time.
const STRIP_BYTES: usize = 8 << 20;

impl Mean<'_> {
    /// Adds the valid pixels of all zones whose centres lie in the cells of a tile: zone by zone, row by row.
    pub(super) fn gather(&self, tile: &Window, sums: &mut Sums) -> Result<(), QueryError> {
        let Some(degrees) = self.grid.lon_lat_box(tile)? else { return Ok(()) };
        for (at, zone) in self.zones.iter().enumerate() {
            for (turn, part) in parts_in_zone(&degrees, zone.number) {
                let window = window_around(&part, &zone.grid)?;
                if let Some(window) = window {
                    let cells = Cells::new(self, at, turn, *tile);
                    self.add(zone, window, &cells, sums)?;
                }
            }
        }
        Ok(())
    }

    /// What [`gather`](Self::gather) will ask of a store.
    pub(super) fn fetches_of_tile(&self, tile: &Window) -> Result<Option<Fetches>, QueryError> {
        let mut all = Some(Fetches::default());
        let Some(degrees) = self.grid.lon_lat_box(tile)? else { return Ok(all) };
        for zone in &self.zones {
            for (_, part) in parts_in_zone(&degrees, zone.number) {
                let Some(window) = window_around(&part, &zone.grid)? else { continue };
                for strip in window.row_blocks(zone.rows_of(STRIP_BYTES, window.cols)) {
                    let from = (strip.row as i64, strip.col as i64);
                    all = Fetches::both(all, zone.fetches(from, (strip.rows, strip.cols))?);
                }
            }
        }
        Ok(all)
    }

    fn add(
        &self,
        zone: &Opened<'_>,
        window: Window,
        cells: &Cells<'_>,
        sums: &mut Sums,
    ) -> Result<(), QueryError> {
        let mut pixels = Quantized::empty();
        let mut places = Vec::new();
        // The order of the pixels is that of the zone, whatever the height of a strip.
        for strip in window.row_blocks(zone.rows_of(STRIP_BYTES, window.cols)) {
            let from = (strip.row as i64, strip.col as i64);
            zone.read_into(from, (strip.rows, strip.cols), &mut pixels)?;
            cells.find(&strip, &mut places)?;
            let view = pixels.view();
            if let ScalesView::Pixel(scales) = view.scales() {
                let invalid = places.iter_mut().zip(scales).filter(|(_, scale)| !self.limit.admits(**scale));
                invalid.for_each(|(place, _)| *place = NONE);
            }
            if let Some(area) = &self.clip {
                for part in Footprint::new(area, zone.grid)?.split(strip)?.outside {
                    for row in part.row_range() {
                        let first = (row - strip.row) * strip.cols + part.col - strip.col;
                        places[first..first + part.cols].fill(NONE);
                    }
                }
            }
            sums.add(view, &places);
        }
        Ok(())
    }
}

/// The window of a grid that holds a part of its zone; `None` where the grid has nothing of it.
fn window_around(part: &Region, grid: &PixelGrid) -> Result<Option<Window>, QueryError> {
    let boxes = UtmBox::new(UtmProjection::new(grid.zone())?)?;
    let own = |lon: f64| lon - boxes.meridian();
    let metres = boxes.metres(&Rect::new(
        coord! { x: own(part.west()), y: part.south() },
        coord! { x: own(part.east()), y: part.north() },
    ))?;
    let pixels =
        |metres: f64, more: f64, n: usize| (metres / PIXEL_SIZE + more).clamp(0.0, n as f64) as usize;
    let (low, high) = (metres.min(), metres.max());
    let (row, end_row) =
        (pixels(grid.north() - high.y, -1.0, grid.rows()), pixels(grid.north() - low.y, 2.0, grid.rows()));
    let (col, end_col) =
        (pixels(low.x - grid.west(), -1.0, grid.cols()), pixels(high.x - grid.west(), 2.0, grid.cols()));
    let window = Window::new(row, col, end_row.saturating_sub(row), end_col.saturating_sub(col));
    Ok(window.clip(grid.rows(), grid.cols()))
}
