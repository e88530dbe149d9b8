//! The coordinate reference systems that an answer can be in.

use std::f64::consts::FRAC_PI_2;
use std::fmt;
use std::str::FromStr;

use crate::area::longitude::normal;
use crate::{ProjectionError, UtmProjection, UtmZone};

/// A coordinate reference system that a raster can be asked for in: a UTM zone, degrees of longitude and latitude
/// (EPSG:4326, x longitude, y latitude), or the Web Mercator of web maps (EPSG:3857).
///
/// ```
/// use tessera_core::Crs;
///
/// let utm: Crs = "EPSG:32631".parse()?;
/// assert_eq!((utm.epsg(), utm.to_string().as_str()), (32631, "EPSG:32631"));
/// assert_eq!("epsg:4326".parse::<Crs>()?, Crs::LonLat);
/// assert!("EPSG:2056".parse::<Crs>().is_err());
/// # Ok::<(), tessera_core::CrsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Crs {
    /// A UTM zone on WGS 84, in metres: EPSG:326zz and EPSG:327zz.
    Utm(UtmZone),
    /// Longitude and latitude on WGS 84, in degrees: EPSG:4326.
    LonLat,
    /// Web Mercator, in metres of the equator: EPSG:3857.
    WebMercator,
}

/// A coordinate reference system that is none of those of [`Crs`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{got:?} is not a CRS for an answer: expected EPSG:4326, EPSG:3857, EPSG:326zz or EPSG:327zz with a zone 01..60"
)]
#[non_exhaustive]
pub struct CrsError {
    /// The text or code as given.
    pub got: String,
}

impl Crs {
    /// The CRS of an EPSG code.
    ///
    /// # Errors
    /// Where the code is none of those above.
    pub fn from_epsg(code: u32) -> Result<Self, CrsError> {
        match code {
            4326 => Ok(Self::LonLat),
            3857 => Ok(Self::WebMercator),
            _ => {
                UtmZone::from_epsg(code).map(Self::Utm).map_err(|_| CrsError { got: format!("EPSG:{code}") })
            }
        }
    }

    /// The EPSG code.
    #[must_use]
    pub fn epsg(self) -> u32 {
        match self {
            Self::Utm(zone) => zone.epsg(),
            Self::LonLat => 4326,
            Self::WebMercator => 3857,
        }
    }

    /// What projects to it and back. Costs some microseconds: make it once, not for every point.
    ///
    /// # Errors
    /// Where the projection library refuses a zone.
    pub fn projection(self) -> Result<CrsProjection, ProjectionError> {
        Ok(CrsProjection(match self {
            Self::Utm(zone) => Kind::Utm(Box::new(UtmProjection::new(zone)?)),
            Self::LonLat => Kind::LonLat,
            Self::WebMercator => Kind::WebMercator,
        }))
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EPSG:{}", self.epsg())
    }
}

impl FromStr for Crs {
    type Err = CrsError;

    /// Parses `EPSG:4326`, in capitals or not, and the number alone.
    fn from_str(text: &str) -> Result<Self, CrsError> {
        let code = match text.split_once(':') {
            Some((name, code)) if name.eq_ignore_ascii_case("epsg") => code,
            Some(_) => "",
            None => text,
        };
        let refused = || CrsError { got: text.to_owned() };
        if code.is_empty() || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refused());
        }
        code.parse().ok().and_then(|code| Self::from_epsg(code).ok()).ok_or_else(refused)
    }
}

/// Projects between longitude/latitude in degrees and the x, y of a [`Crs`].
///
/// ```
/// use tessera_core::Crs;
///
/// let web = Crs::WebMercator.projection()?;
/// let (x, y) = web.project(180.0, 0.0).unwrap();
/// assert!((x - 20_037_508.342_789_244).abs() < 1e-6 && y.abs() < 1e-6);
/// assert_eq!(web.project(0.0, 90.0), None);
/// # Ok::<(), tessera_core::ProjectionError>(())
/// ```
#[derive(Debug)]
pub struct CrsProjection(Kind);

