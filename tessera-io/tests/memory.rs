//! How much memory a writer holds. A test of its own: it counts what the whole process allocates.

use ndarray::Array3;
use peak_alloc::PeakAlloc;
use tessera_io::{GeoTiffOptions, GeoTiffSpec, GeoTiffWriter};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

#[test]
fn a_geotiff_is_written_in_the_memory_of_its_rows_of_tiles() {
    const ROWS: usize = 4096;
    const COLS: usize = 512;
    const BANDS: usize = 16;
    let folder = tempfile::tempdir().unwrap();
    let spec = GeoTiffSpec {
        epsg: 32631,
        transform: [10.0, 0.0, 300_000.0, 0.0, -10.0, 5_000_000.0],
        rows: ROWS,
        cols: COLS,
        bands: vec![String::new(); BANDS],
        metadata: Vec::new(),
    };
    let pixels = Array3::from_shape_fn((64, COLS, BANDS), |(r, c, b)| (r * 31 + c * 7 + b) as f32);
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    // 8.4 MB for a row of tiles of the full resolution, and 4.2 for each overview, which has one tile.
    let allowed = (8 + 4 * 4) << 20;
    let options = GeoTiffOptions::default().memory(allowed);
    // What each thread keeps is beside it, so that their number must not be the machine's.
    let threads = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let report = threads.install(|| {
        let mut writer = GeoTiffWriter::create(folder.path().join("a.tif"), spec, &options).unwrap();
        for _ in 0..ROWS / 64 {
            writer.write_rows(pixels.view()).unwrap();
        }
        writer.finish().unwrap()
    });
    assert_eq!((report.tile_edge, report.overviews), (256, 4));
    let beside = 12 << 20;
    let peak = MEMORY.peak_usage() - before;
    assert!(peak < allowed as usize + beside, "{peak} bytes, {allowed} allowed");
    assert!(peak < ROWS * COLS * BANDS * 4 / 2);
}
