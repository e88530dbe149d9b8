//! Catalogues in a store of objects: published, updated, and read.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use tessera_core::{ByteRanges, Folder, Region, Year};
use tessera_stac::{
    CatalogError, CatalogEvent, CatalogIndex, CatalogOptions, CatalogSummary, CatalogWriter, FileHashes,
    IndexError, Location, Site, TileRecord, YearHashes, YearIndex,
};

use crate::listed::Listed;
use crate::memory::Memory;
use crate::support;

const PLACE: &str = "s3://tessera/v1/catalogue";
const FIRST: [&str; 4] = ["grid_0.15_52.05", "grid_0.25_52.05", "grid_7.05_47.05", "grid_100.05_-20.05"];

fn stored(name: &str, year: u16) -> TileRecord {
    let record = support::tile(name, year, "v1");
    let store = support::store(&format!("s3://elsewhere/{year}/{name}.zarr"), 2);
    support::with_npy(record.store(store), &format!("/data/{year}"), false)
}

fn tiles(names: &[&str], year: u16) -> Listed {
    Listed::new(names.iter().map(|name| stored(name, year)).collect())
}

fn go_on(_: CatalogEvent<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn write(mut writer: CatalogWriter, years: &[Listed]) -> Result<CatalogSummary, CatalogError> {
    for year in years {
        writer.add_year(year, go_on)?;
    }
    writer.finish()
}

fn create(
    store: &Arc<Memory>,
    years: &[Listed],
    options: CatalogOptions,
) -> Result<CatalogSummary, CatalogError> {
    write(CatalogWriter::create_in(Arc::clone(store) as _, options)?, years)
}

fn update(store: &Arc<Memory>, year: Listed, prune: bool) -> Result<CatalogSummary, CatalogError> {
    write(CatalogWriter::update_in(Arc::clone(store) as _, CatalogOptions::default().prune(prune))?, &[year])
}

/// The files that the same makes in a folder.
fn local(years: &[Listed]) -> BTreeMap<String, Vec<u8>> {
    local_with(years, CatalogOptions::default())
}

fn local_with(years: &[Listed], options: CatalogOptions) -> BTreeMap<String, Vec<u8>> {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    write(CatalogWriter::create(&out, options).unwrap(), years).unwrap();
    support::files(&out)
}

fn two_years() -> [Listed; 2] {
    [tiles(&FIRST[..2], 2023), tiles(&FIRST, 2024)]
}

/// Without the map page, of many files.
fn bare() -> CatalogOptions {
    CatalogOptions::default().map(false)
}

fn memory(in_flight: usize) -> Arc<Memory> {
    Arc::new(Memory { in_flight, ..Memory::new(PLACE) })
}

/// What one document leads to, by name: none of `names` may be missing where it is there.
fn leads_to<'a>(document: &str, names: impl Iterator<Item = &'a String>) -> Vec<&'a String> {
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let below = names
        .filter(|name| *name != document && (folder.is_empty() || name.starts_with(&format!("{folder}/"))));
    match document {
        "catalog.json" => below.collect(),
        "index.html" => below.filter(|name| name.starts_with("map/")).collect(),
        name if name.ends_with("/collection.json") || name.ends_with("/catalog.json") => below.collect(),
        _ => Vec::new(),
    }
}

#[test]
fn it_has_the_bytes_of_a_folder() {
    for in_flight in [1, 8] {
        let store = memory(in_flight);
        let summary = create(&store, &two_years(), CatalogOptions::default()).unwrap();
        let expected = local(&two_years());
        assert_eq!(store.objects(), expected);
        assert_eq!(summary.changed, expected.len() as u64);
        assert_eq!((summary.years, summary.items), (2, 6));
        assert_eq!(summary.bytes, expected.values().map(|bytes| bytes.len() as u64).sum::<u64>());
        // Nothing is there: nothing is asked, object by object or folder by folder.
        let asked = store.asked();
        let looks = asked.iter().filter(|what| !what.starts_with("put"));
        assert!(looks.clone().count() <= 6, "{:?}", looks.collect::<Vec<_>>());
    }
}

#[test]
fn nobody_sees_a_document_before_what_it_leads_to() {
    for in_flight in [1, 8] {
        let store = memory(in_flight);
        create(&store, &two_years(), CatalogOptions::default()).unwrap();
        let (states, all) = (store.states(), store.objects());
        assert_eq!(states.len(), all.len());
        for state in states {
            for document in &state {
                for wanted in leads_to(document, all.keys()) {
                    assert!(state.contains(wanted), "{document} is there before {wanted}");
                }
            }
        }
    }
}

