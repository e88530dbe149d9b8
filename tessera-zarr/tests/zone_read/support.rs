//! What pixels the stores of these tests have, and stores made with zarrs.

use std::path::Path;
use std::sync::Arc;

use ndarray::{Array2, Array3};
use serde_json::{Value, json};
use tessera_core::{Channels, PixelGrid, Quantized, ScalesView, Source, Window, Year};
use zarrs::array::{Array, ArrayMetadata, ArraySubset, Element};
use zarrs::filesystem::FilesystemStore;

pub(crate) fn year(number: u16) -> Year {
    Year::new(number).unwrap()
}

/// The value of a pixel of the lattice of a zone, as golden/zones.py has it.
pub(crate) fn value(year: u16, row: i64, col: i64, channel: usize) -> i8 {
    ((row * 3 + col * 5 + channel as i64 * 11 + i64::from(year) * 7) % 61 - 30) as i8
}

/// Its scale as it is stored.
pub(crate) fn stored_scale(year: u16, row: i64, col: i64) -> f32 {
    match (row * 7 + col * 3 + i64::from(year)) % 29 {
        0 => f32::NAN,
        1 => f32::INFINITY,
        2 => 3.5,
        3 => -1.0,
        kind => kind as f32 / 256.0,
    }
}

/// What a zone is made of: whether pixels are there at all, and whether NaN says that they are not.
pub(crate) struct Expected<'a> {
    pub(crate) grid: PixelGrid,
    pub(crate) year: u16,
    pub(crate) nan_is_no_data: bool,
    pub(crate) is_there: &'a dyn Fn(usize, usize) -> bool,
}

impl Expected<'_> {
    /// Value and scale of a pixel of the zone, as they are given out.
    fn pixel(&self, row: usize, col: usize, channel: usize) -> (i8, f32) {
        let (first_row, first_col) =
            self.grid.offset_in(&PixelGrid::of_zone(self.grid.zone().number()).unwrap()).unwrap();
        let (on_row, on_col) = (first_row + row as i64, first_col + col as i64);
        match stored_scale(self.year, on_row, on_col) {
            _ if !(self.is_there)(row, col) => (0, f32::INFINITY),
            scale if scale > 0.0 && scale < 1.0 => (value(self.year, on_row, on_col, channel), scale),
            scale if scale.is_nan() && !self.nan_is_no_data => (0, f32::NAN),
            _ => (0, f32::INFINITY),
        }
    }

    /// Compares a window of some channels, and all its pixels as single ones.
    pub(crate) fn check(&self, source: &dyn Source, window: Window, list: &[usize]) {
        assert_eq!(*source.grid(), self.grid);
        let channels = Channels::from(list.to_vec());
        let mut got = Quantized::empty();
        // What was there before must not show.
        let (mut old, old_scales) = got.reset(window.rows, window.cols, list.len());
        old.fill(77);
        old_scales.fill(0.77);
        source.read_window_into(window, &channels, &mut got).unwrap();
        let data = Array3::from_shape_fn((window.rows, window.cols, list.len()), |(row, col, at)| {
            self.pixel(window.row + row, window.col + col, list[at]).0
        });
        let scales = Array2::from_shape_fn((window.rows, window.cols), |(row, col)| {
            self.pixel(window.row + row, window.col + col, 0).1
        });
        assert!(got.view().data() == data, "{window:?} {list:?}");
        assert_eq!(bits(&got), scales.iter().map(|s| s.to_bits()).collect::<Vec<_>>(), "{window:?}");
        // In an order of their own, some of them twice.
        let count = window.pixels();
        let pixels: Vec<_> = (0..count + 5)
            .map(|at| at * 7919 % count)
            .map(|at| (window.row + at / window.cols, window.col + at % window.cols))
            .collect();
        let mut single = Quantized::empty();
        source.read_pixels_into(&pixels, &channels, &mut single).unwrap();
        assert_eq!(single.view().dim(), (pixels.len(), 1, list.len()));
        for (at, &(row, col)) in pixels.iter().enumerate() {
            let (row, col) = (row - window.row, col - window.col);
            for k in 0..list.len() {
                assert_eq!(single.view().data()[(at, 0, k)], data[(row, col, k)]);
            }
            assert_eq!(bits(&single)[at], scales[(row, col)].to_bits());
        }
    }
}

fn bits(pixels: &Quantized) -> Vec<u32> {
    let ScalesView::Pixel(scales) = pixels.view().scales() else { panic!("scales a channel") };
    scales.iter().map(|s| s.to_bits()).collect()
}

/// How a store of one zone is laid out: for each of its axes time, row, col and channel a length.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) group: &'static str,
    pub(crate) years: Vec<u16>,
    pub(crate) shape: [u64; 4],
    pub(crate) chunk: [u64; 4],
    pub(crate) shard: Option<[u64; 4]>,
    /// The names of the axes, in the order in which the embeddings have them.
    pub(crate) order: [&'static str; 4],
    pub(crate) endian: &'static str,
    pub(crate) codecs: Value,
}

impl Form {
    /// A small store in the form of geotessera's.
    pub(crate) fn new() -> Self {
        Self {
            group: "utm31",
            years: vec![2023, 2024],
            shape: [2, 20, 30, 9],
            chunk: [1, 8, 8, 9],
            shard: Some([1, 16, 16, 9]),
            order: ["time", "band", "y", "x"],
            endian: "little",
            codecs: json!([{"name": "blosc", "configuration":
                {"cname": "zstd", "clevel": 3, "shuffle": "bitshuffle", "typesize": 1, "blocksize": 0}}]),
        }
    }

