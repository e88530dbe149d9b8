//! Files that are not sound, and folders that are something else.

use std::io::ErrorKind;

use tessera_io::ChunkCache;

use crate::support::{entries, files, object, size};

const LIMIT: u64 = 4 << 20;
const URL: &str = "s3://bucket/a?secret=abc";

#[test]
fn any_spoiled_byte_is_a_miss_and_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let cache = ChunkCache::open(dir.path(), LIMIT).unwrap();
    let data = object(URL, "1", 200);
    let mut out = Vec::new();
    let length = 200 + 16 + 88;
    for at in 0..length {
        cache.put(URL, "1", 5..205, &data).unwrap();
        let [path] = &entries(dir.path())[..] else { panic!("{at}: expected one file") };
        let mut bytes = std::fs::read(path).unwrap();
        assert_eq!(bytes.len(), length);
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(path, bytes).unwrap();
        assert!(!cache.get(URL, "1", 5..205, &mut out) && out.is_empty(), "byte {at}");
        assert!(entries(dir.path()).is_empty(), "byte {at}");
    }
    for length in [0, 1, 200, 303, 305] {
        cache.put(URL, "1", 5..205, &data).unwrap();
        let mut bytes = std::fs::read(&entries(dir.path())[0]).unwrap();
        bytes.resize(length, 0);
        std::fs::write(&entries(dir.path())[0], bytes).unwrap();
        assert!(!cache.get(URL, "1", 9..10, &mut out), "{length} bytes");
    }
    // Nothing is left of all that in the number of used bytes.
    assert!(cache.bytes().unwrap() < 64 << 10);
}

#[test]
fn a_part_of_a_long_range_is_checked_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let cache = ChunkCache::open(dir.path(), LIMIT).unwrap();
    let data = object(URL, "1", 300_000);
    cache.put(URL, "1", 1000..301_000, &data).unwrap();
    let path = &entries(dir.path())[0];
    let mut bytes = std::fs::read(path).unwrap();
    bytes[200_000] ^= 1;
    std::fs::write(path, bytes).unwrap();
    let mut out = Vec::new();
    for range in [1000..1001, 1000..130_000, 66_536..66_537, 70_000..190_000, 300_000..301_000] {
        assert!(cache.get(URL, "1", range.clone(), &mut out), "{range:?}");
        assert!(out == data[range.start as usize - 1000..range.end as usize - 1000], "{range:?}");
    }
    assert!(!cache.get(URL, "1", 200_999..201_001, &mut out) && entries(dir.path()).is_empty());
}

#[test]
fn a_range_of_another_place_is_not_taken_for_this_one() {
    let dir = tempfile::tempdir().unwrap();
    let cache = ChunkCache::open(dir.path(), LIMIT).unwrap();
    cache.put(URL, "1", 0..100, &object(URL, "1", 100)).unwrap();
    let path = &entries(dir.path())[0];
    std::fs::rename(path, path.with_file_name("100-200")).unwrap();
    assert!(!cache.get(URL, "1", 100..200, &mut Vec::new()) && entries(dir.path()).is_empty());
    // A name that no object can have, of a size that no machine has.
    cache.put(URL, "1", 0..100, &object(URL, "1", 100)).unwrap();
    std::fs::write(path.with_file_name(format!("0-{}", u64::MAX)), b"x").unwrap();
    let cache = ChunkCache::open(dir.path(), LIMIT).unwrap();
    assert!(!cache.get(URL, "1", 7..1000, &mut Vec::new()));
    assert_eq!(entries(dir.path()).len(), 1);
    assert!(cache.get(URL, "1", 7..50, &mut Vec::new()));
}

#[test]
fn spoiled_versions_are_unknown() {
    let dir = tempfile::tempdir().unwrap();
    let cache = ChunkCache::open(dir.path(), LIMIT).unwrap();
    assert_eq!(cache.version(URL), None);
    cache.set_version(URL, "\"abc\"", 77).unwrap();
    let path = files(&dir.path().join("versions")).remove(0);
    let whole = std::fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(cache.version(URL), None, "byte {at}");
        assert!(!path.exists());
    }
    cache.set_version(URL, "\"abd\"", 78).unwrap();
    let known = cache.version(URL).unwrap();
    assert_eq!((known.version.as_str(), known.bytes), ("\"abd\"", 78));
    crate::support::used_ago(&path, 1000);
    let before = cache.version(URL).unwrap().seen;
    cache.set_version(URL, "\"abd\"", 78).unwrap();
    assert!(cache.version(URL).unwrap().seen > before);
    let long = "x".repeat(ChunkCache::MAX_VERSION + 1);
    assert_eq!(cache.set_version(URL, &long, 1).unwrap_err().kind(), ErrorKind::InvalidInput);
    cache.set_version(URL, &long[1..], 1).unwrap();
    assert_eq!(cache.version(URL).unwrap().version.len(), ChunkCache::MAX_VERSION);
}

#[test]
fn other_folders_are_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("thesis.tex"), b"x").unwrap();
    let error = ChunkCache::open(dir.path(), LIMIT).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("thesis.tex"), "{error}");
    assert_eq!(files(dir.path()).len(), 1);

    let other = dir.path().join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("format"), b"tessera chunk cache 2\n").unwrap();
    assert_eq!(ChunkCache::open(&other, LIMIT).unwrap_err().kind(), ErrorKind::Unsupported);

    // Killed while it was made: it is made to the end.
    let half = dir.path().join("half");
    std::fs::create_dir_all(half.join("objects")).unwrap();
    std::fs::write(half.join("format"), b"tessera ch").unwrap();
    std::fs::write(half.join("ledger"), b"").unwrap();
    let cache = ChunkCache::open(&half, LIMIT).unwrap();
    cache.put(URL, "1", 0..3, b"abc").unwrap();
    assert!(cache.contains(URL, "1", 1..3));

    assert!(ChunkCache::open(dir.path().join("thesis.tex"), LIMIT).is_err());
    assert_eq!(
        ChunkCache::open(dir.path().join("new"), ChunkCache::MIN_LIMIT - 1).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    assert_eq!(cache.put(URL, "1", 0..4, b"abc").unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn a_cache_that_was_deleted_says_so_and_finds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("cache");
    let cache = ChunkCache::open(&root, LIMIT).unwrap();
    cache.put(URL, "1", 0..3, b"abc").unwrap();
    std::fs::remove_dir_all(&root).unwrap();
    assert!(!cache.get(URL, "1", 0..3, &mut Vec::new()));
    assert!(cache.put(URL, "1", 0..3, b"abc").is_err());
    assert_eq!(size(&root), 0);
}

#[test]
#[cfg(unix)]
fn its_owner_alone_reads_it_and_no_address_is_in_it() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("a/cache");
    let cache = ChunkCache::open(&root, LIMIT).unwrap();
    cache.put(URL, "1", 0..3, b"abc").unwrap();
    cache.set_version(URL, "1", 3).unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&root), 0o700);
    let all = files(&root);
    assert_eq!(all.len(), 5);
    for path in all {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"secret"), "{}", path.display());
    }
    let tag = std::fs::read(root.join("CACHEDIR.TAG")).unwrap();
    assert!(tag.starts_with(b"Signature: 8a477f597d28d172789f06886806bc55"));
}
