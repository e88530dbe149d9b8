//! The grid that is asked for.

use std::str::FromStr;

use tessera_core::Crs;

/// A grid as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GridName {
    /// The pixels as they are.
    Native,
    Crs(Crs),
}

impl FromStr for GridName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("native") {
            return Ok(Self::Native);
        }
        text.parse().map(Self::Crs).map_err(|error| format!("{error}; or native"))
    }
}

/// The size of a cell where nothing says it: that of a pixel, about.
pub(super) fn default_step(crs: Crs) -> f64 {
    match crs {
        Crs::LonLat => 0.0001,
        _ => tessera_core::PIXEL_SIZE,
    }
}
