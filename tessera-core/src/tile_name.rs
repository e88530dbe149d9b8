//! How the name of a cell is written.

use std::fmt;
use std::str::FromStr;

use crate::{TileId, TileIdError};

/// `grid_<lon>_<lat>` of any pair of hundredths.
pub(crate) fn text(lon: i32, lat: i32) -> String {
    let part = |v: i32| format!("{}{}.{:02}", if v < 0 { "-" } else { "" }, v.abs() / 100, v.abs() % 100);
    format!("grid_{}_{}", part(lon), part(lat))
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&text(self.lon_hundredths(), self.lat_hundredths()))
    }
}

impl FromStr for TileId {
    type Err = TileIdError;

    /// Parses `grid_<lon>_<lat>` exactly as it prints: two decimals, a minus sign kept, no plus, no padding.
    fn from_str(name: &str) -> Result<Self, TileIdError> {
        let form = || TileIdError::Form { got: name.to_owned() };
        let (lon, lat) = name.strip_prefix("grid_").and_then(|rest| rest.split_once('_')).ok_or_else(form)?;
        let (lon, lat) = (hundredths(lon).ok_or_else(form)?, hundredths(lat).ok_or_else(form)?);
        Self::from_hundredths(lon, lat)
    }
}

/// `-99.95` → −9995, for one to three digits without padding, a point and two digits.
fn hundredths(text: &str) -> Option<i32> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.')?;
    let numeric = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let padded = whole.len() > 1 && whole.starts_with('0');
    if !(1..=3).contains(&whole.len())
        || fraction.len() != 2
        || padded
        || !numeric(whole)
        || !numeric(fraction)
    {
        return None;
    }
    let value = whole.parse::<i32>().ok()? * 100 + fraction.parse::<i32>().ok()?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn strange_names_never_panic(name in "\\PC*") {
            let _ = name.parse::<TileId>();
        }
    }

    #[test]
    fn refuses_what_is_not_a_name() {
        for name in [
            "",
            "grid",
            "grid_0.15",
            "grid_0.15_52.05_",
            "grid_0.15_52.05_scales",
            "grid_+0.15_52.05",
            "grid_00.15_52.05",
            "grid_0.150_52.05",
            "grid_0.1_52.05",
            "grid_0.15_52",
            "Grid_0.15_52.05",
            "grid_1e1_52.05",
            "grid_.15_52.05",
            "grid_--0.15_52.05",
            "grid_0.15_5\u{0662}.05",
        ] {
            assert_eq!(name.parse::<TileId>(), Err(TileIdError::Form { got: name.into() }), "{name}");
        }
        assert!(matches!("grid_0.10_52.05".parse::<TileId>(), Err(TileIdError::OffGrid { .. })));
        assert!(matches!("grid_180.05_52.05".parse::<TileId>(), Err(TileIdError::Outside { .. })));
        assert!(matches!("grid_0.05_90.05".parse::<TileId>(), Err(TileIdError::Outside { .. })));
        assert!(TileId::containing(f64::NAN, 0.0).is_err());
    }
}
