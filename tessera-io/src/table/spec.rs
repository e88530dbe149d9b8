//! The columns of a table.

use super::TableError;

/// Which columns a table has beside its own: those that are passed through, which come first, and the channels, which
/// come last.
///
/// ```
/// use tessera_io::TableSpec;
///
/// let spec = TableSpec { extra: vec!["id".to_owned()], channels: vec![0, 64] };
/// assert_eq!(spec.columns(), ["id", "lon", "lat", "year", "status", "band_0", "band_64"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableSpec {
    /// Names of the columns that are passed through as text.
    pub extra: Vec<String>,
    /// The channels, each of which is a column `band_<channel>`.
    pub channels: Vec<usize>,
}

impl TableSpec {
    /// The names of all columns, in their order.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let own = ["lon", "lat", "year", "status"].map(str::to_owned);
        let bands = self.channels.iter().map(|channel| format!("band_{channel}"));
        self.extra.iter().cloned().chain(own).chain(bands).collect()
    }

    /// Whether all columns have different names, as readers expect.
    pub(super) fn check(&self) -> Result<(), TableError> {
        let mut names = self.columns();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(TableError::Column { name: pair[0].clone() }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_columns_have_the_same_name() {
        let spec = |extra: &[&str], channels: &[usize]| TableSpec {
            extra: extra.iter().map(|&name| name.to_owned()).collect(),
            channels: channels.to_vec(),
        };
        assert!(spec(&["id", "Year", ""], &[0, 1]).check().is_ok());
        assert!(spec(&[], &[]).check().is_ok());
        for (extra, channels) in [
            (&["id", "id"][..], &[][..]),
            (&["status"], &[]),
            (&["lon"], &[]),
            (&["band_7"], &[7]),
            (&[], &[3, 3]),
        ] {
            assert!(matches!(spec(extra, channels).check(), Err(TableError::Column { .. })), "{extra:?}");
        }
    }
}
