//! Tile stores.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use tessera_core::synthetic::{Synthetic, SyntheticTile};
use tessera_core::{Channels, Source, Tile, Year};
use tessera_zarr::{
    Layout, Sharding, StagingError, TileStore, TileWriter, WriteError, WriteReport, ZarrFormat,
};

use crate::memory::{Fault, Memory};
use crate::support::files;

const ROOTS: [&str; 2] = [".zgroup", "zarr.json"];

pub(crate) fn tile(seed: u64) -> SyntheticTile {
    let id = "grid_0.15_52.05".parse().unwrap();
    Synthetic::new(seed).channels(4).shape(70, 50).tile(id, Year::new(2024).unwrap()).unwrap()
}

fn layouts() -> [Layout; 3] {
    let layout = |format| Layout::new(format).chunk_edge(32).unwrap();
    let v3 = layout(ZarrFormat::V3);
    [layout(ZarrFormat::V2), v3.sharding(Sharding::None).unwrap(), v3.sharding(Sharding::Edge(64)).unwrap()]
}

fn write(writer: &TileWriter, store: &Memory, tile: &SyntheticTile) -> Result<WriteReport, WriteError> {
    writer.write_in(store, tile.view(), tile.grid(), tile.id(), tile.year().unwrap(), tile.version())
}

/// The store as a folder has it.
fn local(layout: Layout, tile: &SyntheticTile) -> (WriteReport, BTreeMap<String, Vec<u8>>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    let writer = TileWriter::new(layout).sync(false);
    let report =
        writer.write(&path, tile.view(), tile.grid(), tile.id(), tile.year().unwrap(), tile.version());
    (report.unwrap(), files(&path))
}

fn is_store(store: &Memory) -> bool {
    store.files().keys().any(|name| ROOTS.contains(&name.as_str()))
}

#[test]
fn objects_are_those_of_a_folder() {
    let tile = tile(1);
    for layout in layouts() {
        let (report, expected) = local(layout, &tile);
        for in_flight in [1, 7] {
            for lists in [true, false] {
                let store = Memory::new().in_flight(in_flight).lists(lists);
                assert_eq!(write(&TileWriter::new(layout), &store, &tile).unwrap(), report);
                assert!(store.files() == expected, "{layout:?}");
                let opened = TileStore::open_in(Arc::new(store.clone())).unwrap();
                let all = opened.read_window(tile.grid().full(), &Channels::All).unwrap();
                assert_eq!(all.view().data(), tile.view().data());
                let error = write(&TileWriter::new(layout), &store, &tile).unwrap_err();
                assert!(matches!(error, WriteError::Place(StagingError::Exists { .. })), "{error}");
                assert!(error.to_string().contains("memory://bucket exists already"), "{error}");
            }
        }
    }
}

#[test]
fn the_root_comes_after_all_else() {
    let tile = tile(1);
    for layout in layouts() {
        let (puts, store) = (Arc::new(Mutex::new(Vec::new())), Memory::new().in_flight(5));
        let told = Arc::clone(&puts);
        let watched = store.other().hook(move |operation, object| {
            if matches!(operation, "put" | "put_new" | "finish") {
                told.lock().unwrap().push((operation.to_owned(), object.to_owned()));
            }
        });
        write(&TileWriter::new(layout), &watched, &tile).unwrap();
        let puts = puts.lock().unwrap();
        let (operation, last) = puts.last().unwrap();
        assert!(operation == "put_new" && ROOTS.contains(&last.as_str()), "{operation} {last}");
        assert_eq!(puts.iter().filter(|(_, name)| ROOTS.contains(&name.as_str())).count(), 1);
        assert_eq!(puts.len(), store.files().len());
    }
}

#[test]
fn failed_or_killed_anywhere_it_is_no_store_and_the_next_one_is_whole() {
    let tile = tile(1);
    for layout in layouts() {
        let (_, expected) = local(layout, &tile);
        let count = {
            let store = Memory::new();
            write(&TileWriter::new(layout), &store, &tile).unwrap();
            store.operations()
        };
        assert!(count > 15);
        for (in_flight, fault) in [(1, Fault::Fails), (1, Fault::Killed), (4, Fault::Killed)] {
            for at in 0..count {
                let store = Memory::new().in_flight(in_flight);
                let result = write(&TileWriter::new(layout), &store.other().fault(at, fault), &tile);
                let error = result.unwrap_err();
                let kind = error.io_error().map(io::Error::kind);
                assert!(
                    matches!(kind, Some(io::ErrorKind::TimedOut | io::ErrorKind::BrokenPipe)),
                    "{error:?}"
                );
                assert!(error.to_string().contains("memory://bucket"), "{error}");
                assert!(!is_store(&store), "{at} {fault:?}");
                if let Ok(opened) = TileStore::open_in(Arc::new(store.other())) {
                    // Killed between the consolidated metadata and the group's: nothing is missing that is read.
                    let all = opened.read_window(tile.grid().full(), &Channels::All).unwrap();
                    assert_eq!(all.view().data(), tile.view().data(), "{at}");
                }
                write(&TileWriter::new(layout), &store, &tile).unwrap();
                assert!(store.files() == expected, "{at} {fault:?}");
            }
        }
    }
}

