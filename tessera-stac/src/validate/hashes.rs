//! The hashes of the files of a year.

use std::collections::HashMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use rayon::prelude::*;
use tessera_core::TileId;

use super::run::add;
use super::sha256::{hex, sha256};
use super::year::{YearCheck, index_problem};
use crate::index::CheckedTile;
use crate::sheet::Sheet;
use crate::{FileHashes, NpyTile, ProblemKind, TileRecord, ValidateError, ValidationEvent, item_path};

/// A file whose hash is known.
struct Known<'a> {
    tile: TileId,
    key: &'static str,
    /// Where it may lie on this disk.
    path: Option<PathBuf>,
    /// Whether it can lie nowhere else.
    near: bool,
    location: &'a str,
    hash: [u8; 32],
}

impl YearCheck<'_> {
    /// Compares the hashes of a sheet with its tiles, and counts what there is to be hashed.
    pub(super) fn hashes_of(&self, sheet: Sheet, tiles: &[CheckedTile]) {
        let Some(hashes) = self.known_of(sheet) else { return };
        let hashes = hashes.inspect_err(|error| index_problem(self.run, error));
        let Ok(hashes) = hashes else { return };
        if !hashes.iter().map(|(tile, _)| tile).eq(tiles.iter().map(|tile| &tile.tile)) {
            // An index that cannot be read was spoken of already.
            if !tiles.is_empty() {
                let what = format!("has other tiles than the index in its part of {}", tiles[0].tile);
                self.run.problem(ProblemKind::Index, self.hashes_path(), what);
            }
            return;
        }
        for ((tile, hashes), checked) in hashes.iter().zip(tiles) {
            let Ok(Some(record)) = &checked.record else { continue };
            if !hashes.is_empty() && record.npy_tile().is_none() {
                let what = format!("has a hash of {tile}, which has no NPY files by the index");
                self.run.problem(ProblemKind::Index, self.hashes_path(), what);
            }
        }
        self.run.passed(1);
        if self.run.hashes {
            self.files(&hashes, tiles).par_iter().for_each(|file| self.count(file));
        }
    }

    /// Hashes the files of the year that lie on this disk.
    pub(super) fn hash_files(&self) -> Result<(), ValidateError> {
        for sheet in self.sheets().filter(|_| self.known.is_some()) {
            self.run.go_on()?;
            // What cannot be read was spoken of when it was counted.
            let Ok(tiles) = self.index.checked(sheet, &self.site, self.run.root) else { continue };
            let Some(Ok(hashes)) = self.known_of(sheet) else { continue };
            let files = self.files(&hashes, &tiles);
            files.par_iter().with_max_len(1).for_each(|file| self.hash(file));
        }
        self.run.go_on()
    }

    /// The files of tiles whose hashes are known.
    fn files<'b>(&self, hashes: &[(TileId, FileHashes)], tiles: &'b [CheckedTile]) -> Vec<Known<'b>> {
        let hashes: HashMap<TileId, FileHashes> = hashes.iter().copied().collect();
        let known = |record: &'b TileRecord| {
            let hashes = hashes.get(&record.tile()).copied().unwrap_or_default();
            record.npy_tile().map(|npy| (record, npy, hashes))
        };
        let both = |(record, npy, hashes): (&TileRecord, &'b NpyTile, FileHashes)| {
            let tile = record.tile();
            let file = |key, location: &'b crate::Location, hash: Option<[u8; 32]>| {
                let (path, near) = (self.site.on_disk(location), location.is_file());
                hash.map(|hash| Known { tile, key, path, near, location: location.as_str(), hash })
            };
            let embeddings = file(NpyTile::EMBEDDINGS_KEY, npy.embeddings(), hashes.embeddings);
            [embeddings, file(NpyTile::SCALES_KEY, npy.scales(), hashes.scales)]
        };
        let records = tiles.iter().filter_map(CheckedTile::followed);
        records.filter_map(known).flat_map(both).flatten().collect()
    }

    /// Counts a file that is to be hashed, or says that it is not there.
    fn count(&self, file: &Known<'_>) {
        match file.path.as_ref().map(fs::metadata) {
            Some(Ok(found)) if found.is_file() => {
                add(&self.run.counts.to_hash, 1);
                self.run.counts.bytes.fetch_add(found.len(), Ordering::Relaxed);
            }
            // Whoever looks for files has said so.
            _ if self.run.files => {}
            Some(Ok(_)) => self.failed(file, "is not a file"),
            Some(Err(cause)) if cause.kind() != ErrorKind::NotFound => self.unread(file, &cause),
            Some(Err(_)) if file.near => self.failed(file, "is not there"),
            _ => add(&self.run.counts.elsewhere, 1),
        }
    }

    fn hash(&self, file: &Known<'_>) {
        let Some(path) = file.path.as_ref().filter(|path| path.is_file()) else { return };
        let told = |bytes| {
            self.run.tell(ValidationEvent::Hashed { bytes });
            !self.run.is_stopped()
        };
        match sha256(path, told) {
            Ok(Some(hash)) if hash == file.hash => self.run.passed(1),
            Ok(Some(hash)) => {
                let [got, expected] = [hash, file.hash].map(hex);
                let what =
                    format!("asset {}: {} has SHA-256 {got}: expected {expected}", file.key, file.location);
                self.run.problem(ProblemKind::Hash, item_path(file.tile, self.year), what);
            }
            Ok(None) => return,
            Err(cause) => self.unread(file, &cause),
        }
        add(&self.run.counts.hashed, 1);
        self.run.tell(ValidationEvent::FileHashed);
    }

    fn unread(&self, file: &Known<'_>, cause: &io::Error) {
        self.failed(file, &format!("cannot be read: {cause}"));
    }

    fn failed(&self, file: &Known<'_>, what: &str) {
        let what = format!("asset {}: {} {what}", file.key, file.location);
        self.run.problem(ProblemKind::File, item_path(file.tile, self.year), what);
    }
}
