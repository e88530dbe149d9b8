//! What was read once, and is still there, is not sent again; what is in the cache is right, or is not taken.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fastrand::Rng;

use crate::command::{done, words};
use crate::faults::{FaultProxy, Faults};
use crate::objects::{Objects, of_folder, renamed};
use crate::server::WebServer;
use crate::world::{TILES, write_tiles, write_zones};

/// A zone store on a web server, a proxy that counts, and a folder for a cache.
pub(crate) struct Site {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) proxy: FaultProxy,
    _web: WebServer,
}

/// All of the tiles.
pub(crate) const ALL: &str = "5.85,84.0,6.1,84.1";
const BORDER: &str = "5.93,84.01,6.05,84.03";

impl Site {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let files = dir.path().join("files");
        std::fs::create_dir(&files).unwrap();
        let web = WebServer::start(&files);
        let proxy = FaultProxy::start(web.address, Faults::default());
        let site = Self { dir, proxy, _web: web };
        site.fill(5);
        site
    }

    /// Makes the zone store, of another Earth for another seed.
    fn fill(&self, seed: u64) {
        let (tiles, store) =
            (self.dir.path().join(format!("tiles{seed}/v1")), self.dir.path().join("files/zones.zarr"));
        write_tiles(&tiles, &TILES, seed);
        for old in [store.clone(), store.with_extension("zarr.build")] {
            if old.exists() {
                std::fs::remove_dir_all(old).unwrap();
            }
        }
        write_zones(self.dir.path(), &tiles, &store);
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.dir.path().join("cache")
    }

    /// What asks for a box through the cache.
    pub(crate) fn asking(&self, bbox: &str, size: &str, out: &Path) -> Vec<String> {
        words(&format!(
            "region {}/zones.zarr --year 2024 --bbox={bbox} -o {}/a.npy --cache {} --cache-size {size}",
            self.proxy.url(),
            out.display(),
            self.cache().display()
        ))
    }

    /// The answer that the command gives through the cache.
    pub(crate) fn answer(&self, bbox: &str, size: &str) -> Objects {
        let out = tempfile::tempdir().unwrap();
        done(&self.asking(bbox, size, out.path()), &[], out.path());
        self.written(out.path())
    }

    /// The answer that the store in its folder gives.
    pub(crate) fn right(&self, bbox: &str) -> Objects {
        let out = tempfile::tempdir().unwrap();
        let store = self.dir.path().join("files/zones.zarr");
        let line =
            format!("region {} --year 2024 --bbox={bbox} -o {}/a.npy", store.display(), out.path().display());
        done(&words(&line), &[], out.path());
        renamed(self.written(out.path()), &store.display().to_string(), "STORE")
    }

    fn written(&self, out: &Path) -> Objects {
        let mut found = of_folder(out);
        found.retain(|name, _| name.ends_with(".npy") || name.ends_with(".json"));
        assert!(found.len() >= 3, "{:?}", found.keys());
        renamed(found, &format!("{}/zones.zarr", self.proxy.url()), "STORE")
    }
}

/// The bytes of the files in a folder.
pub(crate) fn size(folder: &Path) -> u64 {
    let mut sum = 0;
    // Others remove what is listed.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(about) = entry.metadata() else { continue };
        sum += if about.is_dir() { size(&entry.path()) } else { about.len() };
    }
    sum
}

#[test]
fn a_query_sends_its_data_once_and_sees_what_changed() {
    let site = Site::new();
    let right = site.right(BORDER);
    assert!(site.answer(BORDER, "64MiB") == right);
    let (objects, sent) = (site.proxy.seen(), site.proxy.bytes());
    assert!(sent > 100_000, "{sent}");
    let mut names: Vec<_> = objects.iter().map(|seen| &seen.path).collect();
    names.sort_unstable();
    names.dedup();
    for _ in 0..2 {
        assert!(site.answer(BORDER, "64MiB") == right);
        let seen = site.proxy.seen();
        assert_eq!(site.proxy.bytes(), sent, "{seen:?}");
        assert!(!seen.is_empty() && seen.len() <= names.len(), "{seen:?} of {names:?}");
    }
    // A part of it is known, too, and what is beside it is not.
    site.answer("5.95,84.015,6.02,84.025", "64MiB");
    assert_eq!(site.proxy.bytes(), sent);
    site.answer("5.95,84.015,6.02,84.09", "64MiB");
    assert!(site.proxy.bytes() > sent);
    // Web servers tell times in seconds.
    std::thread::sleep(Duration::from_millis(1100));
    site.fill(6);
    let other = site.right(BORDER);
    assert!(other != right);
    assert!(site.answer(BORDER, "64MiB") == other);
    let sent = site.proxy.bytes();
    assert!(site.answer(BORDER, "64MiB") == other);
    assert_eq!(site.proxy.bytes(), sent);
}

