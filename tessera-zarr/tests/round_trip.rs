//! Stores come back as they were written, in every layout, and reads touch only what they need.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use ndarray::{Array2, Array3, ArrayView3};
use tempfile::TempDir;
use tessera_core::synthetic::{Synthetic, SyntheticTile};
use tessera_core::{Channels, Quantized, Scales, ScalesView, Source, Tile, Window, Year};
use tessera_zarr::{BloscCompressor, Codec, Layout, Sharding, TileStore, TileWriter, ZarrFormat};

fn tile() -> SyntheticTile {
    let id = "grid_0.15_52.05".parse().unwrap();
    Synthetic::new(1).channels(12).broken(true).shape(75, 53).tile(id, Year::new(2024).unwrap()).unwrap()
}

fn write(layout: Layout, path: &Path, tile: &SyntheticTile) {
    let writer = TileWriter::new(layout).sync(false);
    writer.write(path, tile.view(), tile.grid(), tile.id(), tile.year().unwrap(), tile.version()).unwrap();
}

fn layouts() -> Vec<Layout> {
    let codecs = [
        Codec::NONE,
        Codec::zstd(1).unwrap(),
        Codec::gzip(5).unwrap(),
        Codec::blosc(BloscCompressor::Zstd, 3).unwrap(),
        Codec::blosc(BloscCompressor::Lz4, 5).unwrap(),
    ];
    let mut layouts = Vec::new();
    for codec in codecs {
        for chunk in [(16, 16, None), (32, 8, Some(5)), (256, 256, None)] {
            let [v2, v3] = [ZarrFormat::V2, ZarrFormat::V3].map(|format| Layout::new(format).codec(codec));
            let [v2, v3] = [v2, v3].map(|layout| layout.chunk(chunk.0, chunk.1, chunk.2).unwrap());
            layouts.extend([v2, v3, v3.sharding(Sharding::None).unwrap()]);
            layouts.extend(v3.sharding(Sharding::Edge(32)));
        }
    }
    layouts
}

fn bits(scales: ScalesView<'_>) -> Vec<u32> {
    match scales {
        ScalesView::Pixel(scales) => scales.iter().map(|s| s.to_bits()).collect(),
        ScalesView::Channel(scales) => scales.iter().map(|s| s.to_bits()).collect(),
    }
}

#[test]
fn every_layout_gives_back_every_window() {
    let (dir, tile) = (TempDir::new().unwrap(), tile());
    for (number, layout) in layouts().into_iter().enumerate() {
        let path = dir.path().join(format!("{number}.zarr"));
        write(layout, &path, &tile);
        let store = TileStore::open(&path).unwrap();
        assert_eq!((store.grid(), store.id(), store.year()), (tile.grid(), tile.id(), tile.year()));
        let mut out = Quantized::empty();
        for window in [
            Window::full(75, 53),
            Window::new(0, 0, 1, 1),
            Window::new(15, 7, 18, 30),
            Window::new(74, 52, 1, 1),
        ] {
            for channels in [Channels::All, (3..9).into(), vec![11, 0, 5].into()] {
                store.read_into(window, &channels, &mut out).unwrap();
                let expected = tile.read_window(window, &channels).unwrap();
                assert_eq!(out.view().data(), expected.view().data(), "{layout:?} {window:?} {channels:?}");
                assert_eq!(bits(out.view().scales()), bits(expected.view().scales()));
            }
        }
    }
}

#[test]
fn a_scale_a_channel_comes_back() {
    let dir = TempDir::new().unwrap();
    let tile = tile();
    let scales = Array3::from_shape_fn((75, 53, 12), |(r, c, k)| (r + c + k) as f32 / 1000.0);
    let pixels = Quantized::new(tile.view().data().to_owned(), Scales::Channel(scales)).unwrap();
    for format in [ZarrFormat::V2, ZarrFormat::V3] {
        let path = dir.path().join(format!("{format}.zarr"));
        let layout = Layout::new(format).chunk(32, 32, Some(8)).unwrap();
        TileWriter::new(layout)
            .write(&path, pixels.view(), tile.grid(), tile.id(), tile.year().unwrap(), tile.version())
            .unwrap();
        let window = Window::new(20, 20, 30, 30);
        let got = TileStore::open(&path).unwrap().read_window(window, &vec![9, 2].into()).unwrap();
        let expected = pixels.view().window(window).unwrap().channels(&vec![9, 2].into()).unwrap();
        assert_eq!(got, expected);
    }
}

/// All files below a folder but metadata and coordinates.
fn chunk_files(path: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for array in ["embeddings", "scales"] {
        let mut folders = vec![path.join(array)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let name = entry.path().strip_prefix(path).unwrap().to_str().unwrap().to_owned();
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else if !name.contains(".z") && !name.ends_with("zarr.json") {
                    found.push(name);
                }
            }
        }
    }
    found
}

