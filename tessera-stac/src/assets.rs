//! The files that hold a tile.

use crate::{BasisAsset, Location, NpyTile, Preview, RecordError, TileStore, ZoneAsset};

/// The files that hold a tile, each kind once or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Assets {
    pub(crate) store: Option<TileStore>,
    pub(crate) npy: Option<NpyTile>,
    pub(crate) preview: Option<Preview>,
    pub(crate) basis: Option<BasisAsset>,
    pub(crate) zone: Option<ZoneAsset>,
}

impl Assets {
    /// Whether one of them holds its pixels.
    pub(crate) fn hold_data(&self) -> bool {
        self.holds_tile() || self.zone.is_some()
    }

    /// Whether one of them is of the tile alone and has scales as the record says.
    pub(crate) fn holds_tile(&self) -> bool {
        self.store.is_some() || self.npy.is_some()
    }

    /// Where they lie, by the key of the asset.
    pub(crate) fn locations(&self) -> impl Iterator<Item = (&'static str, &Location)> {
        let store = self.store.as_ref().map(|store| (TileStore::KEY, store.location()));
        let embeddings = self.npy.as_ref().map(|npy| (NpyTile::EMBEDDINGS_KEY, npy.embeddings()));
        let scales = self.npy.as_ref().map(|npy| (NpyTile::SCALES_KEY, npy.scales()));
        let preview = self.preview.as_ref().map(|preview| (Preview::KEY, preview.location()));
        let basis = self.basis.as_ref().map(|basis| (BasisAsset::KEY, basis.location()));
        let zone = self.zone.as_ref().map(|zone| (ZoneAsset::KEY, zone.location()));
        [store, embeddings, scales, preview, basis, zone].into_iter().flatten()
    }

    /// Those of both. Where both have the same, what is said of it must agree.
    pub(crate) fn merge(self, other: Self, id: &str) -> Result<Self, RecordError> {
        for (key, one) in self.locations() {
            if let Some((_, other)) = other.locations().find(|(known, other)| *known == key && *other != one)
            {
                let (one, other) = (one.clone(), other.clone());
                return Err(RecordError::Places { id: id.to_owned(), key, one, other });
            }
        }
        if let (Some(one), Some(other)) = (&self.store, &other.store)
            && one.format() != other.format()
        {
            let (one, other) = (one.format().to_string(), other.format().to_string());
            return Err(RecordError::Differs { id: id.to_owned(), what: "Zarr format", one, other });
        }
        Ok(Self {
            store: either(self.store, other.store, TileStore::or),
            npy: either(self.npy, other.npy, NpyTile::or),
            preview: either(self.preview, other.preview, Preview::or),
            basis: either(self.basis, other.basis, BasisAsset::or),
            zone: either(self.zone, other.zone, ZoneAsset::or),
        })
    }
}

/// The one that there is; of two, what both say together.
fn either<T>(one: Option<T>, other: Option<T>, both: impl FnOnce(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(both(other, one)),
        (one, other) => one.or(other),
    }
}
