//! Whatever is done: what is read is what was put.

use std::collections::HashMap;

use proptest::prelude::*;
use tessera_io::ChunkCache;

use crate::support::{entries, object, size};

#[derive(Debug, Clone)]
enum Step {
    Put(usize, usize, u64, u64),
    Get(usize, usize, u64, u64),
    Version(usize, usize),
    Spoil(usize, usize),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let range = || (0..2_usize, 0..2_usize, 0..200_000_u64, 1..140_000_u64);
    prop_oneof![
        5 => range().prop_map(|(url, version, start, length)| Step::Put(url, version, start, length)),
        6 => range().prop_map(|(url, version, start, length)| Step::Get(url, version, start, length)),
        1 => (0..2_usize, 0..2_usize).prop_map(|(url, version)| Step::Version(url, version)),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(file, byte)| Step::Spoil(file, byte)),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn what_is_read_is_what_was_put(steps in prop::collection::vec(step(), 1..60)) {
        const URLS: [&str; 2] = ["https://example.org/a", "s3://bucket/b"];
        const VERSIONS: [&str; 2] = ["\"1\"", "W/\"2\""];
        let limit = ChunkCache::MIN_LIMIT;
        let dir = tempfile::tempdir().unwrap();
        let mut cache = ChunkCache::open(dir.path(), limit).unwrap();
        let objects: HashMap<_, _> = URLS.iter().flat_map(|url| {
            VERSIONS.iter().map(move |version| ((*url, *version), object(url, version, 340_000)))
        }).collect();
        let mut known: HashMap<usize, usize> = HashMap::new();
        let mut put = Vec::new();
        let (mut spoiled, mut out) = (false, Vec::new());
        for step in steps {
            match step {
                Step::Put(url, version, start, length) => {
                    let bytes = &objects[&(URLS[url], VERSIONS[version])];
                    let range = start..start + length;
                    let part = &bytes[start as usize..range.end as usize];
                    cache.put(URLS[url], VERSIONS[version], range.clone(), part).unwrap();
                    // What was put just now is there, since it goes last.
                    let kept = cache.get(URLS[url], VERSIONS[version], range.clone(), &mut out);
                    // The longest that fits an eighth of the limit has the sums of two blocks.
                    prop_assert!(spoiled || kept == (length <= limit / 8 - 2 * 16 - 88));
                    put.push((url, version, range));
                }
                Step::Get(url, version, start, length) => {
                    let range = start..start + length;
                    let found = cache.get(URLS[url], VERSIONS[version], range.clone(), &mut out);
                    if found {
                        let bytes = &objects[&(URLS[url], VERSIONS[version])];
                        prop_assert!(out == bytes[start as usize..range.end as usize]);
                        let held = |r: &std::ops::Range<u64>| r.start <= range.start && range.end <= r.end;
                        prop_assert!(put.iter().any(|(u, v, r)| (*u, *v) == (url, version) && held(r)));
                    } else {
                        prop_assert!(out.is_empty());
                    }
                }
                Step::Version(url, version) => {
                    cache.set_version(URLS[url], VERSIONS[version], 340_000 + version as u64).unwrap();
                    known.insert(url, version);
                }
                Step::Spoil(file, byte) => {
                    let files = entries(dir.path());
                    if let Some(path) = (!files.is_empty()).then(|| &files[file % files.len()]) {
                        let mut bytes = std::fs::read(path).unwrap();
                        let at = byte % bytes.len();
                        bytes[at] ^= 1;
                        std::fs::write(path, bytes).unwrap();
                        spoiled = true;
                    }
                }
                Step::Reopen => cache = ChunkCache::open(dir.path(), limit).unwrap(),
            }
            prop_assert!(size(dir.path()) <= limit && cache.bytes().unwrap() <= limit);
            for (url, version) in &known {
                // It may have been removed for room, but never says another version.
                if let Some(said) = cache.version(URLS[*url]) {
                    prop_assert_eq!((said.version.as_str(), said.bytes), (VERSIONS[*version], 340_000 + *version as u64));
                }
            }
        }
    }
}
