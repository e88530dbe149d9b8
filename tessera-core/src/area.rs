//! Where a query asks.

mod arcs;
mod edge;
mod edges;
pub(crate) mod footprint;
pub(crate) mod longitude;
mod polygons;
mod ring;
#[cfg(test)]
mod tests;
pub(crate) mod utm_box;
mod window_in;
mod zones;

use geo_types::{MultiPolygon, Rect};

use crate::{Region, RegionError};
use longitude::normal;
use polygons::Polygons;

/// Where a query asks: a box of longitude and latitude, or polygons.
///
/// The edges of polygons are straight in longitude and latitude, as in GeoJSON (RFC 7946), and a point is inside
/// where an odd number of rings is around it, so the order of their corners does not matter. Western and southern
/// edges belong to a polygon, eastern and northern ones not; all four belong to a box.
///
/// A step of more than 180° of longitude from one corner to the next goes the short way, across the antimeridian; so
/// do longitudes beyond ±180. (What runs the long way has a corner between.) A ring that winds around the Earth is
/// closed over the pole that is nearer to it. Polygons that are cut in two at the antimeridian are one, as RFC 7946
/// recommends.
///
/// ```
/// use geo_types::{MultiPolygon, line_string, polygon};
/// use tessera_core::{Area, Region};
///
/// let fens = Area::from(Region::new(-0.2, 52.2, 0.3, 52.7)?);
/// assert!(fens.contains(0.1, 52.4));
/// assert_eq!(fens.zones(), [30, 31]);
///
/// let fiji = polygon![(x: 177.0, y: -19.0), (x: -178.0, y: -19.0), (x: -178.0, y: -16.0), (x: 177.0, y: -16.0)];
/// let fiji = Area::polygons(&MultiPolygon::from(fiji))?;
/// assert!(fiji.contains(180.0, -17.0) && fiji.contains(-179.0, -17.0) && !fiji.contains(0.0, -17.0));
/// assert_eq!(fiji.region(), Region::new(177.0, -19.0, -178.0, -16.0)?);
/// assert_eq!(fiji.zones(), [60, 1]);
///
/// let cap = polygon![(x: -90.0, y: 80.0), (x: 0.0, y: 80.0), (x: 90.0, y: 80.0), (x: 180.0, y: 80.0)];
/// let cap = Area::polygons(&MultiPolygon::from(cap))?;
/// assert!(cap.contains(-135.0, 89.0) && !cap.contains(-135.0, 79.0));
/// assert_eq!(cap.region(), Region::new(-180.0, 80.0, 180.0, 90.0)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    shape: Shape,
}

#[derive(Debug, Clone, PartialEq)]
enum Shape {
    Box(Region),
    Polygons(Box<Polygons>),
}

/// Why something is not an [`Area`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AreaError {
    /// No polygon at all.
    #[error("there is no polygon: expected at least one")]
    Empty,
    /// A ring with too few corners.
    #[error("ring {ring} of the polygons has {got} corners: expected at least 3")]
    Ring {
        /// Which ring, counted from 0 through all polygons, outer rings before inner ones.
        ring: usize,
        /// Its corners, without the repeated first one.
        got: usize,
    },
    /// A corner that is not on Earth.
    #[error(
        "corner {corner} of ring {ring} of the polygons is at longitude {lon}, latitude {lat}: expected degrees, \
         -360..=360 and -90..=90"
    )]
    Corner {
        /// Which ring, counted from 0 through all polygons.
        ring: usize,
        /// Which corner of it.
        corner: usize,
        /// Its longitude.
        lon: f64,
        /// Its latitude.
        lat: f64,
    },
    /// Polygons around which there is no box.
    #[error("the polygons have no box around them: {0}")]
    Region(RegionError),
}

/// How much of a box is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cover {
    All,
    Nothing,
    /// Perhaps some.
    Part,
}

impl From<Region> for Area {
    fn from(region: Region) -> Self {
        Self { shape: Shape::Box(region) }
    }
}

impl Area {
    /// What is inside polygons, with longitudes and latitudes in degrees (x, y).
    ///
    /// # Errors
    /// No polygon, a ring of fewer than three corners, or a corner that is not on Earth (longitudes up to ±360 are).
    pub fn polygons(polygons: &MultiPolygon<f64>) -> Result<Self, AreaError> {
        Ok(Self { shape: Shape::Polygons(Box::new(Polygons::new(polygons)?)) })
    }

    /// Whether a point in degrees is inside. Longitudes 180 and −180 are the same place.
    #[must_use]
    pub fn contains(&self, lon: f64, lat: f64) -> bool {
        match &self.shape {
            Shape::Box(region) => region.contains(normal(lon), lat),
            Shape::Polygons(polygons) => polygons.contains(normal(lon), lat),
        }
    }

    /// The box around it, which crosses the antimeridian where the area does; all longitudes, where polygons would make
    /// that wider than 180°.
    #[must_use]
    pub fn region(&self) -> Region {
        match &self.shape {
            Shape::Box(region) => *region,
            Shape::Polygons(polygons) => polygons.region(),
        }
    }

    /// A point of the area, in its middle if that is possible: for polygons whose box has its middle outside, a corner.
    #[must_use]
    pub fn middle(&self) -> (f64, f64) {
        let region = self.region();
        let east = if region.crosses_antimeridian() { region.east() + 360.0 } else { region.east() };
        let lon = normal(region.west().midpoint(east));
        let lat = region.south().midpoint(region.north());
        match &self.shape {
            Shape::Polygons(polygons) if !self.contains(lon, lat) => {
                let corner = polygons.corner();
                (corner.x, corner.y)
            }
            _ => (lon, lat),
        }
    }

    /// How much of a box within −180..=180 is inside.
    fn cover(&self, area: &Rect<f64>) -> Cover {
        match &self.shape {
            Shape::Box(region) => cover_of(region, area),
            Shape::Polygons(polygons) => polygons.cover(area),
        }
    }
}

fn cover_of(region: &Region, area: &Rect<f64>) -> Cover {
    let mut cover = Cover::Nothing;
    for part in region.boxes() {
        let (low, high) = (part.min(), part.max());
        if low.x <= area.min().x && area.max().x <= high.x && low.y <= area.min().y && area.max().y <= high.y
        {
            return Cover::All;
        }
        if low.x <= area.max().x && area.min().x <= high.x && low.y <= area.max().y && area.min().y <= high.y
        {
            cover = Cover::Part;
        }
    }
    cover
}