#[test]
fn whenever_it_ends_nothing_looks_complete_and_it_can_be_gone_on_with() {
    let expected = local_with(&two_years(), bare());
    for changes in 0..expected.len() {
        let store = memory(1 + changes % 4);
        store.fail_after(Some(changes));
        let error = create(&store, &two_years(), bare()).unwrap_err();
        assert!(matches!(&error, CatalogError::Io { .. }), "{error}");
        assert!(!store.objects().contains_key("catalog.json"));
        assert!(matches!(
            CatalogIndex::open_in(Arc::clone(&store) as _),
            Err(IndexError::NotACatalog { .. })
        ));
        let there = store.objects();
        store.fail_after(None);
        store.asked();
        create(&store, &two_years(), bare()).unwrap();
        assert_eq!(store.objects(), expected);
        let sent: Vec<_> = store.asked().into_iter().filter(|what| what.starts_with("put")).collect();
        assert_eq!(sent.len(), expected.len() - there.len(), "what is there is not sent again");
    }
}

#[test]
fn what_is_left_of_another_is_deleted() {
    let store = memory(1);
    store.fail_after(Some(60));
    create(&store, &[tiles(&["grid_3.05_54.95"], 2022), tiles(&FIRST, 2023)], CatalogOptions::default())
        .unwrap_err();
    assert!(store.objects().contains_key("2022/e000n50/grid_3.05_54.95_2022.json"));
    store.fail_after(None);
    create(&store, &two_years(), CatalogOptions::default()).unwrap();
    assert_eq!(store.objects(), local(&two_years()));
}

#[test]
fn what_is_the_same_is_not_sent() {
    let store = memory(4);
    create(&store, &two_years(), CatalogOptions::default()).unwrap();
    store.asked();
    let summary = create(&store, &two_years(), CatalogOptions::default().overwrite(true)).unwrap();
    let changes = |asked: Vec<String>| {
        asked
            .into_iter()
            .filter(|what| what.starts_with("put") || what.starts_with("remove"))
            .collect::<Vec<_>>()
    };
    assert_eq!((summary.changed, changes(store.asked())), (0, Vec::new()));
    assert_eq!(update(&store, tiles(&FIRST, 2024), false).unwrap().changed, 0);
    assert_eq!(changes(store.asked()), [""; 0]);
}

#[test]
fn a_catalogue_takes_the_place_of_another_only_where_that_is_said() {
    let store = memory(4);
    create(&store, &two_years(), CatalogOptions::default()).unwrap();
    store.place("vendor/leaflet/leaflet.js", b"//");
    let fewer = || [tiles(&FIRST[1..3], 2024)];
    let error = create(&store, &fewer(), CatalogOptions::default()).unwrap_err();
    assert!(matches!(&error, CatalogError::Exists { path } if path == Path::new(PLACE)), "{error}");
    create(&store, &fewer(), CatalogOptions::default().overwrite(true)).unwrap();
    let mut objects = store.objects();
    assert!(objects.remove("vendor/leaflet/leaflet.js").is_some(), "packages stay");
    assert_eq!(objects, local(&fewer()));
    // What the catalogue has no more was deleted when the new one was there, and what leads to others first.
    let removed: Vec<_> = store.asked().into_iter().filter(|what| what.starts_with("remove")).collect();
    let at = |name: &str| removed.iter().position(|what| what == &format!("remove {name}")).unwrap();
    assert!(at("2023/collection.json") < at("2023/items.parquet"));
    assert!(at("2023/items.parquet") < at("2023/e000n50/catalog.json"));
    assert!(at("2023/e000n50/catalog.json") < at("2023/e000n50/grid_0.15_52.05_2023.json"));
}

