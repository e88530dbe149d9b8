//! The pixels of an area on another grid.

use geo_types::Rect;

use super::opened::{Opened, check_year, nothing};
use super::{Mean, Nearest, Query, QueryError};
use crate::area::longitude::normal;
use crate::raster_grid::parts_in_zone;
use crate::{CrsProjection, RasterGrid, Region, UtmProjection, Window, Zones};

impl Query {
    /// One raster across UTM zones: each cell has the pixel that contains its centre, in the zone of its longitude.
    /// Vectors and scales are as they are.
    ///
    /// Cells outside the area are filled too, unless the query clips. In EPSG:4326 and EPSG:3857 a grid may go on
    /// beyond the antimeridian.
    ///
    /// # Errors
    /// A year or channels that are not there, nothing in the raster (the errors tell what there is), or a zone that
    /// cannot be opened.
    ///
    /// ```
    /// use ndarray::{Array2, Array3};
    /// use tessera_core::{
    ///     Answer, Crs, DatasetVersion, MemoryBudget, MemoryZones, PixelGrid, Quantized, Query, RasterGrid, Region, Scales,
    ///     Year,
    /// };
    ///
    /// let (grid, year) = (PixelGrid::of_tile("grid_0.15_52.05".parse()?)?, Year::new(2024)?);
    /// let shape = (grid.rows(), grid.cols());
    /// let pixels = Array3::from_elem((shape.0, shape.1, 2), 50);
    /// let pixels = Quantized::new(pixels, Scales::Pixel(Array2::from_elem(shape, 0.5)))?;
    /// let zones = MemoryZones::new(DatasetVersion::Unknown).with(year, grid, pixels)?;
    ///
    /// let query = Query::new(Region::new(0.12, 52.02, 0.14, 52.04)?, year);
    /// let degrees = RasterGrid::covering(query.area(), Crs::LonLat, 0.001)?;
    /// let cells = query.nearest(&zones, degrees)?.read(MemoryBudget::default())?;
    /// assert_eq!(cells.view().dim(), (20, 20, 2));
    /// assert!(cells.view().data().iter().all(|&q| q == 50));
    ///
    /// let means = query.mean(&zones, degrees)?.read(MemoryBudget::default())?;
    /// assert!(means.values.iter().all(|&mean| mean == 25.0));
    /// // A thousandth of a degree is 68.6 m × 111.3 m here.
    /// assert!(means.counts.iter().all(|&count| (60..=96).contains(&count)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn nearest<'z>(&self, zones: &'z dyn Zones, grid: RasterGrid) -> Result<Nearest<'z>, QueryError> {
        let Parts { projection, zones, projections, depth } = self.open(zones, &grid)?;
        let clip = self.clip.then(|| self.area.clone());
        Ok(Nearest { grid, projection, zones, projections, depth, clip, limit: self.limit })
    }

    /// One raster across UTM zones: each cell has the mean of the dequantized vectors of all valid pixels whose
    /// centres lie in it, each from the zone of its own longitude, and their number. Where the query clips, only
    /// pixels inside the area count.
    ///
    /// # Errors
    /// As [`nearest`](Self::nearest).
    pub fn mean<'z>(&self, zones: &'z dyn Zones, grid: RasterGrid) -> Result<Mean<'z>, QueryError> {
        let Parts { projection, zones, projections, depth } = self.open(zones, &grid)?;
        let clip = self.clip.then(|| self.area.clone());
        Ok(Mean { grid, projection, zones, projections, depth, clip, limit: self.limit })
    }

    /// Opens the zones that a raster lies in, and, where the query clips, the area too.
    fn open<'z>(&self, zones: &'z dyn Zones, grid: &RasterGrid) -> Result<Parts<'z>, QueryError> {
        check_year(zones, self.year)?;
        let mut open = Vec::new();
        let degrees = grid.lon_lat_box(&Window::full(grid.rows(), grid.cols()))?;
        if let Some(degrees) = degrees {
            for number in 1..=60 {
                let parts = parts_in_zone(&degrees, number).map(|(_, part)| part);
                let Some(mut part) = parts.reduce(hull) else { continue };
                if self.clip {
                    let own = self.area.in_zone(number).and_then(|own| overlap(&own, &part));
                    let Some(own) = own else { continue };
                    part = own;
                }
                open.extend(Opened::open(zones, number, self.year, &part, &self.channels)?);
            }
        }
        if open.is_empty() {
            let region = degrees.and_then(|degrees| region_of(&degrees));
            return Err(nothing(zones, self.year, region.unwrap_or_else(|| self.area.region())));
        }
        let depth = Opened::depth_of(&open)?;
        let projections = open.iter().map(|zone| UtmProjection::new(zone.grid.zone()));
        let projections = projections.collect::<Result<_, _>>()?;
        Ok(Parts { projection: grid.crs().projection()?, zones: open, projections, depth })
    }
}

/// What a raster is read from.
struct Parts<'z> {
    projection: CrsProjection,
    zones: Vec<Opened<'z>>,
    projections: Vec<UtmProjection>,
    depth: usize,
}

/// A box in degrees whose longitudes may go on beyond ±180, as a region.
fn region_of(degrees: &Rect<f64>) -> Option<Region> {
    let (low, high) = (degrees.min(), degrees.max());
    let (west, east) = match high.x - low.x < 360.0 {
        true if high.x > 180.0 || low.x < -180.0 => (normal(low.x), normal(high.x)),
        true => (low.x, high.x),
        false => (-180.0, 180.0),
    };
    Region::new(west, low.y, east, high.y).ok()
}

/// The box around two parts of a zone.
fn hull(a: Region, b: Region) -> Region {
    let (west, south) = (a.west().min(b.west()), a.south().min(b.south()));
    let (east, north) = (a.east().max(b.east()), a.north().max(b.north()));
    Region::new(west, south, east, north).unwrap_or(a)
}

/// What two parts of a zone share.
fn overlap(a: &Region, b: &Region) -> Option<Region> {
    let (west, south) = (a.west().max(b.west()), a.south().max(b.south()));
    let (east, north) = (a.east().min(b.east()), a.north().min(b.north()));
    if west <= east { Region::new(west, south, east, north).ok() } else { None }
}
