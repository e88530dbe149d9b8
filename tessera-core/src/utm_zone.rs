//! The coordinate reference system of a tile.

use std::fmt;

use crate::TileId;

/// North or south of the equator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hemisphere {
    /// Latitude 0 and above: EPSG:326zz.
    North,
    /// Below the equator: EPSG:327zz, northings counted from 10,000,000 m.
    South,
}

/// A UTM zone on WGS 84 with its hemisphere: the coordinate reference system of a tile, one EPSG code each.
///
/// ```
/// use tessera_core::{Hemisphere, UtmZone};
///
/// let zone = UtmZone::containing(-99.95, 80.05);
/// assert_eq!((zone.number(), zone.hemisphere(), zone.epsg()), (14, Hemisphere::North, 32614));
/// assert_eq!(zone.to_string(), "EPSG:32614");
/// assert_eq!(UtmZone::from_epsg(32614)?, zone);
/// # Ok::<(), tessera_core::UtmZoneError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UtmZone {
    number: u8,
    hemisphere: Hemisphere,
}

/// Why something is not a [`UtmZone`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UtmZoneError {
    /// A zone number outside 1..=60.
    #[error("UTM zone {got} does not exist: expected 1..=60")]
    Number {
        /// The number as given.
        got: u32,
    },
    /// An EPSG code of something else.
    #[error("EPSG:{got} is not a UTM zone on WGS 84: expected 32601..=32660 or 32701..=32760")]
    Epsg {
        /// The code as given.
        got: u32,
    },
}

impl UtmZone {
    /// The zone of this number, 1..=60.
    ///
    /// # Errors
    /// [`UtmZoneError::Number`] for any other number.
    pub fn new(number: u8, hemisphere: Hemisphere) -> Result<Self, UtmZoneError> {
        if (1..=60).contains(&number) {
            Ok(Self { number, hemisphere })
        } else {
            Err(UtmZoneError::Number { got: number.into() })
        }
    }

    /// The zone of a longitude and latitude in degrees: `clamp(floor((lon + 180) / 6) + 1, 1, 60)`, without the
    /// exceptions that maps make for Norway and Svalbard, as the tiles have none.
    #[must_use]
    pub fn containing(lon: f64, lat: f64) -> Self {
        // The cast saturates, NaN to 0, and the clamp brings any number into range.
        let number = (((lon + 180.0) / 6.0).floor() as i64).saturating_add(1).clamp(1, 60) as u8;
        Self { number, hemisphere: if lat >= 0.0 { Hemisphere::North } else { Hemisphere::South } }
    }

    /// The zone of a tile: that of its centre.
    #[must_use]
    pub fn of_tile(tile: TileId) -> Self {
        Self::containing(tile.lon(), tile.lat())
    }

    /// The zone of an EPSG code.
    ///
    /// # Errors
    /// [`UtmZoneError::Epsg`] where the code is not 32601..=32660 or 32701..=32760.
    pub fn from_epsg(code: u32) -> Result<Self, UtmZoneError> {
        let hemisphere = match code / 100 {
            326 => Hemisphere::North,
            327 => Hemisphere::South,
            _ => return Err(UtmZoneError::Epsg { got: code }),
        };
        Self::new((code % 100) as u8, hemisphere).map_err(|_| UtmZoneError::Epsg { got: code })
    }

    /// The number of the zone, 1..=60.
    #[must_use]
    pub fn number(self) -> u8 {
        self.number
    }

    /// The hemisphere.
    #[must_use]
    pub fn hemisphere(self) -> Hemisphere {
        self.hemisphere
    }

    /// The zone of the same number in a hemisphere.
    #[must_use]
    pub fn in_hemisphere(self, hemisphere: Hemisphere) -> Self {
        Self { hemisphere, ..self }
    }

    /// The EPSG code, 326zz or 327zz.
    #[must_use]
    pub fn epsg(self) -> u32 {
        let base = if self.hemisphere == Hemisphere::North { 32600 } else { 32700 };
        base + u32::from(self.number)
    }

    /// Longitude of the central meridian in degrees.
    #[must_use]
    pub fn central_meridian(self) -> f64 {
        f64::from(self.number) * 6.0 - 183.0
    }

    /// Northing of the equator in metres: 0 in the north, 10,000,000 in the south.
    #[must_use]
    pub fn false_northing(self) -> f64 {
        if self.hemisphere == Hemisphere::North { 0.0 } else { 10_000_000.0 }
    }
}

impl fmt::Display for UtmZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EPSG:{}", self.epsg())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip() {
        for number in 1..=60 {
            for hemisphere in [Hemisphere::North, Hemisphere::South] {
                let zone = UtmZone::new(number, hemisphere).unwrap();
                assert_eq!(UtmZone::from_epsg(zone.epsg()), Ok(zone));
                assert_eq!(UtmZone::containing(zone.central_meridian(), zone.false_northing() * -1e-6), zone);
            }
        }
        for code in [0, 4326, 3857, 32600, 32661, 32700, 32761, 32801] {
            assert_eq!(UtmZone::from_epsg(code), Err(UtmZoneError::Epsg { got: code }));
        }
        assert!(UtmZone::new(0, Hemisphere::North).is_err());
    }

    #[test]
    fn edges_of_the_world() {
        assert_eq!(UtmZone::containing(180.0, 0.0).number(), 60);
        assert_eq!(UtmZone::containing(-180.0, 0.0).number(), 1);
        assert_eq!(UtmZone::containing(6.0, 60.0).number(), 32);
        assert_eq!(UtmZone::containing(5.0, 60.0).number(), 31); // Bergen: no exception
    }
}