#[test]
fn nothing_is_put_among_other_objects() {
    for strange in [
        "notes.txt",
        "stores/x.zarr/zarr.json",
        "map/pixels.npy",
        "2024/readme.md",
        "2024/e000n50/grid_0.15_52.05.zarr/zarr.json",
        "2024/e000n50/grid_5.15_52.05_2024.json",
    ] {
        let store = memory(4);
        store.place(strange, b"mine");
        for overwrite in [false, true] {
            let options = CatalogOptions::default().overwrite(overwrite);
            let error = create(&store, &two_years(), options).unwrap_err();
            assert!(matches!(error, CatalogError::Stranger { .. }), "{strange}: {error}");
            assert!(error.to_string().contains(PLACE), "{error}");
        }
        assert_eq!(store.objects().len(), 1);
    }
    let store = Arc::new(Memory { unlisted: true, ..Memory::new(PLACE) });
    let error = create(&store, &two_years(), CatalogOptions::default()).unwrap_err();
    assert!(matches!(error, CatalogError::Unlisted { .. }), "{error}");
}

#[test]
fn a_catalogue_that_came_in_the_meantime_stays() {
    let store = memory(1);
    let mut writer = CatalogWriter::create_in(Arc::clone(&store) as _, CatalogOptions::default()).unwrap();
    writer.add_year(&tiles(&FIRST, 2024), go_on).unwrap();
    store.place("catalog.json", b"{}");
    let error = writer.finish().unwrap_err();
    assert!(matches!(error, CatalogError::Exists { .. }), "{error}");
    assert_eq!(store.objects()["catalog.json"], b"{}");
}

#[test]
fn an_update_sends_what_changes() {
    for unlisted in [false, true] {
        let store = Arc::new(Memory { in_flight: 4, ..Memory::new(PLACE) });
        create(&store, &two_years(), CatalogOptions::default()).unwrap();
        // An update needs no listing.
        let store = Arc::new({
            let other = Memory { in_flight: 4, unlisted, ..Memory::new(PLACE) };
            store.objects().iter().for_each(|(name, bytes)| other.place(name, bytes));
            other
        });
        let summary = update(&store, tiles(&["grid_3.05_54.95"], 2024), false).unwrap();
        let mut all = FIRST.to_vec();
        all.push("grid_3.05_54.95");
        assert_eq!(store.objects(), local(&[tiles(&FIRST[..2], 2023), tiles(&all, 2024)]));
        let puts: Vec<_> = store.asked().into_iter().filter(|what| what.starts_with("put")).collect();
        assert_eq!(summary.changed, 5, "{puts:?}");
        assert_eq!(puts.last().unwrap(), "put 2024/collection.json");
        assert_eq!(puts.len(), 5);
    }
}

#[test]
fn tiles_are_dropped_after_nothing_leads_to_them() {
    let store = memory(1);
    let hashes = FileHashes { embeddings: Some([7; 32]), scales: Some([8; 32]) };
    let hashed = |names: &[&str]| Listed { hashes, ..tiles(names, 2024) };
    let before = tiles(&FIRST[..2], 2023);
    create(&store, &[before.clone(), hashed(&FIRST)], bare()).unwrap();
    let whole = store.objects();
    store.asked();
    // Parts of the index come, and go.
    let then = ["grid_0.15_52.05", "grid_3.05_12.05", "grid_100.05_-20.05"];
    let update = |store: &Arc<Memory>| {
        write(CatalogWriter::update_in(Arc::clone(store) as _, bare().prune(true))?, &[hashed(&then)])
    };
    update(&store).unwrap();
    let expected = local_with(&[before, hashed(&then)], bare());
    assert_eq!(store.objects(), expected);
    let changes = store.asked();
    let changes: Vec<_> =
        changes.iter().filter(|what| what.starts_with("put") || what.starts_with("remove")).collect();
    let last_put = changes.iter().rposition(|what| what.starts_with("put")).unwrap();
    assert!(changes[..last_put].iter().all(|what| what.starts_with("put")), "{changes:?}");
    assert!(last_put + 1 < changes.len());

    // Whenever it ends, the next one ends it, and there is a catalogue all the time.
    for made in 0..changes.len() {
        let store = memory(1 + made % 2);
        whole.iter().for_each(|(name, bytes)| store.place(name, bytes));
        store.fail_after(Some(made));
        update(&store).unwrap_err();
        store.fail_after(None);
        assert!(store.objects().contains_key("catalog.json"));
        update(&store).unwrap();
        assert_eq!(store.objects(), expected, "after {made} changes");
    }
}

