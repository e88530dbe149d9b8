//! Which dimension of an array is which.

use serde_json::Value;

/// The dimensions of an array of pixels of several years, found by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Axes {
    pub(crate) time: usize,
    pub(crate) row: usize,
    pub(crate) col: usize,
    pub(crate) channel: Option<usize>,
}

/// What the names of the published layouts mean: geotessera's `time`, `band` (and `band_d4`), `y`, `x`, dClimate's
/// `northing` and `easting`, and our own word for a band.
fn meaning(name: &str) -> Option<usize> {
    match name {
        "time" => Some(0),
        "y" | "northing" => Some(1),
        "x" | "easting" => Some(2),
        "channel" => Some(3),
        _ if name == "band" || name.starts_with("band_") => Some(3),
        _ => None,
    }
}

impl Axes {
    /// The axes of Zarr V3 metadata; the error says what is wrong with them.
    pub(crate) fn of(metadata: &Value, with_channels: bool) -> Result<Self, String> {
        let names = metadata["dimension_names"].as_array().ok_or("no dimension_names")?;
        let shape = metadata["shape"].as_array().map_or(0, Vec::len);
        let list = || format!("dimension_names {}", metadata["dimension_names"]);
        let mut found = [None; 4];
        for (at, name) in names.iter().enumerate() {
            let slot = name.as_str().and_then(meaning).and_then(|which| found.get_mut(which));
            let slot = slot.filter(|slot| slot.is_none()).ok_or_else(list)?;
            *slot = Some(at);
        }
        match found {
            [Some(time), Some(row), Some(col), channel]
                if channel.is_some() == with_channels && shape == names.len() =>
            {
                Ok(Self { time, row, col, channel })
            }
            _ => Err(list()),
        }
    }

    /// What is wanted of [`of`](Self::of), for a message.
    pub(crate) fn expected(with_channels: bool) -> &'static str {
        if with_channels {
            "dimension_names of time, band, y and x, in any order, or time, northing, easting and band"
        } else {
            "dimension_names of time, y and x, in any order, or time, northing and easting"
        }
    }

    /// The value of each axis of something that has one for each dimension, channels last: 0 of an array without them.
    pub(crate) fn pick(&self, each: &[u64]) -> [u64; 4] {
        let at = |axis: usize| each.get(axis).copied().unwrap_or(0);
        [at(self.time), at(self.row), at(self.col), self.channel.map_or(0, at)]
    }

    /// One for each dimension, from the value of each axis.
    pub(crate) fn place<T: Clone>(&self, time: T, row: T, col: T, channel: T) -> Vec<T> {
        let mut each = vec![time.clone(); 3 + usize::from(self.channel.is_some())];
        (each[self.time], each[self.row], each[self.col]) = (time, row, col);
        if let Some(axis) = self.channel {
            each[axis] = channel;
        }
        each
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn axes(names: &[&str], with_channels: bool) -> Result<Axes, String> {
        Axes::of(&json!({"shape": vec![1; names.len()], "dimension_names": names}), with_channels)
    }

    #[test]
    fn the_published_orders_are_known() {
        let published = axes(&["time", "band", "y", "x"], true).unwrap();
        assert_eq!(published, Axes { time: 0, channel: Some(1), row: 2, col: 3 });
        assert_eq!(published.place('t', 'r', 'c', 'k'), ['t', 'k', 'r', 'c']);
        assert_eq!(published.pick(&[0, 1, 2, 3]), [0, 2, 3, 1]);
        assert_eq!(axes(&["time", "band_d4", "y", "x"], true).unwrap(), published);
        let other = axes(&["time", "northing", "easting", "band"], true).unwrap();
        assert_eq!(other, Axes { time: 0, row: 1, col: 2, channel: Some(3) });
        let scales = axes(&["x", "y", "time"], false).unwrap();
        assert_eq!(scales, Axes { time: 2, row: 1, col: 0, channel: None });
        assert_eq!(scales.place(5, 6, 7, 8), [7, 6, 5]);
        assert_eq!(scales.pick(&[7, 6, 5]), [5, 6, 7, 0]);
    }

    #[test]
    fn other_dimensions_are_refused() {
        for names in [
            &["time", "y", "x"][..],
            &["time", "y", "y", "band"],
            &["time", "lat", "x", "band"],
            &["y", "x", "band"],
        ] {
            assert!(axes(names, true).unwrap_err().contains(names[0]));
        }
        assert!(axes(&["time", "y", "x", "band"], false).is_err());
        assert!(Axes::of(&json!({"shape": [1, 1, 1, 1]}), true).is_err());
        assert!(
            Axes::of(&json!({"shape": [1, 1, 1], "dimension_names": ["time", "band", "y", "x"]}), true)
                .is_err()
        );
        assert!(
            Axes::of(&json!({"shape": [1, 1, 1, 1], "dimension_names": ["time", null, "y", "x"]}), true)
                .is_err()
        );
    }
}
