//! A box of longitude and latitude.

use std::fmt;
use std::str::FromStr;

use geo_types::{Rect, coord};

use crate::{TileId, UtmZone};

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

    /// The cells that share an area with the box, north row first, from west to east, straight on across the
    /// antimeridian. A box without area has the cell that contains it.
    pub fn tiles(&self) -> impl Iterator<Item = TileId> + use<> {
        let (rows, columns) = (self.rows(), self.columns());
        rows.flat_map(move |row| columns.clone().filter_map(move |c| TileId::from_cell(c % 3600, row)))
    }

    /// The number of [`tiles`](Self::tiles).
    #[must_use]
    pub fn tile_count(&self) -> usize {
        self.rows().len() * self.columns().len()
    }

    /// Whether a cell is among the box's [`tiles`](Self::tiles).
    #[must_use]
    pub fn touches(&self, tile: TileId) -> bool {
        let columns = self.columns();
        let column = tile.column();
        self.rows().contains(&tile.row()) && (columns.contains(&column) || columns.contains(&(column + 3600)))
    }

    /// Those of many cells, in the order of [`TileId`], that are among the box's [`tiles`](Self::tiles), in the same
    /// order: two searches for each row of cells that the box has, however many cells there are.
    ///
    /// ```
    /// use tessera_core::{Region, TileId};
    ///
    /// let mut all: Vec<TileId> = Region::new(-10.0, 40.0, 10.0, 60.0)?.tiles().collect();
    /// all.sort_unstable();
    /// let found = Region::new(0.1, 52.0, 0.3, 52.1)?.among(&all);
    /// assert_eq!(found.iter().map(|t| t.to_string()).collect::<Vec<_>>(), ["grid_0.15_52.05", "grid_0.25_52.05"]);
    /// # Ok::<(), tessera_core::RegionError>(())
    /// ```
    #[must_use]
    pub fn among(&self, sorted: &[TileId]) -> Vec<TileId> {
        let columns = self.columns();
        // One run of columns, or two around the antimeridian.
        let runs = [columns.start..columns.end.min(3600), 0..columns.end.saturating_sub(3600)];
        let mut found = Vec::new();
        for row in self.rows().rev() {
            for run in runs.iter().rev().filter(|run| !run.is_empty()) {
                let (Some(first), Some(last)) =
                    (TileId::from_cell(run.start, row), TileId::from_cell(run.end - 1, row))
                else {
                    continue;
                };
                let start = sorted.partition_point(|tile| *tile < first);
                let end = start + sorted[start..].partition_point(|tile| *tile <= last);
                found.extend_from_slice(&sorted[start..end]);
            }
        }
        found
    }

    /// Rows of cells, 0 in the north.
    fn rows(&self) -> std::ops::Range<u32> {
        let first = ((90.0 - self.north) * 10.0).round_near().floor() as u32;
        let end = ((90.0 - self.south) * 10.0).round_near().ceil() as u32;
        let first = first.min(1799);
        // A box without height lies in the cell whose southern edge or inside it is on.
        if self.south == self.north {
            let row = end.saturating_sub(1).min(1799);
            row..row + 1
        } else {
            first..end.clamp(first + 1, 1800)
        }
    }

    /// Columns of cells, 0 at 180° W; past 3599 the count goes on across the antimeridian.
    fn columns(&self) -> std::ops::Range<u32> {
        let east = if self.crosses_antimeridian() { self.east + 360.0 } else { self.east };
        let first = ((self.west + 180.0) * 10.0).round_near().floor() as u32;
        let end = ((east + 180.0) * 10.0).round_near().ceil() as u32;
        first..end.max(first + 1)
    }
}

trait RoundNear {
    /// The nearest integer where that is within a billionth: an edge typed as 0.3 is on the cell border.
    fn round_near(self) -> f64;
}

impl RoundNear for f64 {
    fn round_near(self) -> f64 {
        let whole = self.round();
        if (self - whole).abs() < 1e-9 { whole } else { self }
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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_box_of_whole_cells_has_just_those(c in 0..3600_u32, r in 0..1800_u32, w in 1..40_u32, h in 1..40_u32) {
            let (w, h) = (w.min(3600 - c), h.min(1800 - r));
            let edge = |k: u32, zero: f64| (f64::from(k) - zero * 10.0) / 10.0;
            let region = Region::new(
                edge(c, 180.0), -edge(r + h, 90.0), edge(c + w, 180.0), -edge(r, 90.0)).unwrap();
            prop_assert_eq!(region.tile_count(), (w * h) as usize);
            prop_assert_eq!(region.tiles().count(), region.tile_count());
            prop_assert!(region.tiles().all(|t| (c..c + w).contains(&t.column()) && (r..r + h).contains(&t.row())));
        }

        #[test]
        fn touches_agrees_with_tiles(west in -180.0..180.0_f64, width in 0.0..2.0_f64, south in -90.0..89.0_f64, height in 0.0..1.0_f64) {
            let east = if west + width > 180.0 { west + width - 360.0 } else { west + width };
            let region = Region::new(west, south, east, south + height).unwrap();
            let tiles: Vec<_> = region.tiles().collect();
            prop_assert!(tiles.contains(&TileId::containing(west, south).unwrap()));
            for tile in tiles.iter().flat_map(|t| t.neighbours()) {
                prop_assert_eq!(region.touches(tile), tiles.contains(&tile));
            }
            let mut around: Vec<_> = tiles.iter().flat_map(|t| t.neighbours()).collect();
            around.sort_unstable();
            around.dedup();
            let expected: Vec<_> = around.iter().copied().filter(|t| region.touches(*t)).collect();
            prop_assert_eq!(region.among(&around), expected);
        }
    }

    #[test]
    fn points_and_edges() {
        let one = |text: &str| {
            let region: Region = text.parse().unwrap();
            assert_eq!(region.tile_count(), 1, "{text}");
            region.tiles().next().unwrap()
        };
        assert_eq!(one("0.1,52,0.2,52.1").to_string(), "grid_0.15_52.05");
        assert_eq!(one("0.3,52.1,0.3,52.1").to_string(), "grid_0.35_52.15");
        assert_eq!(one("180,0,180,0"), TileId::containing(180.0, 0.0).unwrap());
        assert_eq!(one("0,90,0,90"), TileId::containing(0.0, 90.0).unwrap());
        assert_eq!(one("0,-90,0,-90"), TileId::containing(0.0, -90.0).unwrap());
        assert_eq!(Region::WORLD.tile_count(), 3600 * 1800);
    }

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