#[derive(Debug)]
enum Kind {
    Utm(Box<UtmProjection>),
    LonLat,
    WebMercator,
}

/// The radius of the sphere of Web Mercator in metres: the equatorial one of WGS 84.
const RADIUS: f64 = 6_378_137.0;

impl CrsProjection {
    /// Longitude and latitude → x and y; `None` where the CRS does not have the point. A longitude beyond ±180 gives
    /// an x that goes on there, except in UTM.
    #[must_use]
    pub fn project(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let (x, y) = match &self.0 {
            Kind::Utm(utm) => utm.project(lon, lat).ok()?,
            Kind::LonLat => (lon, lat),
            Kind::WebMercator => (RADIUS * lon.to_radians(), RADIUS * lat.to_radians().tan().asinh()),
        };
        // The tangent of 90° is large rather than infinite.
        (x.is_finite() && y.is_finite() && (lat.abs() < 90.0 || !matches!(self.0, Kind::WebMercator)))
            .then_some((x, y))
    }

    /// x and y → longitude (−180 ≤ lon < 180) and latitude; `None` where there is no such point.
    #[must_use]
    pub fn unproject(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (lon, lat) = self.unwrapped(x, y)?;
        Some((normal(lon), lat))
    }

    /// As [`unproject`](Self::unproject), with longitudes that go on beyond ±180 as x does.
    pub(crate) fn unwrapped(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (lon, lat) = match &self.0 {
            Kind::Utm(utm) => utm.unproject(x, y).ok()?,
            Kind::LonLat => (x, y),
            Kind::WebMercator => ((x / RADIUS).to_degrees(), (y / RADIUS).sinh().atan().to_degrees()),
        };
        (lon.is_finite() && lat.abs() <= FRAC_PI_2.to_degrees()).then_some((lon, lat))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn there_and_back(lon in -180.0..180.0_f64, lat in -85.0..85.0_f64) {
            for crs in [Crs::LonLat, Crs::WebMercator, Crs::Utm(UtmZone::containing(lon, lat))] {
                let projection = crs.projection().unwrap();
                let (x, y) = projection.project(lon, lat).unwrap();
                let back = projection.unproject(x, y).unwrap();
                prop_assert!(normal(back.0 - lon).abs() < 1e-9 && (back.1 - lat).abs() < 1e-9, "{crs}: {back:?}");
                prop_assert_eq!(crs.to_string().parse::<Crs>(), Ok(crs));
            }
        }
    }

    #[test]
    fn web_mercator_is_that_of_the_register() {
        // The worked example of the EPSG Guidance Note 7-2: 24°22'54.433"N, 100°20'W.
        let web = Crs::WebMercator.projection().unwrap();
        let (x, y) = web.project(-(100.0 + 20.0 / 60.0), 24.0 + 22.0 / 60.0 + 54.433 / 3600.0).unwrap();
        assert!((x + 11_169_055.58).abs() < 5e-3 && (y - 2_800_000.00).abs() < 5e-3, "{x} {y}");
        let (_, top) = web.project(0.0, 85.051_128_779_806_6).unwrap();
        assert!((top - 20_037_508.342_789).abs() < 1e-4);
    }

    #[test]
    fn refuses_what_is_not_a_crs() {
        for text in
            ["", "EPSG:", "4327", "EPSG:32661", "OGC:CRS84", "EPSG:+4326", "EPSG:99999999999", "UTM31"]
        {
            assert!(text.parse::<Crs>().is_err(), "{text}");
        }
        let lonlat = Crs::LonLat.projection().unwrap();
        assert_eq!(lonlat.unproject(0.0, 90.1), None);
        assert_eq!(lonlat.unproject(f64::NAN, 0.0), None);
        assert_eq!(lonlat.unproject(190.0, 10.0), Some((-170.0, 10.0)));
    }
}
