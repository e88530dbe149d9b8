//! The sheets of an index that are kept in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tessera_core::Year;

use crate::index::rows::SheetRows;
use crate::sheet::Sheet;

/// Bytes of all sheets that are kept, at most, unless something else is said: those of some million tiles.
const LIMIT: usize = 256 << 20;

/// The sheets of the years of a catalogue that were read, those that were asked for last: no more bytes than a limit, but
/// for one sheet that is longer by itself.
#[derive(Debug)]
pub(super) struct KeptSheets {
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    sheets: HashMap<(Year, Sheet), Entry>,
    bytes: usize,
    limit: usize,
    /// Goes up each time that a sheet is asked for.
    asked: u64,
}

#[derive(Debug)]
struct Entry {
    rows: Arc<SheetRows>,
    bytes: usize,
    asked: u64,
}

impl Default for KeptSheets {
    fn default() -> Self {
        let kept = Kept { sheets: HashMap::new(), bytes: 0, limit: LIMIT, asked: 0 };
        Self { kept: Mutex::new(kept) }
    }
}

impl KeptSheets {
    /// Keeps no more bytes than this.
    pub(super) fn set_limit(&self, bytes: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.limit = bytes;
        kept.shrink();
    }

    /// A sheet, where it is kept.
    pub(super) fn get(&self, year: Year, sheet: Sheet) -> Option<Arc<SheetRows>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.asked += 1;
        let asked = kept.asked;
        let entry = kept.sheets.get_mut(&(year, sheet))?;
        entry.asked = asked;
        Some(Arc::clone(&entry.rows))
    }

    /// Keeps a sheet.
    pub(super) fn put(&self, year: Year, sheet: Sheet, rows: &Arc<SheetRows>) {
        let bytes = rows.bytes();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.asked += 1;
        let entry = Entry { rows: Arc::clone(rows), bytes, asked: kept.asked };
        kept.bytes += bytes;
        if let Some(old) = kept.sheets.insert((year, sheet), entry) {
            kept.bytes -= old.bytes;
        }
        kept.shrink();
    }
}

impl Kept {
    /// Drops what was not asked for the longest until the rest is within the limit, but for the last.
    fn shrink(&mut self) {
        while self.bytes > self.limit && self.sheets.len() > 1 {
            let oldest = self.sheets.iter().min_by_key(|(_, entry)| entry.asked).map(|(key, _)| *key);
            let Some(entry) = oldest.and_then(|key| self.sheets.remove(&key)) else { return };
            self.bytes -= entry.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_last_is_kept() {
        let kept = KeptSheets::default();
        let year = Year::new(2024).unwrap();
        let sheets: Vec<_> = Sheet::all().take(4).collect();
        let rows = || Arc::new(SheetRows::of_nothing(100));
        let bytes = rows().bytes();
        assert!(bytes > 100);
        kept.set_limit(2 * bytes);
        kept.put(year, sheets[0], &rows());
        kept.put(year, sheets[1], &rows());
        assert!(kept.get(year, sheets[0]).is_some());
        kept.put(year, sheets[2], &rows());
        let there = |kept: &KeptSheets| {
            sheets.iter().map(|sheet| kept.get(year, *sheet).is_some()).collect::<Vec<_>>()
        };
        assert_eq!(there(&kept), [true, false, true, false]);
        kept.put(year, sheets[2], &rows());
        assert_eq!(there(&kept), [true, false, true, false]);
        assert_eq!(kept.kept.lock().unwrap().bytes, 2 * bytes);
        kept.set_limit(0);
        assert_eq!(there(&kept), [false, false, true, false]);
    }
}
