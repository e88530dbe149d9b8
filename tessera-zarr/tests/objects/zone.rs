//! Zone stores.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tessera_core::{ByteStore, TileId};
use tessera_zarr::{
    FillOptions, FillReport, FillState, StagingError, VerifyOptions, ZoneFillError, ZoneRecords, ZoneSpec,
    ZoneStore, ZoneStoreError, ZoneWriter,
};

use crate::memory::{Fault, Memory};
use crate::support::{CHANNELS, Fake, Health, NAMES, files, fill, layout, v1, year};

/// One tile of one zone: few shards.
const ONE: [&str; 1] = [NAMES[4]];

fn spec() -> ZoneSpec {
    ZoneSpec::new(v1()).channels(CHANNELS).layout(layout()).zones([32]).years([year(2024)])
}

/// A store and its records.
#[derive(Clone)]
struct Pair {
    store: Memory,
    build: Memory,
}

impl Pair {
    fn new() -> Self {
        Self { store: Memory::new(), build: Memory::new() }
    }

    fn each(&self, change: impl Fn(Memory) -> Memory) -> Self {
        Self { store: change(self.store.clone()), build: change(self.build.clone()) }
    }

    fn other(&self) -> Self {
        self.each(|memory| memory.other())
    }

    fn arcs(&self) -> [Arc<dyn ByteStore>; 2] {
        [Arc::new(self.store.clone()), Arc::new(self.build.clone())]
    }

    fn create(&self, spec: &ZoneSpec) -> Result<ZoneWriter, ZoneStoreError> {
        let [store, build] = self.arcs();
        ZoneWriter::create_in(store, build, spec)
    }

    fn open(&self) -> ZoneWriter {
        let [store, build] = self.arcs();
        ZoneWriter::open_in(store, build).unwrap()
    }

    fn tiles(&self) -> Vec<TileId> {
        let [store, build] = self.arcs();
        ZoneRecords::open_in(&store, build).unwrap().map_or(vec![], |r| r.tiles(32, year(2024)).unwrap())
    }

    fn problems(&self) -> Vec<String> {
        let report = self.open().verify(&VerifyOptions::default(), &|_| {}, &|| false).unwrap();
        report.problems.iter().map(ToString::to_string).collect()
    }

    fn objects(&self) -> usize {
        self.store.operations() + self.build.operations()
    }
}

/// What a folder has, filled from the same tiles.
fn local(spec: &ZoneSpec, archive: &Fake) -> (FillReport, BTreeMap<String, Vec<u8>>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    let (report, _) = fill(&ZoneWriter::create(&path, spec).unwrap(), archive, &FillOptions::default());
    (report, files(&path))
}

fn shards(files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    files
        .into_iter()
        .filter(|(name, _)| name.contains("embeddings/c/") || name.contains("scales/c/"))
        .collect()
}

#[test]
fn objects_are_those_of_a_folder_and_filled_again_nothing_is_written() {
    let archive = Fake::new(&NAMES);
    let spec = crate::support::spec();
    let (expected_report, expected) = local(&spec, &archive);
    for (in_flight, lists, stamps, tells) in
        [(1, true, true, true), (6, true, true, false), (6, false, true, true), (1, true, false, false)]
    {
        let pair = Pair::new().each(|m| m.in_flight(in_flight).stamps(stamps).tells(tells));
        // The records are always listed: without that nobody knows what there is.
        let pair = Pair { store: pair.store.lists(lists), ..pair };
        let store = pair.create(&spec).unwrap();
        let (report, told) = fill(&store, &archive, &FillOptions::default());
        assert_eq!(report, expected_report, "{told:?}");
        assert!(pair.store.files() == expected);
        let (before, built) = (pair.store.files(), pair.build.files());
        let puts = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&puts);
        let watched = pair.other().each(|m| {
            let told = Arc::clone(&told);
            m.hook(move |operation, object| {
                if matches!(operation, "put" | "put_new" | "create" | "remove") {
                    told.lock().unwrap().push(format!("{operation} {object}"));
                }
            })
        });
        let (again, _) = fill(&watched.open(), &archive, &FillOptions::default());
        assert_eq!((again.written, again.unchanged, again.failed), (0, report.written, 0));
        assert_eq!(*puts.lock().unwrap(), Vec::<String>::new());
        assert!(pair.store.files() == before && pair.build.files() == built);
        if in_flight == 1 && lists && stamps {
            assert_eq!(pair.problems(), Vec::<String>::new());
        }
        assert_eq!(pair.tiles().len(), 1);
        let [store, _] = pair.arcs();
        assert_eq!(ZoneStore::open_in(store).unwrap().zones(), [31, 32]);
    }
}

