//! A raster on the lattice of a UTM zone.

use ndarray::s;

use super::{Block, Nearest, Opened, QueryError};
use crate::area::footprint::Footprint;
use crate::{Area, Fetches, PixelGrid, Quantized, Region, ScalesView, Window};

/// The zone on whose lattice a raster lies: within the longitudes of the zone its cells are the zone's pixels, which
/// are read as they lie, without a projection for each.
pub(super) struct OwnZone<'a> {
    zone: &'a Opened<'a>,
    grid: PixelGrid,
    /// Row and column of the raster's first cell in the source.
    offset: (i64, i64),
    /// What to keep: the area, where the query clips, or the world.
    area: Area,
}

impl<'a> OwnZone<'a> {
    /// The zone of a raster, if it lies on the lattice of one that is open.
    pub(super) fn of(answer: &'a Nearest<'_>) -> Option<Self> {
        let grid = answer.grid.as_pixel_grid()?;
        let zone = answer.zones.iter().find(|zone| zone.number == grid.zone().number())?;
        let offset = grid.offset_in(&zone.grid)?;
        let area = answer.clip.clone().unwrap_or_else(|| Region::WORLD.into());
        Some(Self { zone, grid, offset, area })
    }

    /// What [`read`](Self::read) of a part of the raster will ask of a store, and which parts do not lie within the zone.
    pub(super) fn fetches(&self, window: Window) -> Result<(Option<Fetches>, Vec<Window>), QueryError> {
        let split = Footprint::new(&self.area, self.grid)?.split(window)?;
        let Some(inside) = split.inside else { return Ok((Some(Fetches::default()), split.outside)) };
        let from = (self.offset.0 + inside.row as i64, self.offset.1 + inside.col as i64);
        Ok((self.zone.fetches(from, (inside.rows, inside.cols))?, split.outside))
    }

    /// Reads what lies within the zone, and says which parts do not.
    pub(super) fn read(&self, to: &mut Block<'_>, part: &mut Quantized) -> Result<Vec<Window>, QueryError> {
        let split = Footprint::new(&self.area, self.grid)?.split(to.window)?;
        let Some(inside) = split.inside else { return Ok(split.outside) };
        let from = (self.offset.0 + inside.row as i64, self.offset.1 + inside.col as i64);
        self.zone.read_into(from, (inside.rows, inside.cols), part)?;
        let view = part.view();
        let ScalesView::Pixel(scales) = view.scales() else { return Ok(split.outside) };
        let within = |window: &Window| {
            let (row, col) = (window.row - to.window.row, window.col - to.window.col);
            (row..row + window.rows, col..col + window.cols)
        };
        let (rows, cols) = within(&inside);
        to.data.slice_mut(s![rows.clone(), cols.clone(), ..]).assign(&view.data());
        to.scales.slice_mut(s![rows, cols]).assign(&scales);
        for outside in &split.outside {
            let (rows, cols) = within(outside);
            to.data.slice_mut(s![rows.clone(), cols.clone(), ..]).fill(0);
            to.scales.slice_mut(s![rows, cols]).fill(f32::INFINITY);
        }
        Ok(split.outside)
    }
}
