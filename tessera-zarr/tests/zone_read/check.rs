//! Shards listed and looked through.

use std::fs;

use tessera_core::{Channels, PixelStatus, ScaleLimit, Source, Window};
use tessera_zarr::ZoneStore;

use crate::golden::golden;
use crate::support::{copy, edit, year};

#[test]
fn shards_are_listed_and_whole() {
    for (name, zone, number, shards) in [
        ("utm.zarr", 31, 2024, 4 * 3),
        ("utm.zarr", 31, 2023, 3 * 3),
        ("utm.zarr", 1, 2023, 0),
        ("utm.zarr", 2, 2024, 0),
        ("hemispheres.zarr", 30, 2024, 2 * 4 * 2),
        ("hemispheres.zarr", 30, 2023, 4 * 2),
    ] {
        let store = ZoneStore::open(golden(name)).unwrap();
        let listed = store.shards(zone, year(number)).unwrap();
        assert_eq!(listed.len(), shards, "{name} {number}");
        for shard in &listed {
            let file = golden(name).join(&shard.object);
            assert_eq!(shard.bytes, fs::metadata(&file).unwrap().len());
            let check = store.check_shard(shard).unwrap();
            assert!(check.is_whole() && check.chunks > 0, "{shard:?} {check:?}");
        }
    }
    let store = ZoneStore::open(golden("utm.zarr")).unwrap();
    let shards = store.shards(31, year(2024)).unwrap();
    let last = shards.iter().rfind(|shard| shard.array == "utm31/embeddings").unwrap();
    assert_eq!((last.index.as_slice(), last.window), (&[1, 0, 1, 1][..], Window::new(32, 32, 28, 18)));
    assert_eq!(last.object, "utm31/embeddings/c/1/0/1/1");
    // 4 × 3 of its 16 chunks have pixels of the zone; the others are none of the array's.
    let check = store.check_shard(last).unwrap();
    assert_eq!((check.chunks, check.absent), (12, 0));
}

#[test]
fn parts_of_a_zone_hold_all_that_is_stored_once() {
    for (name, zone, number, count, pixels) in [
        ("utm.zarr", 31, 2024, 4, 60 * 50),
        ("utm.zarr", 31, 2023, 3, 60 * 50 - 32 * 18),
        ("utm.zarr", 31, 2020, 0, 0),
        ("utm.zarr", 2, 2024, 0, 0),
    ] {
        let store = ZoneStore::open(golden(name)).unwrap();
        let parts = store.zone_shards(zone, year(number)).unwrap();
        assert_eq!(
            (parts.len(), parts.iter().map(|part| part.window.pixels()).sum::<usize>()),
            (count, pixels)
        );
        for part in &parts {
            let bytes = |object: &String| fs::metadata(golden(name).join(object)).unwrap().len();
            assert_eq!(part.bytes, part.objects.iter().map(bytes).sum::<u64>());
            assert!(part.objects.len() >= 2, "{part:?}");
        }
    }
    // Groups that reach beyond the equator: what both have is in one part only, and all parts lie in the zone.
    let store = ZoneStore::open(golden("hemispheres.zarr")).unwrap();
    let parts = store.zone_shards(30, year(2024)).unwrap();
    let grid = store.grid(30).unwrap();
    let mut seen = vec![0_u8; grid.rows() * grid.cols()];
    for part in &parts {
        for row in part.window.row_range() {
            for col in part.window.col_range() {
                seen[row * grid.cols() + col] += 1;
            }
        }
    }
    assert!(!parts.is_empty() && seen.iter().all(|count| *count <= 1));
    let source = store.source(30, year(2024)).unwrap();
    let read = source.read_window(grid.full(), &Channels::All).unwrap();
    let valid = |row, col| read.view().status(row, col, ScaleLimit::default()) == PixelStatus::Valid;
    let outside = (0..seen.len()).filter(|&at| seen[at] == 0 && valid(at / grid.cols(), at % grid.cols()));
    assert_eq!(outside.count(), 0);
}

