//! An item that is a file.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::Value;

use super::difference::difference;
use super::document::{Kind, parse, read};
use super::run::add;
use super::year::YearCheck;
use crate::index::CheckedTile;
use crate::{ProblemKind, item_id, item_path};

/// Compares one item after the other, in memory that is kept.
#[derive(Default)]
pub(super) struct ItemCheck {
    made: Vec<u8>,
    found: Vec<u8>,
}

impl ItemCheck {
    /// Compares the item of a tile with the one that the index gives, byte by byte. What is not there is seen in the names
    /// of its folder.
    pub(super) fn check(&mut self, of: &YearCheck<'_>, tile: &CheckedTile, names: &BTreeSet<String>) {
        let run = of.run;
        if run.is_stopped() {
            return;
        }
        let path = item_path(tile.tile, of.year);
        if !names.contains(&format!("{}.json", item_id(tile.tile, of.year))) {
            run.problem(ProblemKind::Missing, path, "there is no such file, and the index has the tile");
            return;
        }
        add(&run.counts.items, 1);
        let Ok(Some(record)) = &tile.record else { return };
        self.made.clear();
        // A record without data was spoken of already.
        if record.write_item_in(&of.site, &mut self.made).is_err() {
            return;
        }
        if self.is_same(&run.folder.join(&path)).unwrap_or(false) {
            run.passed(1);
            return;
        }
        let Some(bytes) = read(run, &path) else { return };
        let Some(got) = parse(run, &path, &bytes, Kind::Item) else { return };
        let expected: Value = serde_json::from_slice(&self.made).unwrap_or_default();
        let what = match difference(&got, &expected) {
            Some(difference) => format!("{difference}, as the index says"),
            None => "says the same as the index in other bytes".to_owned(),
        };
        run.problem(ProblemKind::Item, path, what);
    }

    /// Whether a file has the bytes that were made.
    fn is_same(&mut self, path: &Path) -> io::Result<bool> {
        // A pipe would wait for somebody to write into it.
        let found = path.metadata()?;
        if !found.is_file() || found.len() != self.made.len() as u64 {
            return Ok(false);
        }
        self.found.resize(self.made.len(), 0);
        let mut file = File::open(path)?;
        file.read_exact(&mut self.found)?;
        Ok(self.found == self.made && file.read(&mut [0])? == 0)
    }
}
