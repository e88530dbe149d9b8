//! An index gives back what was put into it, and damage is seen.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use tessera_core::{Region, TileId, Year};
use tessera_stac::{
    CatalogIndex, CatalogOptions, Coverage, IndexError, Site, TileRecord, YearIndex, item_path, write_catalog,
};

use crate::support;

/// Tiles over the world, a store each, some with NPY files.
fn many(step: u32) -> Vec<TileRecord> {
    let cells = (0..3600 * 1800).step_by(step as usize).map(|cell| (cell % 3600, cell / 3600));
    let tiles = cells.filter_map(|(column, row)| TileId::from_cell(column, row));
    let record = |tile: TileId| {
        let name = tile.to_string();
        let record =
            support::tile(&name, 2024, "v1").store(support::store(&format!("s3://tessera/{name}.zarr"), 3));
        if tile.row().is_multiple_of(3) {
            support::with_npy(record, "/data/npy/2024", tile.column().is_multiple_of(2))
        } else {
            record
        }
    };
    tiles.map(record).collect()
}

fn write(out: &Path, records: Vec<TileRecord>) {
    let options = CatalogOptions::default().items(false).map(false).overwrite(true);
    write_catalog(out, records, options).unwrap();
}

#[test]
fn every_record_comes_back() {
    let disk = tempfile::tempdir().unwrap();
    let (out, records) = (disk.path().join("catalogue"), support::every_kind(disk.path().to_str().unwrap()));
    write_catalog(&out, records.clone(), CatalogOptions::default()).unwrap();
    let (index, site) = (CatalogIndex::open(&out).unwrap(), Site::folder(&out).unwrap());
    assert_eq!(index.years().iter().map(YearIndex::len).sum::<usize>(), records.len());
    for record in &records {
        let year = index.year(record.year()).unwrap();
        assert_eq!((year.version(), year.has_item_files(), year.base_url()), (record.version(), true, None));
        assert_eq!(year.record(record.tile(), &site).unwrap().as_ref(), Some(record));
    }
    let absent = "grid_0.25_52.05".parse().unwrap();
    assert_eq!(index.years()[0].record(absent, &site).unwrap(), None);
}

#[test]
fn items_made_of_the_index_are_those_on_disk() {
    let disk = tempfile::tempdir().unwrap();
    let (out, base) = (disk.path().join("catalogue"), "https://example.org/tessera/catalogue");
    for absolute in [false, true] {
        let (mut options, mut site) = (
            CatalogOptions::default().storage(support::bucket()).overwrite(true),
            Site::folder(&out).unwrap(),
        );
        if absolute {
            (options, site) = (options.base_url(base), site.base_url(base).unwrap());
        }
        site = site.storage(support::bucket());
        let records = support::every_kind(disk.path().to_str().unwrap());
        write_catalog(&out, records.clone(), options).unwrap();
        let index = CatalogIndex::open(&out).unwrap();
        for (tile, year) in records.iter().map(|record| (record.tile(), record.year())) {
            let mut made = Vec::new();
            let record = index.year(year).unwrap().record(tile, &site).unwrap().unwrap();
            record.write_item_in(&site, &mut made).unwrap();
            assert_eq!(made, fs::read(out.join(item_path(tile, year))).unwrap(), "{tile} of {year}");
        }
    }
}

#[test]
fn tiles_are_found_by_region_and_page_by_page() {
    let disk = tempfile::tempdir().unwrap();
    let (out, records) = (disk.path().join("catalogue"), many(997));
    write(&out, records.clone());
    let (index, site) =
        (YearIndex::open(&out, Year::new(2024).unwrap()).unwrap(), Site::folder(&out).unwrap());
    for region in ["-180,-90,180,90", "100,50,110,55", "170,-20,-170,10", "-180,-5,180,5", "0.1,0.1,0.1,0.1"]
    {
        let region: Region = region.parse().unwrap();
        let mut expected: Vec<_> =
            records.iter().map(TileRecord::tile).filter(|tile| region.touches(*tile)).collect();
        assert_eq!(index.coverage().count_in(&region), expected.len());
        let (mut paged, mut last) = (Vec::new(), None);
        loop {
            let page: Vec<_> = index.tiles_after(last, &region).take(7).collect();
            last = page.last().copied();
            paged.extend(page);
            if last.is_none() {
                break;
            }
        }
        assert_eq!(paged, index.coverage().tiles_in(&region).collect::<Vec<_>>());
        paged.sort_unstable();
        expected.sort_unstable();
        assert_eq!(paged, expected);
    }
    for record in records.iter().step_by(13) {
        assert_eq!(index.record(record.tile(), &site).unwrap().as_ref(), Some(record));
    }
}

