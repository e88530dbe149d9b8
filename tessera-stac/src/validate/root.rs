//! The catalogue above the collections.

use std::fs;

use tessera_core::Year;

use super::document::{Kind, parse, read};
use super::links::Links;
use super::run::Run;
use crate::{CATALOG_PATH, IndexError, ProblemKind, Site, YearIndex, collection_path, stage};

/// Checks `catalog.json`, whose children are the years, and looks for what writing left over beside it.
pub(super) fn check_root(
    run: &Run<'_>,
    years: &[(Year, Result<YearIndex, IndexError>)],
    site: Option<&Site>,
) {
    left_over(run, "");
    let own;
    let site = match site {
        Some(site) => site,
        None => {
            // The folder was read before, so that it has an address.
            let Ok(made) = Site::folder(run.folder) else { return };
            own = made;
            &own
        }
    };
    let Some(bytes) = read(run, CATALOG_PATH) else { return };
    let Some(document) = parse(run, CATALOG_PATH, &bytes, Kind::Catalog) else { return };
    let href = |path: &str| site.href(CATALOG_PATH, path);
    let mut single = vec![("root", href(CATALOG_PATH))];
    if site.is_absolute() {
        single.push(("self", href(CATALOG_PATH)));
    }
    let hrefs = years.iter().map(|(year, _)| href(&collection_path(*year))).collect();
    let links = Links { site, path: CATALOG_PATH, single, below: "child", hrefs, others: Vec::new() };
    links.check(run, &document, |_| {
        (ProblemKind::Link, "expected the collections of the years in this folder".to_owned())
    });
}

/// Says which temporary files an interrupted update has left in a folder below the catalogue's.
pub(super) fn left_over(run: &Run<'_>, folder: &str) {
    for entry in fs::read_dir(run.folder.join(folder)).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(stage::PREFIX) {
            let path = if folder.is_empty() { name.into_owned() } else { format!("{folder}/{name}") };
            run.problem(ProblemKind::Extra, path, LEFT_OVER);
        }
    }
}

/// What is said of a temporary file.
pub(super) const LEFT_OVER: &str = "is left over from writing that did not end";