#[test]
fn what_is_there_is_listed_once_and_not_asked_for_one_by_one() {
    let archive = Fake::new(&NAMES);
    let pair = Pair::new().each(|m| m.in_flight(4));
    let (report, _) = fill(&pair.create(&crate::support::spec()).unwrap(), &archive, &FillOptions::default());
    let store = pair.other().open();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&asked);
    let watched = Pair {
        store: pair.store.other().hook(move |operation, _| told.lock().unwrap().push(operation.to_owned())),
        ..pair.other()
    };
    let again = watched.open();
    drop(store);
    asked.lock().unwrap().clear();
    let (same, _) = fill(&again, &archive, &FillOptions::default());
    assert_eq!(same.unchanged, report.written);
    assert!(report.written > 4);
    // Embeddings and scales of one year in two zones.
    assert_eq!(*asked.lock().unwrap(), ["walk"; 4]);
}

#[test]
fn made_anywhere_it_fails_it_is_no_store_and_the_next_one_is_whole() {
    let (_, expected) = local(&spec(), &Fake::new(&[]));
    let counted = Pair::new();
    counted.create(&spec()).unwrap();
    // Opening it is not making it: that reads the root and its years.
    let count = counted.objects() - 2;
    assert!(count > 10);
    for at in 0..count {
        let pair = Pair::new();
        pair.other().each(|m| m.fault(at, Fault::Killed)).create(&spec()).unwrap_err();
        assert!(!pair.store.files().contains_key("zarr.json"), "{at}");
        pair.create(&spec()).unwrap();
        assert!(pair.store.files() == expected, "{at}");
        let error = pair.create(&spec()).unwrap_err();
        assert!(matches!(error, ZoneStoreError::Place(StagingError::Exists { .. })), "{error}");
    }
    // What was begun of another zone goes, and shards of nobody knows what stay.
    let pair = Pair::new();
    pair.store.set("utm07/x/c/0", "left");
    pair.create(&spec()).unwrap();
    assert!(pair.store.files() == expected);
    for name in ["utm32/embeddings/c/0/0/1/1", "utm32/mine", "letter.txt"] {
        let pair = Pair::new();
        pair.store.set(name, "mine");
        let error = pair.create(&spec()).unwrap_err();
        assert!(matches!(error, ZoneStoreError::Place(StagingError::Exists { .. })), "{error}");
        assert_eq!(pair.store.files().len(), 1);
    }
}

#[test]
fn of_several_who_make_a_store_one_does() {
    let pair = Pair::new().each(|m| m.in_flight(3));
    let made = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..4).map(|_| scope.spawn(|| pair.create(&spec()).is_ok())).collect();
        racers.into_iter().filter_map(|racer| racer.join().unwrap().then_some(())).count()
    });
    assert_eq!(made, 1);
    let (_, expected) = local(&spec(), &Fake::new(&[]));
    assert!(pair.store.files() == expected);
}