#[test]
fn what_was_damaged_is_read_anew() {
    let site = Site::new();
    let right = site.right(BORDER);
    assert!(site.answer(BORDER, "64MiB") == right);
    let mut rng = Rng::with_seed(1);
    let files = |rng: &mut Rng| {
        let mut files: Vec<_> =
            of_folder(&site.cache()).into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect();
        // What says that the folder is a cache is no entry of it.
        files.retain(|(name, _)| name.starts_with("objects/") || name.starts_with("versions/"));
        rng.shuffle(&mut files);
        files
    };
    let flip = |rng: &mut Rng, name: &str, mut bytes: Vec<u8>| {
        let at = rng.usize(..bytes.len());
        bytes[at] ^= 1 << rng.u32(..8);
        std::fs::write(site.cache().join(name), bytes).unwrap();
    };
    // A bit of one, twelve times; then of all.
    for _ in 0..12 {
        let (name, bytes) = files(&mut rng).swap_remove(0);
        flip(&mut rng, &name, bytes);
        assert!(site.answer(BORDER, "64MiB") == right, "{name}");
    }
    let before = site.proxy.bytes();
    files(&mut rng).into_iter().for_each(|(name, bytes)| flip(&mut rng, &name, bytes));
    // Where both a range and what says its version are damaged, the range is met only when the version is known again.
    for _ in 0..2 {
        assert!(site.answer(BORDER, "64MiB") == right);
    }
    let sent = site.proxy.bytes();
    assert!(sent > before, "nothing was read anew");
    assert!(site.answer(BORDER, "64MiB") == right);
    assert_eq!(site.proxy.bytes(), sent, "what was read anew is kept");
    for name in ["ledger", "objects"] {
        let path = site.cache().join(name);
        if path.is_dir() {
            std::fs::remove_dir_all(&path).unwrap();
        } else {
            std::fs::write(&path, b"no number").unwrap();
        }
        assert!(site.answer(BORDER, "64MiB") == right, "{name}");
    }
}

#[test]
fn it_never_grows_past_its_size() {
    const LIMIT: u64 = 1 << 20;
    let site = Site::new();
    let mut rng = Rng::with_seed(2);
    let mut most = 0;
    for _ in 0..12 {
        // Parts of the tiles, two at a time, of which the cache cannot hold all.
        let boxes = [(); 2].map(|()| {
            let (west, south) = (5.85 + 0.1 * rng.f64(), 84.0 + 0.05 * rng.f64());
            format!("{west},{south},{},{}", west + 0.12, south + 0.04)
        });
        let outs = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let mut children: Vec<_> = boxes
            .iter()
            .zip(&outs)
            .map(|(bbox, out)| crate::command::start(&site.asking(bbox, "1MiB", out.path()), out.path()))
            .collect();
        while children.iter_mut().any(|child| child.try_wait().unwrap().is_none()) {
            most = most.max(size(&site.cache()));
            std::thread::sleep(Duration::from_millis(2));
        }
        most = most.max(size(&site.cache()));
        for ((mut child, out), bbox) in children.into_iter().zip(&outs).zip(&boxes) {
            assert!(child.wait().unwrap().success(), "{bbox}");
            assert!(site.written(out.path()) == site.right(bbox), "{bbox}");
        }
    }
    assert!(most <= LIMIT, "{most} bytes");
    assert!(most > LIMIT / 2, "{most} bytes: it was not put to the test");
}
