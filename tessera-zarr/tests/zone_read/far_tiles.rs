//! Tile stores whose answers have to be waited for, alone and as an archive.

use std::path::Path;

use tessera_core::synthetic::Synthetic;
use tessera_core::{
    Answer, Archive, ArchiveZones, Channels, MemoryBudget, Query, Region, Source, Tile, Window,
};
use tessera_zarr::{Layout, Sharding, StoreArchive, TileStore, TileWriter, ZarrFormat};

use crate::far::far;
use crate::support::year;

fn write(path: &Path, name: &str, layout: Layout) {
    let tile = Synthetic::new(7).channels(10).tile(name.parse().unwrap(), year(2024)).unwrap();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let writer = TileWriter::new(layout);
    writer.write(path, tile.view(), tile.grid(), tile.id(), year(2024), tile.version()).unwrap();
}

fn layouts() -> Vec<Layout> {
    let chunked = |format| Layout::new(format).chunk(100, 100, Some(4)).unwrap();
    vec![
        chunked(ZarrFormat::V2),
        chunked(ZarrFormat::V3).sharding(Sharding::None).unwrap(),
        chunked(ZarrFormat::V3).sharding(Sharding::Whole).unwrap(),
        chunked(ZarrFormat::V3).sharding(Sharding::Edge(300)).unwrap(),
    ]
}

#[test]
fn a_window_of_a_tile_asks_what_is_said_before_and_waits_twice() {
    let dir = tempfile::tempdir().unwrap();
    for (at, layout) in layouts().into_iter().enumerate() {
        let path = dir.path().join(format!("{at}.zarr"));
        write(&path, "grid_0.15_52.05", layout);
        let local = TileStore::open(&path).unwrap();
        for in_flight in [1, 16] {
            let remote = far(&path, in_flight);
            let store = TileStore::open_in(remote.clone()).unwrap();
            assert_eq!(remote.fetches(), store.opening());
            assert!(in_flight == 1 || remote.waits() == 1);
            let sharded = layout.sharding_kind() != Sharding::None && layout.format() == ZarrFormat::V3;
            for (window, list) in [
                (Window::new(250, 150, 260, 120), Channels::All),
                (Window::new(299, 299, 2, 2), Channels::from(vec![9, 0, 0])),
            ] {
                let planned = TileStore::open_in(far(&path, in_flight)).unwrap();
                let plan = planned.fetches(window, &list).unwrap().unwrap();
                let store = TileStore::open_in(remote.clone()).unwrap();
                let _ = (remote.asked(), remote.waits(), remote.looked());
                let got = store.read_window(window, &list).unwrap();
                assert_eq!(remote.fetches(), plan, "{layout:?} {in_flight} {window:?}");
                assert_eq!(remote.looked(), 0);
                assert!(in_flight == 1 || remote.waits() == if sharded { 2 } else { 1 });
                let expected = local.read_window(window, &list).unwrap();
                assert_eq!(got.view().data(), expected.view().data());
                assert_eq!(format!("{:?}", got.view().scales()), format!("{:?}", expected.view().scales()));
            }
        }
    }
}

#[test]
fn an_archive_asks_what_is_said_before() {
    let dir = tempfile::tempdir().unwrap();
    let names = ["grid_0.05_52.05", "grid_0.15_52.05", "grid_0.05_52.15"];
    for (at, layout) in layouts().into_iter().step_by(3).enumerate() {
        let root = dir.path().join(at.to_string());
        for name in names {
            write(&root.join("2024").join(format!("{name}.zarr")), name, layout);
        }
        let local = StoreArchive::open(&root).unwrap();
        let query = Query::new(Region::new(0.092, 52.092, 0.108, 52.108).unwrap(), year(2024));
        let budget = MemoryBudget::from_bytes(80_000).unwrap();
        let strips = |archive: &StoreArchive| -> Vec<_> {
            let zones = ArchiveZones::new(archive);
            let parts = query.native(&zones).unwrap();
            parts[0].strips(budget).unwrap().map(|strip| strip.unwrap().1.view().data().to_owned()).collect()
        };
        let expected = strips(&local);
        assert!(expected.len() > 2, "several strips");
        for in_flight in [1, 16] {
            let remote = far(&root, in_flight);
            let archive = StoreArchive::open_in(remote.clone()).unwrap();
            assert_eq!((archive.tiles(year(2024)).len(), remote.fetches().requests), (3, 0));
            let planned = StoreArchive::open_in(far(&root, in_flight)).unwrap();
            let zones = ArchiveZones::new(&planned);
            let plan = query.native(&zones).unwrap()[0].fetches(budget).unwrap().unwrap();
            assert_eq!(strips(&archive), expected);
            assert_eq!(remote.fetches(), plan, "{layout:?} {in_flight}");
            for id in archive.tiles(year(2024)) {
                assert_eq!(archive.stamp(id, year(2024)).unwrap(), local.stamp(id, year(2024)).unwrap());
            }
        }
    }
}
