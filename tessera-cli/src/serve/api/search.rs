//! What is searched for.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use serde_json::{Map, Value};
use tessera_core::{Region, TileId, Year};
use tessera_stac::YearIndex;

use super::bbox::bbox;
use super::cells::Cells;
use super::geometry::Shapes;
use super::interval::Interval;
use super::problem::Problem;
use super::token::Token;
use crate::serve::item_name::item_name;

/// How many items a page has, if nothing is said.
const LIMIT: usize = 10;
/// How many items a page has at most.
const MOST: u64 = 1000;

/// What is searched for: an item must meet all that is asked.
#[derive(Debug)]
pub(super) struct Search {
    collections: Option<Vec<String>>,
    interval: Option<Interval>,
    ids: Option<BTreeMap<Year, BTreeSet<TileId>>>,
    place: Place,
    pub(super) limit: usize,
    pub(super) after: Option<Token>,
}

#[derive(Debug)]
enum Place {
    Anywhere,
    In(Region),
    Among(Box<Cells>),
}

impl Place {
    fn holds(&self, tile: TileId) -> bool {
        match self {
            Self::Anywhere => true,
            Self::In(region) => region.touches(tile),
            Self::Among(cells) => cells.contains(tile),
        }
    }
}

impl Search {
    /// Reads the members of the body of a search; one that is null is as good as none.
    pub(super) fn new(asked: &Map<String, Value>) -> Result<Self, Problem> {
        let get = |name: &str| asked.get(name).filter(|value| !value.is_null());
        let text = |name: &str| match get(name) {
            Some(value) => value.as_str().map(Some).ok_or_else(|| Problem::parameter(name, value, "a text")),
            None => Ok(None),
        };
        let texts = |name: &str| get(name).map(|value| texts(name, value)).transpose();
        let place = match (get("bbox"), get("intersects")) {
            (Some(_), Some(value)) => {
                return Err(Problem::parameter(
                    "intersects",
                    value,
                    "none where there is a bbox, or no bbox",
                ));
            }
            (Some(value), None) => Place::In(bbox(value)?),
            (None, Some(value)) => Place::Among(Box::new(Cells::of(&Shapes::parse(value)?))),
            (None, None) => Place::Anywhere,
        };
        Ok(Self {
            collections: texts("collections")?,
            interval: text("datetime")?.map(Interval::parse).transpose()?,
            ids: texts("ids")?.map(|ids| of_years(&ids)),
            place,
            limit: get("limit").map_or(Ok(LIMIT), limit)?,
            after: text("token")?.map(Token::parse).transpose()?,
        })
    }

    /// What is searched for in a year; `None` where nothing can be found there.
    pub(super) fn of_year(&self, year: &YearIndex) -> Option<OfYear<'_>> {
        let id = year.collection_id();
        let asked = self.collections.as_ref().is_none_or(|all| all.contains(&id))
            && self.interval.is_none_or(|interval| interval.meets(year.year()));
        let ids = match &self.ids {
            Some(ids) => Some(ids.get(&year.year())?),
            None => None,
        };
        asked.then_some(OfYear { ids, place: &self.place })
    }
}

/// What is searched for in a year.
#[derive(Debug)]
pub(super) struct OfYear<'a> {
    ids: Option<&'a BTreeSet<TileId>>,
    place: &'a Place,
}

impl<'a> OfYear<'a> {
    /// The tiles of the year that are found after a given one, in an order that is the same for every page.
    pub(super) fn tiles(
        &self,
        year: &'a YearIndex,
        after: Option<TileId>,
    ) -> Box<dyn Iterator<Item = TileId> + 'a> {
        let place = self.place;
        match (self.ids, place) {
            (Some(ids), _) => {
                let ids =
                    ids.range((after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded)).copied();
                Box::new(ids.filter(move |tile| year.coverage().contains(*tile) && place.holds(*tile)))
            }
            (None, Place::Anywhere) => Box::new(year.tiles_after(after, &Region::WORLD)),
            (None, Place::In(region)) => Box::new(year.tiles_after(after, region)),
            (None, Place::Among(cells)) => Box::new(cells.tiles_in(year.coverage(), after)),
        }
    }

    /// How many tiles of the year are found. No tile is looked at one by one, but by its id.
    pub(super) fn count(&self, year: &YearIndex) -> usize {
        let coverage = year.coverage();
        match (self.ids, self.place) {
            (Some(ids), _) => {
                ids.iter().filter(|tile| coverage.contains(**tile) && self.place.holds(**tile)).count()
            }
            (None, Place::Anywhere) => year.len(),
            (None, Place::In(region)) => coverage.count_in(region),
            (None, Place::Among(cells)) => cells.count_in(coverage),
        }
    }
}

fn texts(name: &str, value: &Value) -> Result<Vec<String>, Problem> {
    let all = value.as_array().and_then(|all| all.iter().map(|one| Some(one.as_str()?.to_owned())).collect());
    all.ok_or_else(|| Problem::parameter(name, value, "a list of texts"))
}

fn limit(value: &Value) -> Result<usize, Problem> {
    let number = value.as_u64().filter(|number| *number > 0);
    let number = number.ok_or_else(|| Problem::parameter("limit", value, "a whole number from 1 on"))?;
    // A greater one is lowered, as OGC API - Features has it (requirement /req/core/fc-limit-response-1).
    Ok(number.min(MOST) as usize)
}

/// The tiles of each year. What is no id of ours is that of no item.
fn of_years(ids: &[String]) -> BTreeMap<Year, BTreeSet<TileId>> {
    let mut years: BTreeMap<Year, BTreeSet<TileId>> = BTreeMap::new();
    for (tile, year) in ids.iter().filter_map(|id| item_name(id)) {
        years.entry(year).or_default().insert(tile);
    }
    years
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn search(value: Value) -> Result<Search, Problem> {
        Search::new(value.as_object().unwrap())
    }

    #[test]
    fn nothing_asked_is_everything() {
        for value in [json!({}), json!({"bbox": null, "ids": null, "limit": null})] {
            let search = search(value).unwrap();
            assert!(search.limit == 10 && search.after.is_none() && search.ids.is_none());
        }
        assert_eq!(search(json!({"limit": 5000})).unwrap().limit, 1000);
    }

    #[test]
    fn ids_go_to_their_years() {
        let ids =
            json!(["grid_0.15_52.05_2024", "grid_0.15_52.05_2024", "grid_0.15_52.05_2023", "other", ""]);
        let ids = search(json!({"ids": ids})).unwrap().ids.unwrap();
        assert_eq!(ids.values().map(BTreeSet::len).collect::<Vec<_>>(), [1, 1]);
        assert!(search(json!({"ids": []})).unwrap().ids.unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_understood_is_named() {
        let point = json!({"type": "Point", "coordinates": [0, 0]});
        for (value, name) in [
            (json!({"limit": 0}), "limit"),
            (json!({"limit": -1}), "limit"),
            (json!({"limit": 1.5}), "limit"),
            (json!({"limit": "10"}), "limit"),
            (json!({"ids": "grid_0.15_52.05_2024"}), "ids"),
            (json!({"collections": [1]}), "collections"),
            (json!({"datetime": 2024}), "datetime"),
            (json!({"token": 1}), "token"),
            (json!({"bbox": [0, 0, 1, 1], "intersects": point}), "intersects"),
        ] {
            assert!(search(value).unwrap_err().to_string().starts_with(name), "{name}");
        }
    }
}
