//! The files that hold a tile, and those of a year's pyramids.

use std::fs;
use std::io::ErrorKind;

use super::run::add;
use super::year::YearCheck;
use crate::index::CheckedTile;
use crate::{BasisAsset, Location, NpyTile, Preview, ProblemKind, TileRecord, collection_path, item_path};

impl YearCheck<'_> {
    /// Looks for the files of a tile that lie on this disk: whether they are there, and as large as the index says. One at
    /// an address whose counterpart is not on this disk lies elsewhere.
    pub(super) fn files_of(&self, tile: &CheckedTile) {
        let Some(record) = tile.followed() else { return };
        if self.run.is_stopped() {
            return;
        }
        for (key, location) in record.locations() {
            self.look(|| item_path(tile.tile, self.year), key, location, size_of(record, key));
        }
    }

    /// Looks for the files of the year's pyramids, as [`files_of`](Self::files_of) does for those of a tile.
    pub(super) fn pyramid_files(&self) {
        for (key, location, size) in self.contents.pyramids().locations() {
            self.look(|| collection_path(self.year), key, location, size);
        }
    }

    /// Looks for a file of which something in the catalogue is said, at `path` there.
    fn look(&self, path: impl Fn() -> String, key: &str, location: &Location, size: Option<u64>) {
        let said = |what: String| format!("asset {key}: {location} {what}");
        let problem = |kind, what| self.run.problem(kind, path(), said(what));
        let found = match self.site.on_disk(location).map(fs::metadata) {
            Some(Ok(found)) => found,
            Some(Err(cause)) if cause.kind() != ErrorKind::NotFound => {
                return problem(ProblemKind::File, format!("cannot be read: {cause}"));
            }
            Some(Err(_)) if location.is_file() => {
                return problem(ProblemKind::File, "is not there".to_owned());
            }
            _ => return add(&self.run.counts.elsewhere, 1),
        };
        add(&self.run.counts.files, 1);
        match size {
            Some(_) if !found.is_file() => problem(ProblemKind::File, "is not a file".to_owned()),
            Some(size) if size != found.len() => {
                problem(ProblemKind::Size, format!("has {} bytes: expected {size}", found.len()));
            }
            _ => self.run.passed(1),
        }
    }
}

/// The size that is known of a file, by the key of the asset.
fn size_of(record: &TileRecord, key: &str) -> Option<u64> {
    match key {
        NpyTile::EMBEDDINGS_KEY => record.npy_tile()?.file_sizes().map(|[embeddings, _]| embeddings),
        NpyTile::SCALES_KEY => record.npy_tile()?.file_sizes().map(|[_, scales]| scales),
        Preview::KEY => record.picture()?.file_size(),
        BasisAsset::KEY => record.picture_basis()?.file_size(),
        _ => None,
    }
}
