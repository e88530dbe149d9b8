//! One record from two.

use tessera_core::PixelGrid;

use super::TileRecord;
use crate::RecordError;

impl TileRecord {
    /// What two sources know of the same tile and year, as a folder of NPY files and one of stores: the files of both.
    ///
    /// Where both have the same file, the one knows what the other does not; what both know and what can differ without
    /// harm, as the version of a program, is taken from `other`. The later time of creation counts.
    ///
    /// ```
    /// use tessera_core::{DatasetVersion, PixelGrid, TileId, Year};
    /// use tessera_stac::{Location, NpyTile, Site, TileRecord, ZoneAsset};
    ///
    /// let tile: TileId = "grid_0.15_52.05".parse()?;
    /// let record = || Ok::<_, Box<dyn std::error::Error>>(TileRecord::new(
    ///     tile, Year::new(2024)?, DatasetVersion::named("v1"), PixelGrid::of_tile(tile)?,
    /// ));
    /// let files = NpyTile::new(Location::file("/data/npy/a.npy")?, Location::file("/data/npy/a_scales.npy")?);
    /// let zone = ZoneAsset::new(Location::file("/data/zones.zarr/utm31")?);
    /// let both = record()?.npy(files).merge(record()?.zone(zone))?;
    /// assert_eq!(both.item_alone(&Site::folder("/data")?)?.assets.len(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RecordError::Differs`] where tile, year, dataset version, grid, channels, the shape of the scales or the format of
    /// a store are not the same; [`RecordError::Places`] where both have an asset of one key at different places.
    pub fn merge(mut self, other: Self) -> Result<Self, RecordError> {
        let id = self.id();
        same(&id, "tile", &self.tile, &other.tile, ToString::to_string)?;
        same(&id, "year", &self.year, &other.year, ToString::to_string)?;
        same(&id, "dataset version", &self.version, &other.version, ToString::to_string)?;
        same(&id, "pixel grid", &self.grid, &other.grid, grid_text)?;
        same(&id, "number of channels", &self.channels, &other.channels, ToString::to_string)?;
        // A zone store has one scale a pixel whatever the other files have.
        if other.assets.holds_tile() {
            if self.assets.holds_tile() {
                same(&id, "shape of scales", &self.channel_scales, &other.channel_scales, scales_text)?;
            }
            self.channel_scales = other.channel_scales;
        }
        self.assets = self.assets.merge(other.assets, &id)?;
        self.software.extend(other.software);
        self.created = self.created.max(other.created);
        Ok(self)
    }
}

fn same<T: PartialEq>(
    id: &str,
    what: &'static str,
    one: &T,
    other: &T,
    text: impl Fn(&T) -> String,
) -> Result<(), RecordError> {
    if one == other {
        return Ok(());
    }
    Err(RecordError::Differs { id: id.to_owned(), what, one: text(one), other: text(other) })
}

fn grid_text(grid: &PixelGrid) -> String {
    let (west, north, rows, cols) = (grid.west(), grid.north(), grid.rows(), grid.cols());
    format!("{rows} × {cols} pixels from ({west}, {north}) in {}", grid.zone())
}

