//! Stores made and extended.

use tessera_core::DatasetVersion;
use tessera_zarr::{FillOptions, OpenError, StagingError, ZoneLayout, ZoneSpec, ZoneStoreError, ZoneWriter};

use crate::support::{Fake, NAMES, create, files, fill, spec, v1, year};

#[test]
fn a_store_is_made_once_and_opened_as_it_was_made() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    create(&path);
    assert!(matches!(
        ZoneWriter::create(&path, &spec()),
        Err(ZoneStoreError::Place(StagingError::Exists { .. }))
    ));
    let store = ZoneWriter::open(&path).unwrap();
    assert_eq!((store.zones(), store.years()), (&[31, 32][..], &[year(2023), year(2024)][..]));
    assert_eq!((store.channels(), store.layout(), store.version()), (4, spec_layout(), &v1()));
    let names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["a.zarr"]);
}

fn spec_layout() -> ZoneLayout {
    crate::support::layout()
}

#[test]
fn what_makes_no_store_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let make = |spec: &ZoneSpec| ZoneWriter::create(dir.path().join("a.zarr"), spec).unwrap_err();
    let years = || ZoneSpec::new(v1()).years([year(2024)]);
    assert!(matches!(make(&years()), ZoneStoreError::Nothing { what: "zones" }));
    assert!(matches!(make(&ZoneSpec::new(v1()).zones([31])), ZoneStoreError::Nothing { what: "years" }));
    assert!(matches!(make(&years().zones([0])), ZoneStoreError::Zone(_)));
    assert!(matches!(make(&years().zones([61])), ZoneStoreError::Zone(_)));
    assert!(matches!(make(&years().zones([31]).channels(0)), ZoneStoreError::Channels { .. }));
    assert!(matches!(make(&years().zones([31]).channels(usize::MAX)), ZoneStoreError::Channels { .. }));
    let unknown = ZoneSpec::new(DatasetVersion::Unknown).zones([31]).years([year(2024)]);
    assert!(matches!(make(&unknown), ZoneStoreError::UnknownVersion));
    for (inner, shard) in [(0, 32), (32, 0), (32, 48), (2048, 4096), (1, 4096), (32, 1 << 20)] {
        assert!(ZoneLayout::new(inner, shard).is_err(), "{inner} {shard}");
    }
    assert!(matches!(ZoneWriter::open(dir.path()), Err(ZoneStoreError::Open(OpenError::NotAStore { .. }))));
}

#[test]
fn years_and_zones_are_added_and_no_shard_moves() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    let mut store = create(&path);
    fill(&store, &Fake::new(&NAMES), &FillOptions::default());
    let before = files(&path);
    // An earlier year comes last too.
    store.extend([1], [year(2017), year(2024), year(2025)]).unwrap();
    assert_eq!(store.years(), [2023, 2024, 2017, 2025].map(year));
    let again = ZoneWriter::open(&path).unwrap();
    assert_eq!((again.years(), again.zones()), (store.years(), &[1, 31, 32][..]));
    let after = files(&path);
    let shards = |name: &&String| name.contains("/embeddings/c/") || name.contains("/scales/c/");
    assert!(before.keys().filter(shards).count() > 4);
    for name in before.keys().filter(shards) {
        assert_eq!(before[name], after[name], "{name}");
    }
    let (report, _) = fill(&again, &Fake::new(&NAMES), &FillOptions::default());
    assert_eq!((report.written, report.unchanged > 0), (0, true));
}

#[test]
fn stores_of_another_layout_are_refused_with_what_differs() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    let change = |from: &str, to: &str| {
        let _ = std::fs::remove_dir_all(&path);
        create(&path);
        let document = path.join("zarr.json");
        let text = std::fs::read_to_string(&document).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(&document, text.replace(from, to)).unwrap();
        ZoneWriter::open(&path).unwrap_err().to_string()
    };
    assert!(change("163840.0", "163850.0").contains("lattice of utm31"));
    assert!(change("2007040", "2007041").contains("shape of utm31/embeddings"));
    assert!(
        change("\"fill_value\": \"Infinity\"", "\"fill_value\": \"NaN\"")
            .contains("fill_value of utm31/scales")
    );
    assert!(change("\"bitshuffle\"", "\"noshuffle\"").contains("codecs of utm31/embeddings"));
    assert!(change("consolidated_metadata", "other").contains("consolidated metadata"));
    std::fs::write(path.join("zarr.json"), "{").unwrap();
    assert!(matches!(ZoneWriter::open(&path), Err(ZoneStoreError::Open(OpenError::Metadata { .. }))));
}
