//! Writes an index.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, SchemaDescriptor};

use crate::index::leaves::Leaves;
use crate::index::row::RowWriter;
use crate::index::schema::schema;
use crate::parquet_file::CREATED_BY;
use crate::{Site, TileRecord};

/// The level of compression: the highest of zstd's that is still quick.
const LEVEL: i32 = 3;
/// Text that is sorted, or begins as the text before it does.
const SORTED: [&str; 9] = [
    "id",
    "title",
    "grid:code",
    "assets.embeddings.href",
    "assets.embeddings_npy.href",
    "assets.scales_npy.href",
    "assets.preview.href",
    "assets.basis.href",
    "assets.zone.href",
];
/// What a query looks for: their least and greatest values stand beside each row group.
const SOUGHT: [&str; 8] =
    ["id", "bbox.xmin", "bbox.ymin", "bbox.xmax", "bbox.ymax", "start_datetime", "end_datetime", "proj:code"];

/// Writes an index, a row group for each sheet that has tiles. The same records, the same bytes.
pub(crate) struct IndexWriter<'a, W: Write + Send> {
    writer: SerializedFileWriter<W>,
    leaves: Leaves,
    rows: RowWriter<'a>,
}

impl<'a, W: Write + Send> IndexWriter<'a, W> {
    /// An index of a catalogue at this site.
    pub(crate) fn new(out: W, site: &'a Site) -> Result<Self> {
        let schema = schema()?;
        let leaves = Leaves::of(&SchemaDescriptor::new(Arc::clone(&schema)))?;
        let writer = SerializedFileWriter::new(out, schema, Arc::new(properties()?))?;
        Ok(Self { writer, leaves, rows: RowWriter::new(site) })
    }

    /// Writes the tiles of the next sheet, in the order of the index.
    pub(crate) fn sheet(&mut self, records: &[TileRecord]) -> Result<()> {
        for record in records {
            self.rows.put(record, &mut self.leaves)?;
        }
        if self.leaves.rows > 0 {
            let mut group = self.writer.next_row_group()?;
            self.leaves.write(&mut group)?;
            group.close()?;
        }
        Ok(())
    }

    /// Ends the file with what it says of itself, by key.
    pub(crate) fn finish(mut self, metadata: Vec<(String, String)>) -> Result<W> {
        for (key, value) in metadata {
            self.writer.append_key_value_metadata(KeyValue::new(key, value));
        }
        self.writer.into_inner()
    }
}

fn properties() -> Result<WriterProperties> {
    let path = |name: &str| ColumnPath::new(name.split('.').map(str::to_owned).collect());
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_created_by(CREATED_BY.to_owned());
    for name in SORTED {
        properties = properties
            .set_column_dictionary_enabled(path(name), false)
            .set_column_encoding(path(name), Encoding::DELTA_BYTE_ARRAY);
    }
    for name in SOUGHT {
        properties = properties.set_column_statistics_enabled(path(name), EnabledStatistics::Chunk);
    }
    properties = properties.set_column_dictionary_enabled(path("geometry"), false);
    Ok(properties.build())
}
