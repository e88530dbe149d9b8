//! How much memory a pyramid takes while it is made. A test of its own: it counts what the whole process allocates.

// Helpers outside of test functions are tests too.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::ops::{ControlFlow, Range};
use std::path::PathBuf;

use ndarray::Array3;
use peak_alloc::PeakAlloc;
use tessera_core::{
    Channels, DatasetVersion, MemoryBudget, PixelGrid, PyramidChunk, PyramidGrid, PyramidStore, Quantized,
    QuantizedView, Region, Source, SourceError, Window, Year, Zones,
};
use tessera_pca::{Ledger, PyramidBuilder, PyramidPart, PyramidReport, Rgba};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const CHANNELS: usize = 128;

/// A zone of valid pixels that are made as they are read.
struct Made(PixelGrid);

impl Source for Made {
    fn grid(&self) -> &PixelGrid {
        &self.0
    }
    fn channels(&self) -> usize {
        CHANNELS
    }
    fn name(&self) -> String {
        "made".into()
    }
    fn read_window_into(&self, w: Window, _: &Channels, out: &mut Quantized) -> Result<(), SourceError> {
        let (mut data, scales) = out.reset(w.rows, w.cols, CHANNELS);
        data.fill(7);
        scales.fill(0.5);
        Ok(())
    }
}

struct MadeZones;

impl Zones for MadeZones {
    fn name(&self) -> String {
        "made".into()
    }
    fn years(&self) -> Vec<Year> {
        vec![Year::new(2024).unwrap()]
    }
    fn version(&self) -> DatasetVersion {
        DatasetVersion::Unknown
    }
    fn boxes(&self, _: Year) -> Vec<Region> {
        vec![Region::WORLD]
    }
    fn zone(&self, number: u8, _: Year, _: &Region) -> Result<Option<Box<dyn Source + '_>>, SourceError> {
        Ok(Some(Box::new(Made(PixelGrid::of_zone(number).unwrap()))))
    }
}

/// Chunks as files.
struct Files(PyramidGrid, PathBuf);

impl Files {
    fn path(&self, chunk: PyramidChunk) -> PathBuf {
        self.1.join(format!("{}-{}-{}", chunk.level, chunk.row, chunk.col))
    }
}

impl PyramidStore for Files {
    fn name(&self) -> String {
        "files".into()
    }
    fn grid(&self) -> &PyramidGrid {
        &self.0
    }
    fn levels(&self) -> Range<u8> {
        0..self.0.levels()
    }
    fn read_chunk(&self, chunk: PyramidChunk, out: &mut Vec<u8>) -> Result<bool, SourceError> {
        *out = fs::read(self.path(chunk)).map_err(|cause| SourceError::new("files", cause))?;
        Ok(true)
    }
    fn write_chunk(&self, chunk: PyramidChunk, pixels: &[u8]) -> Result<(), SourceError> {
        fs::write(self.path(chunk), pixels).map_err(|cause| SourceError::new("files", cause))
    }
    fn remove_chunk(&self, _: PyramidChunk) -> Result<(), SourceError> {
        Ok(())
    }
}

/// Builds the pyramid of so many tiles in each direction, and says how much memory that takes at most.
fn peak(tiles: i32) -> (usize, PyramidReport) {
    let folder = tempfile::tempdir().unwrap();
    let store = Files(PyramidGrid::lon_lat(6).unwrap(), folder.path().to_owned());
    let parts: Vec<_> = (0..tiles * tiles)
        .map(|at| {
            let (west, north) = (0.2 + 0.1 * f64::from(at % tiles), 52.1 - 0.1 * f64::from(at / tiles));
            PyramidPart::new(Region::new(west, north - 0.1, west + 0.1, north).unwrap(), "made")
        })
        .collect();
    let grey = |view: &QuantizedView<'_>, _: u8| {
        let (rows, cols, _) = view.dim();
        Ok(Rgba::new(Array3::from_elem((rows, cols, 4), 255))?)
    };
    let state = Ledger::open(folder.path().join("state")).unwrap();
    let builder = PyramidBuilder::new(&MadeZones, Year::new(2024).unwrap(), &grey, &store)
        .memory(MemoryBudget::from_mib(96).unwrap());
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let report = builder.build(&parts, &state, &|_| ControlFlow::Continue(())).unwrap();
    (MEMORY.peak_usage() - before, report)
}

#[test]
fn a_pyramid_takes_the_memory_of_a_block_however_large_it_is() {
    // What each thread keeps is beside it, so that their number must not be the machine's.
    let threads = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let (few, small) = threads.install(|| peak(2));
    let (many, large) = threads.install(|| peak(4));
    assert!(large.blocks >= 2 * small.blocks && large.pixels > 2 * small.pixels, "{small:?} {large:?}");
    assert!(few < 96 << 20, "{few} bytes");
    assert!(many < few + few / 20, "{many} bytes for 16 tiles, {few} for 4");
    // All that was read is much more.
    assert!(large.bytes > 10 * many as u64);
}
