//! Tables as CSV, and what is refused in either format.

use std::fs;
use std::path::Path;

use ndarray::{Array2, ArrayView2, s};
use proptest::prelude::*;
use tessera_io::{OutputError, PointTable, TableBatch, TableError, TableSpec, TableWriter};

use crate::support::names;

/// A table in memory.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) lon: Vec<f64>,
    pub(crate) lat: Vec<f64>,
    pub(crate) year: Vec<u16>,
    pub(crate) status: Vec<&'static str>,
    pub(crate) values: Array2<f32>,
    pub(crate) extra: Vec<Vec<String>>,
}

impl Rows {
    pub(crate) fn new(rows: usize, channels: usize) -> Self {
        let valid = |row: usize| row % 5 != 2;
        Self {
            lon: (0..rows).map(|row| row as f64 * 0.37 % 360.0 - 180.0).collect(),
            lat: (0..rows).map(|row| row as f64 * 0.11 % 180.0 - 90.0).collect(),
            year: (0..rows).map(|row| 2017 + (row % 8) as u16).collect(),
            status: (0..rows).map(|row| if valid(row) { "valid" } else { "no data" }).collect(),
            values: Array2::from_shape_fn((rows, channels), |(row, channel)| {
                if valid(row) { (row * channels + channel) as f32 * 0.013 - 3.0 } else { f32::NAN }
            }),
            extra: (0..rows).map(|row| vec![format!("id {row}"), "a,\"b\"\nc é".to_owned()]).collect(),
        }
    }

    pub(crate) fn spec(&self) -> TableSpec {
        let extra = vec!["id".to_owned(), "note".to_owned()];
        TableSpec { extra, channels: (0..self.values.ncols()).collect() }
    }

    /// Writes it, so many rows at a time.
    pub(crate) fn write(&self, path: &Path, at_once: usize) {
        let mut table = TableWriter::create(path, self.spec(), true).unwrap();
        for start in (0..self.lon.len()).step_by(at_once) {
            let part = start..self.lon.len().min(start + at_once);
            table
                .append(&TableBatch {
                    lon: &self.lon[part.clone()],
                    lat: &self.lat[part.clone()],
                    year: &self.year[part.clone()],
                    status: &self.status[part.clone()],
                    values: self.values.slice(s![part.clone(), ..]),
                    extra: &self.extra[part],
                })
                .unwrap();
        }
        assert_eq!(table.rows_written(), self.lon.len() as u64);
        let report = table.finish().unwrap();
        assert_eq!((report.rows, report.bytes), (self.lon.len() as u64, fs::metadata(path).unwrap().len()));
    }
}

#[test]
fn a_csv_reads_back_as_a_table_of_points() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.CSV");
    let rows = Rows::new(50, 3);
    rows.write(&path, 7);
    let points = PointTable::read(&path).unwrap();
    assert_eq!((points.lon(), points.lat()), (&rows.lon[..], &rows.lat[..]));
    assert_eq!(points.extra_names(), ["id", "note", "year", "status", "band_0", "band_1", "band_2"]);
    for (row, fields) in points.extra().iter().enumerate() {
        assert_eq!(fields[..2], rows.extra[row]);
        assert_eq!(fields[2], rows.year[row].to_string());
        assert_eq!(fields[3], rows.status[row]);
        for (field, value) in fields[4..].iter().zip(rows.values.row(row)) {
            if value.is_nan() {
                assert_eq!(field, "");
            } else {
                assert_eq!(field.parse::<f32>().unwrap(), *value);
            }
        }
    }
    let whole = fs::read(&path).unwrap();
    rows.write(&path, 50);
    assert_eq!(fs::read(&path).unwrap(), whole);
    assert_eq!(names(folder.path()), ["points.CSV"]);
}

#[test]
fn a_table_may_have_no_rows_and_no_columns_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.csv");
    let table = TableWriter::create(&path, TableSpec::default(), false).unwrap();
    assert_eq!(table.finish().unwrap().rows, 0);
    assert_eq!(fs::read_to_string(&path).unwrap(), "lon,lat,year,status\n");
}

