//! A year of which the pyramids are said, and no tile.

use std::error::Error;
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::Value;
use tessera_core::{DatasetVersion, TileId, Year};
use tessera_stac::{
    BasisAsset, CatalogOptions, CatalogSummary, CatalogWriter, Location, PmtilesAsset, PyramidAssets,
    TileRecord, YearRecords, write_catalog,
};

use crate::support;

/// The year 2024 of `v1`, with these pyramids.
pub(crate) struct Pictured(pub(crate) PyramidAssets);

impl YearRecords for Pictured {
    fn year(&self) -> Year {
        Year::new(2024).unwrap()
    }

    fn version(&self) -> &DatasetVersion {
        static VERSION: std::sync::OnceLock<DatasetVersion> = std::sync::OnceLock::new();
        VERSION.get_or_init(|| DatasetVersion::named("v1"))
    }

    fn tiles(&self) -> Vec<TileId> {
        Vec::new()
    }

    fn record(&self, _: TileId) -> Result<TileRecord, Box<dyn Error + Send + Sync>> {
        Err("no such tile".into())
    }

    fn pyramids(&self, _: PyramidAssets) -> PyramidAssets {
        self.0.clone()
    }
}

/// Pyramids of every kind below a folder or address.
pub(crate) fn every_pyramid(root: &str) -> PyramidAssets {
    let at = |path: &str| format!("{root}/{path}").parse::<Location>().unwrap();
    PyramidAssets::default()
        .pmtiles(PmtilesAsset::new(at("pictures/2024.pmtiles")).size(3))
        .map_tiles(at("pictures/2024"))
        .group(at("zones.zarr/global_rgb"))
        .basis(BasisAsset::new(at("pictures/2024.basis.json")).size(3))
}

/// Gives the year 2024 of a catalogue pyramids.
pub(crate) fn picture(out: &Path, pyramids: PyramidAssets, prune: bool) -> CatalogSummary {
    let mut writer = CatalogWriter::update(out, CatalogOptions::default().prune(prune)).unwrap();
    writer.add_year(&Pictured(pyramids), |_| ControlFlow::Continue(())).unwrap();
    writer.finish().unwrap()
}

/// The collection of 2024 of a catalogue of one tile, with every pyramid: on disk with relative and with absolute links,
/// and in a bucket that is known.
pub(crate) fn pictured_collections() -> [(String, Value); 3] {
    let absolute = CatalogOptions::default().base_url("https://example.org/tessera/catalogue");
    [
        ("absolute.json", absolute, None),
        ("bucket.json", CatalogOptions::default().storage(support::bucket()), Some("s3://tessera/v1")),
        ("relative.json", CatalogOptions::default(), None),
    ]
    .map(|(name, options, root)| {
        let disk = tempfile::tempdir().unwrap();
        let out = disk.path().join("catalogue");
        write_catalog(&out, [support::example()], options.clone()).unwrap();
        let mut writer = CatalogWriter::update(&out, options).unwrap();
        let root = root.unwrap_or(disk.path().to_str().unwrap());
        writer.add_year(&Pictured(every_pyramid(root)), |_| ControlFlow::Continue(())).unwrap();
        writer.finish().unwrap();
        let collection = std::fs::read(out.join("2024/collection.json")).unwrap();
        (name.to_owned(), serde_json::from_slice(&collection).unwrap())
    })
}
