//! A page of items.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tessera_core::TileId;
use tessera_stac::{CatalogIndex, YearIndex};

use super::places::Places;
use super::search::Search;
use super::token::Token;

/// What a search finds, from where it goes on: the newest year first.
#[derive(Debug)]
pub(super) struct Page<'a> {
    found: Vec<(&'a YearIndex, TileId)>,
    /// Of all pages.
    matched: usize,
    more: bool,
}

impl<'a> Page<'a> {
    pub(super) fn find(index: &'a CatalogIndex, search: &'a Search) -> Self {
        let (mut found, mut matched) = (Vec::new(), 0);
        for year in index.years().iter().rev() {
            let Some(asked) = search.of_year(year) else { continue };
            matched += asked.count(year);
            let after = match search.after {
                Some(token) if year.year() > token.year => continue,
                Some(token) if year.year() == token.year => Some(token.tile),
                _ => None,
            };
            // One more, to know whether there is one.
            let left = search.limit + 1 - found.len();
            found.extend(asked.tiles(year, after).take(left).map(|tile| (year, tile)));
        }
        let more = found.len() > search.limit;
        found.truncate(search.limit);
        Self { found, matched, more }
    }

    /// Where the next page goes on; `None` where there is none.
    pub(super) fn next(&self) -> Option<Token> {
        let (year, tile) = self.found.last().filter(|_| self.more)?;
        Some(Token { year: year.year(), tile: *tile })
    }

    /// The collection of items as GeoJSON.
    ///
    /// # Errors
    /// An index that is damaged.
    pub(super) fn write(&self, places: &Places, links: &[Value]) -> Result<Vec<u8>> {
        // An item has some 2 kB.
        let mut out = Vec::with_capacity(1024 + self.found.len() * 2600);
        out.extend_from_slice(b"{\"type\":\"FeatureCollection\",\"features\":[");
        for (at, (year, tile)) in self.found.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            let record = year.record(*tile, &places.site)?.with_context(|| format!("{tile} is gone"))?;
            record.write_item_in_api(&places.site, &places.api, &mut out)?;
        }
        let rest = json!({"links": links, "numberMatched": self.matched, "numberReturned": self.found.len()});
        // Its members are those of the object begun above.
        out.extend_from_slice(b"],");
        out.extend_from_slice(&rest.to_string().as_bytes()[1..]);
        Ok(out)
    }
}
