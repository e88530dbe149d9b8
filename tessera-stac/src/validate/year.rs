//! A year of a catalogue.

use rayon::prelude::*;
use tessera_core::{Region, TileId, Year};

use super::block::BlockCheck;
use super::collection::check_collection;
use super::document::{Kind, parse, read};
use super::hrefs::escape;
use super::root::left_over;
use super::run::{Run, add};
use crate::index::CheckedTile;
use crate::sheet::Sheet;
use crate::{
    Block, Coverage, FileHashes, IndexError, ProblemKind, Site, ValidateError, YearContents, YearHashes,
    YearIndex, collection_path, hashes_path, index_path,
};

/// A year of a catalogue whose index can be read.
pub(super) struct YearCheck<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) year: Year,
    pub(super) index: &'a YearIndex,
    pub(super) site: Site,
    /// The hashes of its files, where they are known.
    pub(super) known: Option<YearHashes>,
    /// What blocks are made of, and the pyramids of the year.
    pub(super) contents: YearContents,
}

impl<'a> YearCheck<'a> {
    /// Nothing, and what is wrong is said, where the index cannot be read.
    pub(super) fn begin(
        run: &'a Run<'a>,
        year: Year,
        index: &'a Result<YearIndex, IndexError>,
    ) -> Option<Self> {
        let failed = |error: &IndexError| index_problem(run, error);
        let index = match index {
            Ok(index) => index,
            Err(error) => {
                failed(error);
                // Of the rest only the form can be told.
                let path = collection_path(year);
                read(run, &path).and_then(|bytes| parse(run, &path, &bytes, Kind::Collection));
                return None;
            }
        };
        let site = index.site().inspect_err(failed).ok()?;
        let known = YearHashes::open(run.folder, year);
        let known = known.inspect_err(failed).ok().flatten();
        let mut contents = YearContents::of_coverage(year, index.version().clone(), index.coverage().clone());
        contents.set_pyramids(index.pyramids(&site).inspect_err(failed).ok()?, &site);
        run.passed(1);
        Some(Self { run, year, index, site, known, contents })
    }

    /// Checks all files of the year.
    pub(super) fn run(&self) -> Result<(), ValidateError> {
        let mut whole = YearContents::new(self.year, self.index.version().clone());
        whole.set_pyramids(self.contents.pyramids().clone(), &self.site);
        let mut whole = Some(whole);
        for sheet in Sheet::all() {
            self.run.go_on()?;
            let blocks: Vec<_> =
                sheet.blocks().filter(|block| self.contents.tiles_in(*block).next().is_some()).collect();
            if blocks.is_empty() {
                continue;
            }
            let tiles = match self.index.checked(sheet, &self.site, self.run.root) {
                Ok(tiles) => tiles,
                Err(error) => {
                    index_problem(self.run, &error);
                    whole = None;
                    Vec::new()
                }
            };
            for tile in &tiles {
                let good = self.tile(tile);
                whole = whole.filter(|_| good);
                if let (Some(contents), Ok(Some(record))) = (&mut whole, &tile.record) {
                    // A tile of this year and version that was not there before, as the index has been read.
                    let _ = contents.add(record, &self.site);
                }
            }
            self.hashes_of(sheet, &tiles);
            if self.run.files {
                tiles.par_iter().for_each(|tile| self.files_of(tile));
            }
            blocks.into_par_iter().for_each(|block| BlockCheck { of: self, block }.run(&tiles));
        }
        self.run.go_on()?;
        if self.run.files {
            self.pyramid_files();
        }
        self.strangers();
        check_collection(self, whole.as_ref());
        add(&self.run.counts.years, 1);
        Ok(())
    }

    /// Checks what the index says of a tile; says whether it is enough to describe it.
    fn tile(&self, tile: &CheckedTile) -> bool {
        add(&self.run.counts.tiles, 1);
        let path = || index_path(self.year);
        for href in &tile.escapes {
            let what = format!("{}: a link {}", tile.tile, escape(self.run, href));
            self.run.problem(ProblemKind::Escape, path(), what);
        }
        match &tile.record {
            Ok(Some(record)) if record.assets().hold_data() => {
                self.run.passed(1);
                true
            }
            Ok(_) => {
                let what = format!("{}: has no file that holds its pixels", tile.tile);
                self.run.problem(ProblemKind::Index, path(), what);
                false
            }
            Err(error) => {
                index_problem(self.run, error);
                false
            }
        }
    }

    /// Looks for folders of blocks that have no tile.
    fn strangers(&self) {
        let folder = self.year.to_string();
        left_over(self.run, &folder);
        let entries = std::fs::read_dir(self.run.folder.join(&folder)).into_iter().flatten().flatten();
        for name in entries.map(|entry| entry.file_name()) {
            let block = name.to_str().and_then(|name| name.parse::<Block>().ok());
            if let Some(block) = block.filter(|block| self.contents.tiles_in(*block).next().is_none()) {
                let what = "a block of which the coverage bitmap has no tile";
                self.run.problem(ProblemKind::Extra, format!("{folder}/{block}"), what);
            }
        }
    }

    /// Which tiles there are.
    pub(super) fn coverage(&self) -> &Coverage {
        self.index.coverage()
    }

    /// The hashes of a sheet, where they are known.
    pub(super) fn known_of(&self, sheet: Sheet) -> Option<Result<Vec<(TileId, FileHashes)>, IndexError>> {
        Some(self.known.as_ref()?.part(self.index.group_of(sheet)?))
    }

    /// The sheets that have tiles.
    pub(super) fn sheets(&self) -> impl Iterator<Item = Sheet> + '_ {
        Sheet::all().filter(|sheet| self.coverage().tiles_of(*sheet, Region::WORLD).next().is_some())
    }

    /// Where the hashes are.
    pub(super) fn hashes_path(&self) -> String {
        hashes_path(self.year)
    }
}

/// Says what is wrong with an index, a bitmap or a file of hashes.
pub(super) fn index_problem(run: &Run<'_>, error: &IndexError) {
    let file = error.path();
    let path = file.strip_prefix(run.folder).unwrap_or(file).display().to_string();
    if let IndexError::Io { source, .. } = error
        && source.kind() == std::io::ErrorKind::NotFound
    {
        run.problem(ProblemKind::Missing, path, "there is no such file");
        return;
    }
    let kind = if matches!(error, IndexError::Href { .. }) { ProblemKind::Href } else { ProblemKind::Index };
    // The file is named already.
    let text = error.to_string();
    let text = text.replacen(&file.display().to_string(), "", 1);
    let mut what = text.trim_start_matches([':', ' ']).to_owned();
    if let Some(cause) = std::error::Error::source(error) {
        let separator = if what.is_empty() { "" } else { ": " };
        what = format!("{what}{separator}{cause}");
    }
    run.problem(kind, path, what);
}
