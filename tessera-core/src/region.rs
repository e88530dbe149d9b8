//! A box of longitude and latitude.

use std::fmt;
use std::str::FromStr;

use geo_types::{Rect, coord};

use crate::UtmZone;

/// A lon/lat box in degrees; may cross the antimeridian, where its west is greater than its east.
///
/// ```
/// use tessera_core::Region;
///
/// let founding: Region = "100,50,110,55".parse()?;
/// assert_eq!(founding.tiles().count(), 100 * 50);
///
/// let fiji = Region::new(179.9, -17.0, -179.9, -16.8)?;
/// assert!(fiji.crosses_antimeridian() && fiji.contains(180.0, -16.9) && !fiji.contains(0.0, -16.9));
/// let names: Vec<_> = fiji.tiles().take(2).map(|t| t.to_string()).collect();
/// assert_eq!(names, ["grid_179.95_-16.85", "grid_-179.95_-16.85"]);
/// # Ok::<(), tessera_core::RegionError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

/// Why something is not a [`Region`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RegionError {
    /// The text is not four numbers.
    #[error("{got:?} is not a box: expected W,S,E,N in degrees, as in 100,50,110,55")]
    Form {
        /// The text as given.
        got: String,
    },
    /// An edge is off the Earth or not a number.
    #[error("box edge {edge} = {got} is out of range: expected {low}..={high} degrees")]
    Outside {
        /// Which edge.
        edge: &'static str,
        /// Its value.
        got: f64,
        /// The least allowed value.
        low: f64,
        /// The greatest allowed value.
        high: f64,
    },
    /// South is above north.
    #[error("box has south {south} above north {north}: expected W,S,E,N")]
    UpsideDown {
        /// The southern edge.
        south: f64,
        /// The northern edge.
        north: f64,
    },
    /// West is greater than east, and the box that this means would run more than half way around the Earth.
    #[error(
        "box has west {west} greater than east {east}, which would run {width}° around the Earth: expected W,S,E,N; \
         a box across the antimeridian is written as 170,-20,-170,-10"
    )]
    Backwards {
        /// The western edge.
        west: f64,
        /// The eastern edge.
        east: f64,
        /// How many degrees the box would be wide.
        width: f64,
    },
}

impl Region {
    /// The whole Earth.
    pub const WORLD: Self = Self { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };

    /// The box between these edges, in degrees. West greater than east crosses the antimeridian.
    ///
    /// # Errors
    /// An edge off the Earth, south above north, or a box across the antimeridian wider than 180° (the sign of
    /// swapped edges).
    pub fn new(west: f64, south: f64, east: f64, north: f64) -> Result<Self, RegionError> {
        for (edge, got, high) in
            [("west", west, 180.0), ("south", south, 90.0), ("east", east, 180.0), ("north", north, 90.0)]
        {
            if !(-high..=high).contains(&got) {
                return Err(RegionError::Outside { edge, got, low: -high, high });
            }
        }
        if south > north {
            return Err(RegionError::UpsideDown { south, north });
        }
        let width = east + 360.0 - west;
        if west > east && width > 180.0 {
            return Err(RegionError::Backwards { west, east, width });
        }
        Ok(Self { west, south, east, north })
    }

    /// The 6° of longitude of a UTM zone, from pole to pole.
    ///
    /// ```
    /// use tessera_core::{Region, UtmZone};
    ///
    /// assert_eq!(Region::of_zone(UtmZone::from_epsg(32631)?).to_string(), "0,-90,6,90");
    /// # Ok::<(), tessera_core::UtmZoneError>(())
    /// ```
    #[must_use]
    pub fn of_zone(zone: UtmZone) -> Self {
        let meridian = zone.central_meridian();
        Self { west: meridian - 3.0, south: -90.0, east: meridian + 3.0, north: 90.0 }
    }

    /// Western edge in degrees.
    #[must_use]
    pub fn west(&self) -> f64 {
        self.west
    }

    /// Southern edge in degrees.
    #[must_use]
    pub fn south(&self) -> f64 {
        self.south
    }

    /// Eastern edge in degrees; less than the western one across the antimeridian.
    #[must_use]
    pub fn east(&self) -> f64 {
        self.east
    }

    /// Northern edge in degrees.
    #[must_use]
    pub fn north(&self) -> f64 {
        self.north
    }

    /// Whether the box runs through longitude 180.
    #[must_use]
    pub fn crosses_antimeridian(&self) -> bool {
        self.west > self.east
    }

    /// Whether a point lies in the box, edges included. Longitudes 180 and −180 are the same place.
    #[must_use]
    pub fn contains(&self, lon: f64, lat: f64) -> bool {
        let within = |lon: f64| {
            if self.crosses_antimeridian() {
                lon >= self.west || lon <= self.east
            } else {
                (self.west..=self.east).contains(&lon)
            }
        };
        (self.south..=self.north).contains(&lat) && (within(lon) || (lon.abs() == 180.0 && within(-lon)))
    }

    /// The box as one or, across the antimeridian, two boxes with west ≤ east, the western one first.
    pub fn boxes(&self) -> impl Iterator<Item = Rect<f64>> + use<> {
        let rect = |w: f64, e: f64| Rect::new(coord! { x: w, y: self.south }, coord! { x: e, y: self.north });
        let parts = if self.crosses_antimeridian() {
            [Some(rect(self.west, 180.0)), Some(rect(-180.0, self.east))]
        } else {
            [Some(rect(self.west, self.east)), None]
        };
        parts.into_iter().flatten()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.west, self.south, self.east, self.north)
    }
}

impl FromStr for Region {
    type Err = RegionError;

    /// Parses `W,S,E,N` in degrees.
    fn from_str(text: &str) -> Result<Self, RegionError> {
        let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
        match numbers.as_deref() {
            Some(&[west, south, east, north]) => Self::new(west, south, east, north),
            _ => Err(RegionError::Form { got: text.to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_a_box() {
        let error = |text: &str| text.parse::<Region>().unwrap_err();
        assert!(matches!(error("1,2,3"), RegionError::Form { .. }));
        assert!(matches!(error("1,2,3,x"), RegionError::Form { .. }));
        assert!(matches!(error("nan,2,3,4"), RegionError::Outside { edge: "west", .. }));
        assert!(matches!(error("0,-91,3,4"), RegionError::Outside { edge: "south", .. }));
        assert!(matches!(error("0,5,3,4"), RegionError::UpsideDown { .. }));
        assert!(error("10,0,5,1").to_string().contains("170,-20,-170,-10"));
    }
}
