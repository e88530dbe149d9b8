//! The group of a zone, or of one hemisphere of it, opened.

use std::sync::Arc;

use serde_json::{Map, Value};
use tessera_core::{PixelGrid, Year};

use super::array::ZoneArray;
use super::georeference::Georeference;
use super::name::GroupName;
use super::time_axis::TimeAxis;
use crate::OpenError;
use crate::array::DataType;
use crate::group::Group;
use crate::index_cache::IndexCache;

/// The group of a zone, or of one hemisphere of it.
#[derive(Debug)]
pub(crate) struct ZoneGroup {
    /// Its path in the store.
    pub(crate) path: String,
    pub(crate) name: GroupName,
    pub(crate) attributes: Map<String, Value>,
    /// As it is stored, in its own hemisphere.
    pub(crate) grid: PixelGrid,
    pub(crate) axis: TimeAxis,
    pub(crate) embeddings: ZoneArray,
    /// The first channels of the embeddings once more, the fewest first.
    pub(crate) prefixes: Vec<ZoneArray>,
    pub(crate) scales: ZoneArray,
    /// Whether a scale of NaN says no data, and not water.
    pub(crate) nan_is_no_data: bool,
}

impl ZoneGroup {
    /// Opens the group of this name.
    pub(crate) fn open(
        store: &Group,
        path: &str,
        name: GroupName,
        indexes: &Arc<IndexCache>,
    ) -> Result<Self, OpenError> {
        let attributes =
            match store.node(path)?.as_mut().and_then(|node| node.get_mut("attributes")).map(Value::take) {
                Some(Value::Object(map)) => map,
                _ => Map::new(),
            };
        let array = |array: &str, data_type, with_channels| {
            let path = format!("{path}/{array}");
            ZoneArray::open(store, &path, &store.array(&path)?, data_type, with_channels, indexes)
        };
        let embeddings = array("embeddings", DataType::Int8, true)?;
        let scales = array("scales", DataType::Float32, false)?;
        let [times, rows, cols, _] = embeddings.extent();
        if scales.extent()[..3] != [times, rows, cols] {
            return Err(OpenError::Array {
                name: store.bytes.name(),
                array: scales.path.clone(),
                got: format!("shape {:?}", scales.objects.shape()),
                expected: format!("{times} times, {rows} rows and {cols} columns, as the embeddings have"),
            });
        }
        let grid = Georeference { store, path, name, attributes: &attributes }.grid(rows, cols)?;
        let axis = TimeAxis::open(store, path, times, &attributes)?;
        let prefixes = prefixes(store, path, &embeddings, indexes)?;
        let nan_is_no_data = name.hemisphere.is_some() || scales.fills_with_nan;
        Ok(Self {
            path: path.to_owned(),
            name,
            attributes,
            grid,
            axis,
            embeddings,
            prefixes,
            scales,
            nan_is_no_data,
        })
    }

    /// The place of a year on the time axis.
    pub(crate) fn time(&self, year: Year) -> Result<Option<u64>, OpenError> {
        let years = self.axis.years()?;
        let at = years.binary_search_by_key(&year, |(year, _)| *year).ok();
        Ok(at.map(|at| years[at].1))
    }

    /// The documents that are read to open a group, where the metadata of all does not stand in one.
    pub(crate) fn documents(path: &str) -> [String; 4] {
        ["zarr.json", "embeddings/zarr.json", "scales/zarr.json", "time/zarr.json"]
            .map(|document| format!("{path}/{document}"))
    }

    /// The array with the fewest channels that has all of these.
    pub(crate) fn embeddings_with(&self, channels: &[usize]) -> &ZoneArray {
        let last = channels.iter().max().copied().unwrap_or(0);
        self.prefixes.iter().find(|prefix| prefix.channels() > last).unwrap_or(&self.embeddings)
    }

    /// All arrays of pixels.
    pub(crate) fn arrays(&self) -> impl Iterator<Item = &ZoneArray> {
        [&self.embeddings, &self.scales].into_iter().chain(&self.prefixes)
    }
}

/// Arrays `embeddings_d4` and the like, of the first channels; one that does not fit the embeddings is not used.
fn prefixes(
    store: &Group,
    path: &str,
    embeddings: &ZoneArray,
    indexes: &Arc<IndexCache>,
) -> Result<Vec<ZoneArray>, OpenError> {
    let start = format!("{path}/embeddings_d");
    let mut depths: Vec<u64> = match store.paths() {
        Some(paths) => paths.filter_map(|path| path.strip_prefix(&start)?.parse().ok()).collect(),
        None => {
            let told = store.attributes.get("geoemb:depths").and_then(Value::as_array);
            told.into_iter().flatten().filter_map(|depth| depth["dimensions"].as_u64()).collect()
        }
    };
    let [times, rows, cols, channels] = embeddings.extent();
    depths.retain(|depth| (1..channels).contains(depth));
    depths.sort_unstable();
    depths.dedup();
    let mut prefixes = Vec::new();
    for depth in depths {
        let path = format!("{start}{depth}");
        let Some(metadata) = store.node(&path)? else { continue };
        match ZoneArray::open(store, &path, &metadata, DataType::Int8, true, indexes) {
            Ok(array) if array.extent() == [times, rows, cols, depth] => prefixes.push(array),
            _ => {}
        }
    }
    Ok(prefixes)
}
