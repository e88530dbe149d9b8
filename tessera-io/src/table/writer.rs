//! The writer of tables.

use std::path::Path;

use super::csv_file::CsvFile;
#[cfg(feature = "parquet")]
use super::parquet_file::ParquetFile;
use super::{TableBatch, TableError, TableSpec};
use crate::output::Output;

/// Writes a table of points, batch by batch: as CSV where the name ends in `.csv`, as Parquet where it ends in
/// `.parquet`.
///
/// Columns are those of [`TableSpec::columns`]: text that is passed through, `lon` and `lat` in degrees (float64),
/// `year` (int32), `status` (text), and a float32 for each channel. NaN is an empty field in CSV and null in Parquet.
/// The file appears whole or not at all, and the same rows give the same bytes, however they are cut into batches.
///
/// ```
/// use ndarray::array;
/// use tessera_io::{TableBatch, TableSpec, TableWriter};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("points.csv");
/// let spec = TableSpec { extra: vec!["id".to_owned()], channels: vec![0, 1] };
/// let mut table = TableWriter::create(&path, spec, false)?;
/// table.append(&TableBatch {
///     lon: &[0.15, 0.2],
///     lat: &[52.05, 52.0],
///     year: &[2024, 2024],
///     status: &["valid", "water"],
///     values: array![[0.5, -1.25], [f32::NAN, f32::NAN]].view(),
///     extra: &[vec!["a".to_owned()], vec!["b".to_owned()]],
/// })?;
/// assert_eq!(table.finish()?.rows, 2);
/// assert_eq!(
///     std::fs::read_to_string(&path)?,
///     "id,lon,lat,year,status,band_0,band_1\na,0.15,52.05,2024,valid,0.5,-1.25\nb,0.2,52.0,2024,water,,\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TableWriter {
    output: Output,
    spec: TableSpec,
    file: Format,
    rows: u64,
    broken: bool,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableReport {
    /// Rows of the table.
    pub rows: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

#[derive(Debug)]
enum Format {
    Csv(Box<CsvFile>),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetFile>),
}

impl TableWriter {
    /// Begins a file that is to stand at `path`, in a folder that is there; `overwrite` says whether it may replace
    /// one.
    ///
    /// # Errors
    /// Where the name says no format, or Parquet and the cargo feature `parquet` is not on; where two columns have the
    /// same name, or something is there and not to be replaced.
    pub fn create(path: impl AsRef<Path>, spec: TableSpec, overwrite: bool) -> Result<Self, TableError> {
        let path = path.as_ref();
        spec.check()?;
        let ends_in = |end: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(end));
        let begin = if ends_in("csv") {
            begin_csv
        } else if ends_in("parquet") {
            begin_parquet
        } else {
            return Err(TableError::Format { path: path.to_owned() });
        };
        let output = Output::begin(path, overwrite)?;
        let file = begin(&output, &spec)?;
        Ok(Self { output, spec, file, rows: 0, broken: false })
    }

    /// Rows written so far.
    #[must_use]
    pub fn rows_written(&self) -> u64 {
        self.rows
    }

    /// Writes the next rows.
    ///
    /// # Errors
    /// Where the columns of the batch are not those of the table or differ in length, which leaves the table as it was.
    /// After any other error it cannot be finished.
    pub fn append(&mut self, batch: &TableBatch<'_>) -> Result<(), TableError> {
        self.check()?;
        batch.check(&self.spec)?;
        // Until all rows are there.
        self.broken = true;
        match &mut self.file {
            Format::Csv(file) => file.append(batch).map_err(self.output.failed())?,
            #[cfg(feature = "parquet")]
            Format::Parquet(file) => file.append(batch).map_err(|cause| encode(&self.output, cause))?,
        }
        self.broken = false;
        self.rows += batch.len() as u64;
        Ok(())
    }

    /// Lets the file appear.
    ///
    /// # Errors
    /// Where writing failed before, or the file cannot be written or put in its place.
    pub fn finish(self) -> Result<TableReport, TableError> {
        self.check()?;
        match self.file {
            Format::Csv(file) => file.finish().map_err(self.output.failed())?,
            #[cfg(feature = "parquet")]
            Format::Parquet(file) => file.finish().map_err(|cause| encode(&self.output, cause))?,
        }
        Ok(TableReport { rows: self.rows, bytes: self.output.commit()? })
    }

    fn check(&self) -> Result<(), TableError> {
        if self.broken { Err(TableError::Broken { path: self.output.path().to_owned() }) } else { Ok(()) }
    }
}

fn begin_csv(output: &Output, spec: &TableSpec) -> Result<Format, TableError> {
    let file = output.file().try_clone().map_err(output.failed())?;
    Ok(Format::Csv(Box::new(CsvFile::begin(file, spec).map_err(output.failed())?)))
}

#[cfg(not(feature = "parquet"))]
fn begin_parquet(output: &Output, _: &TableSpec) -> Result<Format, TableError> {
    Err(TableError::NoParquet { path: output.path().to_owned() })
}

#[cfg(feature = "parquet")]
fn begin_parquet(output: &Output, spec: &TableSpec) -> Result<Format, TableError> {
    let file = output.file().try_clone().map_err(output.failed())?;
    Ok(Format::Parquet(Box::new(ParquetFile::begin(file, spec).map_err(|cause| encode(output, cause))?)))
}

/// An error of the encoder; a full disk is told as such.
#[cfg(feature = "parquet")]
fn encode(output: &Output, cause: ::parquet::errors::ParquetError) -> TableError {
    let path = output.path().to_owned();
    match cause {
        ::parquet::errors::ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
            Ok(cause) => output.failed()(*cause).into(),
            Err(other) => TableError::Encode { path, cause: other.to_string() },
        },
        other => TableError::Encode { path, cause: other.to_string() },
    }
}

#[cfg(all(test, feature = "parquet"))]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn a_full_disk_is_told_as_such() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::begin(&folder.path().join("a.parquet"), false).unwrap();
        let error = encode(&output, io::Error::from(io::ErrorKind::StorageFull).into());
        let TableError::Output(crate::OutputError::Io { cause, .. }) = error else { panic!("{error}") };
        assert_eq!(cause.kind(), io::ErrorKind::StorageFull);
    }
}
