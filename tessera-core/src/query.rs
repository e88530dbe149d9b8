//! What is asked of an area and a year.

mod answer;
mod error;
mod mean;
mod native;
mod nearest;
mod opened;
mod patch;
mod points;
mod regrid;
#[cfg(test)]
mod tests;
mod through_years;
mod values;
mod zone_part;

pub use answer::{Answer, StripRows, Strips};
pub use error::QueryError;
pub use mean::{Mean, Means};
pub use nearest::Nearest;
pub use patch::patch;
pub use points::{PointStatus, PointValues, points};
pub use through_years::through_years;
pub use zone_part::ZonePart;

use crate::{Area, Channels, ScaleLimit, Year};

/// What is asked: an area, a year, and channels of it.
///
/// The answer is the pixels as they are, one raster for each UTM zone ([`native`](Self::native)); or, on request, one
/// raster across zones on any grid ([`nearest`](Self::nearest), [`mean`](Self::mean)).
///
/// ```
/// use ndarray::{Array2, Array3};
/// use tessera_core::{
///     Answer, Area, DatasetVersion, MemoryBudget, MemoryZones, PixelGrid, Quantized, Query, Region, Scales, Year,
/// };
///
/// let (grid, year) = (PixelGrid::of_tile("grid_0.15_52.05".parse()?)?, Year::new(2024)?);
/// let shape = (grid.rows(), grid.cols());
/// let pixels = Quantized::new(Array3::ones((shape.0, shape.1, 8)), Scales::Pixel(Array2::from_elem(shape, 0.5)))?;
/// let zones = MemoryZones::new(DatasetVersion::Unknown).with(year, grid, pixels)?;
///
/// let query = Query::new(Region::new(0.12, 52.02, 0.14, 52.04)?, year).channels((0..4).into());
/// let parts = query.native(&zones)?;
/// assert_eq!(parts.len(), 1);
/// assert_eq!((parts[0].number(), parts[0].grid().rows(), parts[0].grid().cols()), (31, 228, 146));
/// assert_eq!(parts[0].bytes(), 228 * 146 * (4 + 4));
///
/// let whole = parts[0].read(MemoryBudget::default())?;
/// assert_eq!(whole.view().dim(), (228, 146, 4));
/// let budget = MemoryBudget::from_bytes(100_000)?;
/// assert!(parts[0].read(budget).unwrap_err().to_string().contains("by strips"));
/// let strips: Vec<_> = parts[0].strips(budget)?.collect::<Result<_, _>>()?;
/// assert_eq!(strips.iter().map(|(window, _)| window.rows).sum::<usize>(), 228);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    area: Area,
    year: Year,
    channels: Channels,
    clip: bool,
    limit: ScaleLimit,
}

impl Query {
    /// All channels of an area and a year, and what lies around it in the rectangle of the answer.
    #[must_use]
    pub fn new(area: impl Into<Area>, year: Year) -> Self {
        Self { area: area.into(), year, channels: Channels::All, clip: false, limit: ScaleLimit::default() }
    }

    /// Some channels only.
    #[must_use]
    pub fn channels(mut self, channels: Channels) -> Self {
        self.channels = channels;
        self
    }

    /// Whether what lies outside the area becomes no data.
    #[must_use]
    pub fn clip(mut self, clip: bool) -> Self {
        self.clip = clip;
        self
    }

    /// The limit below which a scale is believed.
    #[must_use]
    pub fn limit(mut self, limit: ScaleLimit) -> Self {
        self.limit = limit;
        self
    }

    /// The area.
    #[must_use]
    pub fn area(&self) -> &Area {
        &self.area
    }

    /// The year.
    #[must_use]
    pub fn year(&self) -> Year {
        self.year
    }
}
