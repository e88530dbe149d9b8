//! An array of pixels of several years.

use std::sync::Arc;

use serde_json::Value;
use tessera_core::Window;

use super::axes::Axes;
use crate::array::DataType;
use crate::group::Group;
use crate::index_cache::IndexCache;
use crate::stored_array::Reader;
use crate::{ChunkGrid, ChunkKeys, OpenError};

/// The most channels that an array may have: a window of so many is allocated by their number.
const MAX_CHANNELS: u64 = 4096;

/// An array of pixels of several years: the embeddings of a zone, a prefix of them, or their scales.
#[derive(Debug)]
pub(crate) struct ZoneArray {
    /// Its path in the store, as in `utm31/embeddings`.
    pub(crate) path: String,
    pub(crate) axes: Axes,
    /// The grid of its objects: shards where there are any, else chunks.
    pub(crate) objects: ChunkGrid,
    /// How its objects are called, where that is one of the ways that are known here.
    pub(crate) keys: Option<ChunkKeys>,
    pub(crate) reader: Reader,
    pub(crate) codec: String,
    /// Whether what is not stored is NaN.
    pub(crate) fills_with_nan: bool,
}

impl ZoneArray {
    /// Opens the array at a path, which is there.
    pub(crate) fn open(
        store: &Group,
        path: &str,
        metadata: &Value,
        data_type: DataType,
        with_channels: bool,
        indexes: &Arc<IndexCache>,
    ) -> Result<Self, OpenError> {
        let wrong = |got: String, expected: String| OpenError::Array {
            name: store.bytes.name(),
            array: path.to_owned(),
            got,
            expected,
        };
        let (objects, reader) = Reader::open(store, path, metadata, data_type, indexes)?;
        let axes = Axes::of(metadata, with_channels)
            .map_err(|got| wrong(got, Axes::expected(with_channels).into()))?;
        let channels = axes.channel.map_or(1, |axis| objects.shape()[axis]);
        if !(1..=MAX_CHANNELS).contains(&channels) {
            return Err(wrong(format!("{channels} channels"), format!("1..={MAX_CHANNELS}")));
        }
        let encoding = &metadata["chunk_key_encoding"];
        let keys = match (encoding["name"].as_str(), encoding["configuration"]["separator"].as_str()) {
            (Some("default"), None | Some("/")) => Some(ChunkKeys::Slashes),
            _ => None,
        };
        Ok(Self {
            path: path.to_owned(),
            axes,
            objects,
            keys,
            reader,
            codec: codec_of(metadata),
            fills_with_nan: metadata["fill_value"] == "NaN",
        })
    }

    /// Times, rows, columns and channels.
    pub(crate) fn extent(&self) -> [u64; 4] {
        let mut extent = self.axes.pick(self.objects.shape());
        extent[3] = extent[3].max(1);
        extent
    }

    /// The channels of a pixel; 1 of an array without an axis for them.
    pub(crate) fn channels(&self) -> usize {
        // At most MAX_CHANNELS, as was checked.
        self.extent()[3] as usize
    }

    /// The shape of what is decoded at once, a dimension each.
    pub(crate) fn chunk_shape(&self) -> &[u64] {
        match &self.reader {
            Reader::Direct(reader) => reader.array.grid.chunk_shape(),
            Reader::General(array) => array.chunk_shape(),
        }
    }

    /// Rows and columns of what is decoded at once.
    pub(crate) fn chunk_edges(&self) -> (usize, usize) {
        let [_, rows, cols, _] = self.axes.pick(self.chunk_shape());
        // An edge beyond the array's does not matter.
        let [_, most_rows, most_cols, _] = self.extent();
        (rows.min(most_rows).max(1) as usize, cols.min(most_cols).max(1) as usize)
    }

    /// Whether objects hold several chunks.
    pub(crate) fn is_sharded(&self) -> bool {
        match &self.reader {
            Reader::Direct(reader) => reader.array.shards.is_some(),
            Reader::General(array) => array.chunk_shape() != self.objects.chunk_shape(),
        }
    }

    /// The objects that hold any pixel of a window, all channels, in row order; none where their names are not known.
    pub(crate) fn objects_of(&self, time: u64, window: Window) -> Vec<Vec<u64>> {
        let range = |range: std::ops::Range<usize>| range.start as u64..range.end as u64;
        let ranges = self.axes.place(
            time..time + 1,
            range(window.row_range()),
            range(window.col_range()),
            0..self.extent()[3],
        );
        self.objects.touched(&ranges).map_or_else(|_| Vec::new(), Iterator::collect)
    }

    /// The name of an object in the store, where the way of naming them is known.
    pub(crate) fn object_name(&self, index: &[u64]) -> Option<String> {
        Some(format!("{}/{}", self.path, self.keys?.key(index)))
    }

    /// The pixels that an object holds.
    pub(crate) fn window_of(&self, object: &[u64]) -> Option<Window> {
        let ranges = self.objects.ranges(object).ok()?;
        let (rows, cols) = (ranges.get(self.axes.row)?, ranges.get(self.axes.col)?);
        let length = |range: &std::ops::Range<u64>| (range.end - range.start) as usize;
        Some(Window::new(rows.start as usize, cols.start as usize, length(rows), length(cols)))
    }
}

/// The codecs of an array by name, with what is inside of shards: `blosc(zstd)`, `bytes+zstd`.
fn codec_of(metadata: &Value) -> String {
    let list = metadata["codecs"].as_array().map_or(&[][..], Vec::as_slice);
    let names = list.iter().map(|codec| {
        let name = codec["name"].as_str().unwrap_or("?");
        match (name, &codec["configuration"]) {
            ("sharding_indexed", inside) => codec_of(inside),
            ("blosc", inside) => {
                let of = |key: &str| inside[key].as_str().unwrap_or("?").to_owned();
                format!("blosc({}-{}, {})", of("cname"), inside["clevel"], of("shuffle"))
            }
            (name, inside) => match inside["level"].as_i64() {
                Some(level) => format!("{name}-{level}"),
                None => name.to_owned(),
            },
        }
    });
    // The first of them only says in which order bytes lie.
    let names: Vec<String> = names.filter(|name| name != "bytes").collect();
    if names.is_empty() { "none".into() } else { names.join(" + ") }
}
