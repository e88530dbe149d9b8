//! The size, and what goes first.

use tessera_io::ChunkCache;

use crate::support::{entries, object, size, size_at_once, used_ago};

const LIMIT: u64 = ChunkCache::MIN_LIMIT;
const URL: &str = "https://example.org/a";

#[test]
fn what_was_used_last_longest_ago_goes_first() {
    let dir = tempfile::tempdir().unwrap();
    let cache = ChunkCache::open(dir.path(), LIMIT).unwrap();
    let data = object(URL, "1", 20_000);
    let put = |at: u64| cache.put(URL, "1", at..at + 20_000, &data).unwrap();
    let there = |at: u64| cache.contains(URL, "1", at..at + 20_000);
    for at in 0..30 {
        put(at);
    }
    // The later it was put, the longer ago it was used; but the last of all is used just now.
    for path in entries(dir.path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        used_ago(&path, 100 + name.split_once('-').unwrap().0.parse::<u64>().unwrap());
    }
    assert!(cache.get(URL, "1", 29..20_029, &mut Vec::new()));
    for at in 100..125 {
        put(at);
    }
    assert!(there(29) && there(0) && !there(28) && !there(27));
    assert!((100..125).all(there));
    assert!(cache.bytes().unwrap() <= LIMIT && size(dir.path()) <= LIMIT);
}

#[test]
fn long_entries_are_not_kept_and_a_lower_limit_makes_room() {
    let dir = tempfile::tempdir().unwrap();
    let cache = ChunkCache::open(dir.path(), 4 * LIMIT).unwrap();
    let length = (4 * LIMIT / 8) as usize;
    cache.put(URL, "1", 0..length as u64, &vec![1; length]).unwrap();
    assert!(!cache.contains(URL, "1", 0..length as u64) && entries(dir.path()).is_empty());
    for at in 0..30 {
        cache.put(URL, "1", at..at + 100_000, &object(URL, "1", 100_000)).unwrap();
    }
    assert_eq!(entries(dir.path()).len(), 30);
    let used = cache.bytes().unwrap();
    let lower = ChunkCache::open(dir.path(), LIMIT).unwrap();
    assert!(used > LIMIT && lower.bytes().unwrap() <= LIMIT && size(dir.path()) <= LIMIT);
    assert!(entries(dir.path()).len() > 5);
}

#[test]
fn the_number_of_used_bytes_is_that_of_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let cache = ChunkCache::open(dir.path(), LIMIT).unwrap();
    for round in 0..200_u64 {
        let length = 1 + (round * 997) % 30_000;
        let version = (round % 3).to_string();
        let data = object(URL, &version, length as usize);
        cache.put(URL, &version, round..round + length, &data).unwrap();
        cache.put(URL, &version, round..round + length, &data).unwrap();
        cache.set_version(URL, &version, round).unwrap();
    }
    let used = cache.bytes().unwrap();
    // Without what the number says, it is counted from the files.
    std::fs::write(dir.path().join("ledger"), b"no number").unwrap();
    assert_eq!(cache.bytes().unwrap(), used);
    assert_eq!(ChunkCache::open(dir.path(), LIMIT).unwrap().bytes().unwrap(), used);
    assert!(used <= LIMIT && size(dir.path()) <= used);
}

#[test]
fn many_threads_never_grow_it_past_the_limit() {
    let dir = tempfile::tempdir().unwrap();
    let cache = ChunkCache::open(dir.path(), LIMIT).unwrap();
    let mut most = 0;
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let cache = cache.clone();
                scope.spawn(move || {
                    let version = writer.to_string();
                    let (data, mut out) = (object(URL, &version, 120_000), Vec::new());
                    for round in 0..150_u64 {
                        let length = 1000 + (round * 7919) % 110_000;
                        let range = round % 40..round % 40 + length;
                        let part = &data[range.start as usize..range.end as usize];
                        cache.put(URL, &version, range.clone(), part).unwrap();
                        if cache.get(URL, &version, range, &mut out) {
                            assert!(out == part);
                        }
                    }
                })
            })
            .collect();
        while writers.iter().any(|writer| !writer.is_finished()) {
            most = most.max(size_at_once(dir.path()));
        }
    });
    assert!(most <= LIMIT, "{most} bytes");
    assert!(most > LIMIT / 2, "{most} bytes: it was not put to the test");
}
