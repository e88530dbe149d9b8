//! The tiles of a sheet, with what is wrong with any of them.

use std::cell::RefCell;

use rayon::prelude::*;
use tessera_core::TileId;

use super::YearIndex;
use crate::sheet::Sheet;
use crate::{IndexError, Site, TileRecord, address, index_path};

/// A tile of an index, looked at by itself: another that is damaged does not matter to it.
#[derive(Debug)]
pub(crate) struct CheckedTile {
    pub(crate) tile: TileId,
    pub(crate) record: Result<Option<TileRecord>, IndexError>,
    /// Its relative links that lead out of the root.
    pub(crate) escapes: Vec<String>,
}

impl CheckedTile {
    /// What is known of the tile, where all of its links may be followed.
    pub(crate) fn followed(&self) -> Option<&TileRecord> {
        self.record.as_ref().ok()?.as_ref().filter(|_| self.escapes.is_empty())
    }
}

impl YearIndex {
    /// The tiles of a sheet, in the order of the index. Relative links are expected to stay below the address of a folder,
    /// which ends with a slash.
    pub(crate) fn checked(
        &self,
        sheet: Sheet,
        site: &Site,
        root: &str,
    ) -> Result<Vec<CheckedTile>, IndexError> {
        let Some(group) = self.group_of(sheet) else { return Ok(Vec::new()) };
        let (rows, from) = (self.read(group)?, index_path(self.year));
        let check = |(row, tile): (usize, &TileId)| {
            let escapes = RefCell::new(Vec::new());
            let record = self.record_with(&rows, row, *tile, |href| {
                let location = site.resolve(&from, href)?;
                if !address::has_scheme(href) && !location.as_str().starts_with(root) {
                    escapes.borrow_mut().push(href.to_owned());
                }
                Ok(location)
            });
            CheckedTile { tile: *tile, record, escapes: escapes.into_inner() }
        };
        Ok(rows.tiles.par_iter().enumerate().map(check).collect())
    }
}
