//! Several processes, which are killed.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tessera_io::ChunkCache;

use crate::support::{entries, files, object, size_at_once};

const LIMIT: u64 = 2 << 20;
const ROOT: &str = "TESSERA_TEST_CACHE";
const SEED: &str = "TESSERA_TEST_SEED";
const URLS: [&str; 3] = ["https://example.org/a", "https://example.org/b", "https://example.org/c"];

/// What another process does: it puts and gets until it is killed, or for 20 seconds. Started by the tests below.
#[test]
#[ignore = "is started by the other tests, in processes of its own"]
fn worker() {
    let (Some(root), Ok(seed)) = (std::env::var_os(ROOT), std::env::var(SEED)) else { return };
    let cache = ChunkCache::open(Path::new(&root), LIMIT).unwrap();
    let objects = URLS.map(|url| object(url, "1", 400_000));
    let mut state: u64 = seed.parse().unwrap();
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let start = Instant::now();
    let mut out = Vec::new();
    while start.elapsed() < Duration::from_secs(20) {
        let which = random(3) as usize;
        let (first, length) = (random(200) * 1000, 1 + random(200_000));
        let range = first..first + length;
        let part = &objects[which][range.start as usize..range.end as usize];
        if cache.get(URLS[which], "1", range.clone(), &mut out) {
            assert!(out == part, "wrong bytes");
        } else {
            cache.put(URLS[which], "1", range, part).unwrap();
        }
        cache.set_version(URLS[which], "1", 400_000).unwrap();
    }
}

fn start(root: &Path, seed: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["processes::worker", "--exact", "--ignored"])
        .env(ROOT, root)
        .env(SEED, seed.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Everything that can be read is right; how many ranges could be read.
fn all_is_right(root: &Path) -> usize {
    let cache = ChunkCache::open(root, LIMIT).unwrap();
    let mut sound = 0;
    for url in URLS {
        let whole = object(url, "1", 400_000);
        for path in entries(root) {
            let (start, end) = path.file_name().unwrap().to_str().unwrap().split_once('-').unwrap();
            let range: std::ops::Range<u64> = start.parse().unwrap()..end.parse().unwrap();
            let mut out = Vec::new();
            if cache.get(url, "1", range.clone(), &mut out) {
                assert!(out == whole[range.start as usize..range.end as usize]);
                sound += 1;
            }
        }
        assert!(cache.version(url).is_none_or(|known| known.version == "1" && known.bytes == 400_000));
    }
    sound
}

#[test]
fn killed_processes_leave_a_cache_that_is_right_and_within_its_limit() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("cache");
    drop(ChunkCache::open(&root, LIMIT).unwrap());
    let (mut most, mut left_behind) = (0, 0);
    for round in 0..12 {
        let mut workers = [start(&root, 3 * round + 1), start(&root, 3 * round + 2)];
        let began = Instant::now();
        let time = Duration::from_millis(120 + 17 * round);
        // On a busy machine it takes longer until there is something to look at.
        let waits = |most| entries(&root).is_empty() || (round == 11 && most <= LIMIT / 2);
        while began.elapsed() < time || (waits(most) && began.elapsed() < Duration::from_secs(15)) {
            most = most.max(size_at_once(&root));
        }
        for worker in &mut workers {
            // On Unix this is SIGKILL.
            assert!(worker.try_wait().unwrap().is_none(), "a worker ended by itself");
            worker.kill().unwrap();
            worker.wait().unwrap();
        }
        left_behind += files(&root.join("partial")).len();
        assert!(all_is_right(&root) > 0);
        assert_eq!(files(&root.join("partial")).len(), 0, "what was half written is removed");
    }
    assert!(most <= LIMIT, "{most} bytes");
    assert!(most > LIMIT / 2, "{most} bytes: it was not put to the test");
    println!("{left_behind} files were half written, {most} bytes at most");
}

#[test]
fn what_a_living_process_writes_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let cache = ChunkCache::open(dir.path(), LIMIT).unwrap();
    let used = cache.bytes().unwrap();
    let living = dir.path().join("partial/8192-1-0");
    let file = std::fs::File::create(&living).unwrap();
    file.lock().unwrap();
    std::fs::write(dir.path().join("partial/4096-1-1"), b"half").unwrap();
    // Both count until it shows whose writer lives.
    std::fs::write(dir.path().join("ledger"), b"").unwrap();
    assert_eq!(cache.bytes().unwrap(), used + 8192);
    assert!(living.exists() && !dir.path().join("partial/4096-1-1").exists());
    drop(file);
    let cache = ChunkCache::open(dir.path(), LIMIT).unwrap();
    assert_eq!(cache.bytes().unwrap(), used);
    assert!(!living.exists());
}

#[test]
fn what_another_process_keeps_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) =
        (ChunkCache::open(dir.path(), LIMIT).unwrap(), ChunkCache::open(dir.path(), LIMIT).unwrap());
    let data = object(URLS[0], "1", 1000);
    let mut out = Vec::new();
    assert!(!one.get(URLS[0], "1", 100..200, &mut out));
    other.put(URLS[0], "1", 0..1000, &data).unwrap();
    other.put(URLS[0], "1", 2000..3000, &data).unwrap();
    // By just its range at once, and within a longer one a little later.
    assert!(one.get(URLS[0], "1", 2000..3000, &mut out) && out == data);
    let start = Instant::now();
    while !one.get(URLS[0], "1", 100..200, &mut out) {
        assert!(start.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(out == data[100..200]);
    // What another removed is not found, though it was known.
    for path in entries(dir.path()) {
        std::fs::remove_file(path).unwrap();
    }
    assert!(!one.get(URLS[0], "1", 100..200, &mut out) && !one.contains(URLS[0], "1", 2000..2001));
    one.put(URLS[0], "1", 100..200, &data[100..200]).unwrap();
    assert!(other.get(URLS[0], "1", 100..200, &mut out));
}