#[test]
fn hashes_outlive_an_update_that_was_interrupted() {
    let hashes = FileHashes { embeddings: Some([7; 32]), scales: Some([8; 32]) };
    let hashed = |names: &[&str]| Listed { hashes, ..tiles(names, 2024) };
    let added = ["grid_3.05_12.05", "grid_150.05_70.05"];
    let add = |store: &Arc<Memory>| {
        write(CatalogWriter::update_in(Arc::clone(store) as _, bare())?, &[hashed(&added)])
    };
    let all: Vec<_> = FIRST.iter().chain(&added).copied().collect();
    let expected = local_with(&[hashed(&all)], bare());
    let mut made = 0;
    loop {
        let store = memory(1);
        create(&store, &[hashed(&FIRST)], bare()).unwrap();
        store.fail_after(Some(made));
        let ended = add(&store).is_ok();
        store.fail_after(None);
        add(&store).unwrap();
        assert_eq!(store.objects(), expected, "after {made} changes");
        if ended {
            break;
        }
        made += 1;
    }
    assert!(made > 5);
}

#[test]
fn hashes_and_settings_stay() {
    let store = memory(1);
    let hashes = FileHashes { embeddings: Some([7; 32]), scales: None };
    let hashed = || Listed { hashes, ..tiles(&FIRST[..2], 2024) };
    let options = || CatalogOptions::default().items(false).base_url("https://example.org/c");
    create(&store, &[hashed()], options()).unwrap();
    update(&store, tiles(&["grid_3.05_54.95"], 2024), false).unwrap();
    let ranges = Arc::clone(&store) as Arc<dyn ByteRanges>;
    let known = YearHashes::open_in(&ranges, Year::new(2024).unwrap()).unwrap().unwrap();
    let known: Vec<_> = known.parts().flat_map(Result::unwrap).collect();
    assert_eq!(known.iter().filter(|(_, one)| *one == hashes).count(), 2);
    assert_eq!(known.len(), 3);
    assert!(!store.objects().keys().any(|name| name.contains("grid_")));
    let index = CatalogIndex::open_in(ranges).unwrap();
    assert_eq!(index.years()[0].base_url(), Some("https://example.org/c"));
    // Tiles that come again without hashes have none.
    update(&store, tiles(&["grid_0.15_52.05", "grid_0.25_52.05"], 2024), false).unwrap();
    assert!(!store.objects().contains_key("2024/hashes.parquet"));
}

#[test]
fn a_stopped_publication_says_so() {
    let store = memory(2);
    let mut writer = CatalogWriter::create_in(Arc::clone(&store) as _, CatalogOptions::default()).unwrap();
    writer.add_year(&tiles(&FIRST, 2024), go_on).unwrap();
    let (mut all, mut sent) = (0, 0);
    let error = writer
        .finish_watched(|event| match event {
            CatalogEvent::Sending { files } => {
                all = files;
                ControlFlow::Continue(())
            }
            CatalogEvent::Sent { files } => {
                sent += files;
                if sent == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            }
            _ => ControlFlow::Continue(()),
        })
        .unwrap_err();
    assert!(matches!(error, CatalogError::Stopped { .. }), "{error}");
    assert_eq!(all, local(&[tiles(&FIRST, 2024)]).len() as u64);
    assert!(store.objects().len() < 10 && !store.objects().contains_key("catalog.json"));
}

#[test]
fn assets_in_the_same_store_are_linked_relatively() {
    let store = memory(1);
    let near = support::tile(FIRST[0], 2024, "v1").store(support::store("s3://tessera/v1/stores/a.zarr", 3));
    let far = support::tile(FIRST[1], 2024, "v1").store(support::store("s3://other/b.zarr", 3));
    create(&store, &[Listed::new(vec![near.clone(), far.clone()])], CatalogOptions::default()).unwrap();
    let item = |name: &str| {
        let bytes = &store.objects()[&format!("2024/e000n50/{name}_2024.json")];
        let json: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        json["assets"]["embeddings"]["href"].as_str().unwrap().to_owned()
    };
    assert_eq!([item(FIRST[0]), item(FIRST[1])], ["../../../stores/a.zarr", "s3://other/b.zarr"]);
    let index = CatalogIndex::open_in(store as _).unwrap();
    let year = &index.years()[0];
    let site = year.site().unwrap();
    assert_eq!(year.record(near.tile(), &site).unwrap().as_ref(), Some(&near));
    assert_eq!(year.record(far.tile(), &site).unwrap().as_ref(), Some(&far));
    let parent = Site::at(PLACE).unwrap();
    let at = Location::url("s3://tessera/v1/stores/a.zarr").unwrap();
    assert_eq!(parent.resolve("2024/items.parquet", "../../stores/a.zarr").unwrap(), at);
}

