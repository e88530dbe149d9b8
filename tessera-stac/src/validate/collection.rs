//! The collection of a year.

use serde_json::Value;

use super::difference::difference;
use super::document::{Kind, parse, read};
use super::hrefs;
use super::links::Links;
use super::year::YearCheck;
use crate::collection_assets::with_index;
use crate::{
    Block, CATALOG_PATH, Credits, ProblemKind, YearContents, block_path, collection_path, hashes_path,
    to_json, year_collection,
};

/// What a collection says that follows from its tiles. The rest, as credits and titles, is the publisher's.
const OWN: [&str; 11] = [
    "id",
    "version",
    "extent",
    "summaries",
    "item_assets",
    "assets",
    "linkTemplates",
    "assetTemplates",
    "cube:dimensions",
    "cube:variables",
    "storage:schemes",
];

/// Checks the collection of a year: its links, and what it says beside what all tiles say together, where all could be
/// read.
pub(super) fn check_collection(of: &YearCheck<'_>, whole: Option<&YearContents>) {
    let (run, site, path) = (of.run, &of.site, collection_path(of.year));
    let Some(bytes) = read(run, &path) else { return };
    let Some(document) = parse(run, &path, &bytes, Kind::Collection) else { return };
    let href = |to: &str| site.href(&path, to);
    let mut single = vec![("root", href(CATALOG_PATH)), ("parent", href(CATALOG_PATH))];
    if site.is_absolute() {
        single.push(("self", href(&path)));
    }
    let hrefs = of.contents.blocks().into_iter().map(|block| href(&block_path(of.year, block))).collect();
    let maps = of.contents.pyramids().web_maps(site, &path);
    let others = maps.into_iter().map(|(rel, href, _)| (rel, href)).collect();
    let links = Links { site, path: &path, single, below: "child", hrefs, others };
    links.check(run, &document, |href| {
        let block = href.rsplit('/').nth(1).and_then(|name| name.parse::<Block>().ok());
        let what = match block {
            Some(block) => format!("the coverage bitmap has no tile in {block}"),
            None => "expected the catalogues of blocks".to_owned(),
        };
        (ProblemKind::Link, what)
    });
    for (key, asset) in document["assets"].as_object().into_iter().flatten() {
        hrefs::check(run, site, &path, &format!("asset {key}"), asset["href"].as_str().unwrap_or_default());
    }
    let Some(whole) = whole else { return };
    let expected = year_collection(whole, site, &Credits::default());
    let expected = with_index(expected, whole, site, run.folder.join(hashes_path(of.year)).exists());
    // Through text, as the other was: the same digits, the same number.
    let expected = to_json(&expected).ok().and_then(|json| serde_json::from_slice::<Value>(&json).ok());
    let Some(expected) = expected else { return };
    for key in OWN {
        let field = |document: &Value| field(document, key);
        match difference(&field(&document), &field(&expected)) {
            None => run.passed(1),
            Some(difference) => {
                run.problem(ProblemKind::Collection, &path, format!("{difference}, by its tiles"));
            }
        }
    }
}

/// An object that has one field of the document, or none, so that differences are named from there.
fn field(document: &Value, key: &str) -> Value {
    let value = document.get(key).map(|value| (key.to_owned(), value.clone()));
    Value::Object(value.into_iter().collect())
}