#[test]
fn overwriting_leaves_nothing_of_the_old_store_whenever_it_is_killed() {
    let [v2, chunks, shards] = layouts();
    let (old, new) = (tile(1), tile(2));
    let writer = |layout| TileWriter::new(layout).overwrite(true);
    for (from, to) in [(v2, shards), (chunks, v2), (shards, shards)] {
        let (_, expected) = local(to, &new);
        let begin = || {
            let store = Memory::new();
            write(&writer(from), &store, &old).unwrap();
            // An array that our stores do not have.
            store.set("mine/c/0", "x");
            store
        };
        let before = begin();
        let counted = before.other();
        write(&writer(to), &counted, &new).unwrap();
        assert!(before.files() == expected);
        for at in 0..counted.operations() {
            let store = begin();
            write(&writer(to), &store.other().fault(at, Fault::Killed), &new).unwrap_err();
            if is_store(&store) {
                // The root is taken away before anything is changed: first what of it is needed by nobody.
                let [mut files, mut before] = [store.files(), begin().files()];
                for name in [".tessera-overwritten", ".zmetadata"] {
                    files.remove(name);
                    before.remove(name);
                }
                assert!(files == before, "{at}");
            }
            write(&writer(to), &store, &new).unwrap();
            assert!(store.files() == expected, "{at}");
        }
    }
}

#[test]
fn what_is_no_store_is_not_touched() {
    let tile = tile(1);
    for layout in layouts() {
        for name in ["letter.txt", "photos/1.jpg"] {
            let store = Memory::new();
            store.set(name, "dear");
            let error = write(&TileWriter::new(layout), &store, &tile).unwrap_err();
            assert!(matches!(error, WriteError::Place(StagingError::Exists { .. })), "{error}");
            let error = write(&TileWriter::new(layout).overwrite(true), &store, &tile).unwrap_err();
            assert!(matches!(error, WriteError::Place(StagingError::NotAStore { .. })), "{error}");
            assert_eq!(store.files().into_keys().collect::<Vec<_>>(), [name]);
        }
    }
}

#[test]
fn of_two_who_begin_at_once_one_is_told_that_it_is_not_the_first() {
    let tile = Arc::new(tile(1));
    for layout in layouts() {
        let (_, expected) = local(layout, &tile);
        let count = {
            let store = Memory::new();
            write(&TileWriter::new(layout), &store, &tile).unwrap();
            store.operations()
        };
        // The other one does all of its work before some operation of the first.
        for at in 1..count {
            let store = Memory::new();
            let (rival, seen, second) = (store.other(), Mutex::new(0), Arc::clone(&tile));
            let first = store.other().hook(move |_, _| {
                let mut seen = seen.lock().unwrap();
                if *seen == at {
                    write(&TileWriter::new(layout), &rival, &second).unwrap();
                }
                *seen += 1;
            });
            let error = write(&TileWriter::new(layout), &first, &tile).unwrap_err();
            assert!(matches!(error, WriteError::Place(StagingError::Exists { .. })), "{at}: {error}");
            assert!(store.files() == expected, "{at}");
        }
        // And truly at once.
        let store = Memory::new().in_flight(3);
        let won = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| write(&TileWriter::new(layout), &store, &tile).is_ok()))
                .collect();
            racers.into_iter().filter_map(|racer| racer.join().unwrap().then_some(())).count()
        });
        assert_eq!(won, 1);
        assert!(store.files() == expected);
    }
}

#[test]
fn a_large_shard_is_handed_on_piece_by_piece() {
    let id = "grid_0.15_52.05".parse().unwrap();
    let tile = Synthetic::new(1).channels(64).shape(512, 512).tile(id, Year::new(2024).unwrap()).unwrap();
    let layout = Layout::new(ZarrFormat::V3).chunk_edge(64).unwrap().sharding(Sharding::Edge(512));
    let layout = layout.unwrap();
    let store = Memory::new();
    let report = write(&TileWriter::new(layout), &store, &tile).unwrap();
    let (most, times) = store.handed();
    assert_eq!(report.objects, 2);
    assert!(report.bytes_out > 8 << 20 && most <= 400 << 10 && times > 60, "{report:?} {most} {times}");
}
