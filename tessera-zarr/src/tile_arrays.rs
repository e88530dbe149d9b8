//! The arrays of a tile store.

use bytemuck::cast_slice;
use ndarray::{ArrayView2, ArrayView3, s};
use serde_json::{Map, Value, json};
use tessera_core::{Crs, RasterGrid, ScalesView, TileId, Year};

use crate::array::{ArraySpec, DataType};
use crate::attributes::variables;
use crate::chunk_grid::ChunkGrid;
use crate::{ChunkGridError, Codec, Layout};

/// Embeddings: int8 (y, x, band).
pub(crate) fn embeddings(
    layout: &Layout,
    (rows, cols, channels): (usize, usize, usize),
    crs: Crs,
) -> Result<ArraySpec, ChunkGridError> {
    let shape = [rows as u64, cols as u64, channels as u64];
    Ok(ArraySpec {
        name: "embeddings",
        grid: ChunkGrid::new(&shape, &layout.chunk_of(&shape))?,
        shard: layout.shard_of(&shape),
        data_type: DataType::Int8,
        // A number here would make xarray read V2 as float32. All chunks are written, so none is ever filled in.
        fill_v2: Value::Null,
        fill_v3: json!(0),
        codec: layout.codec_kind(),
        dimensions: vec!["y", "x", "band"],
        attributes: variables::embeddings(crs),
    })
}

/// Scales of this shape: float32 (y, x), or (y, x, band) where each channel has its own.
pub(crate) fn scales(layout: &Layout, shape: &[usize], crs: Crs) -> Result<ArraySpec, ChunkGridError> {
    let shape: Vec<u64> = shape.iter().map(|n| *n as u64).collect();
    Ok(ArraySpec {
        name: "scales",
        grid: ChunkGrid::new(&shape, &layout.chunk_of(&shape))?,
        shard: layout.shard_of(&shape),
        data_type: DataType::Float32,
        fill_v2: json!("NaN"),
        fill_v3: json!("NaN"),
        codec: layout.codec_kind(),
        dimensions: vec!["y", "x", "band"][..shape.len()].to_vec(),
        attributes: variables::scales(crs),
    })
}

/// A small array that is one chunk, with its bytes.
pub(crate) struct Coordinate {
    pub(crate) spec: ArraySpec,
    pub(crate) bytes: Vec<u8>,
}

/// x, y, band, time with its bounds, and the grid mapping.
pub(crate) fn coordinates(
    grid: &RasterGrid,
    year: Year,
    channels: usize,
) -> Result<Vec<Coordinate>, ChunkGridError> {
    let x: Vec<f64> = (0..grid.cols()).map(|col| grid.center(0, col).0).collect();
    let y: Vec<f64> = (0..grid.rows()).map(|row| grid.center(row, 0).1).collect();
    let band: Vec<i32> = (0..channels as i32).collect();
    let (start, days) = (year.start_day(), i32::from(year.days()));
    Ok(vec![
        coordinate("x", DataType::Float64, &["x"], x.len(), cast_slice(&x), variables::x(grid.crs()))?,
        coordinate("y", DataType::Float64, &["y"], y.len(), cast_slice(&y), variables::y(grid.crs()))?,
        coordinate("band", DataType::Int32, &["band"], band.len(), cast_slice(&band), variables::band())?,
        coordinate("time", DataType::Int32, &[], 1, cast_slice(&[start]), variables::time())?,
        coordinate(
            "time_bnds",
            DataType::Int32,
            &["bnds"],
            2,
            cast_slice(&[start, start + days]),
            Map::new(),
        )?,
        coordinate(
            "spatial_ref",
            DataType::Int32,
            &[],
            1,
            cast_slice(&[0_i32]),
            variables::spatial_ref(grid),
        )?,
    ])
}

/// The edges of the cell of a tile in degrees: its pixels lie on a projected grid, which tells them to nobody who does not
/// project.
pub(crate) fn cell(id: TileId) -> Result<Vec<Coordinate>, ChunkGridError> {
    let (low, high) = (id.bounds().min(), id.bounds().max());
    let edges = |name, edges: [f64; 2], attributes| {
        coordinate(name, DataType::Float64, &["bnds"], edges.len(), cast_slice(&edges), attributes)
    };
    Ok(vec![
        edges("cell_lat", [low.y, high.y], variables::cell_lat())?,
        edges("cell_lon", [low.x, high.x], variables::cell_lon())?,
    ])
}