#[test]
fn only_the_chunks_that_a_window_needs_are_touched() {
    let (dir, tile) = (TempDir::new().unwrap(), tile());
    for layout in [Layout::default(), Layout::new(ZarrFormat::V3).sharding(Sharding::None).unwrap()] {
        let path = dir.path().join(format!("{}.zarr", layout.format()));
        write(layout.chunk_edge(16).unwrap(), &path, &tile);
        let store = TileStore::open(&path).unwrap();
        let window = Window::new(40, 30, 10, 5); // chunk rows 2 and 3, chunk columns 1 and 2
        let plan = store.plan(window, &Channels::All).unwrap();
        let needed: Vec<_> = plan.iter().map(|chunk| chunk.object.clone()).collect();
        assert_eq!(needed.len(), 8);
        assert_eq!(plan.iter().map(|chunk| chunk.decoded_bytes).sum::<u64>(), 4 * 256 * (12 + 4));
        // With every other chunk gone the window still reads as it should.
        let files = chunk_files(&path);
        assert_eq!(files.len(), 2 * 5 * 4);
        for file in files.iter().filter(|file| !needed.contains(file)) {
            fs::remove_file(path.join(file)).unwrap();
        }
        let got = store.read_window(window, &Channels::All).unwrap();
        assert_eq!(got.view().data(), tile.view().window(window).unwrap().data());
    }
}

#[test]
fn a_shard_is_read_in_ranges() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use tessera_core::{ByteRange, ByteRanges};

    struct Counting(tessera_zarr::Folder, AtomicU64, AtomicU64);
    impl ByteRanges for Counting {
        fn name(&self) -> String {
            self.0.name()
        }
        fn read_into(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> std::io::Result<bool> {
            let there = self.0.read_into(object, range, out)?;
            self.1.fetch_add(1, Ordering::Relaxed);
            self.2.fetch_add(out.len() as u64, Ordering::Relaxed);
            Ok(there)
        }
        fn size(&self, object: &str) -> std::io::Result<Option<u64>> {
            self.0.size(object)
        }
    }

    let (dir, tile) = (TempDir::new().unwrap(), tile());
    let path = dir.path().join("tile.zarr");
    write(Layout::new(ZarrFormat::V3).chunk_edge(16).unwrap().codec(Codec::NONE), &path, &tile);
    let bytes = Arc::new(Counting(tessera_zarr::Folder::new(&path), AtomicU64::new(0), AtomicU64::new(0)));
    let store = TileStore::open_in(bytes.clone()).unwrap();
    let counts = || (bytes.1.swap(0, Ordering::Relaxed), bytes.2.swap(0, Ordering::Relaxed));
    assert_eq!(counts().0, 1, "one read opens a store");
    let index = 20 * 16 + 4;
    let pixel = 256 * (12 + 4);
    store.read_window(Window::new(40, 30, 1, 1), &Channels::All).unwrap();
    assert_eq!(counts(), (4, 2 * index + pixel), "two indexes and two chunks");
    store.read_window(Window::new(70, 50, 1, 1), &Channels::All).unwrap();
    assert_eq!(counts(), (2, pixel), "two chunks: the indexes are known");
}

#[test]
fn the_same_tile_gives_the_same_bytes() {
    let (dir, tile) = (TempDir::new().unwrap(), tile());
    let layout = Layout::new(ZarrFormat::V3).chunk_edge(16).unwrap();
    for name in ["a", "b"] {
        write(layout, &dir.path().join(name), &tile);
    }
    for file in chunk_files(&dir.path().join("a")).iter().chain(&["zarr.json".to_owned()]) {
        let [a, b] = ["a", "b"].map(|name| fs::read(dir.path().join(name).join(file)).unwrap());
        assert_eq!(a, b, "{file}");
    }
}

#[test]
fn every_row_is_said_to_be_read_once() {
    use std::sync::{Arc, Mutex};
    let (dir, tile) = (TempDir::new().unwrap(), tile());
    for format in [ZarrFormat::V2, ZarrFormat::V3] {
        let told = Arc::new(Mutex::new(Vec::new()));
        let writer = TileWriter::new(Layout::new(format).chunk(16, 16, Some(5)).unwrap()).on_rows_read({
            let told = told.clone();
            move |rows| told.lock().unwrap().push(rows)
        });
        let path = dir.path().join(format.to_string());
        writer
            .write(&path, tile.view(), tile.grid(), tile.id(), tile.year().unwrap(), tile.version())
            .unwrap();
        let mut told = told.lock().unwrap().clone();
        told.sort_by_key(|rows| rows.start);
        assert_eq!(told, [0..16, 16..32, 32..48, 48..64, 64..75]);
    }
}

#[test]
fn a_chunk_that_is_missing_reads_as_fill() {
    let (dir, tile) = (TempDir::new().unwrap(), tile());
    let path = dir.path().join("tile.zarr");
    write(Layout::new(ZarrFormat::V3).sharding(Sharding::None).unwrap(), &path, &tile);
    fs::remove_file(path.join("embeddings/c/0/0/0")).unwrap();
    fs::remove_file(path.join("scales/c/0/0")).unwrap();
    let got = TileStore::open(&path).unwrap().read_window(Window::full(75, 53), &Channels::All).unwrap();
    let zeros = Array3::<i8>::zeros((75, 53, 12));
    assert_eq!(got.view().data(), zeros.view() as ArrayView3<'_, i8>);
    let Scales::Pixel(scales) = got.into_parts().1 else { panic!("one scale a pixel") };
    assert!(scales.iter().all(|s| s.is_nan()) && scales.dim() == Array2::<f32>::zeros((75, 53)).dim());
}
