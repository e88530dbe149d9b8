//! The lattice of 10 m that all pixels of a UTM zone lie on.

use crate::{Hemisphere, PIXEL_SIZE, PixelGrid, PixelGridError, UtmZone, UtmZoneError};

/// Easting of the western edge of every zone lattice in metres.
const WEST: f64 = 163_840.0;
/// Northing of its northern edge in metres.
const NORTH: f64 = 10_035_200.0;
/// Columns: 17 shards of 4096.
const COLS: usize = 17 * 4096;
/// Rows, from pole to pole: 490 shards of 4096.
const ROWS: usize = 490 * 4096;
/// What northings of the southern hemisphere are greater by.
const FALSE_NORTHING: f64 = 10_000_000.0;

/// A zone of whatever cannot be: the error of [`PixelGrid::of_zone`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(transparent)]
#[non_exhaustive]
pub struct ZoneGridError(#[from] pub UtmZoneError);

impl PixelGrid {
    /// The lattice of a whole UTM zone, from pole to pole, in the northern CRS EPSG:326zz: 2,007,040 rows of 69,632
    /// columns whose upper-left corner is at (163840, 10035200). South of the equator northings are negative.
    ///
    /// It is the same for every store of the zone, so any two of them share their pixels, and the row and column of a
    /// pixel, or of a shard of 4096 × 4096, is an address on Earth.
    ///
    /// # Errors
    /// Where the number is not 1..=60.
    ///
    /// ```
    /// use tessera_core::PixelGrid;
    ///
    /// let zone = PixelGrid::of_zone(31)?;
    /// assert_eq!((zone.rows(), zone.cols(), zone.zone().epsg()), (2_007_040, 69_632, 32631));
    /// assert_eq!(zone.transform(), [10.0, 0.0, 163840.0, 0.0, -10.0, 10035200.0]);
    /// let tile = PixelGrid::of_tile("grid_0.15_52.05".parse()?)?;
    /// assert_eq!(tile.offset_in(&zone), Some((425_907, 13_709)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_zone(number: u8) -> Result<Self, ZoneGridError> {
        let zone = UtmZone::new(number, Hemisphere::North)?;
        // The numbers above are those of a grid.
        Self::new(zone, WEST, NORTH, ROWS, COLS)
            .map_err(|_: PixelGridError| UtmZoneError::Number { got: number.into() }.into())
    }

    /// The same pixels in the CRS of the northern hemisphere, where northings go on below 0.
    #[must_use]
    pub fn northern(self) -> Self {
        self.in_hemisphere(Hemisphere::North)
    }

    /// The same pixels in the CRS of a hemisphere of the zone.
    ///
    /// ```
    /// use tessera_core::{Hemisphere, PixelGrid};
    ///
    /// let fiji = PixelGrid::of_tile("grid_179.95_-16.55".parse()?)?;
    /// assert_eq!((fiji.zone().epsg(), fiji.north()), (32760, 8_173_530.0));
    /// let north = fiji.northern();
    /// assert_eq!((north.zone().epsg(), north.north()), (32660, -1_826_470.0));
    /// assert_eq!(north.in_hemisphere(Hemisphere::South), fiji);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn in_hemisphere(self, hemisphere: Hemisphere) -> Self {
        let shift = match (self.zone().hemisphere(), hemisphere) {
            (Hemisphere::South, Hemisphere::North) => -FALSE_NORTHING,
            (Hemisphere::North, Hemisphere::South) => FALSE_NORTHING,
            _ => return self,
        };
        self.moved(self.zone().in_hemisphere(hemisphere), shift)
    }

    /// The row and column of this grid's upper-left pixel in another grid of the same zone, either hemisphere; negative
    /// where it begins north or west of it. `None` where the zones differ, or the pixels of the two do not coincide.
    #[must_use]
    pub fn offset_in(&self, other: &Self) -> Option<(i64, i64)> {
        let (own, other) = (self.northern(), other.northern());
        if own.zone() != other.zone() {
            return None;
        }
        let whole = |metres: f64| {
            let pixels = metres / PIXEL_SIZE;
            // Far beyond any raster a number would be whole for lack of digits.
            (pixels.fract() == 0.0 && pixels.abs() < 1e9).then_some(pixels as i64)
        };
        Some((whole(other.north() - own.north())?, whole(own.west() - other.west())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TileId;

    #[test]
    fn every_tile_lies_within_its_zone() {
        for column in (0..3600).step_by(59).chain([0, 59, 60, 3599]) {
            for row in (0..1800).step_by(77).chain([0, 899, 900, 1799]) {
                let tile = PixelGrid::of_tile(TileId::from_cell(column, row).unwrap()).unwrap();
                let zone = PixelGrid::of_zone(tile.zone().number()).unwrap();
                let (row, col) = tile.offset_in(&zone).unwrap();
                assert!(row >= 0 && row as usize + tile.rows() <= zone.rows(), "{tile:?}");
                assert!(col >= 0 && col as usize + tile.cols() <= zone.cols(), "{tile:?}");
            }
        }
    }

    #[test]
    fn grids_that_do_not_coincide_have_no_offset() {
        let tile = PixelGrid::of_tile("grid_0.15_52.05".parse().unwrap()).unwrap();
        assert_eq!(tile.offset_in(&PixelGrid::of_zone(30).unwrap()), None);
        let off = PixelGrid::new(tile.zone(), tile.west() + 5.0, tile.north(), 2, 2).unwrap();
        assert_eq!(off.offset_in(&tile), None);
        let north_west = PixelGrid::new(tile.zone(), tile.west() - 20.0, tile.north() + 30.0, 2, 2).unwrap();
        assert_eq!(north_west.offset_in(&tile), Some((-3, -2)));
        assert!(PixelGrid::of_zone(0).is_err() && PixelGrid::of_zone(61).is_err());
    }
}
