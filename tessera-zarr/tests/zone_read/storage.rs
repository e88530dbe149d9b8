//! Stores that do not lie in a folder: how they are asked, and how often.

use std::io;
use std::sync::Arc;
use std::sync::Mutex;

use tessera_core::{ByteRange, ByteRanges, Channels, Region, Source, Window, Zones};
use tessera_zarr::{Folder, OpenError, ZoneStore};

use crate::golden::golden;
use crate::support::year;

/// A folder that cannot be listed, and remembers what was asked.
struct Remote {
    folder: Folder,
    asked: Mutex<Vec<String>>,
}

impl Remote {
    fn new(name: &str) -> Arc<Self> {
        Arc::new(Self { folder: Folder::new(golden(name)), asked: Mutex::default() })
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl ByteRanges for Remote {
    fn name(&self) -> String {
        "remote".into()
    }

    fn read_into(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> io::Result<bool> {
        self.asked.lock().unwrap().push(format!("{object} {range:?}"));
        self.folder.read_into(object, range, out)
    }

    fn size(&self, object: &str) -> io::Result<Option<u64>> {
        self.asked.lock().unwrap().push(format!("{object} size"));
        self.folder.size(object)
    }
}

#[test]
fn a_store_with_consolidated_metadata_is_opened_by_few_reads() {
    let remote = Remote::new("utm.zarr");
    ZoneStore::open_in(remote.clone()).unwrap();
    let mut asked = remote.asked();
    asked.sort_unstable();
    assert_eq!(asked, ["utm01/time/c/0 All", "utm31/time/c/0 All", "zarr.json All"]);
}

#[test]
fn groups_are_found_by_name_where_they_cannot_be_listed() {
    let store = ZoneStore::open_in(Remote::new("hemispheres.zarr")).unwrap();
    assert_eq!(store.zones(), [30]);
    assert_eq!(store.zone_years(30), [year(2023), year(2024)]);
    // The strip of the zone is all that can be said.
    assert_eq!(store.boxes(year(2024)), ["-6,-90,0,90".parse::<Region>().unwrap()]);
    assert_eq!(store.shards(30, year(2024)).unwrap().len(), 16);
    let empty = Arc::new(tempfile::tempdir().unwrap());
    std::fs::write(empty.path().join("zarr.json"), r#"{"zarr_format": 3, "node_type": "group"}"#).unwrap();
    assert!(matches!(ZoneStore::open(empty.path()), Err(OpenError::NotAZoneStore { .. })));
}

#[test]
fn chunks_side_by_side_are_fetched_together_and_indexes_once() {
    let remote = Remote::new("utm.zarr");
    let store = ZoneStore::open_in(remote.clone()).unwrap();
    let source = store.source(31, year(2024)).unwrap();
    remote.asked();
    // One shard of 4 × 4 chunks: its index and, small as the chunks are, few fetches of each array.
    source.read_window(Window::new(0, 0, 32, 32), &Channels::All).unwrap();
    let first = remote.asked();
    assert_eq!(first.iter().filter(|asked| asked.contains("Last")).count(), 2, "{first:?}");
    assert!(first.len() <= 2 + 32, "{first:?}");
    // Another source of the store knows the indexes.
    let again = store.source(31, year(2024)).unwrap();
    again.read_window(Window::new(0, 0, 8, 8), &Channels::All).unwrap();
    let second = remote.asked();
    assert_eq!(second.len(), 2, "{second:?}");
    assert!(second.iter().all(|asked| asked.contains("From")), "{second:?}");
    // Whether anything is there is asked by size.
    let here: Region = "1.2,0,1.3,0.1".parse().unwrap();
    assert!(store.zone(31, year(2024), &here).unwrap().is_some());
    assert_eq!(remote.asked(), ["utm31/scales/c/1/0/0 size"]);
}
