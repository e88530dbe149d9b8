//! Where a link leads that may lead anywhere.

use super::run::Run;
use crate::{LocationError, ProblemKind, Site, address};

/// Checks a link that stands in a file, given below the catalogue's folder; `name` is what it is called there. Says whether
/// nothing is wrong with it: that it can be followed and published, stays below the root where it is relative, and leads to
/// something where that would lie in the catalogue's folder.
pub(super) fn check(run: &Run<'_>, site: &Site, path: &str, name: &str, href: &str) -> bool {
    let location = match site.resolve(path, href) {
        Ok(location) => location,
        // Pages of the web have both, files of a tile have not.
        Err(LocationError::Unpublishable { part: "query" | "fragment", .. }) => return true,
        Err(cause) => {
            run.problem(ProblemKind::Href, path, format!("{name}: {cause}"));
            return false;
        }
    };
    if !address::has_scheme(href) && !location.as_str().starts_with(run.root) {
        run.problem(ProblemKind::Escape, path, format!("{name} {}", escape(run, href)));
        return false;
    }
    if site.inside(&location).is_some() && !site.on_disk(&location).is_some_and(|path| path.exists()) {
        run.problem(ProblemKind::Link, path, format!("{name} leads to {href}, where nothing is"));
        return false;
    }
    run.passed(1);
    true
}

/// What is said of a relative link that leads out of the root.
pub(super) fn escape(run: &Run<'_>, href: &str) -> String {
    format!("leads to {href}, out of {}", run.root)
}
