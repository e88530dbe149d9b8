//! The dimensions and variables of a tile, as the datacube extension describes them.

use serde::{Serialize, Serializer};
use tessera_core::{PIXEL_SIZE, PixelGrid, Year};

use crate::TileRecord;

/// Which arrays an asset holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrays {
    /// The embeddings of an NPY tile.
    Embeddings,
    /// The scales of an NPY tile.
    Scales,
    /// Both, in a tile store.
    Tile,
    /// Both, of all years and the whole zone, in a zone store.
    Zone,
}

/// A dimension of an array. They are called as the arrays call them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Axis {
    Time,
    Band,
    Y,
    X,
}

const FLAT: &[Axis] = &[Axis::Y, Axis::X];
const DEEP: &[Axis] = &[Axis::Y, Axis::X, Axis::Band];
const ZONE: &[Axis] = &[Axis::Time, Axis::Band, Axis::Y, Axis::X];
const ZONE_SCALES: &[Axis] = &[Axis::Time, Axis::Y, Axis::X];

/// `cube:dimensions` and `cube:variables` of an asset that holds these arrays of a tile.
#[derive(Debug, Serialize)]
pub(crate) struct Cube {
    #[serde(rename = "cube:dimensions")]
    dimensions: Dimensions,
    #[serde(rename = "cube:variables")]
    variables: Variables,
}

impl Cube {
    pub(crate) fn new(record: &TileRecord, arrays: Arrays) -> Self {
        let scales = if record.has_channel_scales() { DEEP } else { FLAT };
        let (axes, embeddings, scales) = match arrays {
            Arrays::Embeddings => (DEEP, Some(DEEP), None),
            Arrays::Scales => (scales, None, Some(scales)),
            Arrays::Tile => (DEEP, Some(DEEP), Some(scales)),
            Arrays::Zone => (ZONE, Some(ZONE), Some(ZONE_SCALES)),
        };
        let grid = if arrays == Arrays::Zone { record.grid().northern() } else { *record.grid() };
        let dimensions = Dimensions { axes, grid, year: record.year(), channels: record.channel_count() };
        let values = |dimensions| Variable { dimensions, r#type: "data", data_type: "int8" };
        let factors = |dimensions| Variable { dimensions, r#type: "auxiliary", data_type: "float32" };
        let variables = Variables { embeddings: embeddings.map(values), scales: scales.map(factors) };
        Self { dimensions, variables }
    }
}

/// What each axis of a tile is, by its name.
#[derive(Debug)]
struct Dimensions {
    axes: &'static [Axis],
    grid: PixelGrid,
    year: Year,
    channels: usize,
}

impl Serialize for Dimensions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.axes.iter().map(|&axis| (axis, self.dimension(axis))))
    }
}

impl Dimensions {
    fn dimension(&self, axis: Axis) -> Dimension {
        // The centres of the first and last pixels, in metres.
        let (west, north) = self.grid.pixel_center(0, 0);
        let (east, south) = self.grid.pixel_center(self.grid.rows() - 1, self.grid.cols() - 1);
        let spatial = |extent, step| Dimension::Spatial {
            r#type: "spatial",
            axis,
            extent,
            step,
            reference_system: self.grid.zone().epsg(),
        };
        match axis {
            Axis::Time => Dimension::Temporal {
                r#type: "temporal",
                extent: [self.year.start(), self.year.end()],
                values: [self.year.to_string()],
            },
            Axis::Band => Dimension::Band(band(self.channels)),
            Axis::Y => spatial([south, north], -PIXEL_SIZE),
            Axis::X => spatial([west, east], PIXEL_SIZE),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Dimension {
    Spatial { r#type: &'static str, axis: Axis, extent: [f64; 2], step: f64, reference_system: u32 },
    Temporal { r#type: &'static str, extent: [String; 2], values: [String; 1] },
    Band(Band),
}

/// The channels, called `band` as the arrays call them.
#[derive(Debug, Serialize)]
pub(crate) struct Band {
    r#type: &'static str,
    extent: [usize; 2],
    step: u8,
}

pub(crate) fn band(channels: usize) -> Band {
    Band { r#type: "embedding", extent: [0, channels.saturating_sub(1)], step: 1 }
}

#[derive(Debug, Serialize)]
struct Variables {
    #[serde(skip_serializing_if = "Option::is_none")]
    embeddings: Option<Variable>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scales: Option<Variable>,
}

#[derive(Debug, Serialize)]
struct Variable {
    dimensions: &'static [Axis],
    r#type: &'static str,
    data_type: &'static str,
}