#[test]
fn every_damage_is_listed_and_the_rest_still_reads() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    copy(&golden("utm.zarr"), &path);
    let object = path.join("utm31/embeddings/c/1/0/0/0");
    let whole = fs::read(&object).unwrap();
    let store = ZoneStore::open(&path).unwrap();
    let shards = store.shards(31, year(2024)).unwrap();
    let shard = shards.iter().find(|shard| shard.object == "utm31/embeddings/c/1/0/0/0").unwrap();
    let source = store.source(31, year(2024)).unwrap();
    let read = |window| source.read_window(window, &Channels::All).map_err(|error| error.to_string());
    let (bad, good) = (Window::new(0, 0, 32, 32), Window::new(32, 0, 28, 50));
    read(bad).unwrap();

    // A byte of the first and the last chunk.
    let index = whole.len() - 16 * 16 - 4;
    let mut damaged = whole.clone();
    damaged[3] ^= 0x40;
    damaged[20] ^= 0xff;
    damaged[index - 10] ^= 0xff;
    fs::write(&object, &damaged).unwrap();
    let check = store.check_shard(shard).unwrap();
    assert!(!check.is_whole() && check.chunks + check.damaged.len() as u64 == 16, "{check:?}");
    assert!(check.damaged.iter().all(|damage| damage.chunk.is_some()));
    let error = read(bad).unwrap_err();
    assert!(error.contains("utm31/embeddings/c/1/0/0/0") && error.contains("is damaged"), "{error}");
    read(good).unwrap();
    // The prefix is another array.
    source.read_window(bad, &(0..4).into()).unwrap();

    // A byte of the index; and cut off, in a chunk and in the index.
    let mut damaged = whole.clone();
    damaged[index + 5] ^= 1;
    for bytes in [&damaged, &whole[..100], &whole[..whole.len() - 1], &[]] {
        fs::write(&object, bytes).unwrap();
        let check = store.check_shard(shard).unwrap();
        assert_eq!((check.chunks, check.damaged.len()), (0, 1), "{check:?}");
        assert_eq!(check.damaged[0].chunk, None);
        let error = read(bad).unwrap_err();
        assert!(error.contains("utm31/embeddings/c/1/0/0/0") && error.contains("index"), "{error}");
        read(good).unwrap();
    }

    // Mended, it reads again.
    fs::write(&object, &whole).unwrap();
    assert!(store.check_shard(shard).unwrap().is_whole());
    read(bad).unwrap();
}

#[test]
fn an_index_that_points_beyond_the_end_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    copy(&golden("utm.zarr"), &path);
    let object = path.join("utm31/scales/c/1/1/0");
    let mut bytes = fs::read(&object).unwrap();
    let index = bytes.len() - 16 * 16 - 4;
    for (entry, number) in [(0, u64::MAX - 5), (1, 1 << 40), (2, 4), (3, u64::MAX - 1)] {
        bytes[index + entry * 8..][..8].copy_from_slice(&number.to_le_bytes());
    }
    let checksum = crc32c(&bytes[index..index + 256]);
    bytes.splice(index + 256.., checksum.to_le_bytes());
    fs::write(&object, &bytes).unwrap();
    let store = ZoneStore::open(&path).unwrap();
    let source = store.source(31, year(2024)).unwrap();
    let error = source.read_window(Window::new(32, 0, 8, 16), &Channels::All).unwrap_err().to_string();
    assert!(error.contains("utm31/scales/c/1/1/0") && error.contains("is damaged"), "{error}");
    source.read_window(Window::new(40, 0, 20, 32), &Channels::All).unwrap();
    let shards = store.shards(31, year(2024)).unwrap();
    let shard = shards.iter().find(|shard| shard.object == "utm31/scales/c/1/1/0").unwrap();
    let damaged = store.check_shard(shard).unwrap().damaged;
    assert_eq!(damaged.iter().map(|d| d.chunk.clone().unwrap()).collect::<Vec<_>>(), [[1, 4, 0], [1, 4, 1]]);
}

/// The checksum of a shard index, bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg()))
    })
}

#[test]
fn arrays_read_by_zarrs_are_checked_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    crate::support::Form { endian: "big", ..crate::support::Form::new() }.write(&path);
    let store = ZoneStore::open(&path).unwrap();
    let shards = store.shards(31, year(2023)).unwrap();
    assert_eq!(shards.len(), 2 * 4);
    assert!(shards.iter().all(|shard| store.check_shard(shard).unwrap().is_whole()));
    let scales = shards.iter().find(|shard| shard.array == "utm31/scales").unwrap();
    let bytes = fs::read(path.join(&scales.object)).unwrap();
    fs::write(path.join(&scales.object), &bytes[..bytes.len() / 2]).unwrap();
    assert!(!store.check_shard(scales).unwrap().is_whole());
    edit(&path, "zarr.json", |root| root["attributes"] = serde_json::json!({}));
}
