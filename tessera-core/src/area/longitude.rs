//! One number for a longitude, and the UTM zone that it lies in.

use crate::UtmZone;

/// Degrees of longitude of a UTM zone.
pub(crate) const ZONE_WIDTH: f64 = 6.0;

/// A longitude as −180 ≤ lon < 180: 180 is −180, as for [`TileId::containing`](crate::TileId::containing).
pub(crate) fn normal(lon: f64) -> f64 {
    if (-180.0..180.0).contains(&lon) {
        return lon;
    }
    let turned = (lon + 180.0).rem_euclid(360.0) - 180.0;
    // What is less than −180 by less than a digit is turned to 180.
    if turned < 180.0 { turned } else { -180.0 }
}

/// The number of the zone of a longitude; a border belongs to the zone east of it, 180 to zone 1.
pub(crate) fn zone_of(lon: f64) -> u8 {
    UtmZone::containing(normal(lon), 0.0).number()
}

/// The longitudes of a zone: its western border, which belongs to it, and its eastern one, which does not.
pub(crate) fn strip(number: u8) -> (f64, f64) {
    let east = f64::from(number) * ZONE_WIDTH - 180.0;
    (east - ZONE_WIDTH, east)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TileId;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn zones_are_those_of_the_cells(lon in -180.0..=180.0_f64, turns in -1..=1_i32) {
            let tile = TileId::containing(lon, 0.0).unwrap();
            prop_assert_eq!(zone_of(lon), UtmZone::of_tile(tile).number());
            let turned = normal(lon + f64::from(turns) * 360.0);
            prop_assert!((-180.0..180.0).contains(&turned));
            prop_assert!((turned - normal(lon)).abs() < 1e-9 || (turned - normal(lon)).abs() > 359.9);
            let (west, east) = strip(zone_of(lon));
            prop_assert!((west..east).contains(&normal(lon)));
        }
    }

    #[test]
    fn borders_belong_to_the_east() {
        for (lon, zone) in [(180.0, 1), (-180.0, 1), (0.0, 31), (6.0, 32), (5.999_999, 31), (190.0, 2)] {
            assert_eq!(zone_of(lon), zone, "{lon}");
        }
        assert_eq!(normal(-180.000_000_000_000_01), -180.0);
        assert_eq!((normal(540.0), normal(-190.0), normal(359.5)), (-180.0, 170.0, -0.5));
    }
}
