//! Writes the hashes of a year.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::data_type::{ByteArrayType, FixedLenByteArray, FixedLenByteArrayType};
use parquet::errors::Result;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use tessera_core::{TileId, Year};

use crate::hashes::{FileHashes, schema};
use crate::item_id;
use crate::parquet_file::{CREATED_BY, write_column};

/// Writes the hashes of a year, a row group for each sheet that has tiles, as an index has them.
pub(crate) struct HashesWriter<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    known: usize,
}

impl<W: Write + Send> HashesWriter<W> {
    pub(crate) fn new(out: W) -> Result<Self> {
        // Hashes do not compress.
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::UNCOMPRESSED)
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_offset_index_disabled(true)
            .set_created_by(CREATED_BY.to_owned());
        properties = properties.set_column_encoding(ColumnPath::from("id"), Encoding::DELTA_BYTE_ARRAY);
        let writer = SerializedFileWriter::new(out, schema()?, Arc::new(properties.build()))?;
        Ok(Self { writer, known: 0 })
    }

    /// Writes the next sheet, in the order of the index.
    pub(crate) fn sheet(&mut self, year: Year, rows: &[(TileId, FileHashes)]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = rows.iter().map(|(tile, _)| item_id(*tile, year).into_bytes().into()).collect();
        let mut group = self.writer.next_row_group()?;
        write_column::<ByteArrayType, W>(&mut group, &ids, None, None)?;
        for hash in [|hashes: &FileHashes| hashes.embeddings, |hashes: &FileHashes| hashes.scales] {
            let hashes: Vec<_> = rows.iter().map(|(_, hashes)| hash(hashes)).collect();
            let levels: Vec<_> = hashes.iter().map(|hash| i16::from(hash.is_some())).collect();
            let fixed = |hash: [u8; 32]| FixedLenByteArray::from(hash.to_vec());
            let values: Vec<_> = hashes.into_iter().flatten().map(fixed).collect();
            self.known += values.len();
            write_column::<FixedLenByteArrayType, W>(&mut group, &values, Some(&levels), None)?;
        }
        group.close()?;
        Ok(())
    }

    /// Ends the file, and says how many hashes it has.
    pub(crate) fn finish(self) -> Result<(W, usize)> {
        Ok((self.writer.into_inner()?, self.known))
    }
}
