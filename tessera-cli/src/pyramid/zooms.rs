//! The zooms of a map.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use tessera_core::PyramidGrid;

/// A range of zooms, as in 0-14.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Zooms {
    least: u8,
    greatest: u8,
}

impl Zooms {
    pub(super) fn range(self) -> RangeInclusive<u8> {
        self.least..=self.greatest
    }
}

impl Default for Zooms {
    fn default() -> Self {
        Self { least: 0, greatest: PyramidGrid::NATIVE_ZOOM }
    }
}

impl fmt::Display for Zooms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.least, self.greatest)
    }
}

impl FromStr for Zooms {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let most = PyramidGrid::MAX_ZOOM;
        let refused = || format!("{text:?}: expected zooms from 0 to {most}, as in 0-14");
        let (least, greatest) = text.split_once('-').unwrap_or((text, text));
        let number = |text: &str| text.trim().parse::<u8>().map_err(|_| refused());
        let zooms = Self { least: number(least)?, greatest: number(greatest)? };
        if zooms.least <= zooms.greatest && zooms.greatest <= most { Ok(zooms) } else { Err(refused()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooms_rise_and_are_in_range() {
        assert_eq!("3-9".parse(), Ok(Zooms { least: 3, greatest: 9 }));
        assert_eq!("7".parse(), Ok(Zooms { least: 7, greatest: 7 }));
        assert_eq!(Zooms::default().to_string().parse(), Ok(Zooms::default()));
        for wrong in ["", "9-3", "0-17", "-1-4", "a-b", "1-2-3", "0-999"] {
            assert!(wrong.parse::<Zooms>().is_err(), "{wrong}");
        }
    }
}