#[test]
fn filled_wherever_it_fails_no_shard_counts_that_is_not_whole() {
    let archive = Fake::new(&ONE);
    let (_, expected) = local(&spec(), &archive);
    let begin = || {
        let pair = Pair::new();
        pair.create(&spec()).unwrap();
        pair
    };
    let counted = begin().other();
    let options = FillOptions::default().memory(200 << 20);
    let (whole, _) = fill(&counted.open(), &archive, &options);
    assert!(whole.written > 1 && whole.failed == 0);
    // Of either store: the operations of the other go on, as they do where only one of two buckets fails.
    for (of_store, count) in [(true, counted.store.operations()), (false, counted.build.operations())] {
        for fault in [Fault::Fails, Fault::Killed] {
            // The first two open the store.
            for at in if of_store { 2 } else { 0 }..count {
                let pair = begin();
                let mut hurt = pair.other();
                if of_store {
                    hurt.store = hurt.store.fault(at, fault);
                } else {
                    hurt.build = hurt.build.fault(at, fault);
                }
                let store = hurt.open();
                if let Ok(units) = store.plan(&archive, year(2024), None) {
                    let report = store.fill(&archive, &units, &options, &|_| {}, &|| false).unwrap();
                    // A question that fails once is asked again, or its answer is not needed.
                    assert!(report.failed > 0 || fault == Fault::Fails, "{of_store} {at} {report:?}");
                }
                // What stands there is as it is to be, or is not complete by its record.
                let found = shards(pair.store.files());
                assert!(found.iter().all(|(name, bytes)| expected[name] == *bytes), "{of_store} {at}");
                let held = !pair.tiles().is_empty();
                assert!(!held || found == shards(expected.clone()), "{of_store} {at}");
                let (again, told) = fill(&pair.open(), &archive, &options);
                assert_eq!(again.failed, 0, "{told:?}");
                assert!(pair.store.files() == expected, "{of_store} {at} {fault:?}");
                assert_eq!(pair.problems(), Vec::<String>::new(), "{of_store} {at}");
                assert_eq!(pair.tiles().len(), 1);
            }
        }
    }
}

#[test]
fn an_object_that_is_gone_cut_off_or_another_is_made_again() {
    let archive = Fake::new(&ONE);
    for (in_flight, lists) in [(1, true), (4, true), (4, false)] {
        let pair = Pair::new().each(|m| m.in_flight(in_flight));
        let pair = Pair { store: pair.store.lists(lists), ..pair };
        fill(&pair.create(&spec()).unwrap(), &archive, &FillOptions::default());
        let expected = pair.store.files();
        let names: Vec<String> = shards(expected.clone()).into_keys().collect();
        let flipped = |name: &str| {
            let mut bytes = expected[name].clone();
            bytes[10] ^= 1;
            bytes
        };
        pair.store.take(&names[0]);
        let (one, _) = fill(&pair.open(), &archive, &FillOptions::default());
        pair.store.set(&names[1], "short");
        let (two, _) = fill(&pair.open(), &archive, &FillOptions::default());
        // Of the same size: the version tells, and nothing has to be read but this one.
        pair.store.set(&names[2], flipped(&names[2]));
        let (three, _) = fill(&pair.open(), &archive, &FillOptions::default());
        assert_eq!((one.written, two.written, three.written), (1, 1, 1));
        assert!(pair.store.files() == expected);
        // The same bytes in another version: copied, say. The record takes it over.
        pair.store.set(&names[2], expected[&names[2]].clone());
        let built = pair.build.files();
        let (copied, _) = fill(&pair.open(), &archive, &FillOptions::default());
        assert_eq!((copied.written, copied.failed), (0, 0));
        let changed = pair.build.files().iter().filter(|(name, bytes)| built[*name] != **bytes).count();
        assert_eq!(changed, 1);
        // A shard that comes to hold nothing is taken away.
        archive.set(ONE[0], 4, Health::Closed);
        let (nothing, _) = fill(&pair.open(), &archive, &FillOptions::default());
        assert!(nothing.failed_tiles > 0 && shards(pair.store.files()).is_empty());
        archive.set(ONE[0], 0, Health::Well);
    }
}

