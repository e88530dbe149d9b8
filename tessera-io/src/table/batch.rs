//! Rows of a table.

use ndarray::ArrayView2;

use super::{TableError, TableSpec};

/// Some rows of a table, one a point and year, by columns.
#[derive(Debug, Clone, Copy)]
pub struct TableBatch<'a> {
    /// Longitudes in degrees.
    pub lon: &'a [f64],
    /// Latitudes in degrees.
    pub lat: &'a [f64],
    /// Calendar years.
    pub year: &'a [u16],
    /// What was found there: valid, water, no data, outside.
    pub status: &'a [&'a str],
    /// Embeddings, of shape (points, channels); NaN where there is none.
    pub values: ArrayView2<'a, f32>,
    /// For each point the columns that are passed through.
    pub extra: &'a [Vec<String>],
}

impl TableBatch<'_> {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lon.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lon.is_empty()
    }

    /// Whether all columns are there and have the same length.
    pub(super) fn check(&self, spec: &TableSpec) -> Result<(), TableError> {
        let rows = self.len();
        let lengths = [
            ("lat", self.lat.len()),
            ("year", self.year.len()),
            ("status", self.status.len()),
            ("values", self.values.nrows()),
            ("extra", self.extra.len()),
        ];
        for (what, got) in lengths {
            if got != rows {
                return Err(TableError::Length { what, got, expected: rows });
            }
        }
        let channels = spec.channels.len();
        if self.values.ncols() != channels {
            return Err(TableError::Width { what: "channels", got: self.values.ncols(), expected: channels });
        }
        let expected = spec.extra.len();
        match self.extra.iter().find(|fields| fields.len() != expected) {
            Some(fields) => Err(TableError::Width { what: "extra columns", got: fields.len(), expected }),
            None => Ok(()),
        }
    }
}
