//! A block of a year: its catalogue and its folder.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;

use rayon::prelude::*;
use tessera_core::{TileId, Year};

use super::document::{Kind, parse, read};
use super::item::ItemCheck;
use super::links::Links;
use super::root::LEFT_OVER;
use super::run::add;
use super::year::YearCheck;
use crate::index::CheckedTile;
use crate::{
    Block, CATALOG_PATH, ProblemKind, ValidationEvent, block_catalog, block_path, collection_path, item_id,
    item_path, stage, to_json,
};

/// A block of a year, with a tile at least.
pub(super) struct BlockCheck<'a> {
    pub(super) of: &'a YearCheck<'a>,
    pub(super) block: Block,
}

impl BlockCheck<'_> {
    /// Checks the catalogue and the items, of which those of this block are among the tiles.
    pub(super) fn run(&self, tiles: &[CheckedTile]) {
        let run = self.of.run;
        if run.is_stopped() {
            return;
        }
        let count = self.of.contents.tiles_in(self.block).count();
        if let Some(names) = self.names(count) {
            self.catalog();
            self.strangers(&names);
            if self.of.index.has_item_files() {
                let own = tiles.par_iter().filter(|tile| Block::of_tile(tile.tile) == self.block);
                own.for_each_init(ItemCheck::default, |item, tile| item.check(self.of, tile, &names));
            }
        }
        add(&run.counts.blocks, 1);
        run.tell(ValidationEvent::Checked { tiles: count });
    }

    /// What the folder holds; says what is wrong where there is none.
    fn names(&self, tiles: usize) -> Option<BTreeSet<String>> {
        let (run, path) = (self.of.run, format!("{}/{}", self.of.year, self.block));
        let entries = fs::read_dir(run.folder.join(&path));
        let names = entries.and_then(|entries| {
            entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
        });
        match names {
            Ok(names) => Some(names),
            Err(cause) if cause.kind() == ErrorKind::NotFound => {
                let what =
                    format!("there is no such folder, and tiles in it by the coverage bitmap: {tiles}");
                run.problem(ProblemKind::Missing, path, what);
                None
            }
            Err(cause) => {
                run.problem(ProblemKind::Document, path, format!("cannot be read: {cause}"));
                None
            }
        }
    }

    /// Checks the catalogue. Mostly it has the very bytes that are written.
    fn catalog(&self) {
        let (run, site, year) = (self.of.run, &self.of.site, self.of.year);
        let path = block_path(year, self.block);
        let Some(bytes) = read(run, &path) else { return };
        let made = block_catalog(&self.of.contents, self.block, site);
        if to_json(&made).is_ok_and(|made| made == bytes) {
            run.passed(made.links.len());
            return;
        }
        let Some(document) = parse(run, &path, &bytes, Kind::Catalog) else { return };
        if document["id"] != made.id {
            let what = format!("has id {}: expected {}", document["id"], made.id);
            run.problem(ProblemKind::Document, &path, what);
        }
        let href = |to: &str| site.href(&path, to);
        let mut single = vec![("root", href(CATALOG_PATH)), ("parent", href(&collection_path(year)))];
        if site.is_absolute() {
            single.push(("self", href(&path)));
        }
        let hrefs = self.of.contents.tiles_in(self.block).map(|tile| href(&item_path(tile, year))).collect();
        let links = Links { site, path: &path, single, below: "item", hrefs, others: Vec::new() };
        links.check(run, &document, |href| self.stranger(href.rsplit('/').next().unwrap_or(href)));
    }

    /// What is wrong with an item that does not belong here, by the name of its file.
    fn stranger(&self, name: &str) -> (ProblemKind, String) {
        match tile_of(name, self.of.year) {
            Err(what) => (ProblemKind::OffGrid, what),
            Ok(tile) if Block::of_tile(tile) != self.block => {
                (ProblemKind::Link, format!("{tile} belongs to {}", Block::of_tile(tile)))
            }
            Ok(tile) if !self.of.coverage().contains(tile) => {
                (ProblemKind::Link, format!("the coverage bitmap has no {tile}"))
            }
            Ok(tile) => (ProblemKind::Link, format!("the item of {tile} is linked otherwise")),
        }
    }

    /// Looks for items that nothing leads to, and for what writing has left over.
    fn strangers(&self, names: &BTreeSet<String>) {
        for name in names {
            let path = || format!("{}/{}/{name}", self.of.year, self.block);
            if name.starts_with(stage::PREFIX) {
                self.of.run.problem(ProblemKind::Extra, path(), LEFT_OVER);
            } else if name.ends_with(".json") && name != CATALOG_PATH {
                let (kind, what) = match tile_of(name, self.of.year) {
                    Ok(tile) if self.expects(tile) => continue,
                    Ok(_) if !self.of.index.has_item_files() => (
                        ProblemKind::Extra,
                        "an item, where the index says that items are no files".to_owned(),
                    ),
                    _ => match self.stranger(name) {
                        (ProblemKind::Link, what) => (ProblemKind::Extra, what),
                        other => other,
                    },
                };
                self.of.run.problem(kind, path(), what);
            }
        }
    }

    /// Whether the item of a tile is a file of this folder.
    fn expects(&self, tile: TileId) -> bool {
        let here = Block::of_tile(tile) == self.block && self.of.coverage().contains(tile);
        here && self.of.index.has_item_files()
    }
}

/// The tile whose item a file is by its name; else what is wrong with it.
fn tile_of(name: &str, year: Year) -> Result<TileId, String> {
    let stem = name.strip_suffix(&format!("_{year}.json"));
    let stem = stem.ok_or_else(|| format!("{name:?} is not named as an item of {year}"))?;
    let tile: TileId = stem.parse().map_err(|cause| format!("{cause}"))?;
    let expected = format!("{}.json", item_id(tile, year));
    if expected == name { Ok(tile) } else { Err(format!("{name:?} is not named {expected:?}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_items() {
        let year = Year::new(2024).unwrap();
        let tile = tile_of("grid_-0.05_52.15_2024.json", year).unwrap();
        assert_eq!(tile.to_string(), "grid_-0.05_52.15");
        for bad in [
            "grid_-0.05_52.15_2023.json",
            "grid_-0.05_52.15_2024.json.bak",
            "grid_-0.07_52.15_2024.json",
            "grid_190.05_52.15_2024.json",
            "notes.json",
        ] {
            assert!(tile_of(bad, year).is_err(), "{bad}");
        }
    }
}