/// Fills one shard, and says what became of it.
fn fill_one(pair: &Pair, archive: &Fake) -> Option<FillState> {
    let store = pair.open();
    let units = store.plan(archive, year(2024), None).unwrap();
    let told = Mutex::new(None);
    let tell = |event: tessera_zarr::FillEvent<'_>| {
        if let tessera_zarr::FillEvent::Unit(unit) = event {
            *told.lock().unwrap() = Some(match &unit.state {
                FillState::Written => FillState::Written,
                FillState::Failed(error) => {
                    FillState::Failed(ZoneFillError::Stopped { unit: error.to_string() })
                }
                _ => FillState::Unchanged,
            });
        }
    };
    let options = FillOptions::default().memory(100 << 20);
    store.fill(archive, &units[..1], &options, &tell, &|| false).unwrap();
    told.into_inner().unwrap()
}

/// Fills with one archive, and with another at some operation of the first; what became of both.
fn interleaved(
    pair: &Pair,
    archives: [Arc<Fake>; 2],
    at: (&'static str, usize),
    killed: bool,
) -> [Option<FillState>; 2] {
    let (rival, other) = (pair.other(), Arc::clone(&archives[1]));
    let (done, told) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(None)));
    let seen = Arc::new(Mutex::new(0));
    let first = pair.other().each(|m| {
        let (rival, other, told) = (rival.clone(), Arc::clone(&other), Arc::clone(&told));
        let (done, seen) = (Arc::clone(&done), Arc::clone(&seen));
        m.hook(move |operation, _| {
            let mut seen = seen.lock().unwrap();
            if operation == at.0 && !done.load(Ordering::Relaxed) {
                if *seen == at.1 {
                    done.store(true, Ordering::Relaxed);
                    *told.lock().unwrap() = fill_one(&rival, &other);
                }
                *seen += 1;
            }
        })
    });
    let first = if killed {
        // Not another step after its last object.
        let dead = Arc::new(AtomicBool::new(false));
        first.each(|m| m.dying(&done, &dead))
    } else {
        first
    };
    let first = fill_one(&first, &archives[0]);
    let told = told.lock().unwrap().take();
    [first, told]
}

#[test]
fn two_who_fill_one_shard_at_once_leave_no_mixture_that_counts() {
    let one = || Arc::new(Fake::new(&ONE));
    let changed = || {
        let archive = Fake::new(&ONE);
        archive.set(ONE[0], 9, Health::Well);
        Arc::new(archive)
    };
    for killed in [false, true] {
        for tells in [true, false] {
            // Records, objects and questions of the first, before which the second does all of its work.
            for at in [
                ("put", 0),
                ("finish", 0),
                ("finish", 1),
                ("read", 3),
                ("stamp", 0),
                ("stamp", 1),
                ("put", 1),
            ] {
                let pair = Pair::new().each(|m| m.tells(tells));
                pair.create(&spec()).unwrap();
                let [first, second] = interleaved(&pair, [one(), changed()], at, killed);
                assert!(second.is_some(), "{at:?} was never reached");
                // Verified, what counts as whole is whole.
                let complete = pair
                    .build
                    .files()
                    .values()
                    .any(|text| String::from_utf8_lossy(text).contains("\"complete\": true"));
                if complete && !killed {
                    assert_eq!(pair.problems(), Vec::<String>::new(), "{at:?} {first:?} {second:?}");
                }
                // Filled once more from either, it is that one's.
                let archive = changed();
                let (again, told) = fill(&pair.open(), &archive, &FillOptions::default());
                assert_eq!(again.failed, 0, "{told:?}");
                let (_, expected) = local(&spec(), &archive);
                assert!(pair.store.files() == expected, "{at:?} {killed} {tells} {first:?} {second:?}");
                assert_eq!(pair.problems(), Vec::<String>::new());
            }
        }
    }
}

