//! The pixels that an area asks for.

use super::Area;
use super::footprint::Footprint;
use super::longitude::zone_of;
use crate::{PixelGrid, ProjectionError, Window};

impl Area {
    /// The smallest window of a grid that holds the centre of every pixel inside the area and inside the 6° of
    /// longitude of the grid's UTM zone; `None` where there is none.
    ///
    /// An area that holds no pixel's centre in any zone, being smaller than a pixel or narrower, has the pixel that
    /// contains its [`middle`](Self::middle), so that no query is empty for that reason.
    ///
    /// # Errors
    /// Where the area cannot be projected, which no area in its own zone is.
    ///
    /// ```
    /// use tessera_core::{Area, PixelGrid, Region};
    ///
    /// let zone = PixelGrid::of_zone(31)?;
    /// let fens = Area::from(Region::new(-0.2, 52.2, 0.3, 52.7)?);
    /// let window = fens.window_in(&zone)?.unwrap();
    /// assert_eq!((window.rows, window.cols), (5640, 2258));
    /// let point = Area::from(Region::new(0.1, 52.3, 0.1, 52.3)?);
    /// assert_eq!(point.window_in(&zone)?.unwrap().pixels(), 1);
    /// assert_eq!(point.window_in(&PixelGrid::of_zone(30)?)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn window_in(&self, grid: &PixelGrid) -> Result<Option<Window>, ProjectionError> {
        Ok(self.found_in(grid)?.map(|found| found.window))
    }

    /// As [`window_in`](Self::window_in), and whether the pixel only stands in for an area without any.
    pub(crate) fn found_in(&self, grid: &PixelGrid) -> Result<Option<Found>, ProjectionError> {
        if self.in_zone(grid.zone().number()).is_none() {
            return Ok(None);
        }
        let footprint = Footprint::new(self, *grid)?;
        if let Some(window) = footprint.window()? {
            return Ok(Some(Found { window, stands_in: false }));
        }
        let (lon, lat) = self.middle();
        if self.middle_zone() != grid.zone().number() || !self.is_without_pixels()? {
            return Ok(None);
        }
        let pixel = footprint.pixel_at(lon, lat).map(|(row, col)| Window::new(row, col, 1, 1));
        Ok(pixel.map(|window| Found { window, stands_in: true }))
    }

    /// The zone of the middle: one of those that the area is in.
    fn middle_zone(&self) -> u8 {
        let (zones, own) = (self.zones(), zone_of(self.middle().0));
        if zones.contains(&own) { own } else { zones.first().copied().unwrap_or(own) }
    }

    /// Whether the area holds no pixel's centre, in any zone.
    fn is_without_pixels(&self) -> Result<bool, ProjectionError> {
        for number in self.zones() {
            // The numbers of zones are in range.
            let Ok(grid) = PixelGrid::of_zone(number) else { continue };
            if !Footprint::new(self, grid)?.is_empty()? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The pixels that an area asks for in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) window: Window,
    /// The area holds no pixel's centre, and this is the pixel of its middle.
    pub(crate) stands_in: bool,
}
