//! Some points with their pixels.

use std::ops::Range;

use anyhow::Result;
use ndarray::Array2;
use tessera_core::{Channels, PointStatus, ScaleLimit, Year, Zones, through_years};
use tessera_io::{PointTable, TableBatch};

/// Bytes that the pixels of a batch take.
const BYTES: usize = 128 << 20;

/// How many points make a batch: many, as those that lie together are read together.
pub(super) fn size(channels: usize, years: usize) -> usize {
    // int8 and float32, the latter twice; a row has a hundred bytes of other things.
    (BYTES / years.max(1) / (channels * 9 + 100)).clamp(1, 1 << 17)
}

/// The rows of some points: for each point one a year.
pub(super) struct Batch {
    lon: Vec<f64>,
    lat: Vec<f64>,
    year: Vec<u16>,
    status: Vec<PointStatus>,
    names: Vec<&'static str>,
    values: Array2<f32>,
    extra: Vec<Vec<String>>,
}

impl Batch {
    /// Reads the pixels of some points of a table.
    pub(super) fn read(
        zones: &dyn Zones,
        table: &PointTable,
        range: Range<usize>,
        years: &[Year],
        channels: &Channels,
    ) -> Result<Self> {
        let at: Vec<_> = range.clone().map(|index| (table.lon()[index], table.lat()[index])).collect();
        let found = through_years(zones, years, &at, channels, ScaleLimit::default())?;
        let found: Vec<_> =
            found.iter().map(|(year, found)| (year, found.status(), found.values())).collect();
        let depth = found.first().map_or(0, |(_, _, values)| values.ncols());
        let rows = at.len() * found.len();
        let mut batch = Self {
            lon: Vec::with_capacity(rows),
            lat: Vec::with_capacity(rows),
            year: Vec::with_capacity(rows),
            status: Vec::with_capacity(rows),
            names: Vec::with_capacity(rows),
            values: Array2::zeros((rows, depth)),
            extra: Vec::with_capacity(rows),
        };
        for (point, &(lon, lat)) in at.iter().enumerate() {
            for (year, status, values) in &found {
                batch.values.row_mut(batch.lon.len()).assign(&values.row(point));
                batch.lon.push(lon);
                batch.lat.push(lat);
                batch.year.push(year.number());
                batch.status.push(status[point]);
                batch.names.push(status[point].name());
                batch.extra.push(table.extra()[range.start + point].clone());
            }
        }
        Ok(batch)
    }

    /// What was found in each row.
    pub(super) fn status(&self) -> impl Iterator<Item = PointStatus> {
        self.status.iter().copied()
    }

    /// The rows as a table takes them.
    pub(super) fn rows(&self) -> TableBatch<'_> {
        TableBatch {
            lon: &self.lon,
            lat: &self.lat,
            year: &self.year,
            status: &self.names,
            values: self.values.view(),
            extra: &self.extra,
        }
    }
}
