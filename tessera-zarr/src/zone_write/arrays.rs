//! The arrays of one zone of a zone store.

use serde_json::{Map, Value, json};
use tessera_core::{Crs, PixelGrid};

use crate::array::{ArraySpec, DataType};
use crate::attributes::variables;
use crate::{BloscCompressor, ChunkGrid, ChunkGridError, Codec, ZoneLayout};

/// Years that a chunk of the array `time` holds: adding one rewrites the chunk and does not reshape it.
const YEARS_A_CHUNK: u64 = 64;

/// Embeddings int8 (time, band, y, x).
pub(crate) fn embeddings(
    layout: &ZoneLayout,
    grid: &PixelGrid,
    years: usize,
    channels: usize,
) -> Result<ArraySpec, ChunkGridError> {
    let depth = channels as u64;
    let shape = [years as u64, depth, grid.rows() as u64, grid.cols() as u64];
    let (inner, shard) = (layout.inner_edge(), layout.shard_edge());
    Ok(ArraySpec {
        name: "embeddings",
        grid: ChunkGrid::new(&shape, &[1, depth, inner, inner])?,
        shard: Some(vec![1, depth, shard, shard]),
        data_type: DataType::Int8,
        fill_v2: json!(0),
        fill_v3: json!(0),
        codec: layout.codec_kind(),
        dimensions: vec!["time", "band", "y", "x"],
        attributes: variables::zone_embeddings(),
    })
}

/// Scales float32 (time, y, x).
pub(crate) fn scales(
    layout: &ZoneLayout,
    grid: &PixelGrid,
    years: usize,
) -> Result<ArraySpec, ChunkGridError> {
    let shape = [years as u64, grid.rows() as u64, grid.cols() as u64];
    let (inner, shard) = (layout.inner_edge(), layout.shard_edge());
    Ok(ArraySpec {
        name: "scales",
        grid: ChunkGrid::new(&shape, &[1, inner, inner])?,
        shard: Some(vec![1, shard, shard]),
        data_type: DataType::Float32,
        fill_v2: json!("Infinity"),
        fill_v3: json!("Infinity"),
        codec: layout.codec_kind(),
        dimensions: vec!["time", "y", "x"],
        attributes: variables::zone_scales(),
    })
}

/// The years, as numbers.
pub(crate) fn time(years: usize) -> Result<ArraySpec, ChunkGridError> {
    let chunk = YEARS_A_CHUNK.max(years as u64);
    coordinate("time", DataType::Int32, years, chunk, variables::years())
}

/// The channels, as numbers.
pub(crate) fn band(channels: usize) -> Result<ArraySpec, ChunkGridError> {
    coordinate("band", DataType::Int32, channels, channels as u64, variables::band())
}

/// Eastings of the pixels' centres.
pub(crate) fn x(grid: &PixelGrid) -> Result<ArraySpec, ChunkGridError> {
    coordinate("x", DataType::Float64, grid.cols(), grid.cols() as u64, variables::x(Crs::Utm(grid.zone())))
}

/// Northings of the pixels' centres, descending.
pub(crate) fn y(grid: &PixelGrid) -> Result<ArraySpec, ChunkGridError> {
    coordinate("y", DataType::Float64, grid.rows(), grid.rows() as u64, variables::y(Crs::Utm(grid.zone())))
}

/// The grid mapping, which has no dimension.
pub(crate) fn spatial_ref(grid: &PixelGrid) -> Result<ArraySpec, ChunkGridError> {
    Ok(ArraySpec {
        name: "spatial_ref",
        grid: ChunkGrid::new(&[], &[])?,
        dimensions: vec![],
        codec: Codec::NONE,
        ..coordinate("spatial_ref", DataType::Int32, 1, 1, variables::spatial_ref(&(*grid).into()))?
    })
}

fn coordinate(
    name: &'static str,
    data_type: DataType,
    length: usize,
    chunk: u64,
    attributes: Map<String, Value>,
) -> Result<ArraySpec, ChunkGridError> {
    let zero = if data_type == DataType::Float64 { json!(0.0) } else { json!(0) };
    Ok(ArraySpec {
        name,
        grid: ChunkGrid::new(&[length as u64], &[chunk])?,
        shard: None,
        data_type,
        fill_v2: Value::Null,
        fill_v3: zero,
        // Level 3 is one that blosc has.
        codec: Codec::blosc(BloscCompressor::Zstd, 3).unwrap_or_default(),
        dimensions: vec![name],
        attributes,
    })
}
