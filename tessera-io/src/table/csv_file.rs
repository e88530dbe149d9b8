//! A table as CSV.

use std::fmt::{Debug, Write as _};
use std::fs::File;
use std::io;

use ::csv::{ErrorKind, Result, Writer, WriterBuilder};

use super::{TableBatch, TableSpec};

/// Bytes that are gathered before they are written.
const BUFFER: usize = 1 << 20;

/// A CSV file in the making: RFC 4180 with plain line ends, a header first. Numbers are the shortest that read back as
/// the same; an empty field is no value.
#[derive(Debug)]
pub(super) struct CsvFile {
    writer: Writer<File>,
    number: String,
}

impl CsvFile {
    pub(super) fn begin(file: File, spec: &TableSpec) -> io::Result<Self> {
        let mut writer = WriterBuilder::new().buffer_capacity(BUFFER).from_writer(file);
        writer.write_record(spec.columns()).map_err(cause)?;
        Ok(Self { writer, number: String::new() })
    }

    pub(super) fn append(&mut self, batch: &TableBatch<'_>) -> io::Result<()> {
        (0..batch.len()).try_for_each(|row| self.row(batch, row)).map_err(cause)
    }

    fn row(&mut self, batch: &TableBatch<'_>, row: usize) -> Result<()> {
        for field in &batch.extra[row] {
            self.writer.write_field(field)?;
        }
        self.number(batch.lon[row])?;
        self.number(batch.lat[row])?;
        self.number(batch.year[row])?;
        self.writer.write_field(batch.status[row])?;
        for &value in batch.values.row(row) {
            if value.is_nan() {
                self.writer.write_field("")?;
            } else {
                self.number(value)?;
            }
        }
        self.writer.write_record(None::<&[u8]>)
    }

    /// Writes a number. `Debug` turns to exponents where `Display` would print dozens of zeros.
    fn number(&mut self, number: impl Debug) -> Result<()> {
        self.number.clear();
        // Writing into a String does not fail.
        let _ = write!(self.number, "{number:?}");
        self.writer.write_field(&self.number)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// What the system said; the crate's own conversion would hide that the disk is full.
fn cause(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(cause) => cause,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_as_such() {
        let spec = TableSpec { extra: vec!["x".repeat(BUFFER + 1)], channels: Vec::new() };
        let full = File::options().write(true).open("/dev/full").unwrap();
        assert_eq!(CsvFile::begin(full, &spec).unwrap_err().kind(), io::ErrorKind::StorageFull);
        let full = File::options().write(true).open("/dev/full").unwrap();
        let file = CsvFile::begin(full, &TableSpec::default()).unwrap();
        assert_eq!(file.finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