#[test]
fn what_is_no_index_is_refused() {
    let disk = tempfile::tempdir().unwrap();
    let (out, year) = (disk.path().join("catalogue"), Year::new(2024).unwrap());
    write(&out, many(99_991));
    let (items, bitmap) = (out.join("2024/items.parquet"), out.join("2024/coverage.bits.gz"));
    let (good, good_bitmap) = (fs::read(&items).unwrap(), fs::read(&bitmap).unwrap());
    let open = || YearIndex::open(&out, year).unwrap_err();

    let place = good.windows(9).rposition(|bytes| bytes == b"\"index\":1").unwrap();
    let mut newer = good.clone();
    newer[place + 8] = b'7';
    fs::write(&items, newer).unwrap();
    let error = open();
    assert!(matches!(&error, IndexError::Version { got, expected: 1, .. } if got == "7"), "{error}");

    for bad in [&good[..good.len() - 1], &good[..100], b"", b"PAR1PAR1"] {
        fs::write(&items, bad).unwrap();
        assert!(matches!(open(), IndexError::Format { .. }));
    }
    fs::remove_file(&items).unwrap();
    assert!(matches!(open(), IndexError::Io { .. }));
    assert!(matches!(CatalogIndex::open(&out), Err(IndexError::NotACatalog { .. })));
    fs::write(&items, &good).unwrap();

    let mut more = Coverage::from_gzip(&good_bitmap).unwrap();
    more.insert("grid_0.15_52.05".parse().unwrap());
    fs::write(&bitmap, more.to_gzip()).unwrap();
    assert!(matches!(open(), IndexError::Disagree { .. }));
    fs::write(&bitmap, &good_bitmap[..50]).unwrap();
    assert!(matches!(open(), IndexError::Coverage { .. }));
    // As many tiles, but one of them another: seen when it is asked for.
    let mut tiles: Vec<TileId> = Coverage::from_gzip(&good_bitmap).unwrap().tiles().collect();
    let (site, gone) = (Site::folder(&out).unwrap(), tiles[3]);
    tiles[3] = TileId::from_cell(gone.column() ^ 1, gone.row()).unwrap();
    fs::write(&bitmap, tiles.iter().copied().collect::<Coverage>().to_gzip()).unwrap();
    assert!(matches!(
        YearIndex::open(&out, year).unwrap().record(tiles[3], &site),
        Err(IndexError::Row { .. })
    ));
    fs::write(&bitmap, &good_bitmap).unwrap();

    fs::rename(out.join("2024"), out.join("2023")).unwrap();
    let error = CatalogIndex::open(&out).unwrap_err();
    assert!(matches!(&error, IndexError::Year { got, .. } if got == "2024"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn damage_is_an_error_and_no_panic(places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        thread_local! {
            static MADE: (tempfile::TempDir, Vec<u8>) = {
                let disk = tempfile::tempdir().unwrap();
                write(&disk.path().join("c"), many(500_009));
                let bytes = fs::read(disk.path().join("c/2024/items.parquet")).unwrap();
                (disk, bytes)
            };
        }
        MADE.with(|(disk, good)| {
            let out = disk.path().join("c");
            let mut bytes = good.clone();
            for (place, value) in &places {
                *place.get_mut(&mut bytes) = *value;
            }
            fs::write(out.join("2024/items.parquet"), &bytes).unwrap();
            if let Ok(index) = YearIndex::open(&out, Year::new(2024).unwrap()) {
                let site = Site::folder(&out).unwrap();
                for tile in index.coverage().tiles() {
                    let _ = index.record(tile, &site);
                }
            }
        });
    }
}
