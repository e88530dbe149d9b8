//! Rasters.

use tessera_core::{Crs, DatasetVersion, MemoryBudget, Quantized, RasterGrid, Year};
use tessera_zarr::{Layout, RasterInfo, RasterWriter, StagingError, WriteError, WriteReport};

use crate::memory::{Fault, Memory};
use crate::support::files;

type Told = Result<WriteReport, WriteError>;

fn with_info(work: impl FnOnce(&RasterInfo<'_>, &mut tessera_zarr::ReadRows<'_>) -> Told) -> Told {
    let info = RasterInfo {
        grid: RasterGrid::new(Crs::LonLat, (0.0, 52.0), (0.01, 0.01), 90, 40).unwrap(),
        year: Year::new(2024).unwrap(),
        version: &DatasetVersion::named("v1"),
        channels: 3,
        title: "a region",
    };
    let mut read = |rows: std::ops::Range<usize>, out: &mut Quantized| {
        let (mut data, scales) = out.reset(rows.len(), 40, 3);
        data.indexed_iter_mut()
            .for_each(|((r, c, k), value)| *value = ((rows.start + r) * 7 + c * 3 + k) as i8);
        scales.fill(0.5);
        Ok(())
    };
    work(&info, &mut read)
}

#[test]
fn objects_are_those_of_a_folder_and_a_killed_one_is_written_over() {
    let writer = RasterWriter::new(Layout::default().chunk_edge(32).unwrap());
    let budget = MemoryBudget::default();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    let report = with_info(|info, read| writer.write(&path, info, budget, read)).unwrap();
    let expected = files(&path);
    let store = Memory::new();
    let write = |store: &Memory| with_info(|info, read| writer.write_in(store, info, budget, read));
    assert_eq!(write(&store).unwrap(), report);
    assert!(store.files() == expected);
    let error = write(&store).unwrap_err();
    assert!(matches!(error, WriteError::Place(StagingError::Exists { .. })), "{error}");
    let overwriting = writer.clone().overwrite(true);
    with_info(|info, read| overwriting.write_in(&store, info, budget, read)).unwrap();
    assert!(store.files() == expected);
    let count = {
        let store = Memory::new();
        write(&store).unwrap();
        store.operations()
    };
    for at in 0..count {
        let store = Memory::new();
        write(&store.other().fault(at, Fault::Killed)).unwrap_err();
        assert!(!store.files().contains_key(".zgroup"), "{at}");
        write(&store).unwrap();
        assert!(store.files() == expected, "{at}");
    }
}
