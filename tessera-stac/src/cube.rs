//! The dimensions and variables of a tile, as the datacube extension describes them.

use serde_json::{Map, Value, json};
use tessera_core::{PIXEL_SIZE, PixelGrid};

use crate::TileRecord;

/// Which arrays an asset holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrays {
    Embeddings,
    Scales,
    Both,
}

/// `cube:dimensions` and `cube:variables` of an asset that holds these arrays of a tile.
pub(crate) fn fields(record: &TileRecord, arrays: Arrays) -> Map<String, Value> {
    let deep = arrays != Arrays::Scales || record.has_channel_scales();
    let mut dimensions = spatial(record.grid());
    if deep {
        dimensions.insert("band".to_owned(), band(record.channel_count()));
    }
    let mut variables = Map::new();
    if arrays != Arrays::Scales {
        let embeddings = json!({"dimensions": ["y", "x", "band"], "type": "data", "data_type": "int8"});
        variables.insert("embeddings".to_owned(), embeddings);
    }
    if arrays != Arrays::Embeddings {
        let dimensions =
            if record.has_channel_scales() { json!(["y", "x", "band"]) } else { json!(["y", "x"]) };
        let scales = json!({"dimensions": dimensions, "type": "auxiliary", "data_type": "float32"});
        variables.insert("scales".to_owned(), scales);
    }
    let fields = [("cube:dimensions", dimensions), ("cube:variables", variables)];
    fields.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect()
}

/// The channels, called `band` as the arrays call them.
pub(crate) fn band(channels: usize) -> Value {
    json!({"type": "embedding", "extent": [0, channels.saturating_sub(1)], "step": 1})
}

/// y and x: the centres of the first and last pixels, in metres.
fn spatial(grid: &PixelGrid) -> Map<String, Value> {
    let (west, north) = grid.pixel_center(0, 0);
    let (east, south) = grid.pixel_center(grid.rows() - 1, grid.cols() - 1);
    let axis = |name: &str, extent: [f64; 2], step: f64| {
        let epsg = grid.zone().epsg();
        json!({"type": "spatial", "axis": name, "extent": extent, "step": step, "reference_system": epsg})
    };
    [("y", axis("y", [south, north], -PIXEL_SIZE)), ("x", axis("x", [west, east], PIXEL_SIZE))]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