#[test]
fn two_who_write_the_same_at_once_disturb_nobody() {
    let one = || Arc::new(Fake::new(&ONE));
    for at in [("put", 0), ("finish", 0), ("finish", 1), ("stamp", 0), ("put", 1)] {
        let pair = Pair::new();
        pair.create(&spec()).unwrap();
        let [first, second] = interleaved(&pair, [one(), one()], at, false);
        assert!(
            matches!((&first, &second), (Some(FillState::Written), Some(FillState::Written))),
            "{at:?} {first:?}"
        );
        let (again, _) = fill(&pair.open(), &one(), &FillOptions::default());
        assert!(again.unchanged == 1 && again.failed == 0, "{at:?} {again:?}");
        let (_, expected) = local(&spec(), &one());
        assert!(pair.store.files() == expected);
    }
}

#[test]
fn zones_and_years_are_added_and_two_who_do_so_at_once_are_told() {
    let pair = Pair::new();
    let archive = Fake::new(&ONE);
    fill(&pair.create(&spec()).unwrap(), &archive, &FillOptions::default());
    let before = shards(pair.store.files());
    pair.store.set("utm40/embeddings/c/0/0/0/0", "left by one that was killed");
    pair.open().extend([40], [year(2025)]).unwrap();
    let expected = {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.zarr");
        let mut store = ZoneWriter::create(&path, &spec()).unwrap();
        store.extend([40], [year(2025)]).unwrap();
        fill(&store, &archive, &FillOptions::default());
        files(&path)
    };
    assert!(pair.store.files() == expected && shards(pair.store.files()) == before);
    let (same, _) = fill(&pair.open(), &archive, &FillOptions::default());
    assert!(same.written == 0 && same.failed == 0);

    // Another one adds a zone before the first puts the root.
    let rival = pair.other();
    let seen = AtomicBool::new(false);
    let hurt = Pair {
        store: pair.store.other().hook(move |operation, object| {
            if operation == "put" && object == "utm41/zarr.json" && !seen.swap(true, Ordering::Relaxed) {
                rival.open().extend([42], []).unwrap();
            }
        }),
        ..pair.other()
    };
    let error = hurt.open().extend([41], []).unwrap_err();
    assert!(matches!(error, ZoneStoreError::Disturbed { .. }), "{error}");
    assert_eq!(pair.open().zones(), [32, 40, 42]);
    pair.open().extend([41], []).unwrap();
    assert_eq!(pair.open().zones(), [32, 40, 41, 42]);
}

#[test]
fn what_writers_hold_counts_as_memory() {
    let archive = Fake::new(&ONE);
    let pair = Pair::new();
    pair.create(&spec()).unwrap();
    let heavy = pair.each(|m| m.holding(100 << 20));
    let (report, told) = fill(&heavy.open(), &archive, &FillOptions::default().memory(263 << 20));
    assert_eq!(report.failed, 0, "{told:?}");
    // Tiles that have to be fetched need something beside 2 × 100 MiB and 64 MiB.
    archive.set(ONE[0], 3, Health::Torn);
    let (report, told) = fill(&heavy.open(), &archive, &FillOptions::default().memory(264 << 20));
    assert!(report.failed > 0 && report.written == 0, "{told:?}");
    assert!(told[0].3.as_ref().unwrap().contains("MiB to put together"), "{told:?}");
}

#[test]
fn a_large_shard_is_handed_on_piece_by_piece() {
    let archive = Fake::new(&NAMES);
    let pair = Pair::new();
    let spec = crate::support::spec().layout(tessera_zarr::ZoneLayout::new(16, 4096).unwrap());
    let (report, _) = fill(&pair.create(&spec).unwrap(), &archive, &FillOptions::default());
    let (most, times) = pair.store.handed();
    // All but the index of 65,536 inner chunks, which is as long as it is.
    assert!(report.bytes > 3 << 20 && most <= (1 << 20) + 4 && times >= 4, "{report:?} {most} {times}");
}
