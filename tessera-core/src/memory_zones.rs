//! UTM zones whose pixels are in memory.

use crate::area::longitude::strip;
use crate::{
    Channels, DatasetVersion, MemorySource, PixelGrid, ProjectionError, Quantized, QuantizedError,
    QuantizedView, Region, Source, SourceError, Window, Year, Zones,
};

/// [`Zones`] whose pixels are in memory: one raster for each zone and year.
///
/// ```
/// use ndarray::{Array2, Array3};
/// use tessera_core::{DatasetVersion, MemoryZones, PixelGrid, Quantized, Scales, Year, Zones};
///
/// let grid = PixelGrid::of_tile("grid_0.15_52.05".parse()?)?.with_shape(20, 30)?;
/// let pixels = Quantized::new(Array3::ones((20, 30, 4)), Scales::Pixel(Array2::ones((20, 30))))?;
/// let zones = MemoryZones::new(DatasetVersion::Unknown).with(Year::new(2024)?, grid, pixels)?;
/// assert_eq!(zones.years(), [Year::new(2024)?]);
/// assert!(zones.zone(31, Year::new(2024)?, &zones.boxes(Year::new(2024)?)[0])?.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct MemoryZones {
    version: DatasetVersion,
    rasters: Vec<Raster>,
}

#[derive(Debug, Clone)]
struct Raster {
    year: Year,
    source: MemorySource,
    /// What it takes up of its zone's longitudes.
    region: Region,
}

/// Pixels that cannot be those of a zone.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryZonesError {
    /// Pixels of another shape than their grid.
    #[error(transparent)]
    Shape(#[from] QuantizedError),
    /// A grid that is not on Earth.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    /// A grid that lies beside the longitudes of its zone.
    #[error("the pixels at ({west}, {north}) in {zone} lie beside the longitudes of the zone")]
    Beside {
        /// Easting of their western edge in metres.
        west: f64,
        /// Northing of their northern edge in metres.
        north: f64,
        /// The zone.
        zone: crate::UtmZone,
    },
}

impl MemoryZones {
    /// No pixels yet, of a dataset.
    #[must_use]
    pub fn new(version: DatasetVersion) -> Self {
        Self { version, rasters: Vec::new() }
    }

    /// With the pixels of a zone and year, in place of others of the same. Those that are not valid must have values of
    /// 0, and a scale of NaN (water) or +inf (no data).
    ///
    /// # Errors
    /// Pixels of another shape than the grid, or a grid beside the zone.
    pub fn with(mut self, year: Year, grid: PixelGrid, pixels: Quantized) -> Result<Self, MemoryZonesError> {
        let bounds = grid.lon_lat_bounds()?;
        let (west, east) = strip(grid.zone().number());
        let within = |lon: f64| lon.clamp(west, east);
        let region =
            Region::new(within(bounds.min().x), bounds.min().y, within(bounds.max().x), bounds.max().y);
        let region = match region {
            Ok(region) if region.west() < region.east() => region,
            _ => {
                let (west, north, zone) = (grid.west(), grid.north(), grid.zone());
                return Err(MemoryZonesError::Beside { west, north, zone });
            }
        };
        let source = MemorySource::new(grid.northern(), pixels)?;
        let same = |raster: &Raster| {
            raster.year == year && raster.source.grid().zone().number() == grid.zone().number()
        };
        self.rasters.retain(|raster| !same(raster));
        self.rasters.push(Raster { year, source, region });
        Ok(self)
    }

    fn of(&self, year: Year) -> impl Iterator<Item = &Raster> {
        self.rasters.iter().filter(move |raster| raster.year == year)
    }
}

impl Zones for MemoryZones {
    fn name(&self) -> String {
        "memory".into()
    }

    fn years(&self) -> Vec<Year> {
        let mut years: Vec<Year> = self.rasters.iter().map(|raster| raster.year).collect();
        years.sort_unstable();
        years.dedup();
        years
    }

    fn version(&self) -> DatasetVersion {
        self.version.clone()
    }

    fn boxes(&self, year: Year) -> Vec<Region> {
        self.of(year).map(|raster| raster.region).collect()
    }

    fn zone(
        &self,
        number: u8,
        year: Year,
        region: &Region,
    ) -> Result<Option<Box<dyn Source + '_>>, SourceError> {
        let meets = |own: &Region| {
            own.west() <= region.east()
                && region.west() <= own.east()
                && own.south() <= region.north()
                && region.south() <= own.north()
        };
        let found = self
            .of(year)
            .find(|raster| raster.source.grid().zone().number() == number && meets(&raster.region));
        Ok(found.map(|raster| Box::new(Borrowed(&raster.source)) as Box<dyn Source + '_>))
    }
}

/// A source that is kept elsewhere.
struct Borrowed<'a>(&'a MemorySource);

impl Source for Borrowed<'_> {
    fn grid(&self) -> &PixelGrid {
        self.0.grid()
    }

    fn channels(&self) -> usize {
        self.0.channels()
    }

    fn name(&self) -> String {
        self.0.name()
    }

    fn read_window_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        self.0.read_window_into(window, channels, out)
    }

    fn view(&self) -> Option<QuantizedView<'_>> {
        Some(self.0.view())
    }
}
