//! A square of 5°, which gathers the tiles of one child catalogue.

use std::fmt;
use std::str::FromStr;

use geo_types::{Rect, coord};
use tessera_core::TileId;

/// The edge of a [`Block`] in degrees.
pub const BLOCK_DEGREES: i32 = 5;

/// A 5° × 5° square of the lattice that starts at (−180, −90), named by its south-west corner: `e000n50`, `w005n50`,
/// `e100s20`.
///
/// A block holds at most 2,500 tiles. Ordered by latitude, then longitude, as [`TileId`] is.
///
/// ```
/// use tessera_stac::Block;
///
/// let block = Block::of_tile("grid_-0.05_50.75".parse()?);
/// assert_eq!(block.to_string(), "w005n50");
/// assert_eq!("e100s20".parse::<Block>()?.corner(), (100, -20));
/// assert!("e003n50".parse::<Block>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block {
    // The order of the fields is the order of the type.
    south: i16,
    west: i16,
}

/// Why something is not a [`Block`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// The text does not have the form of a name.
    #[error("block name {got:?} does not have the form e000n50: e or w, three digits, n or s, two digits")]
    Form {
        /// The text as given.
        got: String,
    },
    /// The corner is no block's.
    #[error(
        "({west}, {south}) is not the south-west corner of a block: expected multiples of 5 in -180..=175, -90..=85"
    )]
    Corner {
        /// Longitude in degrees.
        west: i32,
        /// Latitude in degrees.
        south: i32,
    },
}

impl Block {
    /// The block with its south-west corner at this longitude and latitude, in degrees.
    ///
    /// # Errors
    /// [`BlockError::Corner`] where no block has it.
    pub fn new(west: i32, south: i32) -> Result<Self, BlockError> {
        let whole = |v: i32| v.rem_euclid(BLOCK_DEGREES) == 0;
        if whole(west) && whole(south) && (-180..180).contains(&west) && (-90..90).contains(&south) {
            Ok(Self { south: south as i16, west: west as i16 })
        } else {
            Err(BlockError::Corner { west, south })
        }
    }

    /// The block that holds a tile.
    #[must_use]
    pub fn of_tile(tile: TileId) -> Self {
        let corner = |hundredths: i32| (hundredths.div_euclid(100 * BLOCK_DEGREES) * BLOCK_DEGREES) as i16;
        Self { south: corner(tile.lat_hundredths()), west: corner(tile.lon_hundredths()) }
    }

    /// Longitude and latitude of the south-west corner in degrees.
    #[must_use]
    pub fn corner(self) -> (i32, i32) {
        (self.west.into(), self.south.into())
    }

    /// The box in degrees.
    ///
    /// ```
    /// # use tessera_stac::Block;
    /// let bounds = "e175n85".parse::<Block>()?.bounds();
    /// assert_eq!((bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y), (175.0, 85.0, 180.0, 90.0));
    /// # Ok::<(), tessera_stac::BlockError>(())
    /// ```
    #[must_use]
    pub fn bounds(self) -> Rect<f64> {
        let (w, s) = (f64::from(self.west), f64::from(self.south));
        let edge = f64::from(BLOCK_DEGREES);
        Rect::new(coord! { x: w, y: s }, coord! { x: w + edge, y: s + edge })
    }

    /// What to call it for a reader: `0..5E 50..55N`, `5..0W 20..15S`.
    #[must_use]
    pub fn title(self) -> String {
        let side = |low: i16, positive: char, negative: char| {
            let high = i32::from(low) + BLOCK_DEGREES;
            let letter = if low < 0 { negative } else { positive };
            format!("{}..{}{letter}", low.unsigned_abs(), high.unsigned_abs())
        };
        format!("{} {}", side(self.west, 'E', 'W'), side(self.south, 'N', 'S'))
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ew, ns) = (if self.west < 0 { 'w' } else { 'e' }, if self.south < 0 { 's' } else { 'n' });
        f.pad(&format!("{ew}{:03}{ns}{:02}", self.west.unsigned_abs(), self.south.unsigned_abs()))
    }
}

impl FromStr for Block {
    type Err = BlockError;

    /// Parses a name exactly as it prints: `e000`, never `w000`.
    fn from_str(name: &str) -> Result<Self, BlockError> {
        let form = || BlockError::Form { got: name.to_owned() };
        let &[ew, a, b, c, ns, d, e] = name.as_bytes() else { return Err(form()) };
        if ![a, b, c, d, e].iter().all(u8::is_ascii_digit) || !b"ew".contains(&ew) || !b"ns".contains(&ns) {
            return Err(form());
        }
        let number = |digits: &[u8]| digits.iter().fold(0, |n, digit| n * 10 + i32::from(digit - b'0'));
        let (west, south) = (number(&[a, b, c]), number(&[d, e]));
        let (west, south) = (if ew == b'w' { -west } else { west }, if ns == b's' { -south } else { south });
        let block = Self::new(west, south)?;
        if block.to_string() == name { Ok(block) } else { Err(form()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_tile_lies_in_its_block(column in 0..3600_u32, row in 0..1800_u32) {
            let tile = TileId::from_cell(column, row).unwrap();
            let block = Block::of_tile(tile);
            let (outer, inner) = (block.bounds(), tile.bounds());
            prop_assert!(outer.min().x <= inner.min().x && inner.max().x <= outer.max().x);
            prop_assert!(outer.min().y <= inner.min().y && inner.max().y <= outer.max().y);
            prop_assert_eq!(block.to_string().parse::<Block>(), Ok(block));
            let (west, south) = block.corner();
            prop_assert_eq!(Block::new(west, south), Ok(block));
        }

        #[test]
        fn strange_names_never_panic(name in "\\PC*") {
            let _ = name.parse::<Block>();
        }

        #[test]
        fn what_parses_prints_the_same(name in "[ew][0-9]{3}[ns][0-9]{2}") {
            if let Ok(block) = name.parse::<Block>() {
                prop_assert_eq!(block.to_string(), name);
            }
        }
    }

    #[test]
    fn there_are_2592_blocks_of_at_most_2500_tiles() {
        let mut counts = std::collections::BTreeMap::<Block, usize>::new();
        for tile in
            (0..1800).flat_map(|row| (0..3600).filter_map(move |column| TileId::from_cell(column, row)))
        {
            *counts.entry(Block::of_tile(tile)).or_default() += 1;
        }
        assert_eq!(counts.len(), 72 * 36);
        assert!(counts.values().all(|&n| n == 2500));
    }

    #[test]
    fn corners_of_the_world() {
        for (tile, block, title) in [
            ("grid_-179.95_-89.95", "w180s90", "180..175W 90..85S"),
            ("grid_179.95_89.95", "e175n85", "175..180E 85..90N"),
            ("grid_-0.05_-0.05", "w005s05", "5..0W 5..0S"),
            ("grid_0.05_0.05", "e000n00", "0..5E 0..5N"),
        ] {
            let found = Block::of_tile(tile.parse().unwrap());
            assert_eq!((found.to_string().as_str(), found.title().as_str()), (block, title));
        }
    }

    #[test]
    fn refuses_what_is_not_a_name() {
        for name in
            ["", "e000n5", "e000n500", "E000n50", "n50e000", "w000n50", "e000s00", "e00 n50", "e0\u{661}0n5"]
        {
            assert_eq!(name.parse::<Block>(), Err(BlockError::Form { got: name.into() }), "{name}");
        }
        for name in ["e003n50", "e180n00", "e000n90", "w185n00", "e000s95"] {
            assert!(matches!(name.parse::<Block>(), Err(BlockError::Corner { .. })), "{name}");
        }
    }
}
