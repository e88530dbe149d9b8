//! Where a raster lies in degrees.

use geo_types::{Rect, coord};

use super::RasterGrid;
use crate::area::longitude::strip;
use crate::area::utm_box::UtmBox;
use crate::{Crs, PixelGrid, ProjectionError, Region, UtmProjection, Window};

/// How far from its central meridian, in metres, the outline of a raster in UTM is trusted to hold its longitudes.
const REACH: f64 = 5e6;

impl RasterGrid {
    /// The box in degrees that holds the cells of a window, with longitudes that may go on beyond ±180; `None` where
    /// they are not on Earth.
    pub(crate) fn lon_lat_box(&self, window: &Window) -> Result<Option<Rect<f64>>, ProjectionError> {
        let (west, north) = self.corner(window.row as f64, window.col as f64);
        let (east, south) = self.corner(window.end_row() as f64, window.end_col() as f64);
        let edges = Rect::new(coord! { x: west, y: south }, coord! { x: east, y: north });
        let found = match self.crs {
            Crs::LonLat => edges,
            Crs::WebMercator => {
                let web = self.crs.projection()?;
                let corners = (web.unwrapped(west, south), web.unwrapped(east, north));
                let (Some((w, s)), Some((e, n))) = corners else { return Ok(None) };
                Rect::new(coord! { x: w, y: s }, coord! { x: e, y: n })
            }
            Crs::Utm(zone) => {
                let boxes = UtmBox::new(UtmProjection::new(zone)?)?;
                let near = |x: f64| (x - 500_000.0).abs() < REACH;
                if !boxes.is_between_poles(&edges) || !near(west) || !near(east) {
                    return Ok(Some(Rect::new(coord! { x: -180.0, y: -90.0 }, coord! { x: 180.0, y: 90.0 })));
                }
                let own = boxes.degrees(&edges)?;
                let lon = |own: f64| own + boxes.meridian();
                Rect::new(
                    coord! { x: lon(own.min().x), y: own.min().y },
                    coord! { x: lon(own.max().x), y: own.max().y },
                )
            }
        };
        let (south, north) = (found.min().y.max(-90.0), found.max().y.min(90.0));
        Ok((south <= north)
            .then(|| Rect::new(coord! { x: found.min().x, y: south }, coord! { x: found.max().x, y: north })))
    }

    /// The pixel grid that this is, if it is one.
    pub(crate) fn as_pixel_grid(&self) -> Option<PixelGrid> {
        let Crs::Utm(zone) = self.crs else { return None };
        let size = (self.step_x, self.step_y) == (crate::PIXEL_SIZE, crate::PIXEL_SIZE);
        size.then(|| PixelGrid::new(zone, self.west, self.north, self.rows, self.cols).ok()).flatten()
    }
}

/// The parts of a box in degrees that lie in a zone's longitudes, each with the turns of the Earth by which the box
/// counts on from them.
pub(crate) fn parts_in_zone(degrees: &Rect<f64>, number: u8) -> impl Iterator<Item = (f64, Region)> {
    let (from, to) = strip(number);
    let (low, high) = (degrees.min(), degrees.max());
    let first = ((low.x - to) / 360.0).floor();
    let turns = ((high.x - low.x) / 360.0).ceil().clamp(0.0, 1e6) as u32 + 2;
    (0..turns).filter_map(move |turn| {
        let turn = (first + f64::from(turn)) * 360.0;
        let (west, east) = ((low.x - turn).max(from), (high.x - turn).min(to));
        let part = if west < east { Region::new(west, low.y, east, high.y).ok() } else { None };
        part.map(|part| (turn, part))
    })
}