#[test]
fn batches_that_do_not_fit_are_refused_and_the_rest_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let rows = Rows::new(2, 3);
    let mut table = TableWriter::create(&path, rows.spec(), false).unwrap();
    let batch = TableBatch {
        lon: &rows.lon,
        lat: &rows.lat,
        year: &rows.year,
        status: &rows.status,
        values: rows.values.view(),
        extra: &rows.extra,
    };
    let short = vec![vec!["id".to_owned()]; 2];
    let none = ArrayView2::from_shape((0, 3), &[]).unwrap();
    for wrong in [
        TableBatch { lat: &rows.lat[1..], ..batch },
        TableBatch { year: &[], ..batch },
        TableBatch { status: &["valid"; 3], ..batch },
        TableBatch { values: none, ..batch },
        TableBatch { extra: &rows.extra[..1], ..batch },
    ] {
        let error = table.append(&wrong).unwrap_err();
        assert!(matches!(error, TableError::Length { expected: 2, .. }), "{error}");
    }
    for wrong in [
        TableBatch { values: rows.values.slice(s![.., 1..]), ..batch },
        TableBatch { extra: &short, ..batch },
    ] {
        let error = table.append(&wrong).unwrap_err();
        assert!(matches!(error, TableError::Width { .. }), "{error}");
    }
    table.append(&batch).unwrap();
    assert_eq!(table.finish().unwrap().rows, 2);
}

#[test]
fn names_and_places_that_are_no_tables() {
    let folder = tempfile::tempdir().unwrap();
    let create = |name: &str, extra: &[&str]| {
        let extra = extra.iter().map(|&name| name.to_owned()).collect();
        TableWriter::create(folder.path().join(name), TableSpec { extra, channels: vec![0] }, false)
            .unwrap_err()
    };
    for name in ["a", "a.txt", "a.csv.gz", ".csv"] {
        assert!(matches!(create(name, &[]), TableError::Format { .. }), "{name}");
    }
    assert!(matches!(create("a.csv", &["year"]), TableError::Column { .. }));
    #[cfg(not(feature = "parquet"))]
    assert!(matches!(create("a.parquet", &[]), TableError::NoParquet { .. }));
    fs::write(folder.path().join("b.csv"), "mine").unwrap();
    assert!(matches!(create("b.csv", &[]), TableError::Output(OutputError::Exists { .. })));
    assert_eq!(names(folder.path()), ["b.csv"]);
}

#[test]
fn a_table_that_is_not_finished_does_not_appear() {
    let folder = tempfile::tempdir().unwrap();
    drop(TableWriter::create(folder.path().join("a.csv"), TableSpec::default(), false).unwrap());
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn numbers_and_texts_come_back_from_csv(
        rows in prop::collection::vec((-180.0..=180.0_f64, -90.0..=90.0_f64, any::<f32>(), ".*"), 1..20),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let spec = TableSpec { extra: vec!["text".to_owned()], channels: vec![7] };
        let mut table = TableWriter::create(&path, spec, false).unwrap();
        for (lon, lat, value, text) in &rows {
            table.append(&TableBatch {
                lon: &[*lon],
                lat: &[*lat],
                year: &[2024],
                status: &["valid"],
                values: ArrayView2::from_shape((1, 1), &[*value]).unwrap(),
                extra: &[vec![text.clone()]],
            }).unwrap();
        }
        table.finish().unwrap();
        let points = PointTable::read(&path).unwrap();
        for (row, (lon, lat, value, text)) in rows.iter().enumerate() {
            prop_assert_eq!(points.lon()[row].to_bits(), lon.to_bits());
            prop_assert_eq!(points.lat()[row].to_bits(), lat.to_bits());
            let fields = &points.extra()[row];
            prop_assert_eq!(&fields[0], text);
            if value.is_nan() {
                prop_assert_eq!(&fields[3], "");
            } else {
                prop_assert_eq!(fields[3].parse::<f32>().unwrap().to_bits(), value.to_bits());
            }
        }
    }
}