fn scales_text(each: &bool) -> String {
    let text = if *each { "(rows, cols, channels)" } else { "(rows, cols)" };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use tessera_core::{DatasetVersion, TileId, Year};

    use super::*;
    use crate::{BasisAsset, NpyTile, Preview, TileStore, ZoneAsset};

    fn record() -> TileRecord {
        let tile: TileId = "grid_0.15_52.05".parse().unwrap();
        let grid = PixelGrid::of_tile(tile).unwrap();
        TileRecord::new(tile, Year::new(2024).unwrap(), DatasetVersion::named("v1"), grid)
    }

    fn npy(folder: &str) -> NpyTile {
        let file = |suffix: &str| format!("{folder}/a{suffix}.npy").parse().unwrap();
        NpyTile::new(file(""), file("_scales"))
    }

    fn store(path: &str, format: u8) -> TileStore {
        TileStore::new(path.parse().unwrap(), format).unwrap()
    }

    #[test]
    fn the_files_of_both() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let picture = || Preview::new("/d/a.png".parse().unwrap());
        let basis = || BasisAsset::new("/d/a.basis.json".parse().unwrap());
        let zone = || ZoneAsset::new("/d/zones.zarr/utm31".parse().unwrap());
        let one = record()
            .npy(npy("/d").sizes(3, 4))
            .store(store("/d/a.zarr", 3).consolidated(true))
            .preview(picture().size(5))
            .channel_scales(true)
            .software("tessera-zarr", "0.1.0")
            .created(at(20))
            .unwrap();
        let other = record()
            .zone(zone().consolidated(false))
            .preview(picture().shape(10, 20))
            .basis(basis().size(6))
            .software("tessera-zarr", "0.2.0")
            .created(at(10))
            .unwrap();
        let expected = one
            .clone()
            .zone(zone().consolidated(false))
            .preview(picture().shape(10, 20).size(5))
            .basis(basis().size(6))
            .software("tessera-zarr", "0.2.0");
        assert_eq!(one.clone().merge(other.clone()).unwrap(), expected);
        assert_eq!(other.merge(one.clone()).unwrap(), expected.software("tessera-zarr", "0.1.0"));
        assert_eq!(one.clone().merge(one.clone()).unwrap(), one);
        let bare = record().npy(npy("/d")).store(store("/d/a.zarr", 3)).channel_scales(true);
        assert_eq!(bare.merge(one.clone()).unwrap(), one);
    }

    #[test]
    fn whatever_differs_is_named() {
        let tile: TileId = "grid_0.25_52.05".parse().unwrap();
        let (year, version, grid) = (record().year, record().version, record().grid);
        let new = |tile, year, version: &str, grid| {
            TileRecord::new(tile, year, DatasetVersion::named(version), grid)
        };
        let (own, name) = (record().tile, "v1");
        let smaller = grid.with_shape(1138, 729).unwrap();
        assert_eq!(version.to_string(), name);
        for (other, what, texts) in [
            (new(tile, year, name, grid), "tile", ["grid_0.15_52.05", "grid_0.25_52.05"]),
            (new(own, Year::new(2023).unwrap(), name, grid), "year", ["2024", "2023"]),
            (new(own, year, "v1.1-cam", grid), "dataset version", ["v1", "v1.1-cam"]),
            (new(own, year, "", grid), "dataset version", ["v1", "unknown"]),
            (new(own, year, name, smaller), "pixel grid", ["1139 × 729", "1138 × 729"]),
            (record().channels(16), "number of channels", ["128", "16"]),
            (
                record().npy(npy("/d")).channel_scales(true),
                "shape of scales",
                ["(rows, cols)", "(rows, cols, channels)"],
            ),
            (record().store(store("/d/a.zarr", 2)), "Zarr format", ["3", "2"]),
        ] {
            let error = record().store(store("/d/a.zarr", 3)).merge(other).unwrap_err();
            let RecordError::Differs { what: found, one, other, .. } = &error else { panic!("{error}") };
            assert_eq!(*found, what);
            assert!(one.contains(texts[0]) && other.contains(texts[1]), "{error}");
        }
    }

    #[test]
    fn two_places_of_one_asset_are_refused() {
        let one = || {
            record()
                .npy(npy("/d"))
                .store(store("/d/a.zarr", 3))
                .preview(Preview::new("/d/a.png".parse().unwrap()))
                .basis(BasisAsset::new("/d/a.json".parse().unwrap()))
                .zone(ZoneAsset::new("/d/z.zarr/utm31".parse().unwrap()))
        };
        for (other, key, place) in [
            (record().store(store("/e/a.zarr", 3)), "embeddings", "file:///e/a.zarr"),
            (record().npy(npy("/e")), "embeddings_npy", "file:///e/a.npy"),
            (record().preview(Preview::new("/e/a.png".parse().unwrap())), "preview", "file:///e/a.png"),
            (record().basis(BasisAsset::new("/e/a.json".parse().unwrap())), "basis", "file:///e/a.json"),
            (
                record().zone(ZoneAsset::new("/e/z.zarr/utm31".parse().unwrap())),
                "zone",
                "file:///e/z.zarr/utm31",
            ),
        ] {
            let error = one().merge(other).unwrap_err();
            let RecordError::Places { key: found, one, other, .. } = &error else { panic!("{error}") };
            assert_eq!((*found, other.as_str()), (key, place));
            assert!(one.as_str().starts_with("file:///d/"), "{error}");
        }
    }
}