    pub(crate) fn grid(&self) -> PixelGrid {
        let zone = PixelGrid::of_zone(31).unwrap();
        zone.window(&Window::new(482_700, 25_900, self.shape[1] as usize, self.shape[2] as usize)).unwrap()
    }

    fn axis(name: &str) -> usize {
        ["time", "y", "x", "band"].iter().position(|axis| *axis == name).unwrap()
    }

    fn metadata(&self, data_type: &str, fill: &Value, order: &[&str]) -> Value {
        let pick = |each: [u64; 4]| order.iter().map(|name| each[Self::axis(name)]).collect::<Vec<_>>();
        let bytes = json!({"name": "bytes", "configuration": {"endian": self.endian}});
        let mut codecs = vec![bytes.clone()];
        codecs.extend(self.codecs.as_array().unwrap().iter().cloned());
        let mut outer = self.chunk;
        if let Some(shard) = self.shard {
            outer = shard;
            codecs = vec![json!({"name": "sharding_indexed", "configuration": {
                "chunk_shape": pick(self.chunk), "codecs": codecs,
                "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}],
                "index_location": "end",
            }})];
        }
        json!({
            "zarr_format": 3, "node_type": "array", "attributes": {},
            "shape": pick(self.shape), "data_type": data_type, "fill_value": fill, "codecs": codecs,
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": pick(outer)}},
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "dimension_names": order,
        })
    }

    /// Writes the store, every pixel of it, with consolidated metadata.
    pub(crate) fn write(&self, path: &Path) {
        let store = Arc::new(FilesystemStore::new(path).unwrap());
        let (grid, group) = (self.grid(), self.group);
        let mut all = serde_json::Map::new();
        all.insert(
            group.into(),
            json!({"zarr_format": 3, "node_type": "group", "attributes": {
                "proj:code": "EPSG:32631", "spatial:transform": grid.transform(),
            }}),
        );
        let scale_order: Vec<&str> = self.order.into_iter().filter(|name| *name != "band").collect();
        let embeddings = self.metadata("int8", &json!(0), &self.order);
        let scales = self.metadata("float32", &json!("Infinity"), &scale_order);
        let (row, col) = grid.offset_in(&PixelGrid::of_zone(31).unwrap()).unwrap();
        let at = |order: &[&str], index: &[u64]| {
            let of =
                |name: &str| order.iter().position(|axis| *axis == name).map_or(0, |axis| index[axis] as i64);
            (self.years[of("time") as usize], row + of("y"), col + of("x"), of("band") as usize)
        };
        put(&store, group, "embeddings", &embeddings, |index| {
            let (year, row, col, channel) = at(&self.order, index);
            value(year, row, col, channel)
        });
        put(&store, group, "scales", &scales, |index| {
            let (year, row, col, _) = at(&scale_order, index);
            stored_scale(year, row, col)
        });
        let time = json!({
            "zarr_format": 3, "node_type": "array", "attributes": {}, "shape": [self.years.len()], "data_type": "int32",
            "fill_value": 0, "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [self.years.len()]}},
            "chunk_key_encoding": {"name": "default"}, "dimension_names": ["time"],
        });
        put(&store, group, "time", &time, |index| i32::from(self.years[index[0] as usize]));
        for (name, metadata) in [("embeddings", embeddings), ("scales", scales), ("time", time)] {
            all.insert(format!("{group}/{name}"), metadata);
        }
        let root = json!({
            "zarr_format": 3, "node_type": "group", "attributes": {"geoemb:model": "https://geotessera.org/model/1.0"},
            "consolidated_metadata": {"kind": "inline", "must_understand": false, "metadata": all},
        });
        std::fs::write(path.join("zarr.json"), serde_json::to_vec_pretty(&root).unwrap()).unwrap();
    }
}

/// Writes an array whose elements follow from their indices.
fn put<T: Element>(
    store: &Arc<FilesystemStore>,
    group: &str,
    name: &str,
    metadata: &Value,
    element: impl Fn(&[u64]) -> T,
) {
    let metadata: ArrayMetadata = serde_json::from_value(metadata.clone()).unwrap();
    let array = Array::new_with_metadata(store.clone(), &format!("/{group}/{name}"), metadata).unwrap();
    array.store_metadata().unwrap();
    let shape: Vec<usize> = array.shape().iter().map(|n| *n as usize).collect();
    let elements = ndarray::indices(shape).into_iter();
    let index =
        |at: ndarray::IxDyn| ndarray::Dimension::slice(&at).iter().map(|n| *n as u64).collect::<Vec<_>>();
    let elements: Vec<T> = elements.map(|at| element(&index(at))).collect();
    array.store_array_subset(&ArraySubset::new_with_shape(array.shape().to_vec()), elements).unwrap();
}

/// Changes a document of a store.
pub(crate) fn edit(path: &Path, document: &str, change: impl FnOnce(&mut Value)) {
    let path = path.join(document);
    let mut value: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let before = value.clone();
    change(&mut value);
    assert!(value != before, "the edit of {document} changed nothing");
    std::fs::write(path, serde_json::to_vec(&value).unwrap()).unwrap();
}

/// Copies a folder, so that its files can be changed.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
