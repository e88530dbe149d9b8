//! How much memory opening and reading take. Alone in its process, since it counts all of it.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use peak_alloc::PeakAlloc;
use proptest::prelude::*;
use tessera_core::ScaleLimit;
use tessera_npy::{Landmask, LandmaskProblem, NpyArchive, NpyHeader, NpyTile, TileError};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Bytes that something allocates at most at a time.
fn peak<T>(run: impl FnOnce() -> T) -> (usize, T) {
    HEAP.reset_peak_usage();
    let before = HEAP.current_usage();
    let out = run();
    (HEAP.peak_usage() - before, out)
}

// One test, so that nothing else allocates meanwhile.
#[test]
fn memory_is_bounded_by_the_file() {
    let dir = tempfile::tempdir().unwrap();

    // Twelve bytes that claim a header of 4 GiB.
    let path = dir.path().join("a.npy");
    fs::write(&path, b"\x93NUMPY\x02\x00\xff\xff\xff\xff").unwrap();
    let (bytes, header) = peak(|| NpyHeader::read(&path));
    assert!(header.is_err() && bytes < 4096, "{bytes}");

    // A shape of exabytes, and as many numbers as the longest header holds.
    for text in ["(9223372036854775807,)", &format!("({})", "1,".repeat(4950))] {
        let text = format!("{{'descr':'|i1','fortran_order':False,'shape':{text}}}\n");
        let mut start = b"\x93NUMPY\x02\x00".to_vec();
        start.extend((text.len() as u32).to_le_bytes());
        start.extend(text.bytes());
        fs::write(&path, start).unwrap();
        let (bytes, header) = peak(|| NpyHeader::read(&path));
        assert!(header.is_err() && bytes < 4 << 20, "{bytes}");
    }

    // Whatever stands in a header, what is allocated is bounded by its length.
    let text = format!("{:<117}\n", "{'descr': '|i1', 'fortran_order': False, 'shape': (1119, 211, 128), }");
    let whole = [b"\x93NUMPY\x01\x00\x76\x00", text.as_bytes()].concat();
    proptest!(|(changes in prop::collection::vec((6..128_usize, any::<u8>()), 1..8), digits in "[0-9(){}\\[\\],' ]{0,60}")| {
        let mut start = whole.clone();
        changes.iter().for_each(|&(at, to)| start[at] = to);
        let (bytes, _) = peak(|| NpyHeader::parse(&start, u64::MAX).map(|header| header.check_len(128)));
        prop_assert!(bytes < 128 << 10, "{}", bytes);
        start[61..61 + digits.len()].copy_from_slice(digits.as_bytes());
        let (bytes, _) = peak(|| NpyHeader::parse(&start, u64::MAX).map(|header| header.check_len(128)));
        prop_assert!(bytes < 128 << 10, "{}", bytes);
    });

    // A tag of a landmask that claims 16 MiB of strip offsets.
    let path = dir.path().join("mask.tiff");
    let mut tiff = b"II\x2a\x00\x08\x00\x00\x00\x05\x00".to_vec();
    for (tag, kind, count, value) in
        [(256, 4, 1, 9_u32), (257, 4, 1, 9), (273, 4, 1 << 22, 8), (278, 4, 1, 9), (279, 4, 1 << 22, 8)]
    {
        tiff.extend(u16::to_le_bytes(tag));
        tiff.extend(u16::to_le_bytes(kind));
        tiff.extend(u32::to_le_bytes(count));
        tiff.extend(value.to_le_bytes());
    }
    tiff.extend([0; 4]);
    fs::write(&path, tiff).unwrap();
    let (bytes, landmask) = peak(|| Landmask::read(&path));
    assert!(landmask.is_err() && bytes < 1 << 20, "{bytes}");

    // A listing: four bytes are kept of each of 60,000 tiles, six of each of their two lines while they are read, in a list
    // that doubles as it grows; and of a line without an end only its beginning is read.
    let cells = tessera_core::Region::new(0.0, 40.0, 30.0, 60.0).unwrap().tiles();
    let text: String =
        cells.map(|id| format!("2024/{id}/{id}.npy x\n2024/{id}/{id}_scales.npy x\n")).collect();
    let before = HEAP.current_usage();
    let (bytes, archive) = peak(|| NpyArchive::options().open_listing("/nowhere", text.as_bytes()).unwrap());
    let kept = HEAP.current_usage() - before;
    assert_eq!(archive.list(Some("2024".parse().unwrap())).len(), 60_000);
    assert!(kept < 4 * 60_000 + 4096 && bytes < 24 * 60_000, "{kept} {bytes}");
    let text = "grid_0.15_52.05".repeat(1 << 20);
    let (bytes, archive) = peak(|| NpyArchive::options().open_listing("/nowhere", text.as_bytes()));
    assert!(archive.is_err() && bytes < 64 << 10, "{bytes}");

    // A landmask of 1200 pixels that claims 16 million, of which not even packed ones can be in the file.
    let folder = dir.path().join("grid_-99.85_80.05");
    fs::create_dir(&folder).unwrap();
    let header = |dtype: &str, shape: &str| {
        format!("{:<117}\n", format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({shape}), }}"))
    };
    for (name, header, data) in
        [("", header("|i1", "40, 30, 1"), 1200), ("_scales", header("<f4", "40, 30"), 4800)]
    {
        let bytes = [b"\x93NUMPY\x01\x00\x76\x00", header.as_bytes(), &vec![0; data]].concat();
        fs::write(folder.join(format!("grid_-99.85_80.05{name}.npy")), bytes).unwrap();
    }
    for name in ["one_strip", "lzw"] {
        let masks = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/masks");
        let mut tiff = fs::read(masks.join(name).with_extension("tiff")).unwrap();
        // Width, height and rows of the strip, which GDAL writes as 16 bits each.
        for at in (10..10 + 12 * usize::from(tiff[8])).step_by(12) {
            if matches!(u16::from_le_bytes([tiff[at], tiff[at + 1]]), 256 | 257 | 278) {
                tiff[at + 8..at + 10].copy_from_slice(&4000_u16.to_le_bytes());
            }
        }
        let path = dir.path().join("mask.tiff");
        fs::write(&path, tiff).unwrap();
        let options = NpyTile::options().any_shape().landmask(&path).water_from_landmask();
        let (bytes, tile) = peak(|| options.open(&folder));
        let Err(TileError::Landmask(error)) = tile else { panic!("{tile:?}") };
        assert!(matches!(error.problem, LandmaskProblem::ShortBlock { .. }), "{error}");
        assert!(bytes < 64 << 10, "{bytes}");
    }

    // The founding tile, whose file is sparse: opening reads the header, and a view is no copy.
    let folder = dir.path().join("grid_-99.95_80.05");
    fs::create_dir(&folder).unwrap();
    let make = |name: &str, dtype: &str, shape: &str, len: u64| {
        let text = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({shape}), }}");
        let mut file = File::create(folder.join(name)).unwrap();
        file.write_all(b"\x93NUMPY\x01\x00\x76\x00").unwrap();
        file.write_all(format!("{text:<117}\n").as_bytes()).unwrap();
        file.set_len(128 + len).unwrap();
    };
    make("grid_-99.95_80.05.npy", "|i1", "1119, 211, 128", 1119 * 211 * 128);
    make("grid_-99.95_80.05_scales.npy", "<f4", "1119, 211", 1119 * 211 * 4);
    let (bytes, tile) = peak(|| NpyTile::open(&folder).unwrap());
    assert!(bytes < 64 << 10, "{bytes}");
    let (bytes, counts) = peak(|| tile.view().count(ScaleLimit::default()));
    assert_eq!((counts.zero, bytes), (1119 * 211, 0));

    // Read whole it is resident whole; read by blocks that are given back, only as far as the last of them.
    let sum = |view: tessera_core::QuantizedView<'_>| view.data().iter().map(|&v| i64::from(v)).sum::<i64>();
    let resident = |run: &dyn Fn()| {
        tile.release(0..1119);
        let before = resident_files();
        run();
        resident_files().saturating_sub(before)
    };
    let whole = resident(&|| assert_eq!(sum(tile.view()), 0));
    let by_blocks = resident(&|| {
        for (window, block) in tile.row_blocks(32) {
            assert_eq!(sum(block), 0);
            tile.release(window.row_range());
        }
    });
    if cfg!(target_os = "linux") {
        assert!(whole > 28 << 20 && by_blocks < 4 << 20, "{whole} {by_blocks}");
    }
}

/// Bytes of files that are mapped and resident; zero where the system does not say.
fn resident_files() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssFile:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<usize>().map_or(0, |kilobytes| kilobytes << 10)
}
