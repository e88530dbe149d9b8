//! Objects that a catalogue no longer has.

use std::collections::BTreeMap;

use tessera_core::Year;

use crate::YearContents;
use crate::own_object::OwnObject;

/// Which of the objects that are there, and are not among the files that are published, stay.
pub(super) enum Kept<'a> {
    /// None but packages of the map page: the files are all of the catalogue.
    Nothing,
    /// Those of the tiles and blocks of these years, and all of other years: the files are what has changed.
    Of { years: &'a BTreeMap<Year, YearContents>, items: bool },
}

impl Kept<'_> {
    /// Whether an object that is no file stays.
    pub(super) fn has(&self, object: OwnObject) -> bool {
        let Self::Of { years, items } = self else { return object == OwnObject::Vendor };
        let contents = |year: Year| years.get(&year).filter(|contents| !contents.is_empty());
        match object {
            OwnObject::Item(year, tile) => {
                contents(year).is_none_or(|contents| *items && contents.coverage().contains(tile))
            }
            OwnObject::Block(year, block) => {
                contents(year).is_none_or(|contents| contents.tiles_in(block).next().is_some())
            }
            _ => true,
        }
    }
}