/// `bytes` are `length` numbers of the type, in the machine's order.
fn coordinate(
    name: &'static str,
    data_type: DataType,
    dimensions: &[&'static str],
    length: usize,
    bytes: &[u8],
    attributes: Map<String, Value>,
) -> Result<Coordinate, ChunkGridError> {
    let shape = vec![length as u64; dimensions.len()];
    let zero = if data_type == DataType::Float64 { json!(0.0) } else { json!(0) };
    let mut bytes = bytes.to_vec();
    if cfg!(target_endian = "big") {
        bytes.chunks_exact_mut(data_type.size()).for_each(<[u8]>::reverse);
    }
    let spec = ArraySpec {
        name,
        grid: ChunkGrid::new(&shape, &shape)?,
        shard: None,
        data_type,
        fill_v2: Value::Null,
        fill_v3: zero,
        codec: Codec::NONE,
        dimensions: dimensions.to_vec(),
        attributes,
    };
    Ok(Coordinate { spec, bytes })
}

/// Fills a chunk of embeddings: the values that the chunk holds, 0 beyond the array. `data` begins with row `first` of the
/// array.
pub(crate) fn fill_embeddings(
    (data, first): (&ArrayView3<'_, i8>, usize),
    grid: &ChunkGrid,
    index: &[u64],
    out: &mut [u8],
) {
    let out: &mut [i8] = bytemuck::cast_slice_mut(out);
    let Ok(ranges) = grid.ranges(index) else { return };
    let [rows, cols, bands] = [0, 1, 2].map(|i| ranges[i].start as usize..ranges[i].end as usize);
    let rows = rows.start - first..rows.end - first;
    let [height, width, depth] = [0, 1, 2].map(|i| grid.chunk_shape()[i] as usize);
    if (rows.len(), cols.len(), bands.len()) != (height, width, depth) {
        out.fill(0);
    }
    let part = data.slice(s![rows, cols, bands]);
    for (row, out) in part.outer_iter().zip(out.chunks_exact_mut(width * depth)) {
        // A row of a chunk with all channels lies in one piece: the usual case.
        match row.as_slice() {
            Some(row) if depth == part.dim().2 => out[..row.len()].copy_from_slice(row),
            _ => row.outer_iter().zip(out.chunks_exact_mut(depth)).for_each(|(pixel, out)| {
                pixel.iter().zip(out).for_each(|(value, out)| *out = *value);
            }),
        }
    }
}

/// Fills a chunk of scales: the values that the chunk holds, NaN beyond the array. `scales` begin with row `first` of it.
pub(crate) fn fill_scales(
    (scales, first): (&ScalesView<'_>, usize),
    grid: &ChunkGrid,
    index: &[u64],
    out: &mut [u8],
) {
    let (out, _) = out.as_chunks_mut::<4>();
    let Ok(ranges) = grid.ranges(index) else { return };
    let range = |i: usize| {
        let first = if i == 0 { first } else { 0 };
        ranges[i].start as usize - first..ranges[i].end as usize - first
    };
    out.fill(f32::NAN.to_le_bytes());
    let width = grid.chunk_shape()[1] as usize;
    match scales {
        ScalesView::Pixel(scales) => fill_rows(&scales.slice(s![range(0), range(1)]), out, width),
        ScalesView::Channel(scales) => {
            let depth = grid.chunk_shape()[2] as usize;
            let part = scales.slice(s![range(0), range(1), range(2)]);
            for (row, out) in part.outer_iter().zip(out.chunks_exact_mut(width * depth)) {
                fill_rows(&row, out, depth);
            }
        }
    }
}

fn fill_rows(values: &ArrayView2<'_, f32>, out: &mut [[u8; 4]], width: usize) {
    for (row, out) in values.outer_iter().zip(out.chunks_exact_mut(width)) {
        row.iter().zip(out).for_each(|(value, out)| *out = value.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, Array3};

    #[test]
    fn chunks_hold_their_part_and_padding() {
        let data = Array3::from_shape_fn((5, 3, 4), |(r, c, k)| (r * 12 + c * 4 + k) as i8);
        let grid = ChunkGrid::new(&[5, 3, 4], &[4, 2, 3]).unwrap();
        let mut out = vec![77; 24];
        fill_embeddings((&data.view(), 0), &grid, &[1, 1, 1], &mut out);
        let mut expected = vec![0; 24];
        expected[0] = data[(4, 2, 3)] as u8;
        assert_eq!(out, expected);

        let scales = Array2::from_shape_fn((5, 3), |(r, c)| (r * 3 + c) as f32);
        let grid = ChunkGrid::new(&[5, 3], &[4, 2]).unwrap();
        let mut out = vec![0; 32];
        fill_scales((&ScalesView::Pixel(scales.view()), 0), &grid, &[0, 1], &mut out);
        let values: Vec<f32> = out.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        assert_eq!([values[0], values[2], values[4], values[6]], [2.0, 5.0, 8.0, 11.0]);
        assert!([1, 3, 5, 7].iter().all(|i| values[*i].is_nan()));
    }
}