#[test]
fn an_index_is_opened_in_few_requests() {
    for in_flight in [1, 16] {
        let store = memory(in_flight);
        create(&store, &two_years(), CatalogOptions::default()).unwrap();
        store.asked();
        let index = CatalogIndex::open_in(Arc::clone(&store) as _).unwrap();
        assert_eq!(store.asked().len(), 1 + 1 + 4, "the catalogue, and two objects a year at once");
        assert_eq!(index.path(), Path::new(PLACE));

        let year = index.year(Year::new(2024).unwrap()).unwrap();
        let site = year.site().unwrap();
        for tile in year.tiles_after(None, &Region::WORLD) {
            assert_eq!(year.record(tile, &site).unwrap().unwrap().tile(), tile);
            assert!(year.record(tile, &site).unwrap().is_some());
        }
        // Two of the tiles lie in one part, and all parts are kept.
        assert_eq!(store.asked(), ["get 2024/items.parquet"; 3]);
        let index = index.keep(0);
        let year = index.year(Year::new(2024).unwrap()).unwrap();
        let tiles: Vec<_> = year.tiles_after(None, &Region::WORLD).collect();
        for tile in [tiles[0], tiles[3], tiles[0]] {
            year.record(tile, &site).unwrap();
        }
        assert!(store.asked().len() >= 2);
        let found: Vec<_> = year.parts(&Region::WORLD, &site).flat_map(Result::unwrap).collect();
        assert_eq!(found.len(), 4);
        assert!(index.json("2024/collection.json").unwrap().unwrap()["id"] == "tessera-v1-2024");
        assert_eq!(index.json("2025/collection.json").unwrap(), None);
    }
}

#[test]
fn a_folder_read_as_a_store_says_the_same() {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    write(CatalogWriter::create(&out, CatalogOptions::default()).unwrap(), &two_years()).unwrap();
    let (here, there) =
        (CatalogIndex::open(&out).unwrap(), CatalogIndex::open_in(Arc::new(Folder::new(&out))).unwrap());
    assert_eq!(here.path(), there.path());
    for (here, there) in here.years().iter().zip(there.years()) {
        let site = here.site().unwrap();
        assert_eq!(site, there.site().unwrap());
        let all = |index: &YearIndex| {
            index.parts(&Region::WORLD, &site).flat_map(Result::unwrap).collect::<Vec<_>>()
        };
        assert_eq!(all(here), all(there));
    }
}

#[test]
fn what_is_damaged_is_said() {
    let store = memory(1);
    create(&store, &two_years(), CatalogOptions::default()).unwrap();
    let whole = store.objects();
    let index = &whole["2024/items.parquet"];
    let mut long = index.clone();
    let length = long.len() - 8;
    long[length..length + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut longer = index.clone();
    longer[length..length + 4].copy_from_slice(&(index.len() as u32).to_le_bytes());
    for (bytes, what) in [
        (Vec::new(), "short"),
        (index[..index.len() / 2].to_vec(), "no end"),
        (long, "a footer too long"),
        (longer, "a footer longer than the file"),
    ] {
        store.place("2024/items.parquet", &bytes);
        let error = CatalogIndex::open_in(Arc::clone(&store) as _).unwrap_err();
        assert!(matches!(error, IndexError::Format { .. }), "{what}: {error}");
        assert!(error.to_string().contains("s3://tessera/v1/catalogue/2024/items.parquet"), "{error}");
    }
    // The front is cut off: the footer is whole, and the row groups lie elsewhere.
    store.place("2024/items.parquet", &index[index.len() - (index.len() / 3)..]);
    if let Ok(catalog) = CatalogIndex::open_in(Arc::clone(&store) as _) {
        let year = catalog.year(Year::new(2024).unwrap()).unwrap();
        let site = year.site().unwrap();
        assert!(year.parts(&Region::WORLD, &site).any(|part| part.is_err()));
    }
    for (name, bytes) in [("2024/coverage.bits.gz", b"x".as_slice()), ("catalog.json", b"{")] {
        whole.iter().for_each(|(name, bytes)| store.place(name, bytes));
        store.place(name, bytes);
        CatalogIndex::open_in(Arc::clone(&store) as _).unwrap_err();
    }
    let error = YearIndex::open_in(memory(1) as _, Year::new(2024).unwrap()).unwrap_err();
    assert!(matches!(error, IndexError::Io { .. }), "{error}");
}
