//! Between degrees and metres.

use std::fmt;

use proj4rs::Proj;
use proj4rs::transform::transform;

use crate::{Hemisphere, UtmZone};

/// Projects between longitude/latitude (WGS 84, degrees) and easting/northing of a [`UtmZone`] (metres).
///
/// The extended transverse Mercator of PROJ (Karney's series), through `proj4rs`: within 2e-8 m of PROJ 9.5.
/// Results in metres are rounded to 1e-6 m, so that a point on a central meridian has an easting of exactly 500000.
///
/// ```
/// use tessera_core::{UtmProjection, UtmZone};
///
/// let utm = UtmProjection::new(UtmZone::from_epsg(32631)?)?;
/// let (easting, northing) = utm.project(3.0, 0.0)?;
/// assert_eq!((easting, northing), (500000.0, 0.0));
/// let (easting, northing) = utm.project(0.2, 52.1)?;
/// let (lon, lat) = utm.unproject(easting, northing)?;
/// assert!((lon - 0.2).abs() < 1e-10 && (lat - 52.1).abs() < 1e-10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct UtmProjection {
    zone: UtmZone,
    utm: Proj,
    lonlat: Proj,
}

/// A point, or a zone, that cannot be projected.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectionError {
    /// The library refused the zone.
    #[error("{zone} cannot be projected to: {why}")]
    Zone {
        /// The zone.
        zone: UtmZone,
        /// What the library said.
        why: String,
    },
    /// The point is outside what the projection can represent.
    #[error("({x}, {y}) cannot be projected in {zone}: {why}")]
    Point {
        /// Longitude in degrees or easting in metres.
        x: f64,
        /// Latitude in degrees or northing in metres.
        y: f64,
        /// The zone.
        zone: UtmZone,
        /// What the library said.
        why: String,
    },
}

impl UtmProjection {
    /// The projection of a zone. Costs some microseconds: make it once, not for every point.
    ///
    /// # Errors
    /// Where the projection library refuses its definition.
    pub fn new(zone: UtmZone) -> Result<Self, ProjectionError> {
        let south = if zone.hemisphere() == Hemisphere::South { " +south" } else { "" };
        let define = |text: &str| {
            Proj::from_proj_string(text).map_err(|e| ProjectionError::Zone { zone, why: e.to_string() })
        };
        Ok(Self {
            zone,
            utm: define(&format!("+proj=utm +zone={}{south} +datum=WGS84 +units=m +no_defs", zone.number()))?,
            lonlat: define("+proj=longlat +datum=WGS84 +no_defs")?,
        })
    }

    /// The zone.
    #[must_use]
    pub fn zone(&self) -> UtmZone {
        self.zone
    }

    /// Longitude and latitude in degrees → easting and northing in metres.
    ///
    /// # Errors
    /// [`ProjectionError::Point`] for a point that the projection cannot represent (about 90° from its meridian),
    /// or not a number.
    pub fn project(&self, lon: f64, lat: f64) -> Result<(f64, f64), ProjectionError> {
        let mut point = (lon.to_radians(), lat.to_radians(), 0.0);
        transform(&self.lonlat, &self.utm, &mut point).map_err(|e| self.refused(lon, lat, &e))?;
        let round = |metres: f64| (metres * 1e6).round() / 1e6;
        self.finite(lon, lat, (round(point.0), round(point.1)))
    }

    /// Easting and northing in metres → longitude and latitude in degrees.
    ///
    /// # Errors
    /// As [`UtmProjection::project`].
    pub fn unproject(&self, easting: f64, northing: f64) -> Result<(f64, f64), ProjectionError> {
        let mut point = (easting, northing, 0.0);
        transform(&self.utm, &self.lonlat, &mut point).map_err(|e| self.refused(easting, northing, &e))?;
        self.finite(easting, northing, (point.0.to_degrees(), point.1.to_degrees()))
    }

    fn finite(&self, x: f64, y: f64, out: (f64, f64)) -> Result<(f64, f64), ProjectionError> {
        if out.0.is_finite() && out.1.is_finite() {
            Ok(out)
        } else {
            Err(self.refused(x, y, &"the result is not finite"))
        }
    }

    fn refused(&self, x: f64, y: f64, why: &dyn fmt::Display) -> ProjectionError {
        ProjectionError::Point { x, y, zone: self.zone, why: why.to_string() }
    }
}

impl fmt::Debug for UtmProjection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UtmProjection").field(&self.zone).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn there_and_back(lon in -180.0..180.0_f64, lat in -89.9..89.9_f64) {
            let utm = UtmProjection::new(UtmZone::containing(lon, lat)).unwrap();
            let (e, n) = utm.project(lon, lat).unwrap();
            let (lon2, lat2) = utm.unproject(e, n).unwrap();
            let turn = (lon2 - lon + 180.0).rem_euclid(360.0) - 180.0;
            prop_assert!(turn.abs() * lat.to_radians().cos() < 1e-10 && (lat2 - lat).abs() < 1e-10);
        }
    }

    #[test]
    fn refuses_what_is_not_a_point() {
        let utm = UtmProjection::new(UtmZone::containing(3.0, 1.0)).unwrap();
        assert!(utm.project(f64::NAN, 0.0).is_err());
        assert!(utm.unproject(f64::INFINITY, 0.0).is_err());
    }
}
